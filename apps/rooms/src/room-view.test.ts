import { trustSeconds } from "@kalends/domain/room-state"
import type { RoomTrouble } from "@kalends/domain/room-trouble"
import type { DisplayMessage, ScreenBooking } from "@kalends/protocol/display"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { idle } from "./act-progress.ts"
import { afterMessage, type DisplayState, nothingKnown } from "./display-state.ts"
import type { RoomView } from "./room-view.ts"
import { screenView } from "./screen-view.ts"
import { agenda, booking, hello, nine, sampleRoom } from "./testing.ts"

/** A device whose clocks are right at nine, until something happens to them. */
function screen() {
  let state: DisplayState = nothingKnown
  let trueMs = 0
  let device = { ticksMs: 5_000, wallMs: nine.epochMilliseconds }
  return {
    now: () => nine.add({ milliseconds: trueMs }),
    pass(ms: number, sleeps = false): void {
      trueMs += ms
      device = { ticksMs: device.ticksMs + (sleeps ? 0 : ms), wallMs: device.wallMs + ms }
    },
    jump(ms: number): void {
      device = { ...device, wallMs: device.wallMs + ms }
    },
    hear(message: DisplayMessage): void {
      state = afterMessage(state, { message, device, askedTicksMs: device.ticksMs })
    },
    lose(): void {
      state = { ...state, isLinked: false }
    },
    view: () => screenView({ state, device, progress: idle, language: "en", startedTicksMs: 0 }),
    room(): RoomView {
      const view = this.view()
      const room = "rooms" in view ? view.rooms[0] : undefined
      if (room === undefined) throw new Error("no room is shown")
      return room
    },
  }
}

function shown(bookings: readonly ScreenBooking[], display: Parameters<typeof hello>[1] = {}) {
  const one = screen()
  one.hear(hello(nine, display))
  one.hear(agenda(nine, bookings))
  return one
}

const offline = "This screen cannot reach Kalends"

describe("a room's screen", () => {
  test("says free, and until when", () => {
    const { tone, word, sentence, next } = shown([booking(90, 30)]).room()
    expect({ tone, word, sentence }).toEqual({ tone: "free", word: "Free", sentence: "Until 10:30" })
    expect(next).toMatchObject({ title: "Stand-up", host: "Ada", times: "10:30 – 11:00" })
  })

  test("says that it is taken, until the last of those that follow one another ends", () => {
    const { tone, sentence, now } = shown([booking(-10, 30), booking(20, 30)]).room()
    expect({ tone, sentence }).toEqual({ tone: "taken", sentence: "Until 09:50" })
    expect(now?.title).toBe("Stand-up")
  })

  test("warns a few minutes before", () => {
    expect(shown([booking(8, 30)]).room()).toMatchObject({
      tone: "soon",
      word: "Taken soon",
      sentence: "Free until 09:08",
    })
  })

  test.each([
    ["a booking right after midnight", "23:52", [[10, 30]], "soon", "Free until 00:02"],
    ["a meeting over midnight", "23:30", [[-30, 120]], "taken", "Until 01:00"],
    ["a meeting until noon of the day after", "20:00", [[-30, 16 * 60 + 30]], "taken", "Until Tue 1 Dec, 12:00"],
    ["a whole day", "09:00", [[-540, 1440]], "taken", "For the rest of the day"],
    ["two whole days", "09:00", [[-540, 2880]], "taken", "Until the end of Tuesday 1 December"],
  ] as const)("does not confuse the days: %s", (_, time, spans, tone, sentence) => {
    const at = Temporal.Instant.from(`2026-11-30T${time}:00Z`)
    const one = screen()
    one.pass(nine.until(at).total("milliseconds"))
    one.hear(hello(at))
    const toNow = nine.until(at).total("minutes")
    one.hear(
      agenda(
        at,
        spans.map(([from, long]) => booking(toNow + from, long)),
      ),
    )
    expect(one.room()).toMatchObject({ tone, sentence })
  })

  test("lists what else is on beside the meeting that it names, and extends neither over the other", () => {
    const day = booking(-540, 1440, { title: "Painters", isAllDay: true })
    const { now, days, acts } = shown([day, booking(-10, 30)]).room()
    expect(now?.title).toBe("Stand-up")
    expect(days[0]?.bookings).toMatchObject([{ title: "Painters", times: "All day" }])
    expect(acts.extend).toEqual([])
  })

  test.each([
    ["Asia/Kolkata", 24, ["14:00", "15:00"], 0.0625],
    ["Asia/Kolkata", 12, ["2 PM", "3 PM"], 0.0625],
    ["Europe/Berlin", 12, ["10 AM", "11 AM"], 0],
  ] as const)("marks the hours of its own zone, %s, in %i", (zone, hours, marks, nowAt) => {
    const one = screen()
    one.hear(hello(nine, { settings: { language: "en", hours, look: "system" } }, [{ ...sampleRoom, zone }]))
    one.hear(agenda(nine, []))
    const { timeline } = one.room()
    expect(timeline.hours.slice(0, 2).map(({ label }) => label)).toEqual(marks)
    expect(timeline.nowAt).toBe(nowAt)
  })

  test("goes on right while the clocks are set back, and counts the hour that comes twice", () => {
    const before = Temporal.Instant.from("2026-10-25T00:30:00Z")
    const one = screen()
    one.pass(nine.until(before).total("milliseconds"))
    one.hear(hello(before, {}, [{ ...sampleRoom, zone: "Europe/Berlin" }]))
    const toNow = nine.until(before).total("minutes")
    one.hear(agenda(before, [booking(toNow, 90)]))
    expect(one.room()).toMatchObject({ clock: "02:30", tone: "taken", sentence: "Until 03:00" })
    expect(
      one
        .room()
        .timeline.hours.slice(0, 3)
        .map(({ label }) => label),
    ).toEqual(["02:00", "02:00", "03:00"])
    one.pass(60 * 60_000)
    expect(one.room()).toMatchObject({ clock: "02:30", tone: "taken", sentence: "Until 03:00" })
  })

  test("asks for a check-in until its time is over", () => {
    const one = shown([booking(-1, 30, { checkInBy: "2026-11-30T09:09:00Z" })])
    expect(one.room()).toMatchObject({ tone: "check-in", sentence: "Check in by 09:09, or the room is given up" })
    expect(one.room().acts.checkIn?.input).toMatchObject({ act: "check-in", bookingId: "event--1" })
  })

  test("lets whoever comes late check in, until the room is given up", () => {
    const one = shown([booking(-20, 60, { checkInBy: "2026-11-30T08:55:00Z" })])
    expect(one.room()).toMatchObject({ tone: "taken", acts: { checkIn: { input: { bookingId: "event--20" } } } })
    one.hear(agenda(nine, [booking(-20, 60)]))
    expect(one.room()).toMatchObject({ tone: "taken", acts: { checkIn: null } })
  })

  test("offers a check-in some minutes before, where the service waits for one", () => {
    const one = shown([booking(6, 30, { checkInBy: "2026-11-30T09:16:00Z" })])
    expect(one.room().acts.checkIn).toBeNull()
    one.pass(60_000)
    expect(one.room().acts.checkIn?.input).toMatchObject({ act: "check-in", bookingId: "event-6" })
  })

  test("names neither title nor host of what is private", () => {
    const { now } = shown([booking(0, 30, { isPrivate: true, title: null, host: null })]).room()
    expect(now).toMatchObject({ title: "Private meeting", host: null })
  })

  test("speaks Japanese, and counts twelve hours where it is told to", () => {
    const ja = shown([booking(300, 30)], { settings: { language: "ja", hours: 12, look: "system" } }).room()
    expect(ja).toMatchObject({ word: "空室", sentence: "午後2:00 まで" })
    const en = shown([booking(300, 30)], { settings: { language: "en", hours: 12, look: "system" } }).room()
    expect(en.sentence).toBe("Until 2:00 PM")
  })

  test("keeps what it knows through an outage and says how old it is", () => {
    const one = shown([booking(60, 30)])
    one.lose()
    one.pass(3 * 60_000)
    expect(one.room()).toMatchObject({ tone: "free", age: "As of 3 minutes ago", why: offline })
    expect(one.room().acts.book).toEqual([])
  })

  test("is unknown once what it knows is older than it may be trusted", () => {
    const one = shown([booking(100, 30)])
    one.lose()
    one.pass(trustSeconds * 1000 + 1_000)
    expect(one.room()).toMatchObject({ tone: "unknown", sentence: offline, why: null })
    one.pass(75 * 60_000)
    expect(one.room()).toMatchObject({ tone: "taken", age: "As of 105 minutes ago", why: offline })
  })

  test("says of which day its knowledge is once that was yesterday, on paper, too", () => {
    const one = shown([booking(24 * 60, 30)], { settings: { language: "en", hours: 24, look: "e-paper" } })
    one.pass(24.5 * 3_600_000)
    expect(one.room()).toMatchObject({ tone: "unknown", age: "As of Mon 30 Nov, 09:00" })
    expect(one.room().sentence).toBe("The calendar could not be read since Mon 30 Nov, 09:00")
  })

  test("does not end the meeting that is on because the device's clock was set forward", () => {
    const one = shown([booking(-10, 20)])
    one.jump(15 * 60_000)
    expect(one.room()).toMatchObject({ tone: "taken" })
    one.hear({ kind: "beat", now: one.now().toString() })
    one.pass(11 * 60_000)
    expect(one.room()).toMatchObject({ tone: "free" })
  })

  test("says why a room was never read", () => {
    const one = screen()
    one.hear(hello(nine))
    one.hear({
      kind: "unread",
      now: nine.toString(),
      roomId: sampleRoom.roomId,
      trouble: "not-allowed",
    })
    expect(one.room()).toMatchObject({
      tone: "unknown",
      sentence: "Kalends is not allowed to read this room’s calendar",
    })
  })

  test("says why what it shows is old, once it is old, and no longer once it is read anew", () => {
    const one = screen()
    const tell = (agedMinutes: number, trouble: RoomTrouble | null) => {
      one.hear({ ...agenda(one.now(), [booking(100, 30)], { agedMs: agedMinutes * 60_000 }), trouble })
      return one.room()
    }
    one.hear(hello(nine))
    expect(tell(5, "silent")).toMatchObject({ tone: "free", age: null, why: null })
    expect(tell(20, "silent")).toMatchObject({
      age: "As of 20 minutes ago",
      why: "The calendar service does not answer",
    })
    expect(tell(20, null)).toMatchObject({ age: "As of 20 minutes ago", why: null })
    expect(tell(40, "gone")).toMatchObject({
      tone: "unknown",
      sentence: "This room’s calendar was not found",
      why: null,
    })
    expect(tell(40, null)).toMatchObject({ sentence: "The calendar could not be read since 08:20" })
    expect(tell(0, null)).toMatchObject({ tone: "free", age: null, why: null })
  })

  test("knows nothing of a room that was disconnected, and says so", () => {
    const one = shown([booking(-10, 30)])
    const never = Temporal.Instant.fromEpochMilliseconds(0).toString()
    one.hear({ ...agenda(nine, []), readAt: never, coversUntil: never, trouble: "not-connected" })
    const sentence = "This room’s calendar is not connected"
    expect(one.room()).toMatchObject({ tone: "unknown", sentence, age: null, why: null, now: null })
  })

  test("forgets everything when it is taken away", () => {
    const one = shown([booking(0, 30)])
    one.hear({ kind: "removed", now: nine.toString() })
    expect(one.view()).toMatchObject({ kind: "pairing" })
    expect(JSON.stringify(one.view())).not.toContain("Stand-up")
  })
})

describe("what can be pressed", () => {
  const labels = (one: ReturnType<typeof screen>) => {
    const { book, extend, end } = one.room().acts
    return { book: book.map(({ label }) => label), extend: extend.map(({ label }) => label), end: end?.label ?? null }
  }

  test("a free room is booked for as long as it is free", () => {
    expect(labels(shown([])).book).toEqual(["15 min", "30 min", "60 min"])
    expect(labels(shown([booking(45, 30)])).book).toEqual(["15 min", "30 min", "Until 09:45"])
    expect(labels(shown([booking(7, 30)])).book).toEqual(["Until 09:07"])
    expect(labels(shown([booking(3, 30)])).book).toEqual([])
  })

  test("a meeting is extended as far as nobody else has the room, or ended", () => {
    expect(labels(shown([booking(-10, 30)]))).toEqual({ book: [], extend: ["+15 min", "+30 min"], end: "End now" })
    expect(labels(shown([booking(-10, 30), booking(40, 30)]))).toEqual({
      book: [],
      extend: ["+15 min"],
      end: "End now",
    })
    expect(labels(shown([booking(-10, 30), booking(20, 30)])).extend).toEqual([])
  })

  test.each(["tv", "board"] as const)("a %s shows and does nothing", (kind) => {
    expect(shown([booking(-1, 30)], { kind }).room().acts).toEqual({ book: [], extend: [], end: null, checkIn: null })
  })
})

type Step =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "clock"; readonly ms: number }
  | { readonly kind: "agenda"; readonly agedMs: number; readonly bookings: readonly ScreenBooking[] }
  | { readonly kind: "hello" | "beat" | "unread" | "lose" | "elsewhere" }

const minutes = (min: number, max: number) => fc.integer({ min: min * 60_000, max: max * 60_000 })
const bookings = fc.array(
  fc.tuple(fc.integer({ min: -60, max: 240 }), fc.integer({ min: 1, max: 120 })).map(([at, long]) => booking(at, long)),
  { maxLength: 3 },
)
const steps: fc.Arbitrary<Step> = fc.oneof(
  minutes(0, 50).map((ms): Step => ({ kind: "pass", ms })),
  fc.oneof(minutes(-300, 300), minutes(0, 30)).map((ms): Step => ({ kind: "clock", ms })),
  fc.record({ kind: fc.constant("agenda" as const), agedMs: minutes(0, 45), bookings }),
  fc.constantFrom("hello", "beat", "unread", "lose", "elsewhere").map((kind): Step => ({ kind })),
)

/** Plays the steps; `true` at each step where the room is shown as free though it was read too long ago, or is taken. */
function playsWrong(all: readonly Step[], rightClock: "ticks" | "wall", trustMs: number): boolean {
  const one = screen()
  let read: { readonly at: Temporal.Instant; readonly bookings: readonly ScreenBooking[] } | null = null
  one.hear(hello(one.now()))
  return all.some((step) => {
    if (step.kind === "pass") one.pass(step.ms, rightClock === "wall")
    else if (step.kind === "clock") one.jump(rightClock === "wall" ? 0 : step.ms)
    else if (step.kind === "agenda") {
      one.hear(agenda(one.now(), step.bookings, step))
      read = { at: one.now().subtract({ milliseconds: step.agedMs }), bookings: step.bookings }
    } else if (step.kind === "hello") one.hear(hello(one.now()))
    else if (step.kind === "lose") one.lose()
    else if (step.kind === "beat") one.hear({ kind: "beat", now: one.now().toString() })
    else if (step.kind === "elsewhere") one.hear(agenda(one.now(), [], { of: "00000000-0000-4000-8000-0000000000ff" }))
    else
      one.hear({
        kind: "unread",
        now: one.now().toString(),
        roomId: sampleRoom.roomId,
        trouble: "silent",
      })
    const { tone } = one.room()
    if (tone !== "free" && tone !== "soon") return false
    if (read === null) return true
    const isOld = read.at.until(one.now()).total("milliseconds") > trustMs + 1_000
    const isOn = ({ startsAt, endsAt }: ScreenBooking) =>
      Temporal.Instant.compare(startsAt, one.now()) <= 0 && Temporal.Instant.compare(one.now(), endsAt) < 0
    return isOld || read.bookings.some(isOn)
  })
}

const plays = fc.tuple(fc.array(steps, { maxLength: 30 }), fc.constantFrom("ticks" as const, "wall" as const))

describe("unreadable is never free", () => {
  test("whatever is heard in whatever order, and whichever of the device's clocks goes wrong", () => {
    fc.assert(
      fc.property(plays, ([all, rightClock]) => !playsWrong(all, rightClock, trustSeconds * 1000)),
      { numRuns: 600 },
    )
  })

  test("the look for it finds what it is to find", () => {
    const { failed } = fc.check(
      fc.property(plays, ([all, rightClock]) => !playsWrong(all, rightClock, (trustSeconds / 2) * 1000)),
      { numRuns: 600 },
    )
    expect(failed).toBe(true)
  })
})
