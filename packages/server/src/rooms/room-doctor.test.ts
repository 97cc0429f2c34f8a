import type { CalendarEvent } from "@kalends/domain/event"
import { someEvent } from "@kalends/domain/testing/some-event"
import { expect, test } from "vitest"
import { inferred } from "./room-doctor.ts"

const time = {
  kind: "timed",
  startsAt: Temporal.Instant.from("2026-11-23T09:00:00Z"),
  endsAt: Temporal.Instant.from("2026-11-23T10:00:00Z"),
  zone: "UTC",
} as const
const organizer = { name: "Ada Lovelace", email: "ada@example.org" }

/** Four meetings that the room was invited to, all changed alike. */
const meetings = (changes: Partial<CalendarEvent>) =>
  ["a", "b", "c", "d"].map((id) => someEvent(id, time, { organizer, description: "Agenda", ...changes }))
const codes = (events: readonly CalendarEvent[]) => inferred(events).map(({ code }) => code)
const unread = ["room-window-unread", "room-private-unread"]

test("a mailbox that keeps what it is sent has nothing wrong, and what only PowerShell can read is said to be unread", () => {
  expect(codes(meetings({}))).toEqual(["room-subject-kept", "room-body-kept", "room-accepted", ...unread])
})

test("titles that are all the organizer's name, all empty, or gone with their texts are told apart", () => {
  expect(codes(meetings({ subject: "Ada Lovelace" }))).toContain("room-subject-organizer")
  expect(codes(meetings({ subject: "Ada Lovelace Planning" }))).toContain("room-subject-organizer")
  expect(codes(meetings({ subject: "" }))).toContain("room-subject-stripped")
  expect(codes(meetings({ description: null }))).toContain("room-body-stripped")
  expect(codes(meetings({ myResponse: "none" }))).toContain("room-not-accepted")
})

test("one meeting that kept its title clears the mailbox, and from few meetings nothing is concluded", () => {
  expect(codes(meetings({ subject: "" }).slice(0, 2))).toEqual(["room-too-few", ...unread])
  const kept = meetings({}).map((event, index) =>
    index === 0 ? { ...event, subject: "Planning" } : { ...event, subject: "" },
  )
  expect(codes(kept)).toContain("room-subject-kept")
})

test("what the room booked itself, and what nobody organised, is no sign of anything", () => {
  expect(codes(meetings({ subject: "", myResponse: "organizer" }))).toEqual(["room-too-few", ...unread])
  expect(codes(meetings({ subject: "", organizer: null }))).toEqual(["room-too-few", ...unread])
})
