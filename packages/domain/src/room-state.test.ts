import { expect, test } from "vitest"
import { type Booking, type BookingOptions, bookingsFrom, mostPrivate, usualPrivacy } from "./booking.ts"
import { type CheckInPolicy, checkInBy, checkInVerdict, missedAfter } from "./check-in.ts"
import { builtInDialRules } from "./dial-rule.ts"
import type { CalendarEvent } from "./event.ts"
import { parseProviderEventId } from "./ids.ts"
import { ageSeconds, nobodyChecksIn, type RoomAgenda, type RoomNow, roomStateOf, trustSeconds } from "./room-state.ts"
import { someEvent } from "./testing/some-event.ts"

const at = (clock: string) => Temporal.Instant.from(`2026-11-30T${clock}:00Z`)
const options: BookingOptions = { zone: "UTC", privacy: usualPrivacy, dialRules: builtInDialRules, ownHosts: {} }

const event = (id: string, from: string, to: string, changes: Partial<CalendarEvent> = {}) =>
  someEvent(id, { kind: "timed", startsAt: at(from), endsAt: at(to), zone: null }, changes)
const booked = (events: readonly CalendarEvent[], changes: Partial<BookingOptions> = {}) =>
  bookingsFrom(events, { ...options, ...changes })
const agenda = (...events: readonly CalendarEvent[]): RoomAgenda => ({
  bookings: booked(events),
  readAt: at("09:00"),
  coversUntil: at("23:59"),
})
const stateAt = (known: RoomAgenda | null, clock: string, checkInBy: RoomNow["checkInBy"] = nobodyChecksIn) =>
  roomStateOf({ agenda: known, now: at(clock), checkInBy })

test("events that do not take the room are no bookings, and the others stand by their start", () => {
  const events = [
    event("second", "10:00", "11:00"),
    event("cancelled", "09:00", "10:00", { isCancelled: true }),
    event("declined", "09:00", "10:00", { myResponse: "declined" }),
    event("shown as free", "09:00", "10:00", { showsAs: "free" }),
    event("first", "09:00", "09:30", { showsAs: "tentative" }),
  ]
  expect(booked(events).map(({ id }) => id)).toEqual(["first", "second"])
})

test("a private meeting shows neither title nor host nor how to join, where the room says so", () => {
  const meeting = event("Salaries", "09:00", "10:00", {
    isPrivate: true,
    organizer: { name: "Ada", email: "ada@example.org" },
    location: "https://zoom.us/j/5364147796",
  })
  const [hidden] = booked([meeting])
  expect(hidden).toMatchObject({ title: null, host: null, join: null, dial: [] })
  expect(JSON.stringify(hidden)).not.toMatch(/Salaries.*Salaries|Ada|zoom/)
  const [shown] = booked([meeting], { privacy: { hidesTitles: "private", hidesHostsOfPrivate: false } })
  expect(shown).toMatchObject({ title: null, host: "Ada", join: { vendor: "Zoom" } })
  expect(shown?.dial).toHaveLength(2)
})

test("a room that hides all titles still says who has it, and never an address", () => {
  const meeting = event("Board", "09:00", "10:00", { organizer: { name: "Ada", email: "ada@example.org" } })
  const [booking] = booked([meeting], { privacy: mostPrivate })
  expect(booking).toMatchObject({ title: null, host: "Ada" })
  expect(JSON.stringify(booking)).not.toContain("example.org")
})

test("a room is free until its next booking, soon taken before it, taken during it, and free again", () => {
  const known = agenda(event("call", "10:00", "10:30"))
  expect(stateAt(known, "09:10")).toMatchObject({ kind: "free", until: at("10:00"), isSoonTaken: false })
  expect(stateAt({ ...known, readAt: at("09:50") }, "09:50")).toMatchObject({ kind: "free", isSoonTaken: true })
  expect(stateAt(known, "10:00")).toMatchObject({ kind: "taken", until: at("10:30"), checkInBy: null })
  expect(stateAt({ ...known, readAt: at("10:30") }, "10:30")).toEqual({
    ...{ kind: "free", until: null, isSoonTaken: false, next: null },
  })
})

test("meetings that follow one another without a gap are one for whoever stands before the door", () => {
  const known = agenda(event("a", "10:00", "10:30"), event("b", "10:30", "11:00"), event("c", "11:30", "12:00"))
  expect(stateAt(known, "10:05")).toMatchObject({ kind: "taken", until: at("11:00"), next: { id: "b" } })
})

test("a room that was never read, was read too long ago, or is looked at beyond what was read is unknown, never free", () => {
  expect(stateAt(null, "09:00")).toEqual({ kind: "unknown" })
  const known = agenda()
  const trustedUntil = known.readAt.add({ seconds: trustSeconds })
  const look = (now: Temporal.Instant, of = known) => roomStateOf({ agenda: of, now, checkInBy: nobodyChecksIn }).kind
  expect(look(trustedUntil)).toBe("free")
  expect(look(trustedUntil.add({ seconds: 1 }))).toBe("unknown")
  expect(look(at("09:05"), { ...known, coversUntil: at("09:05") })).toBe("unknown")
})

test("a booking that was known before an outage still takes the room, hours later", () => {
  const known = agenda(event("long", "08:00", "16:00"))
  expect(stateAt(known, "15:59")).toMatchObject({ kind: "taken", until: at("16:00") })
  expect(stateAt(known, "16:00")).toEqual({ kind: "unknown" })
  expect(ageSeconds(known, at("15:00"))).toBe(6 * 3600)
  expect(ageSeconds(null, at("15:00"))).toBeNull()
})

const policy: CheckInPolicy = { withinMinutes: 10, earlyMinutes: 5, missesMost: 3 }
const meeting = (changes: Partial<Booking> = {}): Booking => {
  const [booking] = booked([event("m", "10:00", "11:00")])
  if (booking === undefined) throw new Error("it takes the room")
  return { ...booking, ...changes }
}
const verdict = (clock: string, changes: Partial<Parameters<typeof checkInVerdict>[1]> = {}) =>
  checkInVerdict(policy, {
    ...{ booking: meeting(), offeredSince: at("08:00"), now: at(clock), isCheckedIn: false, missed: 0 },
    ...changes,
  })

test.each([
  ["09:54", { kind: "keep" }],
  ["09:55", { kind: "wait", releaseAt: at("10:10") }],
  ["10:09", { kind: "wait", releaseAt: at("10:10") }],
  ["10:10", { kind: "release" }],
  ["11:00", { kind: "keep" }],
])("at %s nobody has come: %j", (clock, expected) => {
  expect(verdict(clock)).toEqual(expected)
})

test("who has come keeps the room, and nobody checks in to a whole day", () => {
  expect(verdict("10:30", { isCheckedIn: true })).toEqual({ kind: "keep" })
  expect(verdict("10:30", { booking: meeting({ isAllDay: true }) })).toEqual({ kind: "keep" })
  const known = agenda(event("m", "10:00", "11:00"))
  const deadline = (booking: Booking) => checkInBy(policy, booking, at("08:00"))
  expect(stateAt(known, "10:05", deadline)).toMatchObject({ checkInBy: at("10:10") })
  expect(deadline(meeting({ isAllDay: true }))).toBeNull()
})

test("the minutes to check in count from when a screen could first show the booking, and end with it", () => {
  const deadline = (offered: string) => checkInBy(policy, meeting(), at(offered))
  expect([deadline("09:00"), deadline("10:20"), deadline("10:55")]).toEqual([at("10:10"), at("10:30"), at("11:00")])
  expect(verdict("10:29", { offeredSince: at("10:20") })).toEqual({ kind: "wait", releaseAt: at("10:30") })
  expect(verdict("10:30", { offeredSince: at("10:20") })).toEqual({ kind: "release" })
})

test("a meeting shorter than the time to check in is not given up after its end", () => {
  const short = meeting({ endsAt: at("10:05") })
  expect(verdict("10:04", { booking: short })).toEqual({ kind: "wait", releaseAt: at("10:05") })
  expect(verdict("10:05", { booking: short })).toEqual({ kind: "keep" })
})

test("the third occurrence of a series that is missed in a row takes the series with it; a single meeting never has one", () => {
  const weekly = meeting({ seriesId: parseProviderEventId("s") })
  let missed = 0
  const verdicts = [1, 2, 3].map(() => {
    const { kind } = verdict("10:10", { booking: weekly, missed })
    missed = missedAfter(missed, kind, false)
    return kind
  })
  expect(verdicts).toEqual(["release", "release", "release-series"])
  expect(missedAfter(2, "keep", true)).toBe(0)
  expect(verdict("10:10", { missed: 7 })).toEqual({ kind: "release" })
})
