import { figuresQuerySchema } from "@kalends/protocol/figures"
import { describe, expect, test } from "vitest"
import type { Store } from "../ports/store.ts"
import { fakeClock, settled } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { createPictures } from "./pictures.ts"

const range = { from: "2026-11-23T08:00:00Z", to: "2026-11-23T09:00:00Z" }

async function world() {
  const { account, user, connection, calendar } = sampleRows()
  const { accountId } = account
  const store = createMemoryStore()
  const clock = fakeClock()
  const at = Temporal.Instant.from("2026-11-23T08:31:00Z")
  const row = { accountId, provider: "graph", grain: "minute", at } as const
  await store.asSystem(async (tables) => {
    await tables.insertAccount(account)
    await tables.addFigures([
      { ...row, measure: "own-share", slot: 4, count: 7 },
      { ...row, measure: "own-share", slot: 6, count: 1 },
      { ...row, measure: "hints-sent", slot: 0, count: 8 },
    ])
  })
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.insertConnection(connection)
    await tables.insertCalendar({ ...calendar, lastPassAt: clock.now().subtract({ seconds: 400 }) })
  })
  const stalenessBoundSeconds = (isPushed: boolean) => (isPushed ? 935 : 335)
  const reads = { count: 0 }
  const counting: Store = {
    ...store,
    inAccount(account, work) {
      reads.count++
      return store.inAccount(account, work)
    },
  }
  return { user, clock, reads, pictures: createPictures({ store: counting, clock, stalenessBoundSeconds }) }
}

describe("an organisation's figures", () => {
  test("are told for each measure, step by step, from what is counted", async () => {
    const { user, pictures } = await world()
    const query = figuresQuerySchema.parse({ measure: "own-share,hints-sent", ...range, step: "900" })
    expect(await pictures.series(user, query)).toEqual({
      stepSeconds: 900,
      series: [
        { measure: "hints-sent", provider: "graph", points: [{ at: "2026-11-23T08:30:00Z", counts: [[0, 8]] }] },
        {
          measure: "own-share",
          provider: "graph",
          points: [
            {
              at: "2026-11-23T08:30:00Z",
              counts: [
                [4, 7],
                [6, 1],
              ],
            },
          ],
        },
      ],
    })
  })

  test("are refused for a measure that there is not, and for more points than a picture shows", async () => {
    const { user, pictures } = await world()
    const ask = (query: object) => pictures.series(user, figuresQuerySchema.parse({ ...range, step: 60, ...query }))
    await expect(ask({ measure: "people-watched" })).rejects.toThrow("no such measure")
    await expect(ask({ measure: "own-share", from: "2025-11-23T08:00:00Z" })).rejects.toThrow("more than a picture")
  })

  test("are read once for all who ask for the same within a twelfth of a step, and never for another account", async () => {
    const { user, pictures, clock, reads } = await world()
    const query = figuresQuerySchema.parse({ measure: "own-share", ...range, step: "60" })
    const asked = () => Promise.all([pictures.series(user, query), pictures.series(user, query)])
    const [one, other] = await asked()
    expect(other).toEqual(one)
    expect(reads.count).toBe(1)
    await clock.advance(5_000)
    await asked()
    expect(reads.count).toBe(2)
    const stranger = sampleRows(2).user
    expect(await pictures.series(stranger, query)).toEqual({ stepSeconds: 60, series: [] })
  })

  test("a query is bounded at the edge", () => {
    const isGood = (query: object) =>
      figuresQuerySchema.safeParse({ measure: "own-share", ...range, step: "60", ...query }).success
    expect(isGood({})).toBe(true)
    for (const wrong of [{ step: "61" }, { step: "0" }, { measure: "" }, { measure: "a,".repeat(25) }, { from: "now" }])
      expect(isGood(wrong)).toBe(false)
  })

  test("say how many calendars were looked at longer ago than is promised", async () => {
    const { user, pictures, clock, reads } = await world()
    expect(await pictures.now(user)).toEqual({
      at: "2026-11-23T09:00:00Z",
      bounds: { pushedSeconds: 935, polledSeconds: 335 },
      ages: [{ provider: "memory", isPushed: false, count: 1, lateCount: 1, oldestSeconds: 400 }],
      connections: [{ provider: "memory", state: "healthy", count: 1 }],
    })
    await clock.advance(4_999)
    expect((await pictures.now(user)).at).toBe("2026-11-23T09:00:00Z")
    expect(reads.count).toBe(1)
    // The first who asks has the old answer, with its time, and makes it be renewed.
    await clock.advance(1)
    expect((await pictures.now(user)).at).toBe("2026-11-23T09:00:00Z")
    await settled()
    expect((await pictures.now(user)).at).toBe("2026-11-23T09:00:05Z")
    expect(reads.count).toBe(2)
    await clock.advance(120_000)
    expect((await pictures.now(user)).at).toBe("2026-11-23T09:02:05Z")
  })
})
