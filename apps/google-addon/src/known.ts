import { type Known, parseKnown } from "./parse.ts"
import type { Services } from "./services.ts"

/** One property holds 9 KB. What does not fit is older, and found by what its event carries. */
const bytesMost = 9_000
const name = "events"

/**
 * The meetings that were made last, by event: ids alone. An event that is deleted comes back from the calendar as its id and
 * nothing else, and choosing the conference twice for an event that is being written has to make one meeting.
 */
export const knownMeetings = ({ kept }: Services): readonly Known[] => parseKnown(kept.find(name))

export const findKnown = (services: Services, eventId: string): Known | null =>
  knownMeetings(services).find((known) => known.eventId === eventId) ?? null

export function keepKnown(services: Services, known: Known): void {
  const others = knownMeetings(services).filter(({ eventId }) => eventId !== known.eventId)
  const kept = [known, ...others]
  while (JSON.stringify(kept).length > bytesMost) kept.pop()
  services.kept.keep(name, JSON.stringify(kept))
}

export function dropKnown(services: Services, eventId: string): void {
  const others = knownMeetings(services).filter((known) => known.eventId !== eventId)
  services.kept.keep(name, JSON.stringify(others))
}
