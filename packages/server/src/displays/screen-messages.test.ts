import type { Booking } from "@kalends/domain/booking"
import { parseProviderEventId, parseUserId } from "@kalends/domain/ids"
import { displayMessageSchema, screenBookingsMost } from "@kalends/protocol/display"
import fc from "fast-check"
import { expect, test } from "vitest"
import { agendaMessage } from "./screen-messages.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const roomId = parseUserId("00000000-0000-4000-8000-0000000000a1")

const booking = (startsIn: number, minutes: number, title: string | null = "Stand-up"): Booking => ({
  ...{
    id: parseProviderEventId(`event ${startsIn} ${minutes}`),
    seriesId: null,
    version: "1",
    isAllDay: false,
    isPrivate: false,
  },
  ...{ startsAt: now.add({ minutes: startsIn }), endsAt: now.add({ minutes: startsIn + minutes }) },
  ...{ title, host: "Ada", join: { vendor: "Jitsi Meet", url: `https://meet.jit.si/${"x".repeat(40)}` }, dial: [] },
})

const message = (bookings: readonly Booking[]) =>
  agendaMessage({
    ...{ roomId, now, checkInBy: () => null, problem: null },
    agenda: { bookings, readAt: now, coversUntil: now.add({ hours: 24 * 30 }) },
  })

test("tells what is not over, of two days", () => {
  const told = message([booking(-90, 30), booking(-10, 30), booking(60, 30), booking(3 * 24 * 60, 30)])
  expect(told.bookings.map(({ startsAt }) => startsAt)).toEqual(["2026-11-23T08:50:00Z", "2026-11-23T10:00:00Z"])
  expect(told.coversUntil).toBe("2026-11-25T09:00:00Z")
  expect(displayMessageSchema.parse(told)).toEqual(told)
})

test("dial strings, tags and whatever else a screen does not show stay here", () => {
  const [told] = message([{ ...booking(0, 30), dial: [], version: "secret-tag" }]).bookings
  expect(Object.keys(told ?? {}).sort()).toEqual(
    ["bookingId", "endsAt", "checkInBy", "host", "isAllDay", "isPrivate", "join", "startsAt", "title"].sort(),
  )
})

test("however much is booked, a message is short, and what it leaves out is said to be unknown", () => {
  const days = fc.array(fc.tuple(fc.nat(2_800), fc.integer({ min: 1, max: 200 }), fc.nat(3_000)), { maxLength: 120 })
  fc.assert(
    fc.property(days, (all) => {
      const bookings = all
        .map(([at, minutes, chars]) => booking(at, minutes, "会".repeat(chars)))
        .sort((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt))
      const told = message(bookings)
      expect(JSON.stringify(told).length).toBeLessThan(64 * 1024)
      expect(told.bookings.length).toBeLessThanOrEqual(screenBookingsMost)
      const ids = new Set<string>(told.bookings.map(({ bookingId }) => bookingId))
      const isCovered = ({ startsAt }: Booking) =>
        Temporal.Instant.compare(startsAt, Temporal.Instant.from(told.coversUntil)) < 0
      expect(bookings.filter(isCovered).every(({ id }) => ids.has(id))).toBe(true)
    }),
    { numRuns: 60 },
  )
})
