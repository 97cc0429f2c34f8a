import { bookingsFrom } from "@kalends/domain/booking"
import { builtInDialRules, type DialRule } from "@kalends/domain/dial-rule"
import type { CalendarEvent, SeriesRef } from "@kalends/domain/event"
import type { CalendarId, ProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { RoomAgenda } from "@kalends/domain/room-state"
import { timeWindow } from "@kalends/domain/window"
import type { Clock } from "../ports/clock.ts"
import { isListenedTo } from "../ports/listening-tables.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import type { RoomMark, RoomRow } from "../ports/room-tables.ts"
import type { AccountTables } from "../ports/store.ts"
import type { RoomDigest } from "./room-digest.ts"
import { type RoomPlace, type RoomPlaceDeps, requireRoomPlace, withRoomAccess } from "./room-place.ts"

export type ReadRoomDeps = RoomPlaceDeps & { readonly digest: RoomDigest; readonly clock: Clock }

/** A room's agenda with what is known beside it. In memory only. */
export type ReadRoom = {
  readonly room: RoomRow
  readonly calendarId: CalendarId
  readonly agenda: RoomAgenda
  /** Which occurrence of its series a booking is, by its id. */
  readonly origins: ReadonlyMap<ProviderEventId, SeriesRef>
  readonly marks: ReadonlyMap<ProviderEventId, RoomMark>
  /** Nobody tells of changes in this calendar: it is to be looked at. */
  readonly isPolled: boolean
}

const daysBack = 1
const daysAhead = 30
const pagesMost = 200
const eventsMost = 5_000
const timeoutMs = 30_000

/** Reads the bookings of a day back and thirty ahead. Throws Problem. */
export async function readRoom(deps: ReadRoomDeps, ref: RoomRef, signal: AbortSignal): Promise<ReadRoom> {
  const { store, clock, digest } = deps
  const { place, dialRules, marked, isPolled } = await store.inAccount(ref.accountId, async (tables) => {
    const place = await requireRoomPlace(tables, ref, deps.providerOf)
    return {
      ...{ place, dialRules: await tables.rooms.dialRules() },
      marked: await tables.rooms.listMarks(ref.roomId, clock.now()),
      isPolled: !(await isToldOf(tables, place, clock.now())),
    }
  })
  const readAt = clock.now()
  const ends = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const events = await withRoomAccess(deps, place.connection, (access) =>
    readEvents(place, access, { readAt, signal: ends }),
  )
  const bookings = bookingsFrom(events, optionsOf(place.room, dialRules))
  const byDigest = new Map(marked.map((row) => [hex(row.bookingDigest), row.mark]))
  const marks = bookings.flatMap(({ id }) => {
    const mark = byDigest.get(hex(digest(ref, "booking", id)))
    return mark === undefined ? [] : [[id, mark] as const]
  })
  return {
    room: place.room,
    calendarId: place.calendar.calendarId,
    agenda: { bookings, readAt, coversUntil: aheadOf(readAt) },
    origins: new Map(events.flatMap(({ id, series }) => (series === null ? [] : [[id, series] as const]))),
    marks: new Map(marks),
    isPolled,
  }
}

/** Whether somebody tells of changes in the room's calendar by now. Throws Problem as a reading does. */
export function isNowToldOf({ store, providerOf, clock }: ReadRoomDeps, ref: RoomRef): Promise<boolean> {
  return store.inAccount(ref.accountId, async (tables) =>
    isToldOf(tables, await requireRoomPlace(tables, ref, providerOf), clock.now()),
  )
}

/** Whether somebody tells of changes in the room's calendar: a subscription, or a stream that a node keeps open. */
async function isToldOf(
  tables: AccountTables,
  { calendar, connection, provider }: RoomPlace,
  now: Temporal.Instant,
): Promise<boolean> {
  const subscriptions = await tables.listSubscriptions(calendar.calendarId)
  if (subscriptions.some(({ expiresAt }) => Temporal.Instant.compare(expiresAt, now) > 0)) return true
  return provider.listen !== null && isListenedTo(await tables.listening.find(connection.connectionId), now)
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const aheadOf = (now: Temporal.Instant) => now.add({ hours: 24 * daysAhead })

type Reading = { readonly readAt: Temporal.Instant; readonly signal: AbortSignal }
type Access = Parameters<Parameters<typeof withRoomAccess>[2]>[0]

async function readEvents(
  { provider, calendar, room }: RoomPlace,
  access: Access,
  { readAt, signal }: Reading,
): Promise<readonly CalendarEvent[]> {
  const window = timeWindow(readAt.subtract({ hours: 24 * daysBack }), aheadOf(readAt))
  const events: CalendarEvent[] = []
  let pages = 0
  const asked = { access, calendarId: calendar.providerCalendarId, window, zone: room.zone, signal }
  for await (const page of provider.readWindow(asked)) {
    events.push(...page.events)
    // A room of which only a part was read would be free where it is not.
    if (++pages > pagesMost || events.length > eventsMost)
      throw new Problem("malformed", "The room's calendar holds more than a room can have.")
  }
  return events
}

/** How events become bookings of this room. */
export function optionsOf({ zone, privacy }: Pick<RoomRow, "zone" | "privacy">, own: readonly DialRule[]) {
  return { zone, privacy, dialRules: [...own, ...builtInDialRules], ownHosts: {} }
}
