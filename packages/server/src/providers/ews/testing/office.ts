import type { Access } from "@kalends/domain/access"
import { type ProviderEventId, parseProviderCalendarId, parseProviderEventId } from "@kalends/domain/ids"
import { occurrencesIn, type Schedule, type Series } from "@kalends/domain/schedule"
import { itemId, readItemId } from "@kalends/simulator/exchange/ids"
import type { SimDetails } from "@kalends/simulator/org"
import { startSimulator } from "@kalends/simulator/simulator"
import { systemClock } from "../../../platform/clock.ts"
import { createHttpClient } from "../../../platform/http-client.ts"
import type { EventDraft, EventPatch } from "../../../ports/calendar-provider.ts"
import { createEwsCalls } from "../calls.ts"
import { createEwsEvents } from "../events.ts"

export type Office = Awaited<ReturnType<typeof openOffice>>

const key = "0123456789abcdef0123456789abcdef"
export const link = "https://meet.example/m-1"

/** Two people on the simulated Exchange; the calendar of the first, Mary, is written to. */
export async function openOffice() {
  let now = Temporal.Instant.from("2026-11-20T09:00:00Z")
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
  const place = { access, calendarId: parseProviderCalendarId(folder.id) }
  const events = createEwsEvents(calls)
  const at = (eventId: ProviderEventId) => ({ ...place, eventId, signal: AbortSignal.timeout(20_000) })

  async function record(id: ProviderEventId) {
    const found = await events.fetch(at(id))
    if (found === null) throw new Error("an event is expected")
    return found
  }
  return {
    ...{ simulator, mary, guest, calls, at, record },
    /** What Mary has made herself: an hour in Berlin, where it does not say otherwise. */
    theirs(details: Partial<SimDetails> = {}): ProviderEventId {
      const [start, end] = ["2026-11-24T09:00:00", "2026-11-24T10:00:00"] as const
      const time = { kind: "timed", start, end, zone: "Europe/Berlin" } as const
      const { id } = mary.calendar.create({ subject: "Theirs", time, ...details })
      return parseProviderEventId(itemId({ personId: mary.id, folder: "calendar", eventId: id, original: null }))
    },
    eventOf(id: ProviderEventId) {
      const event = mary.calendar.events.get(readItemId(id)?.eventId ?? "")
      if (event === undefined) throw new Error("no such event")
      return event
    },
    async series(id: ProviderEventId): Promise<Series> {
      const { schedule } = await record(id)
      if (schedule.kind !== "series") throw new Error("a series is expected")
      return schedule
    },
    create: (schedule?: Schedule, through = events) =>
      through.create({ ...place, signal: AbortSignal.timeout(20_000), draft: draftOf(schedule), key }),
    async patch(id: ProviderEventId, changes: EventPatch, through = events) {
      const { version } = await record(id)
      return through.update({ ...at(id), patch: changes, expect: version })
    },
    wait: (seconds: number) => {
      now = now.add({ seconds })
    },
    close: async () => {
      await http.close()
      await simulator.close()
    },
  }
}

export const wall = (text: string) => Temporal.PlainDateTime.from(text)

/** An hour that begins then in Berlin. */
export function hourAt(start: string) {
  const startsAt = wall(start).toZonedDateTime("Europe/Berlin").toInstant()
  return { kind: "timed", startsAt, endsAt: startsAt.add({ hours: 1 }), zone: "Europe/Berlin" } as const
}

export const draftOf = (schedule: Schedule = { kind: "single", time: hourAt("2026-11-24T09:00") }): EventDraft => ({
  ...{ subject: "Ours", schedule, location: link, block: `Join the meeting: ${link}` },
  tag: "kalends:00000000-0000-4000-8000-000000000001",
})

/** The series with these of its occurrences elsewhere, and no others. */
export const moving = (now: Series, moves: readonly (readonly [string, string])[]): Series => ({
  ...now,
  moved: moves.map(([original, to]) => ({ originalStart: wall(original), time: hourAt(to) })),
})

/** The series without these occurrences. */
export const without = (series: Series, starts: readonly string[]): Series => ({
  ...series,
  recurrence: { ...series.recurrence, excludedStarts: starts.map(wall) },
})

/** When the occurrences begin, on the clock of Berlin. */
export function timesOf(schedule: Schedule): readonly string[] {
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
