import type { Schedule } from "@kalends/domain/schedule"
import { scheduleToJson } from "@kalends/domain/schedule-json"
import type { NewMeetingInput } from "@kalends/protocol/meetings"
import { Button, Group, NativeSelect, NumberInput, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import classes from "./meeting.module.css"
import { explain, type MeetingWords } from "./meeting-words.ts"
import { emptyDraft, isOver, type MeetingDraft, type MeetingTimes, repetitions, scheduleOf } from "./meetings.ts"
import { ProblemAlert } from "./sign-in-form.tsx"
import { useSending } from "./use-sending.ts"

export type MeetingFormProps = {
  readonly words: MeetingWords
  readonly now: Temporal.Instant
  /** IANA zone in which the person writes times. */
  readonly zone: string
  /** 32 random hexadecimal digits. */
  readonly newKey: () => string
  /** Asks for the meeting; what it throws is told in the form. */
  readonly make: (input: NewMeetingInput) => Promise<unknown>
}

/** A new meeting. What was typed stays here until it is made; a second try makes no second one. */
export function MeetingForm({ words, now, zone, newKey, make }: MeetingFormProps) {
  const [draft, setDraft] = useState<MeetingDraft>(() => emptyDraft(now, zone))
  const [key] = useState(newKey)
  const schedule = scheduleOf(draft, zone)
  const set = (changes: Partial<MeetingDraft>) => setDraft({ ...draft, ...changes })
  const { isBusy, error, onSubmit } = useSending(async () => {
    if (schedule !== null) await make({ key, subject: draft.subject, schedule: scheduleToJson(schedule) })
  })
  return (
    <form aria-busy={isBusy} onSubmit={onSubmit}>
      <Stack>
        <TextInput
          label={words.subject}
          required
          maxLength={255}
          data-autofocus
          value={draft.subject}
          onChange={({ currentTarget }) => set({ subject: currentTarget.value })}
        />
        <div className={classes.fields}>
          <TimeFields times={draft} set={set} words={words} zone={zone} dateLabel={words.date} />
          <RepeatFields draft={draft} set={set} words={words} />
        </div>
        <Hint {...{ schedule, words, now, zone }} />
        <ProblemAlert problem={error === null ? null : `${explain(error, words)} ${words.typedStays}`} />
        <Group>
          <Button type="submit" loading={isBusy} disabled={schedule === null || draft.subject.trim() === ""}>
            {words.makeMeeting}
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {isBusy ? words.making : draft.subject.trim() === "" || schedule === null ? words.fillIn : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  )
}

type HintProps = Pick<MeetingFormProps, "words" | "now" | "zone"> & { readonly schedule: Schedule | null }

/** What is allowed and seldom meant. */
export function Hint({ schedule, words, now, zone }: HintProps) {
  return schedule !== null && isOver(schedule, now, zone) ? <Text size="sm">{words.inThePast}</Text> : null
}

type TimeProps = Pick<MeetingFormProps, "words"> & {
  readonly times: MeetingTimes
  readonly set: (changes: Partial<MeetingTimes>) => void
  /** The zone of the times; null where they have none. */
  readonly zone: string | null
  readonly dateLabel: string
}

const labelFirst = ["label", "input", "description", "error"] as const

/** When, and how long. */
export function TimeFields({ times, set, words, zone, dateLabel }: TimeProps) {
  return (
    <>
      <TextInput
        label={dateLabel}
        type="date"
        required
        value={times.date}
        onChange={({ currentTarget }) => set({ date: currentTarget.value })}
      />
      <TextInput
        label={words.startTime}
        description={zone}
        inputWrapperOrder={[...labelFirst]}
        type="time"
        required
        value={times.time}
        onChange={({ currentTarget }) => set({ time: currentTarget.value })}
      />
      <NumberInput
        label={words.minutes}
        required
        min={5}
        max={1440}
        step={5}
        value={times.minutes}
        onChange={(value) => set({ minutes: Number(value) })}
      />
    </>
  )
}

type RepeatProps = Pick<MeetingFormProps, "words"> & {
  readonly draft: MeetingDraft
  readonly set: (changes: Partial<MeetingDraft>) => void
}

function RepeatFields({ draft, set, words }: RepeatProps) {
  return (
    <>
      <NativeSelect
        label={words.repeats}
        value={draft.repeats}
        data={repetitions.map((value) => ({ value, label: words.repetitions[value] }))}
        onChange={({ currentTarget }) =>
          set({ repeats: repetitions.find((value) => value === currentTarget.value) ?? "none" })
        }
      />
      {draft.repeats === "none" ? null : (
        <NumberInput
          label={words.times}
          min={2}
          max={400}
          value={draft.count}
          onChange={(value) => set({ count: Number(value) })}
        />
      )}
    </>
  )
}
