import type { Schedule } from "@kalends/domain/schedule"
import { parseSchedule, scheduleToJson } from "@kalends/domain/schedule-json"
import type { MeetingDetail } from "@kalends/protocol/meetings"
import { relativeTime } from "@kalends/ui/words"
import {
  Alert,
  Anchor,
  Button,
  Card,
  Group,
  Loader,
  Modal,
  Stack,
  Text,
  TextInput,
  Timeline,
  Title,
} from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "./api.ts"
import { type MeetingDraft, movedTo, nextStart, startFields } from "./meetings.ts"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { SeriesPicture } from "./series-picture.tsx"
import type { PortalStore } from "./store.ts"

type PageProps = {
  readonly meetingId: string
  readonly store: PortalStore
  readonly now: Temporal.Instant
  readonly words: Messages
  readonly locale: string
  readonly back: () => void
}

/** One meeting: what it is now, how its series looks, what became of it and why. */
export function MeetingPage({ meetingId, store, now, words, locale, back }: PageProps) {
  const [meeting, setMeeting] = useState<MeetingDetail | null>(null)
  const [isCancelling, setIsCancelling] = useState(false)
  const load = () => api.meeting(meetingId).then(setMeeting, store.fail)
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once for each meeting.
  useEffect(() => {
    void load()
  }, [meetingId])
  const cancel = () => api.cancelMeeting(meetingId).then(back, store.fail)
  const event = meeting?.event ?? null
  const schedule = event === null ? null : parseSchedule(event.schedule)
  return (
    <Stack gap="xl">
      <Anchor component="button" type="button" onClick={back} w="fit-content">
        ← {words.meetings}
      </Anchor>
      {meeting === null ? (
        <Loader aria-label={words.loading} />
      ) : (
        <>
          <Head {...{ meeting, schedule, now, words, locale }} />
          {schedule?.kind === "series" ? (
            <SeriesPicture {...{ schedule, now, words, locale }} zone={platform.zone} />
          ) : null}
          {event?.canWrite === true && schedule !== null ? (
            <Edit {...{ meeting, event, schedule, store, words }} done={setMeeting} reload={load} />
          ) : null}
          <History {...{ meeting, now, words, locale }} />
          {meeting.state === "live" ? (
            <Group>
              <Button color="red" variant="light" onClick={() => setIsCancelling(true)}>
                {words.cancelMeeting}
              </Button>
            </Group>
          ) : null}
        </>
      )}
      <Modal opened={isCancelling} onClose={() => setIsCancelling(false)} title={words.cancelMeetingTitle}>
        <Text mb="md">{words.cancelMeetingText}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setIsCancelling(false)} data-autofocus>
            {words.keepMeeting}
          </Button>
          <Button color="red" onClick={() => void cancel()}>
            {words.cancelMeeting}
          </Button>
        </Group>
      </Modal>
    </Stack>
  )
}

type HeadProps = {
  readonly meeting: MeetingDetail
  readonly schedule: Schedule | null
  readonly now: Temporal.Instant
  readonly words: Messages
  readonly locale: string
}

function Head({ meeting, schedule, now, words, locale }: HeadProps) {
  const next = schedule === null ? null : nextStart(schedule, now, platform.zone)
  const day = (at: Temporal.Instant) =>
    at.toZonedDateTimeISO(platform.zone).toLocaleString(locale, { dateStyle: "full", timeStyle: "short" })
  return (
    <div>
      <Title order={1}>{meeting.event?.subject ?? words.meetingWithoutTitle}</Title>
      <Text size="lg" mt="xs">
        {meeting.state === "live"
          ? next === null
            ? meeting.event === null
              ? words.noEventNow
              : words.allOver
            : words.nextAt(day(next))
          : words.meetingStates[meeting.state]}
      </Text>
      {meeting.joinUrl === null ? null : (
        <Group mt="md">
          <Button
            component="a"
            href={meeting.joinUrl}
            target="_blank"
            rel="noreferrer"
            size="md"
            disabled={meeting.state !== "live"}
          >
            {words.join}
          </Button>
          <Text className={classes.breakable}>{meeting.joinUrl}</Text>
        </Group>
      )}
      <Text c="dimmed" size="sm" mt="sm">
        {meeting.endsAt === null
          ? words.linkLivesOn
          : words.linkLivesUntil(
              Temporal.Instant.from(meeting.endsAt)
                .toZonedDateTimeISO(platform.zone)
                .toLocaleString(locale, { dateStyle: "medium" }),
            )}
      </Text>
    </div>
  )
}

type EditProps = {
  readonly meeting: MeetingDetail
  readonly event: NonNullable<MeetingDetail["event"]>
  readonly schedule: Schedule
  readonly store: PortalStore
  readonly words: Messages
  readonly done: (meeting: MeetingDetail) => void
  readonly reload: () => Promise<unknown>
}

/** Writes into the calendar. Where the event was changed there meanwhile, both versions are seen: the typed one stays. */
function Edit({ meeting, event, schedule, store, words, done, reload }: EditProps) {
  const start = startFields(schedule)
  const [subject, setSubject] = useState(event.subject)
  const [at, setAt] = useState(start)
  const [isConflict, setIsConflict] = useState(false)
  const isMoved = at !== null && start !== null && (at.date !== start.date || at.time !== start.time)
  const save = async () => {
    const moved = isMoved ? movedTo(schedule, at) : null
    try {
      const changed = await api.changeMeeting(meeting.meetingId, {
        version: event.version,
        ...(subject === event.subject ? {} : { subject }),
        ...(moved === null ? {} : { schedule: scheduleToJson(moved) }),
      })
      setIsConflict(false)
      done(changed)
    } catch (error) {
      if (!api.isConflict(error)) return store.fail(error)
      setIsConflict(true)
      await reload()
    }
  }
  return (
    <Card withBorder padding="lg">
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          void save()
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            {words.editMeeting}
          </Title>
          {isConflict ? (
            <Alert color="orange" role="alert">
              {words.editConflict(event.subject)}
            </Alert>
          ) : null}
          <TextInput
            label={words.subject}
            required
            maxLength={255}
            value={subject}
            onChange={({ currentTarget }) => setSubject(currentTarget.value)}
          />
          {at === null ? null : <StartFields {...{ at, setAt, words }} isSeries={schedule.kind === "series"} />}
          {schedule.kind === "series" && isMoved && schedule.moved.length > 0 ? (
            <Text size="sm">{words.exceptionsGo}</Text>
          ) : null}
          <Group>
            <Button type="submit" disabled={subject.trim() === "" || (subject === event.subject && !isMoved)}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  )
}

type StartProps = {
  readonly at: Pick<MeetingDraft, "date" | "time">
  readonly setAt: (at: Pick<MeetingDraft, "date" | "time">) => void
  readonly words: Messages
  readonly isSeries: boolean
}

function StartFields({ at, setAt, words, isSeries }: StartProps) {
  return (
    <div className={classes.fields}>
      <TextInput
        label={isSeries ? words.firstDate : words.date}
        type="date"
        required
        value={at.date}
        onChange={({ currentTarget }) => setAt({ ...at, date: currentTarget.value })}
      />
      <TextInput
        label={words.startTime}
        type="time"
        required
        value={at.time}
        onChange={({ currentTarget }) => setAt({ ...at, time: currentTarget.value })}
      />
    </div>
  )
}

type HistoryProps = {
  readonly meeting: MeetingDetail
  readonly now: Temporal.Instant
  readonly words: Messages
  readonly locale: string
}

/** Why it is as it is: each change with its cause, newest first. */
function History({ meeting, now, words, locale }: HistoryProps) {
  const entries = [...meeting.history].reverse()
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
