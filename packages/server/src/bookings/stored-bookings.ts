import type { Booking } from "@kalends/domain/booking"
import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { RoomAgenda } from "@kalends/domain/room-state"
import { z } from "zod"
import type { ContentBox } from "../ports/content-box.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import type { Store } from "../ports/store.ts"

export type StoredBookingsDeps = { readonly store: Store; readonly box: ContentBox }

/** Bookings of a room that were kept, and when they were read. */
export type KeptBookings = { readonly bookings: readonly Booking[]; readonly readAt: Temporal.Instant }

/** Days back that an agenda covers; older ones that are kept are left until they are purged. */
const daysBack = 1

/**
 * What is kept of the bookings of rooms with devices, locked, a row for each day: so that a device that lost its bookings is
 * given them while the calendar cannot be read, even after a restart. A row is written only when its day changes.
 */
export function createStoredBookings({ store, box }: StoredBookingsDeps) {
  return {
    /**
     * Null where nothing is kept, or some of what is to come cannot be opened any more: a part would say that the room is free
     * in the rest.
     */
    async load({ accountId, roomId }: RoomRef): Promise<KeptBookings | null> {
      return store.inAccount(accountId, async (tables) => {
        const rows = await tables.bookings.list(roomId)
        const [newest] = rows
          .map(({ readAt }) => readAt)
          .sort(Temporal.Instant.compare)
          .reverse()
        const bookings: Booking[] = []
        for (const { day, ...locked } of rows) {
          const text = await box.openBookings(tables, roomId, locked).catch(unlessLost)
          const ofDay = text === null ? null : readDay(text, day)
          if (ofDay === null && newest !== undefined && day >= dayOf(newest)) return null
          bookings.push(...(ofDay ?? []))
        }
        const byStart = bookings.sort((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt))
        return newest === undefined ? null : { bookings: byStart, readAt: newest }
      })
    },

    /** Keeps what the agenda says of the days that it covers. `last`: as this node kept it before; null at first. */
    async save({ accountId, roomId }: RoomRef, agenda: RoomAgenda, last: DaysKept | null): Promise<DaysKept> {
      const days = daysOf(agenda.bookings)
      const from = dayOf(agenda.readAt.subtract({ hours: 24 * daysBack }))
      await store.inAccount(accountId, async (tables) => {
        // A database that crashed has lost the keys of all days, which are written again then.
        const known = new Set(await tables.bookings.days(roomId))
        const changed = [...days].filter(([day, text]) => !known.has(day) || last?.get(day) !== text)
        const gone = [...known].filter((day) => day >= from && !days.has(day))
        const rows = []
        for (const [day, text] of changed) {
          const locked = await box.lockBookings(tables, roomId, text)
          rows.push({ accountId, roomId, day, ...locked, readAt: agenda.readAt })
        }
        if (rows.length > 0) await tables.bookings.put(rows)
        if (gone.length > 0) await tables.bookings.delete(roomId, gone)
      })
      return days
    },
  }
}
export type StoredBookings = ReturnType<typeof createStoredBookings>

/** Each day's bookings as text, by day. */
export type DaysKept = ReadonlyMap<string, string>

/** The day on which it ends, by which it is purged. */
const dayOf = (instant: Temporal.Instant) => instant.toString().slice(0, 10)

function daysOf(bookings: readonly Booking[]): DaysKept {
  const groups = Map.groupBy(bookings, ({ endsAt }) => dayOf(endsAt))
  return new Map([...groups].map(([day, ofDay]) => [day, JSON.stringify({ day, bookings: ofDay.map(textsOf) })]))
}

/** Instants as texts; the rest is JSON already. */
const textsOf = ({ startsAt, endsAt, ...rest }: Booking) => ({
  ...rest,
  ...{ startsAt: startsAt.toString(), endsAt: endsAt.toString() },
})

const instant = z.string().transform((text) => Temporal.Instant.from(text))
const eventId = z.string().transform(parseProviderEventId)
const keptDay = z.object({
  day: z.string(),
  bookings: z.array(
    z.object({
      id: eventId,
      seriesId: eventId.nullable(),
      version: z.string(),
      startsAt: instant,
      endsAt: instant,
      isAllDay: z.boolean(),
      isPrivate: z.boolean(),
      title: z.string().nullable(),
      host: z.string().nullable(),
      join: z.object({ vendor: z.string(), url: z.string() }).nullable(),
      dial: z.array(z.object({ protocol: z.enum(["sip", "h323"]), number: z.string() })),
    }),
  ),
})

/** A text that was sealed for another day, or by a version before, is none. */
function readDay(text: string, day: string): readonly Booking[] | null {
  const read = keptDay.safeParse(JSON.parse(text))
  return read.success && read.data.day === day ? read.data.bookings : null
}

function unlessLost(error: unknown): null {
  if (isProblem(error, "auth-revoked", "malformed")) return null
  throw error
}
