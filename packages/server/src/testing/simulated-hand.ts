import { type ProviderEventId, parseProviderEventId } from "@kalends/domain/ids"
import type { SimDetails, SimEvent, SimTime } from "@kalends/simulator/org"
import type { Simulator } from "@kalends/simulator/simulator"
import type { Draft, Hand } from "../providers/conformance/world.ts"

type Calendar = Simulator["org"]["people"][number]["calendar"]

/** What an event is called over the wire, and back. */
export type EventNames = {
  readonly toWire: (id: string) => string
  readonly fromWire: (id: string) => string
}
const same: EventNames = { toWire: (id) => id, fromWire: (id) => id }

/** Somebody who changes a simulated calendar behind our back. */
export function handOf(calendar: Calendar, { toWire, fromWire }: EventNames = same): Hand {
  const find = (id: ProviderEventId): SimEvent => {
    const event = calendar.events.get(fromWire(id))
    if (event === undefined) throw new Error("no such event")
    return event
  }
  const originalOf = (event: SimEvent, wall: Temporal.PlainDateTime): string =>
    event.details.time.kind === "timed"
      ? wall.toZonedDateTime(event.details.time.zone).toInstant().toString()
      : wall.toPlainDate().toString()
  const movedTo = (event: SimEvent, starts: Temporal.PlainDateTime): SimTime => {
    const { time } = event.details
    if (time.kind !== "timed") throw new Error("only timed events move")
    const length = Temporal.PlainDateTime.from(time.start).until(time.end)
    return { ...time, start: text(starts), end: text(starts.add(length)) }
  }
  return {
    create: async (draft) => parseProviderEventId(toWire(calendar.create(detailsOf(draft)).id)),
    rename: async (id, subject) => void calendar.update(find(id), { subject }),
    moveTo: async (id, starts) => void calendar.update(find(id), { time: movedTo(find(id), starts) }),
    remove: async (id) => calendar.remove(find(id)),
    cancelOccurrence: async (id, original) =>
      void calendar.except(find(id), originalOf(find(id), original), "cancelled"),
    moveOccurrence: async (id, original, starts) =>
      void calendar.except(find(id), originalOf(find(id), original), { time: movedTo(find(id), starts) }),
  }
}

const text = (wall: Temporal.PlainDateTime) => wall.toString({ smallestUnit: "second" })

function detailsOf({ subject, time, rule }: Draft): SimDetails {
  return { subject, time: timeOf(time), ...(rule === null ? {} : { rule }) }
}

function timeOf(time: Draft["time"]): SimTime {
  switch (time.kind) {
    case "timed":
      return {
        kind: "timed",
        start: text(time.starts),
        end: text(time.starts.add({ minutes: time.minutes })),
        zone: time.zone,
      }
    case "all-day":
      return {
        kind: "all-day",
        start: time.startsOn.toString(),
        end: time.startsOn.add({ days: time.days }).toString(),
      }
    case "floating":
      throw new Error("this service has no floating events")
  }
}
