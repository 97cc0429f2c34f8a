import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { type FakeClock, fakeClock } from "../testing/fake-clock.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createKeyRing, keyLifeMs } from "./key-ring.ts"
import { boxKey, open, seal } from "./sealed-box.ts"

const accountId = sampleRows(1).account.accountId
const keyOf = (version: number) => boxKey(version, new Uint8Array(32).fill(version))
const minuteMs = 60_000
const graceMs = 60 * minuteMs

/** A custodian that answers, is away or refuses, and counts how often it was asked. */
function custodian(clock: FakeClock) {
  const state = { answers: "well" as "well" | "away" | "refused", asked: 0, awaySince: null as Temporal.Instant | null }
  const source = (version: number) => ({
    confirm: async () => {
      state.asked += 1
      if (state.answers === "well") {
        state.awaySince = null
        return keyOf(version)
      }
      if (state.answers === "away") state.awaySince ??= clock.now()
      throw new Problem("unavailable", "No answer.")
    },
    awaySince: () => state.awaySince,
  })
  return { state, source }
}

function world(grace = graceMs) {
  const clock = fakeClock()
  return { clock, ring: createKeyRing(clock, grace), ...custodian(clock) }
}

/** Uses the key every minute for a while; the minutes in which it was there. */
async function use({ clock, ring }: ReturnType<typeof world>, minutes: number): Promise<number> {
  let there = 0
  for (let minute = 0; minute < minutes; minute++) {
    await clock.advance(minuteMs)
    if (ring.find(accountId, 1) !== null) there += 1
  }
  return there
}

describe("the key ring", () => {
  test("a key that is dropped while somebody uses it still seals what the same key opens", async () => {
    const { clock, ring, source } = world()
    const inUse = ring.hold(accountId, keyOf(1), source(1))
    await clock.advance(keyLifeMs)
    ring.clear()
    const box = seal(inUse, "here", Buffer.from("text"), seededRandom(1))
    expect(open(keyOf(1), "here", box).toString()).toBe("text")
  })

  test("confirms keys in use, and sweeps idle ones away without being asked for them", async () => {
    const { clock, ring, source, state } = world()
    ring.hold(accountId, keyOf(1), source(1))
    expect(clock.waitingCount).toBe(1)
    await clock.advance(keyLifeMs)
    expect([ring.size, state.asked]).toEqual([1, 1])
    await clock.advance(keyLifeMs)
    expect([ring.size, state.asked, clock.waitingCount]).toEqual([0, 1, 0])
  })

  test("does not mistake one account's key for another's", () => {
    const { ring, source } = world()
    ring.hold(accountId, keyOf(1), source(1))
    expect(ring.find(sampleRows(2).account.accountId, 1)).toBeNull()
  })

  test("holds what is in use for ten minutes at a time while its custodian answers, asking once for each", async () => {
    const all = world()
    all.ring.hold(accountId, keyOf(1), all.source(1))
    expect(await use(all, 120)).toBe(120)
    expect(all.state.asked).toBe(12)
  })

  test("bridges a custodian that is away for the grace, counted from when it went, and no longer", async () => {
    const all = world()
    all.ring.hold(accountId, keyOf(1), all.source(1))
    await use(all, 5)
    all.state.answers = "away"
    // It is noticed when the key is to be confirmed, half a minute before its end.
    expect(await use(all, 4 + 60)).toBe(64)
    expect(await use(all, 1)).toBe(0)
    expect(all.ring.size).toBe(0)
  })

  test("goes on without a gap when it comes back within the grace", async () => {
    const all = world()
    all.ring.hold(accountId, keyOf(1), all.source(1))
    all.state.answers = "away"
    expect(await use(all, 50)).toBe(50)
    all.state.answers = "well"
    expect(await use(all, 200)).toBe(200)
  })

  test("without a grace a key ends with its life", async () => {
    const all = world(0)
    all.ring.hold(accountId, keyOf(1), all.source(1))
    all.state.answers = "away"
    expect(await use(all, 9)).toBe(9)
    expect(await use(all, 5)).toBe(0)
  })

  test("keeps idle keys as well while their custodian is away", async () => {
    const { clock, ring, source, state } = world()
    ring.hold(accountId, keyOf(1), source(1))
    await clock.advance(keyLifeMs)
    state.awaySince = clock.now()
    state.answers = "away"
    await clock.advance(graceMs - minuteMs)
    expect(ring.find(accountId, 1)?.version).toBe(1)
    await clock.advance(2 * minuteMs)
    expect(ring.find(accountId, 1)).toBeNull()
  })

  test("drops a key at its next confirmation when the custodian refuses it", async () => {
    const all = world()
    all.ring.hold(accountId, keyOf(1), all.source(1))
    all.state.answers = "refused"
    expect(await use(all, 9)).toBe(9)
    expect(await use(all, 5)).toBe(0)
  })
})
