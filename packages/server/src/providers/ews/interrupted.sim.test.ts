import type { Schedule } from "@kalends/domain/schedule"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type FaultLine, failEachStep } from "../../testing/fail-each-step.ts"
import type { EwsCalls } from "./calls.ts"
import { createEwsEvents } from "./events.ts"
import { moving, type Office, openOffice, timesOf, wall, without } from "./testing/office.ts"

let office: Office

beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

/** The mailbox without events, each of whose calls is one that may fail. */
function emptied(line: FaultLine) {
  for (const event of office.mary.calendar.live()) office.mary.calendar.remove(event)
  const { calls } = office
  const faulty: EwsCalls = {
    ...calls,
    getItem: (...of) => line.call(() => calls.getItem(...of)),
    findByProperty: (...of) => line.call(() => calls.findByProperty(...of)),
    createItem: (...of) => line.call(() => calls.createItem(...of)),
    updateItem: (...of) => line.call(() => calls.updateItem(...of)),
    deleteItem: (...of) => line.call(() => calls.deleteItem(...of)),
  }
  return createEwsEvents(faulty)
}

const starts = ["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00", "2026-11-27T09:00"] as const
const daily: Schedule & { readonly kind: "series" } = {
  ...{ kind: "series", zone: "Europe/Berlin", length: 60, moved: [] },
  recurrence: {
    start: wall(starts[0]),
    ...{ rules: ["FREQ=DAILY;COUNT=4"], extraStarts: [], excludedStarts: [] },
  },
}

describe("a write that is interrupted anywhere", () => {
  test("makes one event, as it is to be, when it is done again", async () => {
    const wanted = without(moving(daily, [[starts[1], "2026-11-25T14:00"]]), [starts[2]])
    const steps = await failEachStep({
      make: async (line) => emptied(line),
      flow: (events) => office.create(wanted, events),
      async check(events, { where }) {
        const { eventId } = await office.create(wanted, events)
        expect({ where, live: office.mary.calendar.live().length }).toEqual({ where, live: 1 })
        expect({ where, times: timesOf(await office.series(eventId)) }).toEqual({ where, times: timesOf(wanted) })
      },
    })
    expect(steps).toBeGreaterThan(5)
  })

  test("brings a series to what it is to be when it is done again on what there is by then", async () => {
    const wanted = { ...moving(daily, [[starts[3], "2026-11-27T15:00"]]), length: 45 }
    const steps = await failEachStep({
      async make(line) {
        const events = emptied(line)
        const id = office.theirs({ rule: "FREQ=DAILY;COUNT=4" })
        const before = without(moving(daily, [[starts[1], "2026-11-25T14:00"]]), [starts[2]])
        await office.patch(id, { schedule: before })
        return { events, id }
      },
      flow: ({ events, id }) => office.patch(id, { schedule: wanted, subject: "Ours" }, events),
      async check({ events, id }, { where }) {
        await office.patch(id, { schedule: wanted, subject: "Ours" }, events)
        const { subject, schedule } = await office.record(id)
        expect({ where, subject, times: timesOf(schedule) }).toEqual({ where, subject: "Ours", times: timesOf(wanted) })
      },
    })
    expect(steps).toBeGreaterThan(4)
  })

  test("removes once, though nobody heard of it", async () => {
    await failEachStep({
      async make(line) {
        const events = emptied(line)
        const id = office.theirs()
        return { events, id, version: (await office.record(id)).version }
      },
      flow: ({ events, id, version }) => events.remove({ ...office.at(id), expect: version }),
      async check({ events, id, version }) {
        await events.remove({ ...office.at(id), expect: version })
        expect(office.mary.calendar.live()).toEqual([])
      },
    })
  })
})
