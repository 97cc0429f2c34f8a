import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { problemOf } from "../conformance/drain.ts"
import type { EwsCalls } from "./calls.ts"
import { createEwsEvents } from "./events.ts"
import { hourAt, moving, type Office, openOffice, timesOf, wall, without } from "./testing/office.ts"

let office: Office

beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const day = (text: string) => Temporal.PlainDate.from(text)

describe("single occurrences of a series", () => {
  test("one that was moved is moved again, taken back, and cancelled, and the others stay", async () => {
    const id = office.theirs({ rule: "FREQ=DAILY;COUNT=5" })
    await office.patch(id, { schedule: moving(await office.series(id), [["2026-11-25T09:00", "2026-11-25T12:00"]]) })
    await office.patch(id, { schedule: moving(await office.series(id), [["2026-11-25T09:00", "2026-11-25T15:00"]]) })
    expect(timesOf(await office.series(id))).toEqual([
      ...["2026-11-24T09:00", "2026-11-25T15:00", "2026-11-26T09:00", "2026-11-27T09:00", "2026-11-28T09:00"],
    ])
    await office.patch(id, { schedule: moving(await office.series(id), []) })
    expect(timesOf(await office.series(id))[1]).toBe("2026-11-25T09:00")
    const bare = moving(await office.series(id), [])
    await office.patch(id, { schedule: without(bare, ["2026-11-25T09:00"]) })
    expect(timesOf(await office.series(id))).toEqual([
      ...["2026-11-24T09:00", "2026-11-26T09:00", "2026-11-27T09:00", "2026-11-28T09:00"],
    ])
  })

  test("is counted with those before it that were cancelled or moved", async () => {
    const id = office.theirs({ rule: "FREQ=WEEKLY;COUNT=6" })
    const first = moving(await office.series(id), [["2026-12-08T09:00", "2026-12-09T10:00"]])
    await office.patch(id, { schedule: without(first, ["2026-11-24T09:00", "2026-12-01T09:00"]) })
    const then = await office.series(id)
    const moved = [...then.moved, { originalStart: wall("2026-12-22T09:00"), time: hourAt("2026-12-21T08:00") }]
    await office.patch(id, { schedule: { ...then, moved } })
    expect(timesOf(await office.series(id))).toEqual([
      ...["2026-12-09T10:00", "2026-12-15T09:00", "2026-12-21T08:00", "2026-12-29T09:00"],
    ])
  })

  test("several are moved in one patch, though each write gives the series a new version", async () => {
    const id = office.theirs({ rule: "FREQ=WEEKLY;COUNT=4" })
    const moves = [
      ["2026-11-24T09:00", "2026-11-24T10:00"],
      ["2026-12-01T09:00", "2026-12-01T11:00"],
    ] as const
    await office.patch(id, { schedule: moving(await office.series(id), moves) })
    const later = moves.map(([original, to]) => [original, to.replace(":00", ":30")] as const)
    await office.patch(id, { schedule: moving(await office.series(id), later) })
    expect(timesOf(await office.series(id)).slice(0, 2)).toEqual(["2026-11-24T10:30", "2026-12-01T11:30"])
  })

  test("one is not moved past its neighbour: the schedule cannot be kept", async () => {
    const id = office.theirs({ rule: "FREQ=DAILY;COUNT=5" })
    const far = moving(await office.series(id), [["2026-11-25T09:00", "2026-11-27T12:00"]])
    expect(await problemOf(office.patch(id, { schedule: far }))).toMatchObject({
      kind: "unsupported",
      code: "schedule",
    })
    expect(timesOf(await office.series(id))[1]).toBe("2026-11-25T09:00")
  })

  test("that was cancelled is put back with the series, and the others are moved as before", async () => {
    const id = office.theirs({ rule: "FREQ=DAILY;COUNT=4" })
    const whole = await office.series(id)
    const moves = [["2026-11-26T09:00", "2026-11-26T14:00"]] as const
    await office.patch(id, { schedule: without(moving(whole, moves), ["2026-11-25T09:00"]) })
    expect(office.eventOf(id).exceptions.size).toBe(2)
    await office.patch(id, { schedule: moving(whole, moves) })
    expect(timesOf(await office.series(id))).toEqual([
      ...["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T14:00", "2026-11-27T09:00"],
    ])
  })

  test("are where they are to be when the series gets another rule", async () => {
    const id = office.theirs({ rule: "FREQ=DAILY;COUNT=4" })
    const { recurrence, ...rest } = moving(await office.series(id), [["2026-12-01T09:00", "2026-12-02T09:30"]])
    const excludedStarts = [wall("2026-12-08T09:00")]
    await office.patch(id, {
      schedule: { ...rest, recurrence: { ...recurrence, rules: ["FREQ=WEEKLY;COUNT=4"], excludedStarts } },
    })
    expect(timesOf(await office.series(id))).toEqual(["2026-11-24T09:00", "2026-12-02T09:30", "2026-12-15T09:00"])
  })

  test("one that the series does not have is not taken for the one before it", async () => {
    const id = office.theirs({ rule: "FREQ=DAILY;COUNT=5" })
    const stray = moving(await office.series(id), [["2026-11-25T08:00", "2026-11-25T12:00"]])
    expect(await problemOf(office.patch(id, { schedule: stray }))).toMatchObject({
      kind: "unsupported",
      code: "schedule",
    })
    expect(office.eventOf(id).exceptions.size).toBe(0)
  })

  test("one that somebody cancels in between is a conflict, and the event is not gone", async () => {
    const id = office.theirs({ rule: "FREQ=DAILY;COUNT=5" })
    const moved = moving(await office.series(id), [["2026-11-25T09:00", "2026-11-25T12:00"]])
    const calls: EwsCalls = {
      ...office.calls,
      async getItem(target, name, shape) {
        if (name.kind === "occurrence")
          office.mary.calendar.except(office.eventOf(id), "2026-11-25T08:00:00Z", "cancelled")
        return office.calls.getItem(target, name, shape)
      },
    }
    const { version } = await office.record(id)
    const written = createEwsEvents(calls).update({ ...office.at(id), patch: { schedule: moved }, expect: version })
    expect((await problemOf(written)).kind).toBe("conflict")
  })

  test("of an all-day series are named by their days, in the zone in which the days begin", async () => {
    const time = { kind: "all-day", start: "2026-11-24", end: "2026-11-26" } as const
    const id = office.theirs({ time, rule: "FREQ=WEEKLY;COUNT=4" })
    const whole = await office.series(id)
    const days = { kind: "all-day", startsOn: day("2026-12-02"), endsBefore: day("2026-12-03") } as const
    await office.patch(id, {
      schedule: {
        ...whole,
        recurrence: { ...whole.recurrence, excludedStarts: [day("2026-12-08")] },
        moved: [{ originalStart: day("2026-12-01"), time: days }],
      },
    })
    expect(timesOf(await office.series(id))).toEqual([
      ...["2026-11-24 to 2026-11-26", "2026-12-02 to 2026-12-03", "2026-12-15 to 2026-12-17"],
    ])
    const moved = expect.objectContaining({
      time: { kind: "all-day", start: "2026-12-02", end: "2026-12-03" },
      extra: { ews: expect.objectContaining({ zone: "Europe/Berlin" }) },
    })
    expect([...office.eventOf(id).exceptions]).toEqual([
      ["2026-12-08", "cancelled"],
      ["2026-12-01", moved],
    ])
  })
})
