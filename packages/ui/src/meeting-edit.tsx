import type { Schedule } from "@kalends/domain/schedule"
import { scheduleToJson } from "@kalends/domain/schedule-json"
import type { MeetingDetail } from "@kalends/protocol/meetings"
import { Alert, Button, Card, Group, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import classes from "./meeting.module.css"
import { Hint, TimeFields } from "./meeting-form.tsx"
import type { MeetingCalls } from "./meeting-view.tsx"
import { explain, isConflict, type MeetingWords } from "./meeting-words.ts"
import { type MeetingTimes, movedTo, timesOf, zoneOf } from "./meetings.ts"
import { ProblemAlert } from "./sign-in-form.tsx"

export type EditProps = {
  readonly meeting: MeetingDetail
  readonly event: NonNullable<MeetingDetail["event"]>
  readonly schedule: Schedule
  readonly calls: MeetingCalls
  readonly words: MeetingWords
  readonly now: Temporal.Instant
  readonly zone: string
}

/** Writes into the calendar. Where the event was changed there meanwhile, both versions are seen: the typed one stays. */
export function MeetingEdit({ meeting, event, schedule, calls, words, now, zone }: EditProps) {
  const known = timesOf(schedule)
  const [subject, setSubject] = useState(event.subject)
  const [times, setTimes] = useState(known)
  const [trouble, setTrouble] = useState<"conflict" | { readonly text: string } | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const isRetimed = times !== null && known !== null && !sameTimes(times, known)
  const moved = isRetimed ? movedTo(schedule, times) : null
  const isChanged = subject.trim() !== event.subject || isRetimed
  const save = async () => {
    setIsBusy(true)
    setTrouble(null)
    try {
      await calls.change(meeting.meetingId, {
        version: event.version,
        ...(subject.trim() === event.subject ? {} : { subject }),
        ...(moved === null ? {} : { schedule: scheduleToJson(moved) }),
      })
    } catch (error) {
      if (isConflict(error)) await calls.reload().catch(ignore)
      setTrouble(isConflict(error) ? "conflict" : { text: explain(error, words) })
    }
    setIsBusy(false)
  }
  return (
    <Card withBorder padding="lg">
      <form
        aria-busy={isBusy}
        onSubmit={(submitted) => {
          submitted.preventDefault()
          void save()
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            {words.editMeeting}
          </Title>
          {trouble === "conflict" ? (
            <Alert color="orange" role="alert">
              {words.editConflict(event.subject)}
            </Alert>
          ) : (
            <ProblemAlert problem={trouble?.text ?? null} />
          )}
          <Fields {...{ subject, setSubject, times, setTimes, schedule, words }} />
          <Hint schedule={moved} {...{ words, now, zone }} />
          {losesExceptions(schedule, moved) ? <Text size="sm">{words.exceptionsGo}</Text> : null}
          <Group>
            <Button
              type="submit"
              loading={isBusy}
              disabled={subject.trim() === "" || !isChanged || (isRetimed && moved === null)}
            >
              {words.save}
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {isBusy ? words.making : ""}
            </Text>
          </Group>
        </Stack>
      </form>
    </Card>
  )
}

type FieldsProps = Pick<EditProps, "schedule" | "words"> & {
  readonly subject: string
  readonly setSubject: (subject: string) => void
  readonly times: MeetingTimes | null
  readonly setTimes: (times: MeetingTimes) => void
}

function Fields({ subject, setSubject, times, setTimes, schedule, words }: FieldsProps) {
  return (
    <>
      <TextInput
        label={words.subject}
        required
        maxLength={255}
        value={subject}
        onChange={({ currentTarget }) => setSubject(currentTarget.value)}
      />
      {times === null ? null : (
        <div className={classes.fields}>
          <TimeFields
            times={times}
            set={(changes) => setTimes({ ...times, ...changes })}
            words={words}
            zone={zoneOf(schedule) ?? (schedule.kind === "single" ? "UTC" : null)}
            dateLabel={schedule.kind === "series" ? words.firstDate : words.date}
          />
        </div>
      )}
    </>
  )
}

/** The conflict itself is told; what cannot be read again now is read when the person saves again. */
const ignore = () => {}

function sameTimes(one: MeetingTimes, other: MeetingTimes): boolean {
  return one.date === other.date && one.time === other.time && one.minutes === other.minutes
}

function losesExceptions(before: Schedule, after: Schedule | null): boolean {
  if (before.kind !== "series" || after?.kind !== "series") return false
  const count = ({ moved, recurrence }: typeof before) => moved.length + recurrence.excludedStarts.length
  return count(after) < count(before)
}
