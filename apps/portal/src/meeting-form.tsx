import { scheduleToJson } from "@kalends/domain/schedule-json"
import { Button, Group, NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { emptyDraft, type MeetingDraft, repetitions, scheduleOf } from "./meetings.ts"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import type { PortalStore } from "./store.ts"

type FormProps = {
  readonly store: PortalStore
  readonly words: Messages
  readonly now: Temporal.Instant
  readonly zone: string
  readonly done: (meetingId: string) => void
}

/** A new meeting. What was typed stays here until it is made; a second try makes no second one. */
export function MeetingForm({ store, words, now, zone, done }: FormProps) {
  const [draft, setDraft] = useState<MeetingDraft>(() => emptyDraft(now, zone))
  const [key] = useState(platform.newKey)
  const [isBusy, setIsBusy] = useState(false)
  const schedule = scheduleOf(draft, zone)
  const set = (changes: Partial<MeetingDraft>) => setDraft({ ...draft, ...changes })
  const submit = async () => {
    if (schedule === null) return
    setIsBusy(true)
    try {
      done((await api.newMeeting({ key, subject: draft.subject, schedule: scheduleToJson(schedule) })).meetingId)
    } catch (error) {
      store.fail(error)
    }
    setIsBusy(false)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Stack>
        <TextInput
          label={words.subject}
          required
          maxLength={255}
          data-autofocus
          value={draft.subject}
          onChange={({ currentTarget }) => set({ subject: currentTarget.value })}
        />
        <TimeFields {...{ draft, set, words, zone }} />
        <Group>
          <Button type="submit" loading={isBusy} disabled={schedule === null || draft.subject.trim() === ""}>
            {words.makeMeeting}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type FieldsProps = Pick<FormProps, "words" | "zone"> & {
  readonly draft: MeetingDraft
  readonly set: (changes: Partial<MeetingDraft>) => void
}

/** When, how long and how often. */
function TimeFields({ draft, set, words, zone }: FieldsProps) {
  return (
    <div className={classes.fields}>
      <TextInput
        label={words.date}
        type="date"
        required
        value={draft.date}
        onChange={({ currentTarget }) => set({ date: currentTarget.value })}
      />
      <TextInput
        label={words.startTime}
        description={zone}
        inputWrapperOrder={["label", "input", "description", "error"]}
        type="time"
        required
        value={draft.time}
        onChange={({ currentTarget }) => set({ time: currentTarget.value })}
      />
      <NumberInput
        label={words.minutes}
        min={5}
        max={1440}
        step={5}
        value={draft.minutes}
        onChange={(value) => set({ minutes: Number(value) })}
      />
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
    </div>
  )
}
