import { type RoomAgenda, type RoomState, trustSeconds } from "@kalends/domain/room-state"
import type { Format } from "./format.ts"

/** Part of a timeline, from 0 to 1 of its length. */
export type Stretch = { readonly key: string; readonly from: number; readonly to: number }

export type Timeline = {
  readonly taken: readonly Stretch[]
  /** Where nothing is known: it is drawn apart from what is free. */
  readonly unknown: readonly Stretch[]
  readonly hours: readonly { readonly label: string; readonly at: number }[]
  readonly nowAt: number
}

/** The hour that is under way is shown whole. */
const hoursShown = 8

export type TimelineInput = {
  readonly agenda: RoomAgenda | null
  readonly state: RoomState
  readonly now: Temporal.Instant
  readonly format: Format
}

/** The hours around now. Bookings stay drawn when they cannot be trusted to be all that there are; the rest is then unknown. */
export function timelineOf({ agenda, state, now, format }: TimelineInput): Timeline {
  const startMs = format.hourBegun(now).epochMilliseconds
  const lengthMs = hoursShown * 3_600_000
  const placeOf = (at: Temporal.Instant) => clamp((at.epochMilliseconds - startMs) / lengthMs)
  const taken = (agenda?.bookings ?? [])
    .map(({ id, startsAt, endsAt }) => ({ key: id, from: placeOf(startsAt), to: placeOf(endsAt) }))
    .filter(({ from, to }) => to > from)
  const knownUntil = isTrusted(state, agenda, now) && agenda !== null ? placeOf(agenda.coversUntil) : 0
  return {
    taken,
    unknown: knownUntil < 1 ? [{ key: "unknown", from: knownUntil, to: 1 }] : [],
    hours: Array.from({ length: hoursShown }, (_, hour) => ({
      label: format.hour(Temporal.Instant.fromEpochMilliseconds(startMs + hour * 3_600_000)),
      at: hour / hoursShown,
    })),
    nowAt: placeOf(now),
  }
}

/** A room that is taken may be so by an agenda that is too old to call anything free. */
function isTrusted(state: RoomState, agenda: RoomAgenda | null, now: Temporal.Instant): boolean {
  if (state.kind === "unknown" || agenda === null) return false
  return state.kind === "free" || agenda.readAt.until(now).total("seconds") <= trustSeconds
}

const clamp = (share: number) => Math.min(1, Math.max(0, share))
