import type { Client } from "@kalends/client/client"
import type { CalendarEvent } from "@kalends/domain/event"
import { parseSchedule } from "@kalends/domain/schedule-json"
import type { MeetingChangeInput, MeetingDetail, MeetingView, NewMeetingInput } from "@kalends/protocol/meetings"
import { dayCount } from "@kalends/ui/agenda-view"
import { nextStart } from "@kalends/ui/meetings"

/** What was done last, told until the person closes it. */
export type Done =
  | {
      readonly kind: "made"
      readonly meetingId: string
      readonly subject: string
      /** When it begins (next); null where it is over. */
      readonly startsAt: Temporal.Instant | null
      /**
       * awaited: its event is written, and not among those read yet. shown: it is. beyond: later than the days shown.
       * without-event: it has a link only.
       */
      readonly event: "awaited" | "shown" | "beyond" | "without-event"
    }
  | {
      readonly kind: "cancelled"
      readonly subject: string
      /** What it takes to make another like it, with a key of its own: asked twice, it is made once. */
      readonly again: NewMeetingInput
    }

/** The meetings of ours in the agenda, in memory only: gone with the page, and at sign-out. */
export type MeetingsState = {
  readonly meetings: readonly MeetingView[]
  /** The one that is looked at. */
  readonly open: { readonly meetingId: string; readonly detail: MeetingDetail | null; readonly error: unknown } | null
  readonly done: Done | null
}

export type MeetingStoreDeps = {
  readonly client: Pick<Client, "state" | "subscribe" | "refresh" | "meetings">
  readonly platform: {
    readonly now: () => Temporal.Instant
    readonly zone: string
    readonly newKey: () => string
    readonly after: (delayMs: number, callback: () => void) => () => void
  }
}

/**
 * A new event is looked for again after these, in case the calendar is slow and its notice lost; a meeting that is still being
 * made is asked for again, since its link is in the event a moment before it is live and no further change tells of that.
 */
const lookAgainMs = [2_000, 5_000, 15_000, 30_000]

/**
 * What can be done with meetings from the agenda; views only show it. `make`, `change`, `cancel` throw Problem, which the
 * form tells where it was typed. Titles and times pass through it and are kept nowhere.
 */
export function createMeetingStore({ client, platform }: MeetingStoreDeps) {
  const listeners = new Set<() => void>()
  let state: MeetingsState = { meetings: [], open: null, done: null }
  let cancelLook = () => {}
  let cancelAsk = () => {}
  let events: readonly CalendarEvent[] | null = null
  let isListing = false
  let isListWanted = false

  function set(changes: Partial<MeetingsState>): void {
    state = { ...state, ...changes }
    for (const listener of [...listeners]) listener()
  }

  /** One at a time; without it meetings can still be seen as events, and the next change of the calendar asks again. */
  async function list(after = lookAgainMs): Promise<void> {
    isListWanted = true
    cancelAsk()
    if (isListing) return
    isListing = true
    while (isListWanted) {
      isListWanted = false
      const meetings = await client.meetings.list().catch(() => null)
      if (meetings !== null) set({ meetings })
    }
    isListing = false
    tellShown()
    const [delayMs, ...rest] = after
    if (delayMs !== undefined && state.meetings.some((one) => one.state === "making"))
      cancelAsk = platform.after(delayMs, () => void list(rest))
  }

  function follow(): void {
    if (client.state.events === events || client.state.readAt === null) return
    events = client.state.events
    tellShown()
    void list()
  }

  function tellShown(): void {
    const { done } = state
    if (done?.kind !== "made" || done.event !== "awaited" || !isAmong(done.meetingId)) return
    cancelLook()
    set({ done: { ...done, event: "shown" } })
  }

  function isAmong(meetingId: string): boolean {
    const meeting = state.meetings.find((one) => one.meetingId === meetingId)
    return meeting !== undefined && client.state.events.some((event) => isEventOf(meeting, event))
  }

  function look(after: readonly number[]): void {
    cancelLook()
    const [delayMs, ...rest] = after
    if (delayMs === undefined) return
    cancelLook = platform.after(delayMs, () => {
      look(rest)
      void client.refresh()
    })
  }

  async function make(input: NewMeetingInput): Promise<void> {
    const meeting = await client.meetings.create(input)
    const startsAt = nextStart(parseSchedule(input.schedule), platform.now(), platform.zone)
    const { meetingId } = meeting
    const event = meeting.events.length === 0 ? "without-event" : isBeyond(startsAt, platform) ? "beyond" : "awaited"
    const known = state.meetings.filter((one) => one.meetingId !== meetingId)
    set({
      meetings: [meeting, ...known],
      done: { kind: "made", meetingId, subject: input.subject.trim(), startsAt, event },
    })
    if (event === "awaited") look(lookAgainMs)
    if (event !== "without-event") void client.refresh()
  }

  async function reload(): Promise<void> {
    const meetingId = state.open?.meetingId
    if (meetingId === undefined) return
    const answer = await client.meetings.detail(meetingId).then(
      (detail) => ({ detail, error: null }),
      (error: unknown) => ({ detail: state.open?.detail ?? null, error }),
    )
    if (state.open?.meetingId === meetingId) set({ open: { meetingId, ...answer } })
  }

  return {
    get state(): MeetingsState {
      return state
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Keeps in step with what the client reads; answers what ends it. */
    start(): () => void {
      const stop = client.subscribe(follow)
      follow()
      return () => {
        stop()
        cancelLook()
        cancelAsk()
      }
    },
    make,
    open(meetingId: string): void {
      set({ open: { meetingId, detail: null, error: null }, done: null })
      void reload()
    },
    close: () => set({ open: null }),
    dismiss: () => set({ done: null }),
    reload,
    async change(meetingId: string, input: MeetingChangeInput): Promise<void> {
      const detail = await client.meetings.change(meetingId, input)
      if (state.open?.meetingId === meetingId) set({ open: { meetingId, detail, error: null } })
      void client.refresh()
    },
    async cancel(meetingId: string): Promise<void> {
      const event = state.open?.meetingId === meetingId ? state.open.detail?.event : null
      await client.meetings.cancel(meetingId)
      const { subject = "", schedule = null } = event ?? {}
      set({
        meetings: state.meetings.filter((one) => one.meetingId !== meetingId),
        open: null,
        done:
          schedule === null
            ? null
            : { kind: "cancelled", subject, again: { key: platform.newKey(), subject, schedule } },
      })
      void client.refresh()
    },
    /** Makes another meeting like the one that was cancelled. */
    again: ({ again }: Extract<Done, { kind: "cancelled" }>) => make(again),
    /** Somebody joined from the agenda; who joins goes on, whether or not the service heard of it. */
    joined(event: CalendarEvent): void {
      const meeting = meetingOf(state.meetings, event)
      if (meeting !== null) void client.meetings.started(meeting.meetingId).catch(() => {})
    },
    started: (meetingId: string): Promise<void> => client.meetings.started(meetingId),
  }
}

export type MeetingStore = ReturnType<typeof createMeetingStore>

/** The meeting whose event, or an occurrence of whose series, this is; null when it is none of ours. */
export function meetingOf(meetings: readonly MeetingView[], event: CalendarEvent): MeetingView | null {
  return meetings.find((meeting) => meeting.state === "live" && isEventOf(meeting, event)) ?? null
}

/** By the event's name or, as names differ between ways of reading some calendars, by the link that it carries. */
function isEventOf({ events, joinUrl }: MeetingView, event: CalendarEvent): boolean {
  if (events.some(({ eventId }) => eventId === event.id || eventId === event.series?.seriesId)) return true
  return joinUrl !== null && (event.location?.trim() === joinUrl || event.onlineMeetingUrl === joinUrl)
}

function isBeyond(startsAt: Temporal.Instant | null, { now, zone }: MeetingStoreDeps["platform"]): boolean {
  if (startsAt === null) return true
  const end = now().toZonedDateTimeISO(zone).startOfDay().add({ days: dayCount })
  return Temporal.Instant.compare(startsAt, end.toInstant()) >= 0
}
