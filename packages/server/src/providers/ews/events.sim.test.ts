import type { Access } from "@kalends/domain/access"
import { type ProviderEventId, parseProviderCalendarId, parseProviderEventId } from "@kalends/domain/ids"
import { occurrencesIn, type Schedule, type Series } from "@kalends/domain/schedule"
import { itemId, readItemId } from "@kalends/simulator/exchange/ids"
import type { Person, SimDetails } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { systemClock } from "../../platform/clock.ts"
import { createHttpClient } from "../../platform/http-client.ts"
import type { EventDraft, EventPatch } from "../../ports/calendar-provider.ts"
import { problemOf } from "../conformance/drain.ts"
import { createEwsCalls, type EwsCalls } from "./calls.ts"
import { createEwsEvents } from "./events.ts"

// What the conformance suite does not show of whole events: what is Exchange's own.

const key = "0123456789abcdef0123456789abcdef"
const link = "https://meet.example/m-1"

type Office = {
  readonly simulator: Simulator
  readonly mary: Person
  readonly guest: Person
  readonly calls: EwsCalls
  readonly place: { readonly access: Access; readonly calendarId: ReturnType<typeof parseProviderCalendarId> }
  readonly close: () => Promise<void>
}

let office: Office
let now: Temporal.Instant

async function openOffice(): Promise<Office> {
  now = Temporal.Instant.from("2026-11-20T09:00:00Z")
  const simulator = await startSimulator({ clock: () => now })
  const { exchange, tenants, org, baseUrls } = simulator
  exchange.offers.clear()
  exchange.offers.add("Basic")
  const mary = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  const guest = org.addPerson(tenants.exchange, "Caroline Herschel", "caroline@northwind-works.example")
  const { login, password } = exchange.credentialsOf(mary)
  const server = baseUrls.exchange
  const http = createHttpClient({ allowedPrivateHosts: [new URL(server).host] })
  const calls = createEwsCalls({ http, clock: systemClock })
  const access: Access = { kind: "password", server, username: login, password }
  const folder = await calls.getCalendarFolder({ access, signal: AbortSignal.timeout(10_000) })
  if (folder === null) throw new Error("a calendar is expected")
  return {
    ...{ simulator, mary, guest, calls },
    place: { access, calendarId: parseProviderCalendarId(folder.id) },
    close: async () => {
      await http.close()
      await simulator.close()
    },
  }
}

beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const source = (calls = office.calls) => createEwsEvents(calls)
const at = (eventId: ProviderEventId) => ({ ...office.place, eventId, signal: AbortSignal.timeout(20_000) })

function theirs(details: Partial<SimDetails>): ProviderEventId {
  const time = {
    kind: "timed",
    start: "2026-11-24T09:00:00",
    end: "2026-11-24T10:00:00",
    zone: "Europe/Berlin",
  } as const
  const { id } = office.mary.calendar.create({ subject: "Theirs", time, ...details })
  return parseProviderEventId(itemId({ personId: office.mary.id, folder: "calendar", eventId: id, original: null }))
}

const eventOf = (id: ProviderEventId) => {
  const event = office.mary.calendar.events.get(readItemId(id)?.eventId ?? "")
  if (event === undefined) throw new Error("no such event")
  return event
}

async function record(id: ProviderEventId) {
  const found = await source().fetch(at(id))
  if (found === null) throw new Error("an event is expected")
  return found
}

async function series(id: ProviderEventId): Promise<Series> {
  const { schedule } = await record(id)
  if (schedule.kind !== "series") throw new Error("a series is expected")
  return schedule
}

async function patch(id: ProviderEventId, changes: EventPatch) {
  return source().update({ ...at(id), patch: changes, expect: (await record(id)).version })
}

/** Where the occurrences are, on the clock of Berlin. */
function timesOf(schedule: Schedule): readonly string[] {
  const window = {
    startsAt: Temporal.Instant.from("2026-11-01T00:00:00Z"),
    endsAt: Temporal.Instant.from("2027-02-01T00:00:00Z"),
  }
  return occurrencesIn(schedule, window, "Europe/Berlin").map(({ time }) => {
    if (time.kind === "all-day") return `${time.startsOn} to ${time.endsBefore}`
    if (time.kind === "floating") throw new Error("Exchange has no floating times")
    return time.startsAt.toZonedDateTimeISO("Europe/Berlin").toPlainDateTime().toString({ smallestUnit: "minute" })
  })
}

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const day = (text: string) => Temporal.PlainDate.from(text)

function timed(start: string, minutes = 60) {
  const startsAt = wall(start).toZonedDateTime("Europe/Berlin").toInstant()
  return { kind: "timed", startsAt, endsAt: startsAt.add({ minutes }), zone: "Europe/Berlin" } as const
}

const draft = (schedule: Schedule = { kind: "single", time: timed("2026-11-24T09:00") }): EventDraft => ({
  ...{ subject: "Ours", schedule, location: link, block: `Join the meeting: ${link}` },
  tag: "kalends:00000000-0000-4000-8000-000000000001",
})

const create = (schedule?: Schedule, events = source()) =>
  events.create({ ...office.place, signal: AbortSignal.timeout(20_000), draft: draft(schedule), key })

const moving = (now: Series, moves: readonly (readonly [string, string])[]): Series => ({
  ...now,
  moved: moves.map(([original, to]) => ({ originalStart: wall(original), time: timed(to) })),
})

describe("single occurrences of a series", () => {
  test("one that was moved is moved again, taken back, and cancelled, and the others stay", async () => {
    const id = theirs({ rule: "FREQ=DAILY;COUNT=5" })
    await patch(id, { schedule: moving(await series(id), [["2026-11-25T09:00", "2026-11-25T12:00"]]) })
    await patch(id, { schedule: moving(await series(id), [["2026-11-25T09:00", "2026-11-25T15:00"]]) })
    expect(timesOf(await series(id))).toEqual([
      ...["2026-11-24T09:00", "2026-11-25T15:00", "2026-11-26T09:00", "2026-11-27T09:00", "2026-11-28T09:00"],
    ])
    await patch(id, { schedule: moving(await series(id), []) })
    expect(timesOf(await series(id))[1]).toBe("2026-11-25T09:00")
    const bare = moving(await series(id), [])
    const excludedStarts = [wall("2026-11-25T09:00")]
    await patch(id, { schedule: { ...bare, recurrence: { ...bare.recurrence, excludedStarts } } })
    expect(timesOf(await series(id))).toEqual([
      ...["2026-11-24T09:00", "2026-11-26T09:00", "2026-11-27T09:00", "2026-11-28T09:00"],
    ])
  })

  test("is counted with those before it that were cancelled or moved", async () => {
    const id = theirs({ rule: "FREQ=WEEKLY;COUNT=6" })
    const whole = await series(id)
    await patch(id, {
      schedule: {
        ...moving(whole, [["2026-12-08T09:00", "2026-12-09T10:00"]]),
        recurrence: { ...whole.recurrence, excludedStarts: [wall("2026-11-24T09:00"), wall("2026-12-01T09:00")] },
      },
    })
    const { recurrence, ...rest } = await series(id)
    const moved = [...rest.moved, { originalStart: wall("2026-12-22T09:00"), time: timed("2026-12-21T08:00") }]
    await patch(id, { schedule: { ...rest, recurrence, moved } })
    expect(timesOf(await series(id))).toEqual([
      ...["2026-12-09T10:00", "2026-12-15T09:00", "2026-12-21T08:00", "2026-12-29T09:00"],
    ])
  })

  test("several are moved in one patch, though each write gives the series a new version", async () => {
    const id = theirs({ rule: "FREQ=WEEKLY;COUNT=4" })
    const moves = [
      ["2026-11-24T09:00", "2026-11-24T10:00"],
      ["2026-12-01T09:00", "2026-12-01T11:00"],
    ] as const
    await patch(id, { schedule: moving(await series(id), moves) })
    const later = moves.map(([original, to]) => [original, to.replace(":00", ":30")] as const)
    await patch(id, { schedule: moving(await series(id), later) })
    expect(timesOf(await series(id)).slice(0, 2)).toEqual(["2026-11-24T10:30", "2026-12-01T11:30"])
  })

  test("one is not moved past its neighbour: the schedule cannot be kept", async () => {
    const id = theirs({ rule: "FREQ=DAILY;COUNT=5" })
    const far = moving(await series(id), [["2026-11-25T09:00", "2026-11-27T12:00"]])
    expect(await problemOf(patch(id, { schedule: far }))).toMatchObject({ kind: "unsupported", code: "schedule" })
    expect(timesOf(await series(id))[1]).toBe("2026-11-25T09:00")
  })

  test("that was cancelled is put back with the series, and the others are moved as before", async () => {
    const id = theirs({ rule: "FREQ=DAILY;COUNT=4" })
    const whole = await series(id)
    const moves = [["2026-11-26T09:00", "2026-11-26T14:00"]] as const
    const excludedStarts = [wall("2026-11-25T09:00")]
    await patch(id, {
      schedule: { ...moving(whole, moves), recurrence: { ...whole.recurrence, excludedStarts } },
    })
    expect(eventOf(id).exceptions.size).toBe(2)
    await patch(id, { schedule: moving(whole, moves) })
    expect(timesOf(await series(id))).toEqual([
      ...["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T14:00", "2026-11-27T09:00"],
    ])
  })

  test("are where they are to be when the series gets another rule", async () => {
    const id = theirs({ rule: "FREQ=DAILY;COUNT=4" })
    const { recurrence, ...rest } = moving(await series(id), [["2026-12-01T09:00", "2026-12-02T09:30"]])
    const excludedStarts = [wall("2026-12-08T09:00")]
    await patch(id, {
      schedule: { ...rest, recurrence: { ...recurrence, rules: ["FREQ=WEEKLY;COUNT=4"], excludedStarts } },
    })
    expect(timesOf(await series(id))).toEqual(["2026-11-24T09:00", "2026-12-02T09:30", "2026-12-15T09:00"])
  })

  test("one that the series does not have is not taken for the one before it", async () => {
    const id = theirs({ rule: "FREQ=DAILY;COUNT=5" })
    const stray = moving(await series(id), [["2026-11-25T08:00", "2026-11-25T12:00"]])
    expect(await problemOf(patch(id, { schedule: stray }))).toMatchObject({ kind: "unsupported", code: "schedule" })
    expect(eventOf(id).exceptions.size).toBe(0)
  })

  test("one that somebody cancels in between is a conflict, and the event is not gone", async () => {
    const id = theirs({ rule: "FREQ=DAILY;COUNT=5" })
    const moved = moving(await series(id), [["2026-11-25T09:00", "2026-11-25T12:00"]])
    const calls: EwsCalls = {
      ...office.calls,
      async getItem(target, name, shape) {
        if (name.kind === "occurrence") office.mary.calendar.except(eventOf(id), "2026-11-25T08:00:00Z", "cancelled")
        return office.calls.getItem(target, name, shape)
      },
    }
    const { version } = await record(id)
    const written = source(calls).update({ ...at(id), patch: { schedule: moved }, expect: version })
    expect((await problemOf(written)).kind).toBe("conflict")
  })

  test("of an all-day series are named by their days, in the zone in which the days begin", async () => {
    const time = { kind: "all-day", start: "2026-11-24", end: "2026-11-26" } as const
    const id = theirs({ time, rule: "FREQ=WEEKLY;COUNT=4" })
    const whole = await series(id)
    const days = { kind: "all-day", startsOn: day("2026-12-02"), endsBefore: day("2026-12-03") } as const
    await patch(id, {
      schedule: {
        ...whole,
        recurrence: { ...whole.recurrence, excludedStarts: [day("2026-12-08")] },
        moved: [{ originalStart: day("2026-12-01"), time: days }],
      },
    })
    expect(timesOf(await series(id))).toEqual([
      ...["2026-11-24 to 2026-11-26", "2026-12-02 to 2026-12-03", "2026-12-15 to 2026-12-17"],
    ])
    const moved = expect.objectContaining({
      time: { kind: "all-day", start: "2026-12-02", end: "2026-12-03" },
      extra: { ews: expect.objectContaining({ zone: "Europe/Berlin" }) },
    })
    expect([...eventOf(id).exceptions]).toEqual([
      ["2026-12-08", "cancelled"],
      ["2026-12-01", moved],
    ])
  })
})

describe("a schedule", () => {
  test("a single event becomes a series, and a series a single event", async () => {
    const id = theirs({})
    const { schedule } = await record(id)
    if (schedule.kind !== "single") throw new Error("a single event is expected")
    const start = wall("2026-11-24T09:00")
    const weekly: Series = {
      ...{ kind: "series", zone: "Europe/Berlin", length: 60, moved: [] },
      recurrence: { start, rules: ["FREQ=WEEKLY;COUNT=3"], extraStarts: [], excludedStarts: [] },
    }
    await patch(id, { schedule: weekly })
    expect(timesOf(await series(id))).toEqual(["2026-11-24T09:00", "2026-12-01T09:00", "2026-12-08T09:00"])
    await patch(id, { schedule: { kind: "single", time: timed("2026-11-30T16:00") } })
    expect((await record(id)).schedule).toEqual({ kind: "single", time: timed("2026-11-30T16:00") })
  })

  test("a timed event becomes all-day, in its own zone, and timed again", async () => {
    const id = theirs({})
    const time = { kind: "all-day", startsOn: day("2026-11-24"), endsBefore: day("2026-11-25") } as const
    await patch(id, { schedule: { kind: "single", time } })
    expect(eventOf(id).details.time).toEqual({ kind: "all-day", start: "2026-11-24", end: "2026-11-25" })
    expect((await record(id)).schedule).toEqual({ kind: "single", time })
    await patch(id, { schedule: { kind: "single", time: timed("2026-11-24T11:00") } })
    expect((await record(id)).schedule).toEqual({ kind: "single", time: timed("2026-11-24T11:00") })
  })

  test("is written with its exceptions when it is made, and writing it again changes nothing", async () => {
    const recurrence = {
      start: wall("2026-11-24T09:00"),
      rules: ["FREQ=DAILY;COUNT=4"],
      extraStarts: [],
      excludedStarts: [wall("2026-11-27T09:00")],
    }
    const moved = [{ originalStart: wall("2026-11-25T09:00"), time: timed("2026-11-25T13:00") }]
    const schedule: Schedule = { kind: "series", zone: "Europe/Berlin", length: 60, recurrence, moved }
    const first = await create(schedule)
    expect(timesOf(await series(first.eventId))).toEqual(["2026-11-24T09:00", "2026-11-25T13:00", "2026-11-26T09:00"])
    expect(await create(schedule)).toEqual(first)
  })

  test.each([
    ["every second year", "FREQ=YEARLY;INTERVAL=2"],
    ["every thousandth day", "FREQ=DAILY;INTERVAL=1000"],
    ["Mondays and Tuesdays by their place in the month", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=4"],
  ])("that Exchange cannot keep is refused, and nothing is made: %s", async (_, rule) => {
    const recurrence = { start: wall("2026-11-24T09:00"), rules: [rule], extraStarts: [], excludedStarts: [] }
    const schedule: Schedule = { kind: "series", zone: "Europe/Berlin", length: 60, recurrence, moved: [] }
    expect(await problemOf(create(schedule))).toMatchObject({ kind: "unsupported", code: "schedule" })
    expect(office.mary.calendar.live()).toEqual([])
  })

  test("in a zone that Exchange does not know is refused as one that it cannot keep", async () => {
    const time = { ...timed("2026-11-24T09:00"), zone: "Antarctica/Troll" }
    expect(await problemOf(create({ kind: "single", time }))).toMatchObject({ kind: "unsupported", code: "schedule" })
  })
})

describe("an event is made once", () => {
  test("though the answer was lost", async () => {
    office.simulator.knobs("exchange").loseWritesNext = 1
    await problemOf(create())
    const { eventId } = await create()
    expect(office.mary.calendar.live()).toHaveLength(1)
    expect((await record(eventId)).tag).toBe(draft().tag)
  })

  // Ids come in no order: which of the two goes must not depend on them.
  test.each([1, 2, 3, 4])("though two make it at once: both are told of the one that stays (%i)", async () => {
    const told: ProviderEventId[] = []
    // The other one looks, makes and looks again between our own look and our own making.
    const calls: EwsCalls = {
      ...office.calls,
      async createItem(...made) {
        told.push((await create()).eventId)
        now = now.add({ seconds: 1 })
        return office.calls.createItem(...made)
      },
    }
    const { eventId } = await create(undefined, source(calls))
    expect(office.mary.calendar.live()).toHaveLength(1)
    expect(told).toEqual([eventId])
    expect((await record(eventId)).subject).toBe("Ours")
  })
})

describe("what is written", () => {
  const guests = () => [{ name: office.guest.name, email: office.guest.email, response: "none" as const }]
  const invited = () => office.guest.calendar.live().map(({ details }) => details.subject)

  test("guests are told of what they can see, and not of our tag", async () => {
    const id = theirs({ attendees: guests() })
    await patch(id, { tag: "kalends:1" })
    expect(invited()).toEqual([])
    await patch(id, { subject: "Seen", location: link })
    expect(invited()).toEqual(["Seen"])
    const { version } = await record(id)
    await source().remove({ ...at(id), expect: version })
    expect(invited()).toEqual([])
  })

  test("guests are told of an occurrence that is moved or cancelled", async () => {
    const id = theirs({ attendees: guests(), rule: "FREQ=DAILY;COUNT=4" })
    const { recurrence, ...rest } = moving(await series(id), [["2026-11-25T09:00", "2026-11-25T14:00"]])
    const excludedStarts = [wall("2026-11-26T09:00")]
    await patch(id, { schedule: { ...rest, recurrence: { ...recurrence, excludedStarts } } })
    const [copy] = office.guest.calendar.live()
    expect([...(copy?.exceptions ?? [])].sort()).toEqual([
      ["2026-11-25T08:00:00Z", expect.objectContaining({ subject: "Theirs" })],
      ["2026-11-26T08:00:00Z", "cancelled"],
    ])
  })

  test("nothing is written over that somebody else writes between our look and our write", async () => {
    const id = theirs({})
    const calls: EwsCalls = {
      ...office.calls,
      async updateItem(target, update) {
        office.mary.calendar.update(eventOf(id), { subject: "Theirs, renamed" })
        return office.calls.updateItem(target, update)
      },
    }
    const { version } = await record(id)
    const written = source(calls).update({ ...at(id), patch: { subject: "Ours" }, expect: version })
    expect((await problemOf(written)).kind).toBe("conflict")
    expect((await record(id)).subject).toBe("Theirs, renamed")
  })

  test("an HTML description is kept as it is around our block", async () => {
    const id = theirs({})
    const html = '<html><body><p style="color:red">Bring <b>&amp; share</b></p></body></html>'
    const { version } = await record(id)
    await office.calls.updateItem(at(id), {
      name: { kind: "item", id },
      ...{ changeKey: version, isSent: false },
      fields: [
        {
          uri: "item:Body",
          content: `<t:Body BodyType="HTML">${html.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</t:Body>`,
        },
      ],
    })
    const kept = () => (eventOf(id).details.extra?.ews as { readonly html: string } | undefined)?.html
    await patch(id, { block: `Join the meeting: ${link}` })
    expect(kept()).toContain('<p style="color:red">Bring <b>&amp; share</b></p>')
    expect(kept()).toContain(`href="${link}"`)
    expect((await record(id)).description).toContain("Bring & share")
    await patch(id, { block: null })
    expect(kept()).toBe(html)
  })

  test("signs that XML cannot hold, or takes for its own, harm nothing", async () => {
    const id = theirs({})
    await patch(id, { subject: 'Q&A <b>"1"</b>\u0001 €', location: "Räume 1 & 2 'x'", tag: 'a&"<' })
    expect(await record(id)).toMatchObject({
      ...{ subject: 'Q&A <b>"1"</b> €', location: "Räume 1 & 2 'x'", tag: 'a&"<' },
    })
  })

  test("a guest's copy is not the organizer's", async () => {
    const id = theirs({ attendees: guests(), organizer: { name: office.guest.name, email: office.guest.email } })
    expect(await record(id)).toMatchObject({ isOrganizer: false })
  })
})
