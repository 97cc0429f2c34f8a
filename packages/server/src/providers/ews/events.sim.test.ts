import type { ProviderEventId } from "@kalends/domain/ids"
import type { Schedule, Series } from "@kalends/domain/schedule"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { problemOf } from "../conformance/drain.ts"
import type { EwsCalls } from "./calls.ts"
import { createEwsEvents } from "./events.ts"
import { draftOf, hourAt, link, moving, type Office, openOffice, timesOf, wall, without } from "./testing/office.ts"

// What the conformance suite does not show of whole events: what is Exchange's own.

let office: Office

beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const day = (text: string) => Temporal.PlainDate.from(text)

describe("a schedule", () => {
  test("a single event becomes a series, and a series a single event", async () => {
    const id = office.theirs({})
    const { schedule } = await office.record(id)
    if (schedule.kind !== "single") throw new Error("a single event is expected")
    const start = wall("2026-11-24T09:00")
    const weekly: Series = {
      ...{ kind: "series", zone: "Europe/Berlin", length: 60, moved: [] },
      recurrence: { start, rules: ["FREQ=WEEKLY;COUNT=3"], extraStarts: [], excludedStarts: [] },
    }
    await office.patch(id, { schedule: weekly })
    expect(timesOf(await office.series(id))).toEqual(["2026-11-24T09:00", "2026-12-01T09:00", "2026-12-08T09:00"])
    await office.patch(id, { schedule: { kind: "single", time: hourAt("2026-11-30T16:00") } })
    expect((await office.record(id)).schedule).toEqual({ kind: "single", time: hourAt("2026-11-30T16:00") })
  })

  test("a timed event becomes all-day, in its own zone, and timed again", async () => {
    const id = office.theirs({})
    const time = { kind: "all-day", startsOn: day("2026-11-24"), endsBefore: day("2026-11-25") } as const
    await office.patch(id, { schedule: { kind: "single", time } })
    expect(office.eventOf(id).details.time).toEqual({ kind: "all-day", start: "2026-11-24", end: "2026-11-25" })
    expect((await office.record(id)).schedule).toEqual({ kind: "single", time })
    await office.patch(id, { schedule: { kind: "single", time: hourAt("2026-11-24T11:00") } })
    expect((await office.record(id)).schedule).toEqual({ kind: "single", time: hourAt("2026-11-24T11:00") })
  })

  test("is written with its exceptions when it is made, and writing it again changes nothing", async () => {
    const recurrence = {
      start: wall("2026-11-24T09:00"),
      rules: ["FREQ=DAILY;COUNT=4"],
      extraStarts: [],
      excludedStarts: [wall("2026-11-27T09:00")],
    }
    const moved = [{ originalStart: wall("2026-11-25T09:00"), time: hourAt("2026-11-25T13:00") }]
    const schedule: Schedule = { kind: "series", zone: "Europe/Berlin", length: 60, recurrence, moved }
    const first = await office.create(schedule)
    expect(timesOf(await office.series(first.eventId))).toEqual([
      "2026-11-24T09:00",
      "2026-11-25T13:00",
      "2026-11-26T09:00",
    ])
    expect(await office.create(schedule)).toEqual(first)
  })

  test.each([
    ["every second year", "FREQ=YEARLY;INTERVAL=2"],
    ["every thousandth day", "FREQ=DAILY;INTERVAL=1000"],
    ["Mondays and Tuesdays by their place in the month", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=4"],
  ])("that Exchange cannot keep is refused, and nothing is made: %s", async (_, rule) => {
    const recurrence = { start: wall("2026-11-24T09:00"), rules: [rule], extraStarts: [], excludedStarts: [] }
    const schedule: Schedule = { kind: "series", zone: "Europe/Berlin", length: 60, recurrence, moved: [] }
    expect(await problemOf(office.create(schedule))).toMatchObject({ kind: "unsupported", code: "schedule" })
    expect(office.mary.calendar.live()).toEqual([])
  })

  test("in a zone that Exchange does not know is refused as one that it cannot keep", async () => {
    const time = { ...hourAt("2026-11-24T09:00"), zone: "Antarctica/Troll" }
    expect(await problemOf(office.create({ kind: "single", time }))).toMatchObject({
      kind: "unsupported",
      code: "schedule",
    })
  })
})

describe("an event is made once", () => {
  test("though the answer was lost", async () => {
    office.simulator.knobs("exchange").loseWritesNext = 1
    await problemOf(office.create())
    const { eventId } = await office.create()
    expect(office.mary.calendar.live()).toHaveLength(1)
    expect((await office.record(eventId)).tag).toBe(draftOf().tag)
  })

  // Ids come in no order: which of the two goes must not depend on them.
  test.each([1, 2, 3, 4])("though two make it at once: both are told of the one that stays (%i)", async () => {
    const told: ProviderEventId[] = []
    // The other one looks, makes and looks again between our own look and our own making.
    const calls: EwsCalls = {
      ...office.calls,
      async createItem(...made) {
        told.push((await office.create()).eventId)
        office.wait(1)
        return office.calls.createItem(...made)
      },
    }
    const { eventId } = await office.create(undefined, createEwsEvents(calls))
    expect(office.mary.calendar.live()).toHaveLength(1)
    expect(told).toEqual([eventId])
    expect((await office.record(eventId)).subject).toBe("Ours")
  })
})

describe("what is written", () => {
  const guests = () => [{ name: office.guest.name, email: office.guest.email, response: "none" as const }]
  const invited = () => office.guest.calendar.live().map(({ details }) => details.subject)

  test("guests are told of what they can see, and not of our tag", async () => {
    const id = office.theirs({ attendees: guests() })
    await office.patch(id, { tag: "kalends:1" })
    expect(invited()).toEqual([])
    await office.patch(id, { subject: "Seen", location: link })
    expect(invited()).toEqual(["Seen"])
    const { version } = await office.record(id)
    await createEwsEvents(office.calls).remove({ ...office.at(id), expect: version })
    expect(invited()).toEqual([])
  })

  test("guests are told of an occurrence that is moved or cancelled", async () => {
    const id = office.theirs({ attendees: guests(), rule: "FREQ=DAILY;COUNT=4" })
    const moved = moving(await office.series(id), [["2026-11-25T09:00", "2026-11-25T14:00"]])
    await office.patch(id, { schedule: without(moved, ["2026-11-26T09:00"]) })
    const [copy] = office.guest.calendar.live()
    expect([...(copy?.exceptions ?? [])].sort()).toEqual([
      ["2026-11-25T08:00:00Z", expect.objectContaining({ subject: "Theirs" })],
      ["2026-11-26T08:00:00Z", "cancelled"],
    ])
  })

  test("nothing is written over that somebody else writes between our look and our write", async () => {
    const id = office.theirs({})
    const calls: EwsCalls = {
      ...office.calls,
      async updateItem(target, update) {
        office.mary.calendar.update(office.eventOf(id), { subject: "Theirs, renamed" })
        return office.calls.updateItem(target, update)
      },
    }
    const { version } = await office.record(id)
    const written = createEwsEvents(calls).update({ ...office.at(id), patch: { subject: "Ours" }, expect: version })
    expect((await problemOf(written)).kind).toBe("conflict")
    expect((await office.record(id)).subject).toBe("Theirs, renamed")
  })

  test("an HTML description is kept as it is around our block", async () => {
    const id = office.theirs({})
    const html = '<html><body><p style="color:red">Bring <b>&amp; share</b></p></body></html>'
    const { version } = await office.record(id)
    await office.calls.updateItem(office.at(id), {
      name: { kind: "item", id },
      ...{ changeKey: version, isSent: false },
      fields: [
        {
          uri: "item:Body",
          content: `<t:Body BodyType="HTML">${html.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</t:Body>`,
        },
      ],
    })
    const kept = () => (office.eventOf(id).details.extra?.ews as { readonly html: string } | undefined)?.html
    await office.patch(id, { block: `Join the meeting: ${link}` })
    expect(kept()).toContain('<p style="color:red">Bring <b>&amp; share</b></p>')
    expect(kept()).toContain(`href="${link}"`)
    expect((await office.record(id)).description).toContain("Bring & share")
    await office.patch(id, { block: null })
    expect(kept()).toBe(html)
  })

  test("signs that XML cannot hold, or takes for its own, harm nothing", async () => {
    const id = office.theirs({})
    await office.patch(id, { subject: 'Q&A <b>"1"</b>\u0001 €', location: "Räume 1 & 2 'x'", tag: 'a&"<' })
    expect(await office.record(id)).toMatchObject({
      ...{ subject: 'Q&A <b>"1"</b> €', location: "Räume 1 & 2 'x'", tag: 'a&"<' },
    })
  })

  test("a guest's copy is not the organizer's", async () => {
    const id = office.theirs({ attendees: guests(), organizer: { name: office.guest.name, email: office.guest.email } })
    expect(await office.record(id)).toMatchObject({ isOrganizer: false })
  })
})
