import { type ClientState, signedOut } from "@kalends/client/types"
import type { CalendarEvent, EventTime } from "@kalends/domain/event"
import { someEvent as event } from "@kalends/domain/testing/some-event"
import { expect, test } from "vitest"
import { agendaView, moved } from "./agenda-view.ts"
import { sampleConnection as connection } from "./testing/sample-views.ts"

const zone = "Europe/Zurich"
const now = Temporal.ZonedDateTime.from("2026-11-23T10:00[Europe/Zurich]").toInstant()
const at = (time: string, day = "2026-11-23") =>
  Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).toInstant()
const timed = (from: string, to: string, day?: string): EventTime => ({
  kind: "timed",
  startsAt: at(from, day),
  endsAt: at(to, day),
  zone,
})

const read = (...events: CalendarEvent[]): ClientState => ({
  ...signedOut,
  phase: "signed-in",
  isLoaded: true,
  connection,
  events,
  readAt: now,
  stream: "live",
})
const view = (state: ClientState, time = now) => agendaView(state, time, zone)
const zoom = { onlineMeetingUrl: "https://us02web.zoom.us/j/12345678901" }

test("the meeting that is on stands on top, with its join button", () => {
  const shown = view(read(event("on", timed("09:30", "10:30"), zoom), event("later", timed("11:00", "12:00"))))
  expect([shown.top?.event.subject, shown.joinable?.join?.vendor]).toEqual(["on", "Zoom"])
})

test("the next meeting stands on top when none is on, and is joined from ten minutes before", () => {
  const state = read(event("next", timed("10:30", "11:00"), zoom))
  expect([view(state).top?.event.subject, view(state).joinable]).toEqual(["next", null])
  expect(view(state, at("10:19")).joinable).toBeNull()
  expect(view(state, at("10:20")).joinable?.event.subject).toBe("next")
  expect(view(state, at("11:00")).joinable).toBeNull()
})

test("the button joins the meeting about to begin while one without a link is on", () => {
  const shown = view(read(event("on", timed("09:30", "10:15")), event("next", timed("10:05", "11:00"), zoom)))
  expect([shown.top?.event.subject, shown.joinable?.event.subject]).toEqual(["on", "next"])
})

test("cancelled, declined and all-day events are listed but never on top", () => {
  const allDay: EventTime = {
    kind: "all-day",
    startsOn: Temporal.PlainDate.from("2026-11-23"),
    endsBefore: Temporal.PlainDate.from("2026-11-24"),
  }
  const shown = view(
    read(
      event("holiday", allDay),
      event("off", timed("09:30", "10:30"), { isCancelled: true, ...zoom }),
      event("no", timed("11:00", "12:00"), { myResponse: "declined" }),
    ),
  )
  expect([shown.top, shown.joinable]).toEqual([null, null])
  expect(shown.order).toEqual(["holiday", "off", "no"])
})

test("an event over three days is a line on each, with its own key", () => {
  const days: EventTime = {
    kind: "all-day",
    startsOn: Temporal.PlainDate.from("2026-11-22"),
    endsBefore: Temporal.PlainDate.from("2026-11-25"),
  }
  const { agenda, order } = view(read(event("fair", days)))
  expect(agenda.days.map(({ date, entries }) => [date.toString(), entries[0]?.dayOf])).toEqual([
    ["2026-11-23", { day: 2, days: 3 }],
    ["2026-11-24", { day: 3, days: 3 }],
  ])
  expect(new Set(order).size).toBe(2)
})

test("the line of the time moves down as meetings begin", () => {
  const state = read(
    event("one", timed("09:00", "09:30")),
    event("two", timed("10:30", "11:00")),
    event("three", timed("12:00", "13:00")),
  )
  expect([
    view(state).nowLineAfter,
    view(state, at("10:30")).nowLineAfter,
    view(state, at("14:00")).nowLineAfter,
  ]).toEqual([1, 2, 3])
})

test("a day without timed events has no line of the time", () => {
  expect(view(read(event("tomorrow", timed("09:00", "10:00", "2026-11-24")))).nowLineAfter).toBeNull()
})

test("today is there even when it is empty, and the next meeting is known", () => {
  const { agenda } = view(read(event("tomorrow", timed("09:00", "10:00", "2026-11-24"))))
  expect([agenda.days.map(({ date }) => date.toString()), agenda.next?.event.subject]).toEqual([
    ["2026-11-23", "2026-11-24"],
    "tomorrow",
  ])
})

test("the first read is not taken for an empty calendar", () => {
  expect(view({ ...signedOut, phase: "signed-in" }).condition).toBe("reading")
  expect(view({ ...read(), readAt: null }).condition).toBe("reading")
  expect(view({ ...read(), connection: null }).condition).toBe("not-connected")
})

test("what is shown after a failed read is told to be old, and what was never read to be unread", () => {
  const problem = { kind: "unavailable", code: null, message: "" } as const
  expect([view({ ...read(), problem }).condition, view({ ...read(), readAt: null, problem }).condition]).toEqual([
    "stale",
    "unread",
  ])
  expect(view({ ...signedOut, phase: "signed-in", problem }).condition).toBe("unread")
})

test("what was not read again for longer than a client ever waits is told to be old", () => {
  expect([view(read(), now.add({ minutes: 34 })).condition, view(read(), now.add({ minutes: 36 })).condition]).toEqual([
    "fine",
    "stale",
  ])
})

test("a dead grant and a withdrawn permission ask for the portal, even while old events are shown", () => {
  const refused = (kind: "auth-revoked" | "forbidden") =>
    view({ ...read(event("on", timed("09:30", "10:30"))), problem: { kind, code: null, message: "" } })
  expect([
    refused("auth-revoked").condition,
    refused("forbidden").condition,
    refused("forbidden").order.length,
  ]).toEqual(["needs-reauth", "needs-consent", 1])
  expect(view({ ...read(), connection: { ...connection, state: "disabled" } }).condition).toBe("needs-consent")
})

test("keys move from line to line and stay at the ends", () => {
  const order = ["a", "b", "c"]
  expect([
    moved(order, null, 1),
    moved(order, "a", 1),
    moved(order, "c", 1),
    moved(order, "a", -1),
    moved(order, "gone", 1),
    moved([], null, 1),
  ]).toEqual(["a", "b", "c", "a", "a", null])
})
