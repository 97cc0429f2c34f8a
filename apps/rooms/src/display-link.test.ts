import type { DisplayMessage, Pairing } from "@kalends/protocol/display"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createDisplayLink, type DisplayService, retryMs } from "./display-link.ts"
import { agenda, booking, hello, nine } from "./testing.ts"

/** What a stream does once it is asked for. */
type Stream = "fails" | "refused" | "ends" | "silent" | "speaks" | "speaks-then-ends" | "removed" | "garbage"
type Script = {
  readonly streams: Stream[]
  readonly pairings: ("fails" | "code")[]
  readonly polls: ("fails" | "waiting" | "paired" | "over")[]
}

/** A link in a world of its own: time goes on when it is told to, and the service does what the script says, then works. */
function world(script: Script, token: string | null) {
  let nowMs = 0
  let kept = token
  let codes = 0
  const heardAtMs: number[] = []
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()
  const now = () => nine.add({ milliseconds: nowMs })
  const after = (delayMs: number, callback: () => void) => {
    const timer = { atMs: nowMs + delayMs, callback }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  const service: DisplayService = {
    async beginPairing(): Promise<Pairing> {
      if (script.pairings.shift() === "fails") throw new Error("no answer")
      codes += 1
      const expiresAt = now().add({ minutes: 10 }).toString()
      return { code: `CODE${codes}`, token: `token-${codes}`, expiresAt, now: now().toString(), pollSeconds: 3 }
    },
    async pairingState() {
      const next = script.polls.shift() ?? "paired"
      if (next === "fails") throw new Error("no answer")
      return next
    },
    async listen(_token, hear, signal) {
      const stream = script.streams.shift() ?? "speaks"
      if (stream === "fails") throw new Error("no answer")
      if (stream === "refused") return "refused"
      if (stream === "ends") return "ended"
      const speak = (message: DisplayMessage) => hear(message)
      if (stream === "removed") speak({ kind: "removed", now: now().toString() })
      if (stream === "garbage") speak({ ...hello(now()), now: "never" })
      if (stream.startsWith("speaks")) {
        speak(hello(now()))
        speak(agenda(now(), [booking(0, 600)]))
      }
      if (stream === "speaks-then-ends") return "ended"
      const beat = () => {
        if (signal.aborted) return
        if (stream === "speaks") speak({ kind: "beat", now: now().toString() })
        after(20_000, beat)
      }
      after(20_000, beat)
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))))
    },
    async heard() {
      heardAtMs.push(nowMs)
      throw new Error("no answer")
    },
  }
  const link = createDisplayLink({
    ...{ service, after, fraction: () => 0.5, device: () => ({ ticksMs: nowMs, wallMs: nowMs }) },
    keeper: {
      token: () => kept,
      keep(given) {
        kept = given
      },
      forget() {
        kept = null
      },
    },
  })
  const settle = async () => {
    for (let turn = 0; turn < 12; turn++) await Promise.resolve()
  }
  return {
    link,
    kept: () => kept,
    heardAtMs,
    timers,
    async pass(ms: number): Promise<void> {
      const untilMs = nowMs + ms
      await settle()
      for (;;) {
        const due = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (due === undefined) break
        timers.delete(due)
        nowMs = due.atMs
        due.callback()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

const calm = (): Script => ({ streams: [], pairings: [], polls: [] })

describe("a screen", () => {
  test("shows a code, and is paired once it is typed", async () => {
    const { link, pass, kept } = world({ ...calm(), polls: ["waiting", "fails", "paired"] }, null)
    link.start()
    await pass(1)
    expect(link.state).toMatchObject({ phase: "pairing", pairing: { code: "CODE1" } })
    expect(kept()).toBeNull()
    await pass(10_000)
    expect(link.state).toMatchObject({ phase: "paired", isLinked: true })
    expect(kept()).toBe("token-1")
  })

  test("shows another code when one is over", async () => {
    const { link, pass } = world({ ...calm(), polls: Array.from({ length: 500 }, () => "waiting" as const) }, null)
    link.start()
    await pass(10 * 60_000 + 1)
    expect(link.state.pairing?.code).toBe("CODE2")
  })

  test("keeps what it knows when the stream ends, and hears again by itself", async () => {
    const { link, pass } = world({ ...calm(), streams: ["speaks-then-ends", "fails", "fails", "speaks"] }, "token")
    link.start()
    await pass(1)
    expect(link.state).toMatchObject({ phase: "paired", isLinked: false })
    expect(link.state.rooms[0]?.read?.bookings).toHaveLength(1)
    await pass(30_000)
    expect(link.state).toMatchObject({ phase: "paired", isLinked: true })
  })

  test("takes a stream that says nothing for dead", async () => {
    const { link, pass } = world({ ...calm(), streams: ["silent", "speaks"] }, "token")
    link.start()
    await pass(19_000)
    expect(link.state.phase).toBe("starting")
    await pass(5_000)
    expect(link.state).toMatchObject({ phase: "paired", isLinked: true })
  })

  test("says once a minute that it hears its stream, whether it is answered or not, and only while it does", async () => {
    const { link, pass, heardAtMs } = world(calm(), "token")
    link.start()
    await pass(5 * 60_000)
    // At each third beat, and here half a beat after.
    expect(heardAtMs).toEqual([70_000, 130_000, 190_000, 250_000])
    expect(link.state.isLinked).toBe(true)
    link.stop()
    await pass(5 * 60_000)
    expect(heardAtMs).toHaveLength(4)
  })

  test("does not say so where nothing is heard", async () => {
    const { link, pass, heardAtMs } = world({ ...calm(), streams: Array.from({ length: 99 }, () => "silent") }, "token")
    link.start()
    await pass(20 * 60_000)
    expect(heardAtMs).toEqual([])
  })

  test("forgets everything and asks for a code when its token is refused, or it is taken away", async () => {
    for (const end of ["refused", "removed"] as const) {
      const { link, pass, kept } = world({ ...calm(), streams: ["speaks-then-ends", end], polls: ["waiting"] }, "token")
      link.start()
      await pass(3_000)
      expect(kept()).toBeNull()
      expect(link.state).toMatchObject({ phase: "pairing", rooms: [], pairing: { code: "CODE1" } })
    }
  })

  test("waits longer each time, up to a minute and a half, and not as long as its neighbour", () => {
    expect([0, 1, 2, 3].map((failures) => retryMs(failures, 0.5))).toEqual([1_000, 2_000, 4_000, 8_000])
    expect(retryMs(50, 0.999)).toBeLessThanOrEqual(90_000)
    expect(retryMs(3, 0)).not.toBe(retryMs(3, 0.9))
  })
})

const scripts = fc.record({
  streams: fc.array(
    fc.constantFrom<Stream>("fails", "refused", "ends", "silent", "speaks", "speaks-then-ends", "removed", "garbage"),
    { maxLength: 8 },
  ),
  pairings: fc.array(fc.constantFrom("fails" as const, "code" as const), { maxLength: 5 }),
  polls: fc.array(fc.constantFrom("fails" as const, "waiting" as const, "paired" as const, "over" as const), {
    maxLength: 8,
  }),
})

test("whatever the service does for a while, a screen is paired and linked again by itself, with few timers", async () => {
  await fc.assert(
    fc.asyncProperty(scripts, fc.constantFrom("token", null), async (script, token) => {
      // A stream that speaks does not end by itself: the ones after it would not be asked for.
      const streams = script.streams.map((stream) => (stream === "speaks" ? "speaks-then-ends" : stream))
      const { link, pass, timers } = world({ ...script, streams }, token)
      link.start()
      await pass(30 * 60_000)
      expect(link.state).toMatchObject({ phase: "paired", isLinked: true })
      expect(timers.size).toBeLessThan(20)
    }),
    { numRuns: 60 },
  )
})
