import type { Booking } from "@kalends/domain/booking"
import { actsOf, type DisplayAct, type DisplayKind } from "@kalends/domain/display"
import type { RoomState } from "@kalends/domain/room-state"
import type { DisplayActInput, ScreenRoom } from "@kalends/protocol/display"
import type { Format } from "./format.ts"
import type { RoomWords } from "./messages.ts"

/**
 * One thing that can be pressed. What is drawn may be older than what is known, above all on paper: what is done is the
 * choice of the same key as of the press.
 */
export type ActChoice = { readonly key: string; readonly label: string; readonly input: DisplayActInput }

/** What can be done at the screen now; nothing of it where the service is not heard. */
export type ActsView = {
  readonly book: readonly ActChoice[]
  readonly extend: readonly ActChoice[]
  readonly end: ActChoice | null
  readonly checkIn: ActChoice | null
}

export const noActs: ActsView = { book: [], extend: [], end: null, checkIn: null }

export type ChoiceInput = {
  readonly state: RoomState
  readonly room: ScreenRoom
  readonly now: Temporal.Instant
  readonly kind: DisplayKind
  readonly isLinked: boolean
  readonly checkInBy: (booking: Booking) => Temporal.Instant | null
  readonly format: Format
  readonly words: RoomWords
}

type Taken = Extract<RoomState, { readonly kind: "taken" }>

const bookMinutes = [15, 30, 60]
const extendMinutes = [15, 30]
/** A room that is free for less is not worth booking. */
const leastMinutes = 5
/** "Until the next meeting" is offered where that is not too far. */
const untilNextMostMinutes = 4 * 60

export function actsFor(input: ChoiceInput): ActsView {
  const { state, kind, isLinked } = input
  const may = (act: DisplayAct) => actsOf[kind].includes(act)
  if (!isLinked || state.kind === "unknown") return noActs
  const toCheckIn = may("check-in") ? bookingToCheckIn(input) : null
  const checkIn = toCheckIn === null ? null : checkInChoice(toCheckIn, input)
  if (state.kind === "free") return { ...noActs, checkIn, book: may("book") ? bookChoices(input, state.until) : [] }
  if (state.booking.isAllDay) return noActs
  return {
    ...{ ...noActs, checkIn },
    extend: may("extend") ? extendChoices(input, state) : [],
    end: may("end") ? endChoice(state.booking, input) : null,
  }
}

function bookChoices({ room, now, format, words }: ChoiceInput, until: Temporal.Instant | null): readonly ActChoice[] {
  const { roomId } = room
  // The booking starts with this minute, so that whole minutes are booked.
  const startsAt = now.round({ smallestUnit: "minute", roundingMode: "floor" })
  const freeMinutes = until === null ? Number.POSITIVE_INFINITY : startsAt.until(until).total("minutes")
  const fixed = bookMinutes
    .filter((minutes) => minutes <= freeMinutes)
    .map((minutes) => ({
      key: `book-${minutes}`,
      label: words.minutes(minutes),
      input: { act: "book", roomId, endsAt: startsAt.add({ minutes }).toString() } as const,
    }))
  const isWorth = freeMinutes >= leastMinutes && freeMinutes <= untilNextMostMinutes
  if (until === null || !isWorth || bookMinutes.includes(freeMinutes)) return fixed
  const label = words.untilNext(format.time(until))
  return [...fixed, { key: "book-until-next", label, input: { act: "book", roomId, endsAt: until.toString() } }]
}

/** None where another booking, which may have begun already, has the room after this one. */
function extendChoices({ room, words }: ChoiceInput, { booking, until, next }: Taken): readonly ActChoice[] {
  if (Temporal.Instant.compare(until, booking.endsAt) > 0) return []
  return extendMinutes
    .map((minutes) => ({ minutes, endsAt: booking.endsAt.add({ minutes }) }))
    .filter(({ endsAt }) => next === null || Temporal.Instant.compare(endsAt, next.startsAt) <= 0)
    .map(({ minutes, endsAt }) => ({
      key: `extend-${minutes} ${booking.id}`,
      label: words.moreMinutes(minutes),
      input: { act: "extend", roomId: room.roomId, bookingId: booking.id, endsAt: endsAt.toString() },
    }))
}

function endChoice({ id }: Booking, { room, words }: ChoiceInput): ActChoice {
  return { key: `end ${id}`, label: words.end, input: { act: "end", roomId: room.roomId, bookingId: id } }
}

function checkInChoice({ id }: Booking, { room, words }: ChoiceInput): ActChoice {
  return { key: `check-in ${id}`, label: words.checkIn, input: { act: "check-in", roomId: room.roomId, bookingId: id } }
}

/** What is on and was not given up yet, however late it is; or what is about to begin. */
function bookingToCheckIn({ state, room, now, checkInBy }: ChoiceInput): Booking | null {
  if (state.kind === "unknown") return null
  if (state.kind === "taken" && state.checkInBy !== null) return state.booking
  const { next } = state
  if (next === null || checkInBy(next) === null) return null
  const mayFrom = next.startsAt.subtract({ minutes: room.checkInEarlyMinutes })
  return Temporal.Instant.compare(now, mayFrom) >= 0 ? next : null
}

/** The choice that was pressed, as it is now; null where it is not offered any more. */
export function choiceOf({ book, extend, end, checkIn }: ActsView, key: string): ActChoice | null {
  return [...book, ...extend, end, checkIn].find((choice) => choice?.key === key) ?? null
}
