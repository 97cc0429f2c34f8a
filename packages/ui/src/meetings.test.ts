import { describe, expect, test } from "vitest"
import {
  emptyDraft,
  isOver,
  type MeetingDraft,
  movedTo,
  nextStart,
  scheduleOf,
  seriesPicture,
  timesOf,
} from "./meetings.ts"

const zone = "Europe/Berlin"
const now = Temporal.Instant.from("2026-11-25T09:10:00Z")
const draft: MeetingDraft = { subject: "x", date: "2026-11-27", time: "10:00", minutes: 30, repeats: "none", count: 10 }

describe("a meeting's form", () => {
  test("begins with the next full hour where the person is", () => {
    expect(emptyDraft(now, zone)).toMatchObject({ date: "2026-11-25", time: "11:00", minutes: 30, repeats: "none" })
  })

  test("makes a single meeting at the wall-clock time of the zone", () => {
    const schedule = scheduleOf(draft, zone)
    expect(schedule?.kind === "single" && schedule.time.kind === "timed" && schedule.time.startsAt.toString()).toBe(
      "2026-11-27T09:00:00Z",
    )
  })

  test("makes a series that ends", () => {
    const schedule = scheduleOf({ ...draft, repeats: "workdays", count: 3 }, zone)
    expect(schedule?.kind === "series" && schedule.recurrence.rules).toEqual([
      "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=3",
    ])
  })

  test.each(["", "2026-13-01", "2026-02-30", "tomorrow"])("makes nothing of the date %j", (date) => {
    expect(scheduleOf({ ...draft, date }, zone)).toBeNull()
  })

  test("shows when a schedule begins, and moves it there and back", () => {
    for (const repeats of ["none", "weekly"] as const) {
      const schedule = scheduleOf({ ...draft, repeats }, zone)
      if (schedule === null) throw new Error("a schedule is expected")
      expect(timesOf(schedule)).toEqual({ date: "2026-11-27", time: "10:00", minutes: 30 })
      const times = { date: "2026-12-01", time: "08:30", minutes: 50 }
      const moved = movedTo(schedule, times)
      expect(moved && timesOf(moved)).toEqual(times)
      expect(moved && movedTo(moved, draft)).toEqual(schedule)
    }
  })

  test("keeps what was cancelled of a series that only takes longer, and not what was cancelled of one that is moved", () => {
    const schedule = scheduleOf({ ...draft, repeats: "weekly" }, zone)
    if (schedule?.kind !== "series") throw new Error("a series is expected")
    const holes = [Temporal.PlainDateTime.from("2026-12-04T10:00")]
    const holed = { ...schedule, recurrence: { ...schedule.recurrence, excludedStarts: holes } }
    expect(movedTo(holed, { ...draft, minutes: 60 })).toEqual({ ...holed, length: 60 })
    expect(movedTo(holed, { ...draft, time: "11:00" })).toMatchObject({ recurrence: { excludedStarts: [] } })
  })

  test("tells a meeting in the past from one that is on or ahead", () => {
    const at = (date: string, changes: Partial<MeetingDraft> = {}) => {
      const schedule = scheduleOf({ ...draft, ...changes, date }, zone)
      return schedule && isOver(schedule, now, zone)
    }
    expect([at("2026-11-24"), at("2026-11-25", { time: "10:00" }), at("2026-11-27")]).toEqual([true, false, false])
    expect([at("2026-11-01", { repeats: "daily" }), at("2026-11-24", { repeats: "daily" })]).toEqual([true, false])
  })
})

describe("the picture of a series", () => {
  test("has eight weeks from Monday on, with what was moved and cancelled", () => {
    const schedule = scheduleOf({ ...draft, repeats: "weekly", count: 5 }, zone)
    if (schedule?.kind !== "series") throw new Error("a series is expected")
    const start = Temporal.PlainDateTime.from("2026-11-27T10:00")
    const startsAt = Temporal.Instant.from("2026-12-08T12:00:00Z")
    const changed = {
      ...schedule,
      recurrence: { ...schedule.recurrence, excludedStarts: [start.add({ weeks: 2 })] },
      moved: [
        {
          originalStart: start.add({ weeks: 1 }),
          time: { kind: "timed", startsAt, endsAt: startsAt.add({ minutes: 30 }), zone } as const,
        },
      ],
    }
    const days = seriesPicture(changed, now, zone).flat()
    expect(days).toHaveLength(56)
    expect(days[0]?.date.toString()).toBe("2026-11-23")
    const marks = days.filter(({ mark }) => mark !== "none").map(({ date, mark }) => `${date} ${mark}`)
    expect(marks).toEqual([
      "2026-11-27 regular",
      "2026-12-04 moved-away",
      "2026-12-08 moved-here",
      "2026-12-11 cancelled",
      "2026-12-18 regular",
      "2026-12-25 regular",
    ])
    expect(nextStart(changed, Temporal.Instant.from("2026-12-01T00:00Z"), zone)?.toString()).toBe(
      "2026-12-08T12:00:00Z",
    )
    expect(nextStart(changed, Temporal.Instant.from("2027-12-01T00:00Z"), zone)).toBeNull()
  })
})
