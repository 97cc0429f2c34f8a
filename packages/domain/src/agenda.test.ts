import { expect, test } from "vitest"
import { agendaOf } from "./agenda.ts"
import type { EventTime } from "./event.ts"
import { someEvent as event } from "./testing/some-event.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")

const timed = (startsAt: string, endsAt: string): EventTime => ({
  kind: "timed",
  startsAt: Temporal.Instant.from(startsAt),
  endsAt: Temporal.Instant.from(endsAt),
  zone: null,
})
const allDay = (startsOn: string, endsBefore: string): EventTime => ({
  kind: "all-day",
  startsOn: Temporal.PlainDate.from(startsOn),
  endsBefore: Temporal.PlainDate.from(endsBefore),
})

const events = [
  event("call", timed("2026-11-23T09:30:00Z", "2026-11-23T10:00:00Z"), { location: "https://meet.ours.example/team" }),
  event("late", timed("2026-11-23T22:30:00Z", "2026-11-23T23:30:00Z")),
  event("to midnight", timed("2026-11-23T20:00:00Z", "2026-11-23T23:00:00Z")),
  event("holiday", allDay("2026-11-22", "2026-11-25")),
  event("endless", allDay("2000-01-01", "2100-01-01")),
]
const looks = [
  { zone: "UTC", ownHosts: {} },
  { zone: "Pacific/Auckland", ownHosts: {} },
  { zone: "UTC", ownHosts: { "meet.ours.example": "Ours" } },
  { zone: "Europe/Zurich", ownHosts: {} },
]

test("an agenda drawn again is the one that fresh events give, whenever, in whatever zone and with whatever hosts", () => {
  for (const hours of [0, 0.5, 1, 14, 15, 30])
    for (const look of looks) {
      const at = { ...look, now: now.add({ seconds: hours * 3600 }), dayCount: 3 }
      const copies = events.map((one) => ({ ...one }))
      expect(agendaOf({ events, ...at })).toEqual(agendaOf({ events: copies, ...at }))
    }
})

test("an event is on each of the days it touches, and says which day of how many", () => {
  const { days } = agendaOf({ events: events.slice(0, 4), now, zone: "Europe/Zurich", dayCount: 30 })
  const lines = days.map(({ date, entries }) => [
    date.toString(),
    ...entries.map(({ key, dayOf }) => `${key}${dayOf === null ? "" : ` (${dayOf.day}/${dayOf.days})`}`),
  ])
  expect(lines).toEqual([
    ["2026-11-23", "holiday@2026-11-23 (2/3)", "call", "to midnight", "late@2026-11-23 (1/2)"],
    ["2026-11-24", "holiday@2026-11-24 (3/3)", "late@2026-11-24 (2/2)"],
  ])
})

test("the join link is the one of whoever looks", () => {
  const vendors = looks.map((look) => agendaOf({ events, now, dayCount: 1, ...look }).next?.join?.vendor ?? null)
  expect(vendors).toEqual([null, null, "Ours", null])
})
