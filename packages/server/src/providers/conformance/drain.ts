import type { CalendarEvent } from "@kalends/domain/event"
import type { ProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Cursor, EventChange } from "../../ports/calendar-provider.ts"
import type { Draft, World } from "./world.ts"

export type Drained = {
  readonly changes: readonly EventChange[]
  readonly cursor: Cursor
  readonly malformedCount: number
  readonly pages: number
}

const never = new AbortController().signal

/** All changes since a cursor. Fails when the last page gave none. */
export async function drain(world: World, cursor: Cursor | null): Promise<Drained> {
  const changes: EventChange[] = []
  let last: Cursor | null = null
  let malformedCount = 0
  let pages = 0
  for await (const page of world.provider.changes({
    access: await world.access(),
    calendarId: world.calendarId,
    cursor,
    window: world.window,
    signal: never,

    lookout: null,
  })) {
    changes.push(...page.changes)
    malformedCount += page.malformedCount
    last = page.cursor
    pages++
  }
  if (last === null) throw new Error("the last page gave no cursor")
  return { changes, cursor: last, malformedCount, pages }
}

/** True when a change is about the event, or about an occurrence of it. */
export function touches(changes: readonly EventChange[], id: ProviderEventId, kind: EventChange["kind"]): boolean {
  return changes.some((change) => change.kind === kind && (change.eventId === id || change.seriesId === id))
}

/** The events of the world's window as a client in `zone` reads them. */
export async function readAll(
  world: World,
  zone = "UTC",
): Promise<{ readonly events: readonly CalendarEvent[]; readonly malformedCount: number }> {
  const events: CalendarEvent[] = []
  let malformedCount = 0
  for await (const page of world.provider.readWindow({
    access: await world.access(),
    calendarId: world.calendarId,
    window: world.window,
    zone,
    signal: never,
  })) {
    events.push(...page.events)
    malformedCount += page.malformedCount
  }
  return { events, malformedCount }
}

export async function readNamed(world: World, subject: string, zone?: string): Promise<readonly CalendarEvent[]> {
  return (await readAll(world, zone)).events.filter((event) => event.subject === subject && !event.isCancelled)
}

/** The Problem that something fails with; fails itself when it does not, or with anything else. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const failure: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (failure instanceof Problem) return failure
  throw new Error("expected a Problem", { cause: failure })
}

/** A timed event at ten in the morning in Berlin, `days` from now. */
export function meeting(world: World, subject: string, days = 1): Draft {
  return {
    subject,
    time: { kind: "timed", starts: morning(world, days), minutes: 45, zone: "Europe/Berlin" },
    rule: null,
  }
}

export function morning(world: World, days: number): Temporal.PlainDateTime {
  return world.now().toZonedDateTimeISO("Europe/Berlin").toPlainDate().add({ days }).toPlainDateTime("10:00")
}

export function berlin(wall: Temporal.PlainDateTime): Temporal.Instant {
  return wall.toZonedDateTime("Europe/Berlin").toInstant()
}
