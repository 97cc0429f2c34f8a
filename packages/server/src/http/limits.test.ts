import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { fakeClock } from "../testing/fake-clock.ts"
import { countingFailures, networkOf } from "./limits.ts"
import { createRateLimit, type RateLimit } from "./rate-limit.ts"

const refused = () => Promise.reject(new Problem("auth-revoked", "Not right.", { code: "wrong-sign-in" }))

/** How often `act` is let through before it is told to wait; 1000 where it never is. */
async function until429(act: () => unknown): Promise<number> {
  for (let count = 0; count < 1000; count++)
    try {
      await act()
    } catch (error) {
      if (error instanceof Problem && error.kind === "rate-limited") return count
    }
  return 1000
}

describe("a rate limit", () => {
  test("allows its count at once, each key for itself, and refills evenly", async () => {
    const clock = fakeClock()
    const limit = createRateLimit(clock, { count: 5, windowMs: 50_000 })
    expect(await until429(() => limit.take("a"))).toBe(5)
    expect(await until429(() => limit.take("b"))).toBe(5)
    await clock.advance(20_000)
    expect(await until429(() => limit.take("a"))).toBe(2)
    await clock.advance(1_000_000)
    expect(await until429(() => limit.take("a"))).toBe(5)
  })

  test("says when to come back, and keeps its word", async () => {
    const clock = fakeClock()
    const limit = createRateLimit(clock, { count: 1, windowMs: 10_000 })
    limit.take("a")
    const problem = problemOf(() => limit.take("a"))
    const waitMs = clock
      .now()
      .until(problem?.retryAt ?? clock.now())
      .total("milliseconds")
    expect(waitMs).toBe(10_000)
    await clock.advance(waitMs)
    expect(() => limit.take("a")).not.toThrow()
  })

  test("holds no more keys than it may, and forgets the longest unused", () => {
    const limit = createRateLimit(fakeClock(), { count: 1, windowMs: 10_000 }, 2)
    limit.take("a")
    limit.take("b")
    limit.take("c")
    expect(problemOf(() => limit.take("c"))?.kind).toBe("rate-limited")
    expect(() => limit.take("a")).not.toThrow()
  })
})

describe("limits on failures", () => {
  const world = () => {
    const limit = createRateLimit(fakeClock(), { count: 3, windowMs: 60_000 })
    return { limit, counted: [{ limit, key: "a" }] }
  }

  test("what goes well is not counted, what is refused is", async () => {
    const { counted } = world()
    expect(await until429(() => countingFailures(counted, async () => "in"))).toBe(1000)
    expect(await until429(() => countingFailures(counted, refused))).toBe(3)
  })

  test("a failure of our own is not counted", async () => {
    const { counted } = world()
    const broken = () => countingFailures(counted, () => Promise.reject(new Error("the database is away")))
    expect(await until429(broken)).toBe(1000)
  })

  test("many at once are no more than their share", async () => {
    const { counted } = world()
    let reached = 0
    const guess = () =>
      countingFailures(counted, async () => {
        reached++
        return refused()
      })
    await Promise.allSettled(Array.from({ length: 50 }, guess))
    expect(reached).toBe(3)
  })

  test("one limit that is reached leaves the others as they were", async () => {
    const wide = createRateLimit(fakeClock(), { count: 3, windowMs: 60_000 })
    const narrow = createRateLimit(fakeClock(), { count: 1, windowMs: 60_000 })
    const counted = [
      { limit: wide, key: "a" },
      { limit: narrow, key: "a" },
    ]
    expect(await until429(() => countingFailures(counted, refused))).toBe(1)
    expect(await leftOf(wide)).toBe(2)
  })
})

describe("the network behind an address", () => {
  test.each([
    ["203.0.113.9", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::9", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

function leftOf(limit: RateLimit): Promise<number> {
  return until429(() => limit.take("a"))
}

function problemOf(act: () => void): Problem | null {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error
  }
  return null
}
