import { parseSchedule } from "@kalends/domain/schedule-json"
import type { MeetingDetail, MeetingView } from "@kalends/protocol/meetings"
import { Loading } from "@kalends/ui/loading"
import { nextStart } from "@kalends/ui/meetings"
import { NewMeeting } from "@kalends/ui/new-meeting"
import { relativeTime } from "@kalends/ui/words"
import { Alert, Button, Card, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "./api.ts"
import { MeetingPage } from "./meeting-page.tsx"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import type { PortalStore } from "./store.ts"

type ScreenProps = {
  readonly store: PortalStore
  readonly canWrite: boolean
  readonly now: Temporal.Instant
  readonly words: Messages
  readonly locale: string
}

/** The person's meetings: make one, see what became of each and why. */
export function Meetings({ store, canWrite, now, words, locale }: ScreenProps) {
  const [all, setAll] = useState<readonly MeetingView[] | null>(null)
  const [before, setBefore] = useState<string | null>(null)
  const [openId, setOpenId] = useState<string | null>(null)
  const [isMaking, setIsMaking] = useState(false)
  const load = () =>
    api.meetings(null).then((page) => {
      setAll(page.meetings)
      setBefore(page.before)
    }, store.fail)
  const more = () =>
    api.meetings(before).then((page) => {
      setAll([...(all ?? []), ...page.meetings])
      setBefore(page.before)
    }, store.fail)
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once, when the page is opened.
  useEffect(() => {
    void load()
  }, [])
  const heldCount = (all ?? []).filter(({ events }) => events.some(({ isHeld }) => isHeld)).length
  const open = all?.find(({ meetingId }) => meetingId === openId)
  if (open !== undefined)
    return (
      <MeetingPage
        meetingId={open.meetingId}
        {...{ store, now, words, locale }}
        back={() => {
          setOpenId(null)
          void load()
        }}
      />
    )
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <Title order={1}>{words.meetings}</Title>
        <Button onClick={() => setIsMaking(true)}>{words.newMeeting}</Button>
      </Group>
      {heldCount > 0 ? <HeldNotice count={heldCount} store={store} words={words} done={load} /> : null}
      <MeetingList {...{ all, now, words, locale }} open={setOpenId} />
      {before === null ? null : (
        <Group>
          <Button variant="default" onClick={() => void more()}>
            {words.more}
          </Button>
        </Group>
      )}
      <NewMeeting
        isOpen={isMaking}
        close={() => setIsMaking(false)}
        {...{ canWrite, words, now }}
        zone={platform.zone}
        newKey={platform.newKey}
        make={async (input) => {
          const { meetingId } = await api.newMeeting(input)
          setIsMaking(false)
          await load()
          setOpenId(meetingId)
        }}
      />
    </Stack>
  )
}

type ListProps = Pick<ScreenProps, "now" | "words" | "locale"> & {
  /** Null while they are read. */
  readonly all: readonly MeetingView[] | null
  readonly open: (meetingId: string) => void
}

function MeetingList({ all, now, words, locale, open }: ListProps) {
  if (all === null) return <Loading label={words.loading} />
  if (all.length === 0) return <Text size="lg">{words.noMeetings}</Text>
  return (
    <Stack gap="sm" component="ul" className={classes.plainList}>
      {all.map((meeting, index) => (
        <li key={meeting.meetingId}>
          <MeetingRow
            {...{ meeting, now, words, locale }}
            isNamed={index < namedMost && meeting.state === "live" && meeting.events.length > 0}
            open={() => open(meeting.meetingId)}
          />
        </li>
      ))}
    </Stack>
  )
}

type RowProps = {
  readonly meeting: MeetingView
  readonly now: Temporal.Instant
  readonly words: Messages
  readonly locale: string
  /** Whether its title and time are read from the calendar. */
  readonly isNamed: boolean
  readonly open: () => void
}

/** Titles are in the calendar alone: each costs a look there, so that a long list has some. */
const namedMost = 20

function MeetingRow({ meeting, now, words, locale, isNamed, open }: RowProps) {
  const { meetingId, joinUrl, createdAt } = meeting
  const [event, setEvent] = useState<MeetingDetail["event"]>(null)
  useEffect(() => {
    if (isNamed) void api.meeting(meetingId).then((detail) => setEvent(detail.event), ignore)
  }, [meetingId, isNamed])
  const made = relativeTime(Temporal.Instant.from(createdAt), now, locale)
  const next = event === null ? null : nextStart(parseSchedule(event.schedule), now, platform.zone)
  const nextText = next
    ?.toZonedDateTimeISO(platform.zone)
    .toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" })
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" wrap="nowrap">
        <UnstyledButton onClick={open} className={classes.rowButton}>
          <Text fw={600}>{event?.subject ?? joinUrl ?? words.meetingBeingMade}</Text>
          <Text c="dimmed" size="sm">
            {[
              nextText ?? words.meetingStates[meeting.state],
              meeting.isRecurring ? words.series : null,
              words.madeWhen(made),
            ]
              .filter((part) => part !== null)
              .join(" · ")}
          </Text>
        </UnstyledButton>
        {meeting.state === "live" && meeting.joinUrl !== null ? (
          <Button
            component="a"
            href={meeting.joinUrl}
            target="_blank"
            rel="noopener noreferrer"
            variant="light"
            onClick={() => void api.meetingStarted(meeting.meetingId).catch(() => {})}
          >
            {words.joinMeeting}
          </Button>
        ) : null}
      </Group>
    </Card>
  )
}

/** Without its title a meeting is still known by its link. */
const ignore = () => {}

type HeldProps = {
  readonly count: number
  readonly store: PortalStore
  readonly words: Messages
  readonly done: () => Promise<unknown>
}

/** Many events vanished at once: nothing ends until the person says so. */
function HeldNotice({ count, store, words, done }: HeldProps) {
  const decide = (decision: "end" | "keep") => api.decideHeld(decision).then(done, store.fail)
  return (
    <Alert color="orange" title={words.heldTitle(count)} role="alert">
      <Text mb="sm">{words.heldText}</Text>
      <Group>
        <Button color="red" variant="light" onClick={() => void decide("end")}>
          {words.heldEnd}
        </Button>
        <Button variant="default" onClick={() => void decide("keep")}>
          {words.heldKeep}
        </Button>
      </Group>
    </Alert>
  )
}
