import type { Booking } from "@kalends/domain/booking"
import type { EventTime, SeriesRef } from "@kalends/domain/event"
import type { ProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { originalStartOf, type Series } from "@kalends/domain/schedule"
import type { EventInput, EventRecord, EventSource } from "../ports/calendar-provider.ts"
import { type RoomPlace, type RoomPlaceDeps, withRoomAccess } from "./room-place.ts"

const timeoutMs = 30_000
/** Says in the room's calendar that an event was made here. */
const tag = "kalends-room"
const walkUpTitles = { en: "Booked at the room", ja: "会議室で予約" } as const

export type Writing = Pick<RoomPlaceDeps, "broker"> & { readonly place: RoomPlace }

/** A booking, and which occurrence of its series it is; null for none. */
export type Written = { readonly booking: Booking; readonly origin: SeriesRef | null }

/** Throws Problem "forbidden" (code "room-read-only") where the room's calendar cannot be written. */
function requireEvents({ place: { provider, calendar, connection } }: Writing): EventSource {
  if (provider.events === null || !calendar.canWrite || connection.permission !== "read-write")
    throw new Problem("forbidden", "The room's calendar is connected for reading alone.", { code: "room-read-only" })
  return provider.events
}

function within<Result>(
  writing: Writing,
  work: (input: Omit<EventInput, "eventId">) => Promise<Result>,
): Promise<Result> {
  const { calendar, connection } = writing.place
  const calendarId = calendar.providerCalendarId
  return withRoomAccess(writing, connection, (access) =>
    work({ access, calendarId, signal: AbortSignal.timeout(timeoutMs) }),
  )
}

/** `key`: as EventSource.create takes it. Written again with the same key, it is there once. */
export async function createWalkUp(
  writing: Writing,
  times: Pick<Booking, "startsAt" | "endsAt">,
  key: string,
): Promise<ProviderEventId> {
  const { room } = writing.place
  const events = requireEvents(writing)
  const draft = {
    ...{ subject: walkUpTitles[room.language], location: room.name, tag, block: "" },
    schedule: { kind: "single", time: { kind: "timed", ...times, zone: room.zone } },
  } as const
  return within(writing, async (input) => (await events.create({ ...input, draft, key })).eventId)
}

/** Throws Problem "conflict" where the booking is no more as it was read. */
export async function moveEnd(writing: Writing, { booking, origin }: Written, endsAt: Temporal.Instant): Promise<void> {
  const events = requireEvents(writing)
  const series = seriesOnly(writing, origin)
  await within(writing, async (input) => {
    const at = { ...input, eventId: series?.seriesId ?? booking.id }
    const record = await fetched(events, at)
    if (series === null || record.schedule.kind === "single") {
      const time = movedTime(requireSame(record, booking), endsAt)
      return events.update({ ...at, expect: record.version, patch: { schedule: { kind: "single", time } } })
    }
    const { schedule } = record
    const originalStart = originalStartOf(schedule, series.originalStart)
    const others = schedule.moved.filter((one) => one.originalStart.toString() !== originalStart.toString())
    const time: EventTime = { kind: "timed", startsAt: booking.startsAt, endsAt, zone: schedule.zone }
    const moved = [...others, { originalStart, time }]
    return events.update({ ...at, expect: record.version, patch: { schedule: { ...schedule, moved } } })
  })
}

/** Takes it out of the room's calendar; its series, where `isWhole`. What is gone already is as good. */
export async function takeOut(writing: Writing, { booking, origin }: Written, isWhole: boolean): Promise<void> {
  const events = requireEvents(writing)
  await within(writing, async (input) => {
    const series = isWhole ? origin : seriesOnly(writing, origin)
    const at = { ...input, eventId: series?.seriesId ?? booking.id }
    const record = await events.fetch(at)
    if (record === null) return
    if (isWhole || series === null || record.schedule.kind === "single") {
      if (series === null) requireSame(record, booking)
      return events.remove({ ...at, expect: record.version })
    }
    const schedule = withHole(record.schedule, series)
    await events.update({ ...at, expect: record.version, patch: { schedule } })
  })
}

/** The series through which an occurrence has to be written; null where it can be written itself. */
function seriesOnly({ place: { provider } }: Writing, origin: SeriesRef | null): SeriesRef | null {
  return provider.limits.areOccurrencesItems ? null : origin
}

function withHole(schedule: Series, { originalStart }: SeriesRef): Series {
  const { recurrence, moved } = schedule
  const start = originalStartOf(schedule, originalStart)
  return {
    ...schedule,
    recurrence: { ...recurrence, excludedStarts: [...recurrence.excludedStarts, start] },
    moved: moved.filter((one) => one.originalStart.toString() !== start.toString()),
  }
}

async function fetched(events: EventSource, input: EventInput): Promise<EventRecord> {
  const record = await events.fetch(input)
  if (record === null || record.isCancelled)
    throw new Problem("not-found", "This booking is gone.", { code: "no-booking" })
  return record
}

/** The time of a single event, which must still be that of the booking. */
function requireSame({ schedule }: EventRecord, { startsAt, endsAt }: Booking): EventTime {
  const time = schedule.kind === "single" ? schedule.time : null
  if (time?.kind === "timed" && time.startsAt.equals(startsAt) && time.endsAt.equals(endsAt)) return time
  throw new Problem("conflict", "The booking was changed meanwhile.", { code: "booking-changed" })
}

function movedTime(time: EventTime, endsAt: Temporal.Instant): EventTime {
  return time.kind === "timed" ? { ...time, endsAt } : time
}
