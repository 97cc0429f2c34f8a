import type { Schedule } from "@kalends/domain/schedule"
import { parseSchedule } from "@kalends/domain/schedule-json"
import type { MeetingChangeInput, MeetingDetail } from "@kalends/protocol/meetings"
import { Button, Group, Text, Timeline, Title } from "@mantine/core"
import { ConfirmedAct } from "./dialog.tsx"
import classes from "./meeting.module.css"
import { MeetingEdit } from "./meeting-edit.tsx"
import { explain, type MeetingWords } from "./meeting-words.ts"
import { nextStart } from "./meetings.ts"
import { SeriesPicture } from "./series-picture.tsx"
import { relativeTime } from "./words.ts"

/** What can be done with a meeting; each throws what went wrong. */
export type MeetingCalls = {
  readonly change: (meetingId: string, input: MeetingChangeInput) => Promise<unknown>
  readonly cancel: (meetingId: string) => Promise<unknown>
  readonly reload: () => Promise<unknown>
  /** Somebody joined: its link lives on from then. */
  readonly started: (meetingId: string) => Promise<unknown>
}

export type MeetingViewProps = {
  readonly meeting: MeetingDetail
  readonly calls: MeetingCalls
  readonly words: MeetingWords
  readonly now: Temporal.Instant
  /** IANA zone of whoever looks. */
  readonly zone: string
  readonly locale: string
}

/** One meeting: what it is now, how its series looks, what became of it and why; and what can be done with it. */
export function MeetingView(props: MeetingViewProps) {
  const { meeting, calls, words, now, zone, locale } = props
  const { event } = meeting
  const schedule = event === null ? null : parseSchedule(event.schedule)
  return (
    <>
      <Head {...props} schedule={schedule} />
      {schedule?.kind === "series" ? <SeriesPicture {...{ schedule, now, words, locale, zone }} /> : null}
      {event?.canWrite === true && schedule !== null && meeting.state === "live" ? (
        <MeetingEdit {...{ meeting, event, schedule, calls, words, now, zone }} />
      ) : null}
      <History {...{ meeting, now, words, locale }} />
      {meeting.state === "live" ? <Cancel {...{ meeting, calls, words }} /> : null}
    </>
  )
}

type HeadProps = MeetingViewProps & { readonly schedule: Schedule | null }

function Head({ meeting, calls, schedule, now, words, locale, zone }: HeadProps) {
  const next = schedule === null ? null : nextStart(schedule, now, zone)
  const write = (at: Temporal.Instant, style: Intl.DateTimeFormatOptions) =>
    at.toZonedDateTimeISO(zone).toLocaleString(locale, style)
  const nextText =
    next === null
      ? meeting.event === null
        ? words.noEventNow
        : words.allOver
      : words.nextAt(write(next, { dateStyle: "full", timeStyle: "short" }))
  return (
    <div>
      <Title order={1} className={classes.breakable}>
        {meeting.event?.subject ?? words.meetingWithoutTitle}
      </Title>
      <Text size="lg" mt="xs">
        {meeting.state === "live" ? nextText : words.meetingStates[meeting.state]}
      </Text>
      {meeting.joinUrl === null ? null : (
        <Group mt="md">
          <Button
            component="a"
            href={meeting.joinUrl}
            target="_blank"
            rel="noopener noreferrer"
            size="md"
            disabled={meeting.state !== "live"}
            onClick={() => void calls.started(meeting.meetingId).catch(ignore)}
          >
            {words.joinMeeting}
          </Button>
          <Text className={classes.breakable}>{meeting.joinUrl}</Text>
        </Group>
      )}
      <Text c="dimmed" size="sm" mt="sm">
        {meeting.endsAt === null
          ? words.linkLivesOn
          : words.linkLivesUntil(write(Temporal.Instant.from(meeting.endsAt), { dateStyle: "medium" }))}
      </Text>
    </div>
  )
}

/** Who joins goes on, whether or not the service heard of it. */
const ignore = () => {}

type CancelProps = Pick<MeetingViewProps, "meeting" | "calls" | "words">

/** Asks before it cancels: guests are told at once, and that cannot be taken back. */
function Cancel({ meeting, calls, words }: CancelProps) {
  return (
    <ConfirmedAct
      label={words.cancelMeeting}
      title={words.cancelMeetingTitle}
      keepLabel={words.keepMeeting}
      closeLabel={words.closeForm}
      act={() => calls.cancel(meeting.meetingId)}
      explain={(error) => explain(error, words)}
    >
      <Text>{words.cancelMeetingText}</Text>
    </ConfirmedAct>
  )
}

type HistoryProps = Pick<MeetingViewProps, "meeting" | "now" | "words" | "locale">

/** Why it is as it is: each change with its cause, newest first. */
function History({ meeting, now, words, locale }: HistoryProps) {
  const entries = [...meeting.history].reverse()
  if (entries.length === 0) return null
  return (
    <section>
      <Title order={2} size="h4" mb="md">
        {words.why}
      </Title>
      <Timeline bulletSize={14} lineWidth={2} active={entries.length}>
        {entries.map(({ at, action, cause }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added at the other end.
          <Timeline.Item key={entries.length - index} title={words.meetingActions[action] ?? action}>
            <Text size="sm">{words.causes[cause] ?? cause}</Text>
            <Text size="sm" c="dimmed">
              {relativeTime(Temporal.Instant.from(at), now, locale)}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </section>
  )
}
