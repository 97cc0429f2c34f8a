import { parseProviderCalendarId } from "@kalends/domain/ids"
import { sql } from "kysely"
import { describe, expect, test } from "vitest"
import { createProcessFanOut } from "../platform/process-fan-out.ts"
import type { Hint } from "../ports/fan-out.ts"
import { jobSchema } from "../postgres/job-queue.ts"
import { createNoticeLog } from "../postgres/notice-log.ts"
import { createStore } from "../postgres/store.ts"
import { countingMetrics } from "../testing/engine.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryProvider, memoryCalendarId } from "../testing/memory-provider.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createListening } from "./listen.ts"

const database = useDatabase()

/** A connection on the memory provider, asked to be listened to, and the parts of any node that may do so. */
async function connectedWorld() {
  const clock = fakeClock()
  const random = seededRandom(5)
  const store = createStore(database())
  const remote = createMemoryProvider({ clock, cursorComes: "after-the-last" })
  const { account, user, connection, credential, calendar } = sampleRows(21)
  const { accountId, connectionId } = connection
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.insertConnection(connection)
    await tables.upsertCredential(credential)
    await tables.insertCalendar({ ...calendar, providerCalendarId: parseProviderCalendarId(memoryCalendarId) })
    await tables.listening.ask(connectionId, clock.now())
  })
  const fanOut = createProcessFanOut()
  const log = { info() {}, warn() {}, error() {} }
  const notices = createNoticeLog({ database: database(), clock, log })
  const hints: Hint[] = []
  fanOut.listen({ kind: "calendar", accountId, calendarId: calendar.calendarId }, (hint) => hints.push(hint))
  const startNode = () => {
    const listening = createListening({
      ...{ store, fanOut, notices, listenersMost: 10 },
      broker: { freshAccess: async () => ({ ...remote.access(), credentialVersion: 1 }) },
      life: { isWell: async () => {}, isTroubled: async () => {} },
      providerOf: () => remote.provider,
      world: { clock, random, metrics: countingMetrics(), log },
    })
    return listening.start()
  }
  const row = () => store.inAccount(accountId, (tables) => tables.listening.find(connectionId))
  return { clock, remote, notices, hints, startNode, row, calendarId: calendar.calendarId }
}

describe("listening on PostgreSQL", () => {
  test("a change is queued and told, and the next node goes on where the first one stopped", async () => {
    const { clock, remote, notices, hints, startNode, row, calendarId } = await connectedWorld()
    const listens = async () => {
      await clock.advance(20)
      return ((await row())?.listeningSince ?? null) !== null
    }
    const passes = async () => {
      await notices.feed()
      const { rows } = await sql<{ readonly payload: unknown }>`
        select payload from ${sql.id(jobSchema)}._private_jobs where key = ${`pass:${calendarId}`}`.execute(database())
      return rows.map(({ payload }) => payload)
    }
    const stopFirst = startNode()
    await until(listens)
    const first = (await row())?.nodeId
    expect(await passes()).toMatchObject([{ calendarId, noticedAtMs: null }])
    remote.streams.tell(memoryCalendarId)
    await until(async () => hints.length === 1)
    expect(await passes()).toMatchObject([{ calendarId, noticedAtMs: clock.now().epochMilliseconds }])
    await stopFirst()
    expect([remote.streams.openCount(), (await row())?.nodeId]).toEqual([0, null])
    const stopSecond = startNode()
    await until(listens)
    expect((await row())?.nodeId).not.toBe(first)
    remote.streams.tell(memoryCalendarId)
    await until(async () => hints.length === 2)
    await stopSecond()
    expect(remote.streams.openCount()).toBe(0)
  })
})

/** Asks until it is so, giving way to others in between; bounded by the test's own limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise<void>((resolve) => setImmediate(resolve))
}
