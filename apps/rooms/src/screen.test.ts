import type { DisplayActInput, DisplayMessage, ScreenBooking } from "@kalends/protocol/display"
import { describe, expect, test } from "vitest"
import { afterMessage, type DisplayState, nothingKnown } from "./display-state.ts"
import { createScreen } from "./screen.ts"
import { type ActDone, Refused } from "./service.ts"
import { agenda, booking, hello, nine, sampleRoom } from "./testing.ts"

/** A screen whose time and whose service are the test's. */
function world(first: readonly DisplayMessage[]) {
  let ticksMs = 0
  let state: DisplayState = nothingKnown
  let notify = () => {}
  let startedOver = 0
  const timers: { readonly atMs: number; readonly callback: () => void }[] = []
  const asked: DisplayActInput[] = []
  let answer: (done: ActDone | Error) => void = () => {}
  const device = () => ({ ticksMs, wallMs: nine.epochMilliseconds + ticksMs })
  const hear = (message: DisplayMessage) => {
    state = afterMessage(state, { message, device: device(), askedTicksMs: ticksMs })
    notify()
  }
  for (const message of first) hear(message)
  const screen = createScreen({
    ...{ device, language: "en" },
    link: {
      get state() {
        return state
      },
      subscribe(listener) {
        notify = listener
        return () => {}
      },
      startOver() {
        startedOver += 1
      },
    },
    act: (input) => {
      asked.push(input)
      return new Promise((resolve, reject) => {
        answer = (done) => (done instanceof Error ? reject(done) : resolve(done))
      })
    },
    after(delayMs, callback) {
      const timer = { atMs: ticksMs + delayMs, callback }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
  })
  let draws = 0
  screen.subscribe(() => {
    draws += 1
  })
  return {
    ...{ screen, hear, asked },
    draws: () => draws,
    startedOver: () => startedOver,
    now: () => nine.add({ milliseconds: ticksMs }),
    said: () => ("said" in screen.view ? (screen.view.said?.text ?? null) : null),
    room: () => ("rooms" in screen.view ? screen.view.rooms[0] : undefined),
    async answer(done: ActDone | Error) {
      answer(done)
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    },
    /** A second at a time, as the screen looks. */
    pass(seconds: number): void {
      for (let second = 0; second < seconds; second++) {
        ticksMs += 1_000
        for (const timer of timers.filter(({ atMs }) => atMs <= ticksMs)) {
          timers.splice(timers.indexOf(timer), 1)
          timer.callback()
        }
        screen.look()
      }
    },
  }
}

const door = (bookings: readonly ScreenBooking[], look: "system" | "e-paper" = "system") =>
  world([hello(nine, { settings: { language: "en", hours: 24, look } }), agenda(nine, bookings)])

describe("what is pressed", () => {
  test("is done as of now, and shown as done once the service says so", async () => {
    const one = door([])
    one.pass(150)
    const pressed = one.screen.press(sampleRoom.roomId, "book-30")
    expect(one.asked).toEqual([{ act: "book", roomId: sampleRoom.roomId, endsAt: "2026-11-30T09:32:00Z" }])
    expect(one.said()).toBe("Booking …")
    expect(one.room()).toMatchObject({ tone: "free" })
    await one.answer({ act: "book", roomId: sampleRoom.roomId, endsAt: "2026-11-30T09:32:00Z" })
    await pressed
    expect(one.said()).toBe("Booked until 09:32.")
    one.hear(agenda(one.now(), [booking(2, 30)]))
    expect(one.room()).toMatchObject({ tone: "taken", sentence: "Until 09:32" })
    one.pass(7)
    expect(one.said()).toBeNull()
  })

  test("is done once, however often it is pressed", async () => {
    const one = door([])
    void one.screen.press(sampleRoom.roomId, "book-30")
    void one.screen.press(sampleRoom.roomId, "book-30")
    void one.screen.press(sampleRoom.roomId, "book-15")
    expect(one.asked).toHaveLength(1)
  })

  test("says in words what went wrong, and leaves the room as it is", async () => {
    const one = door([])
    for (const [problem, words] of [
      [new Refused("conflict", "room-taken"), "Somebody else has the room by then."],
      [new Refused("forbidden", "read-only"), "The service may not write to this room's calendar."],
      [new Refused("misconfigured", null), "The calendar could not be changed. Try again in a moment."],
      [new Error("no network"), "No answer. What the screen shows next is what the calendar says."],
    ] as const) {
      const pressed = one.screen.press(sampleRoom.roomId, "book-30")
      await one.answer(problem)
      await pressed
      expect(one.said()).toBe(words)
      expect(one.room()).toMatchObject({ tone: "free" })
    }
  })

  test("is not done where it is not offered any more", async () => {
    const one = door([])
    one.hear(agenda(nine, [booking(-5, 30)]))
    await one.screen.press(sampleRoom.roomId, "book-30")
    expect(one.asked).toEqual([])
    expect(one.said()).toBe("The calendar has changed meanwhile. Look again.")
  })
})

describe("paper", () => {
  test("is drawn anew when what it shows has changed, at most once a minute, and never for the clock", () => {
    const one = door([booking(240, 30)], "e-paper")
    one.pass(10)
    const before = one.draws()
    one.pass(3 * 60)
    expect(one.draws()).toBe(before)
    for (let change = 1; change <= 30; change++) {
      one.hear(agenda(one.now(), [booking(240, 30, { title: `Title ${change}` })]))
      one.pass(10)
    }
    expect(one.draws() - before).toBeGreaterThanOrEqual(5)
    expect(one.draws() - before).toBeLessThanOrEqual(6)
    one.pass(60)
    expect(one.room()?.next?.title).toBe("Title 30")
  })

  test("says why it is old with the drawing that says so, and stays as it is while that is tried again", () => {
    const one = door([booking(240, 30)], "e-paper")
    one.pass(10)
    const before = one.draws()
    for (let minute = 0; minute < 25; minute++) {
      one.pass(60)
      const agedMs = nine.until(one.now()).total("milliseconds")
      one.hear({ ...agenda(one.now(), [booking(240, 30)], { agedMs }), trouble: "silent" })
    }
    expect(one.room()).toMatchObject({ age: "As of 09:00", why: "The calendar service does not answer" })
    expect(one.draws() - before).toBe(1)
  })

  test("is drawn at once for whoever presses something", async () => {
    const one = door([], "e-paper")
    one.pass(20)
    void one.screen.press(sampleRoom.roomId, "book-30")
    expect(one.said()).toBe("Booking …")
    await one.answer(new Refused("conflict", "room-taken"))
    expect(one.said()).toBe("Somebody else has the room by then.")
  })

  test("shows a room's bookings as they come at the start", () => {
    const one = world([])
    one.pass(3)
    one.hear(hello(one.now(), { settings: { language: "en", hours: 24, look: "e-paper" } }))
    one.pass(1)
    expect(one.room()?.tone).toBe("unknown")
    one.hear(agenda(one.now(), []))
    one.pass(1)
    expect(one.room()?.tone).toBe("free")
  })
})

test("what cannot be shown does not leave an old state standing, and is asked for anew", () => {
  const one = door([])
  expect(one.room()?.tone).toBe("free")
  one.hear(hello(nine, {}, [{ ...sampleRoom, zone: "Mars/Phobos" }]))
  one.pass(1)
  expect(one.screen.view).toMatchObject({ kind: "starting", says: "restarting" })
  expect(one.startedOver()).toBe(1)
  one.pass(200)
  expect(one.startedOver()).toBeLessThanOrEqual(4)
})
