import { type ClientState, signedOut } from "@kalends/client/types"
import type { CalendarEvent } from "@kalends/domain/event"
import { someEvent } from "@kalends/domain/testing/some-event"
import { sampleConnection, sampleUser } from "@kalends/ui/testing/sample-views"
import type { Language } from "@kalends/ui/words"
import { expect, test } from "vitest"
import { columnsOf } from "./cells.ts"
import { createDesk } from "./desk.ts"

const zone = "Europe/Zurich"
const at = (time: string) => Temporal.PlainDateTime.from(`2026-11-23T${time}`).toZonedDateTime(zone).toInstant()
const now = at("10:00")
const event = (subject: string, from: string, to: string, change: Partial<CalendarEvent> = {}) =>
  someEvent(subject, { kind: "timed", startsAt: at(from), endsAt: at(to), zone }, change)
const zoom = { onlineMeetingUrl: "https://us02web.zoom.us/j/12345678901" }
const jitsi = { location: "https://meet.jit.si/Comet" }

function deskWith(events: readonly CalendarEvent[], language: Language = "en", change: Partial<ClientState> = {}) {
  const did: string[] = []
  const state: ClientState = {
    ...signedOut,
    ...{ phase: "signed-in", user: sampleUser, isLoaded: true, connection: sampleConnection, events },
    ...{ readAt: now.subtract({ minutes: 2 }), stream: "live" },
    ...change,
  }
  const note = (what: string) => async () => void did.push(what)
  const desk = createDesk({
    client: { state, refresh: note("refresh"), signOut: note("sign out") },
    now: () => now,
    zone,
    words: { language, locale: language === "ja" ? "ja-JP" : "en-GB" },
    open: (url) => void did.push(url),
    quit: () => void did.push("quit"),
  })
  const shown = (rows = 20, columns = 80) => desk.lines({ columns, rows }, 1).map(({ text }) => text.trimEnd())
  return { desk, did, shown, text: () => shown().join("\n") }
}

const day = [
  event("Standup", "08:00", "08:15", { location: "Dome 2" }),
  event("Design review", "09:30", "10:30", zoom),
  event("Colloquium", "14:00", "15:00", jitsi),
]

test("now is on top, with what joins it; the day is below, and who uses the agent at the foot", () => {
  const lines = deskWith(day).shown(15)
  expect(lines.map((line) => line.replace(/(?<=\S) {4,}/, "    "))).toEqual([
    "Kalends · Agenda    Ada · live · read 2 minutes ago",
    "",
    "Now · until 10:30",
    "  Design review",
    "  Join with Zoom: Shift + J",
    "",
    "Today, Monday 23 November",
    "  08:00 – 08:15    Standup · Dome 2",
    "  09:30 – 10:30    Design review · Zoom",
    "  14:00 – 15:00    Colloquium · Jitsi Meet",
    "",
    "",
    "",
    "",
    "j k move · J join · r refresh · o sign out · ? keys · q quit   1 scheduling tool",
  ])
})

test("in Japanese as well, and no line is too wide", () => {
  const { shown, text } = deskWith([event("彗星観測会議の準備と当番表の確認について", "09:30", "10:30", zoom)], "ja")
  expect(text()).toContain("現在 · 10:30 まで")
  expect(text()).toContain("Zoom で参加")
  for (const columns of [20, 40, 80])
    for (const line of shown(12, columns)) expect(columnsOf(line)).toBeLessThanOrEqual(columns)
})

test("the key joins what is on, or the selected meeting, and says when there is nothing", () => {
  const { desk, did, text } = deskWith(day)
  desk.press("J")
  for (const key of ["j", "j", "down", "enter"]) desk.press(key)
  expect(did).toEqual([zoom.onlineMeetingUrl, jitsi.location])
  expect(text()).toContain("Opening “Colloquium”")
  expect(text()).toContain("› 14:00")
  desk.press("k")
  expect(text()).toContain("› 09:30")
  const none = deskWith([event("Standup", "09:30", "10:30")])
  none.desk.press("J")
  expect([none.did, none.text().includes("nothing to join")]).toEqual([[], true])
})

test("keys refresh, sign out, quit and list themselves", () => {
  const { desk, did, text } = deskWith(day)
  for (const key of ["r", "o", "q", "interrupt", "x"]) desk.press(key)
  expect(did).toEqual(["refresh", "sign out", "quit", "quit"])
  desk.press("?")
  expect(text()).toContain("Nothing is kept on this computer")
  desk.press("?")
  expect(text()).toContain("Standup")
})

test("old, unread and unconnected calendars say so, and never look empty", () => {
  const problem = { kind: "unavailable", code: null, message: "" } as const
  expect(deskWith(day, "en", { problem }).text()).toContain("You see it as it was 2 minutes ago")
  expect(deskWith([], "en", { problem, readAt: null }).text()).not.toContain("No meetings")
  expect(deskWith([], "en", { connection: null }).text()).toContain("Connect one in the portal")
  expect(deskWith([]).text()).toContain("No meetings in the next 30 days")
  expect(deskWith(day, "en", { malformedCount: 2 }).text()).toContain("2 events could not be understood")
})

test("of a long list the selected meeting is shown, and the screen is never more than its rows", () => {
  const many = Array.from({ length: 40 }, (_, index) => event(`Meeting ${index}`, "11:00", "12:00"))
  const { desk, shown } = deskWith(many)
  for (let step = 0; step < 35; step++) desk.press("j")
  const lines = shown(12)
  expect(lines.length).toBe(12)
  expect(lines.some((line) => line.startsWith("›"))).toBe(true)
  expect(deskWith(many).shown(3).length).toBe(3)
})

test("a subject cannot write to the terminal", () => {
  const { text } = deskWith([event("\x1b]0;owned\x07Review", "09:30", "10:30")])
  expect(text()).not.toContain("\x1b")
  expect(text()).toContain("Review")
})
