import { statesForPerson } from "@kalends/domain/connection"
import { parseCalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { Job } from "../ports/job-queue.ts"
import type { Store } from "../ports/store.ts"
import { enginePace } from "../testing/engine.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { tickSeconds } from "./pace.ts"
import { createReconcile } from "./reconcile.ts"

const week = 7 * 24

/** `count` calendars of one connection that are due, and any number of nodes that look after them. */
async function world(count: number, dress: (store: Store) => Store = (same) => same) {
  const clock = fakeClock()
  const memory = createMemoryStore()
  const random = seededRandom(3)
  const rows = sampleRows()
  const { accountId } = rows.account
  const calendarIds = Array.from({ length: count }, () => parseCalendarId(random.uuid()))
  await memory.asSystem((tables) => tables.insertAccount(rows.account))
  await memory.inAccount(accountId, async (tables) => {
    await tables.insertUser(rows.user)
    await tables.insertConnection(rows.connection)
    await tables.upsertCredential({ ...rows.credential, usedAt: clock.now() })
    for (const calendarId of calendarIds) await tables.insertCalendar({ ...rows.calendar, calendarId })
  })
  const added: Job[] = []
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  const node = () =>
    createReconcile({
      store: dress(memory),
      queue: { add: async (jobs) => void added.push(...jobs), release: async () => 0 },
      clock,
      log: { info: write, warn: write, error: write },
      pace: enginePace,
      keyMinder: { tick: async () => {} },
    })
  return { clock, memory, rows, accountId, calendarIds, added, lines, node }
}

describe("a look for what is due", () => {
  test("makes every due calendar due once, as a timer's mark, however many nodes look", async () => {
    const { node, added, accountId, calendarIds } = await world(40)
    const nodes = [node(), node(), node()]
    for (const one of nodes) await one.tick(1)
    expect(added).toHaveLength(40)
    expect(new Set(added)).toEqual(
      new Set(calendarIds.map((calendarId) => ({ kind: "pass", accountId, calendarId, noticedAtMs: null }))),
    )
  })

  test("takes all of them, a batch after the other", async () => {
    const { node, added } = await world(2_001)
    await node().tick(1)
    expect(added).toHaveLength(2_001)
  })

  test("leaves alone what is not due, and comes back to what no pass came to an end for", async () => {
    const { node, added, clock } = await world(1)
    const one = node()
    await one.tick(1)
    await clock.advance(299_000)
    await one.tick(2)
    expect(added).toHaveLength(1)
    await clock.advance(1_000)
    await one.tick(3)
    expect(added).toHaveLength(2)
  })

  test("renews subscriptions at their time and tries again where that came to nothing", async () => {
    const { node, added, clock, memory, rows, accountId, calendarIds } = await world(1)
    const [calendarId] = calendarIds
    if (calendarId === undefined) throw new Error("there is one")
    await memory.inAccount(accountId, (tables) =>
      tables.insertSubscription({
        accountId,
        subscriptionId: parseSubscriptionId(seededRandom(8).uuid()),
        calendarId,
        provider: rows.connection.provider,
        providerSubscriptionId: "one",
        providerResourceId: null,
        expiresAt: clock.now().add({ hours: 3 }),
        renewAt: clock.now().add({ hours: 1 }),
        createdAt: clock.now(),
      }),
    )
    const one = node()
    const renewals = () => added.filter(({ kind }) => kind === "subscribe")
    await one.tick(1)
    expect(renewals()).toEqual([])
    await clock.advance(3_600_000)
    await one.tick(2)
    await one.tick(3)
    expect(renewals()).toEqual([{ kind: "subscribe", accountId, calendarId }])
    await clock.advance(1_800_000)
    await one.tick(4)
    expect(renewals()).toHaveLength(2)
  })

  test("keeps alive a grant that was not used for a week", async () => {
    const { node, added, clock, memory, rows, accountId } = await world(0)
    const one = node()
    await clock.advance((week - 1) * 3_600_000)
    await one.tick(0)
    expect(added).toEqual([])
    await clock.advance(2 * 3_600_000)
    await one.tick(0)
    expect(added).toEqual([{ kind: "keep-alive", accountId, connectionId: rows.connection.connectionId }])
    await memory.inAccount(accountId, (tables) =>
      tables.upsertCredential({ ...rows.credential, usedAt: clock.now(), version: 2 }),
    )
    await one.tick(0)
    expect(added).toHaveLength(1)
  })

  test.each(statesForPerson)("leaves a grant alone whose connection is %s: a person must mend it", async (state) => {
    const { node, added, clock, memory, rows, accountId } = await world(0)
    await memory.inAccount(accountId, (tables) => tables.updateConnection(rows.connection.connectionId, { state }))
    await clock.advance((week + 1) * 3_600_000)
    await node().tick(0)
    expect(added).toEqual([])
  })
})

describe("the timer", () => {
  test("looks every few seconds and leaves nothing behind when it is stopped", async () => {
    const { node, added, clock } = await world(1)
    const stop = node().start()
    expect(clock.waitingCount).toBe(1)
    await clock.advance(tickSeconds * 1000)
    expect(added).toHaveLength(1)
    expect(clock.waitingCount).toBe(1)
    await stop()
    expect(clock.waitingCount).toBe(0)
    await clock.advance(3_600_000)
    expect(added).toHaveLength(1)
  })

  test("stopping waits for the look under way and starts no other", async () => {
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    const { node, added, clock } = await world(1, (store) => ({
      ...store,
      asSystem: async (work) => gate.then(() => store.asSystem(work)),
    }))
    const stop = node().start()
    await clock.advance(tickSeconds * 1000)
    let isStopped = false
    const stopped = stop().then(() => (isStopped = true))
    await clock.advance(0)
    expect(isStopped).toBe(false)
    letGo()
    await stopped
    expect(added).toHaveLength(1)
    expect(clock.waitingCount).toBe(0)
  })

  test("a look that fails is logged without its text, and the next one makes up for it", async () => {
    let isAway = true
    const { node, added, clock, lines } = await world(1, (store) => ({
      ...store,
      asSystem: (work) => (isAway ? Promise.reject(new Error("password=secret")) : store.asSystem(work)),
    }))
    const stop = node().start()
    await clock.advance(tickSeconds * 1000)
    expect(lines).toEqual(["reconcile failed"])
    isAway = false
    await clock.advance(tickSeconds * 1000)
    expect(added).toHaveLength(1)
    await stop()
  })
})
