import type { Booking } from "@kalends/domain/booking"
import type { DisplayKind, DisplaySettings } from "@kalends/domain/display"
import { type RoomAgenda, type RoomNow, type RoomState, roomStateOf, trustSeconds } from "@kalends/domain/room-state"
import { type ActsView, actsFor } from "./act-choices.ts"
import { agendaOf, type KnownRoom, type Nows } from "./display-state.ts"
import { type Format, formatFor } from "./format.ts"
import { messages, type RoomWords } from "./messages.ts"
import type { DeviceTime } from "./service-time.ts"
import { type Timeline, timelineOf } from "./timeline.ts"

/** What a room's colour says, always with its word. */
export type Tone = "free" | "soon" | "taken" | "check-in" | "unknown"

export type BookingView = {
  readonly key: string
  readonly title: string
  readonly host: string | null
  /** "09:00 – 10:00", or "All day". */
  readonly times: string
  readonly startsAt: string
  readonly joinUrl: string | null
  readonly joinVendor: string | null
}

export type RoomView = {
  readonly roomId: string
  readonly name: string
  readonly tone: Tone
  readonly word: string
  /** How wide the word is, in its own size: it is drawn as large as fits. */
  readonly wordEms: number
  /** A sentence: until when, by when, or why not. */
  readonly sentence: string
  readonly clock: string
  readonly day: string
  readonly now: BookingView | null
  readonly next: BookingView | null
  /** The rest of the day, then the next one. */
  readonly days: readonly { readonly label: string; readonly bookings: readonly BookingView[] }[]
  /** How old what is shown is, where that is worth saying; null where it is fresh. */
  readonly age: string | null
  /** Why it is not fresh, as far as that is known; null where the sentence says so. */
  readonly why: string | null
  readonly timeline: Timeline
  readonly acts: ActsView
}

export type Looking = {
  readonly known: KnownRoom
  readonly nows: Nows
  readonly device: DeviceTime
  readonly isLinked: boolean
  readonly kind: DisplayKind
  readonly settings: DisplaySettings
}

/** Data older than this says its age, connected or not. Rooms are read anew far more often where all is well. */
const freshSeconds = 15 * 60

/** A room as it is to be shown now. Whether it is free is for domain/room-state.ts alone to say. */
export function roomView(looking: Looking): RoomView {
  const { known, nows, device, isLinked, kind, settings } = looking
  const { now } = nows
  const { room } = known
  const format = formatFor(settings, room.zone)
  const words = messages[settings.language]
  const agenda = agendaOf(known, now, device)
  const checkInBy = ({ id }: Booking) => known.read?.checkInBy.get(id) ?? null
  const state = cautiousState(nows, { agenda, checkInBy })
  const shown = { state, agenda, now, format, words }
  const tone = toneOf(state, now)
  const isFresh = agenda !== null && isFreshAt(agenda, now)
  const why = whyOf({ known, isLinked, isTold: tone === "unknown" || !isFresh }, words)
  const view = (booking: Booking) => bookingView(booking, format, words)
  const current = state.kind === "taken" ? state.booking : null
  const next = state.kind === "unknown" ? null : state.next
  return {
    ...{ roomId: room.roomId, name: room.name },
    ...{ tone, word: words.states[tone], wordEms: emsOf(words.states[tone]) },
    sentence: sentenceOf(shown, why),
    ...{ clock: format.time(now), day: format.day(now) },
    now: current === null ? null : view(current),
    next: next === null ? null : view(next),
    days: daysOf(shown, current, view),
    age: isLinked && isFresh ? null : ageText(shown, settings.look === "e-paper"),
    why: tone === "unknown" ? null : why,
    timeline: timelineOf({ agenda, state, now, format }),
    acts: actsFor({ state, room, now, kind, isLinked, checkInBy, format, words }),
  }
}

/** Free only if it is so at each time that it may be. */
function cautiousState({ now, atLeast }: Nows, room: Omit<RoomNow, "now">): RoomState {
  const state = roomStateOf({ ...room, now })
  if (state.kind !== "free" || now.equals(atLeast)) return state
  const other = roomStateOf({ ...room, now: atLeast })
  return other.kind === "taken" ? other : state
}

export function toneOf(state: RoomState, now: Temporal.Instant): Tone {
  if (state.kind === "unknown") return "unknown"
  if (state.kind === "free") return state.isSoonTaken ? "soon" : "free"
  return state.checkInBy !== null && Temporal.Instant.compare(now, state.checkInBy) < 0 ? "check-in" : "taken"
}

const wideFrom = 0x2e80

/** Signs of East Asia are as wide as they are high; others are taken for the widest that are common. */
function emsOf(word: string): number {
  return [...word].reduce((ems, sign) => ems + ((sign.codePointAt(0) ?? 0) >= wideFrom ? 1.02 : 0.62), 0)
}

type Shown = {
  readonly state: RoomState
  readonly agenda: RoomAgenda | null
  readonly now: Temporal.Instant
  readonly format: Format
  readonly words: RoomWords
}

function sentenceOf({ state, agenda, now, format, words }: Shown, why: string | null): string {
  const isToday = (at: Temporal.Instant) => format.dateOf(at).equals(format.dateOf(now))
  switch (state.kind) {
    case "unknown": {
      if (why !== null) return why
      if (agenda === null) return words.unknownNever
      const isOld = agenda.readAt.until(now).total("seconds") > trustSeconds
      return isOld ? words.unknownOld(format.moment(agenda.readAt, now)) : words.unknownPast
    }
    case "free":
      if (state.until !== null && state.isSoonTaken) return words.soonUntil(format.time(state.until))
      return state.until === null || !isToday(state.until) ? words.freeRest : words.until(format.time(state.until))
    case "taken":
      if (toneOf(state, now) === "check-in" && state.checkInBy !== null)
        return words.checkInBy(format.time(state.checkInBy))
      return takenUntil(state.until, now, { format, words })
  }
}

/** What ends with a day, as whole days do, is not said to end on the next one. */
function takenUntil(
  until: Temporal.Instant,
  now: Temporal.Instant,
  { format, words }: Pick<Shown, "format" | "words">,
): string {
  const lastDay = format.dayEndedBy(until)
  if (lastDay?.equals(format.dateOf(now))) return words.takenRest
  if (lastDay !== null) return words.untilEndOf(format.day(until.subtract({ hours: 12 })))
  const isSoon = now.until(until).total("hours") < 12
  return words.until(isSoon ? format.time(until) : format.moment(until, now))
}

export function bookingView(booking: Booking, format: Format, words: RoomWords): BookingView {
  const { id, title, host, isPrivate, isAllDay, startsAt, endsAt, join } = booking
  return {
    key: id,
    title: title ?? (isPrivate ? words.privateMeeting : words.noTitle),
    host,
    times: isAllDay ? words.allDay : `${format.time(startsAt)} – ${format.time(endsAt)}`,
    startsAt: isAllDay ? words.allDay : format.time(startsAt),
    joinUrl: join?.url ?? null,
    joinVendor: join?.vendor ?? null,
  }
}

/** What is to come today and tomorrow, and what else is on beside what is shown as being on now. */
function daysOf(
  { agenda, now, format, words }: Shown,
  current: Booking | null,
  view: (booking: Booking) => BookingView,
): RoomView["days"] {
  const tomorrow = format.dateOf(now).add({ days: 1 })
  const coming = (agenda?.bookings ?? []).filter(
    ({ id, endsAt }) => id !== current?.id && Temporal.Instant.compare(endsAt, now) > 0,
  )
  const dayOf = ({ startsAt }: Booking) => Temporal.PlainDate.compare(format.dateOf(startsAt), tomorrow)
  return [
    { label: words.today, bookings: coming.filter((one) => dayOf(one) < 0).map(view) },
    { label: words.tomorrow, bookings: coming.filter((one) => dayOf(one) === 0).map(view) },
  ]
}

const isFreshAt = ({ readAt }: RoomAgenda, now: Temporal.Instant) => readAt.until(now).total("seconds") <= freshSeconds

/** On paper by the time it was read, which does not change every minute. */
function ageText({ agenda, now, format, words }: Shown, isPaper: boolean): string | null {
  if (agenda === null) return null
  return isPaper
    ? words.asOfTime(format.moment(agenda.readAt, now))
    : words.asOf(format.span(agenda.readAt.until(now).total("seconds")))
}

type Cause = Pick<Looking, "known" | "isLinked"> & { readonly isTold: boolean }

/** That the service is not heard goes before what it said last. */
function whyOf({ known: { trouble }, isLinked, isTold }: Cause, { reasons }: RoomWords): string | null {
  if (!isLinked) return reasons.offline
  return isTold && trouble !== null ? reasons[trouble] : null
}
