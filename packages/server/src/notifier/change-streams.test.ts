import { parseSessionId, type SessionId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { heartbeatSeconds } from "@kalends/protocol/changes"
import { describe, expect, test } from "vitest"
import { createProcessFanOut } from "../platform/process-fan-out.ts"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import type { CalendarRow, SessionRow } from "../ports/store.ts"
import { countingMetrics } from "../testing/engine.ts"
import { fakeClock, settled } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createChangeStreams, encodeMessage } from "./change-streams.ts"

async function world({
  calendar: changes = {},
  isConnected = true,
}: {
  calendar?: Partial<CalendarRow>
  isConnected?: boolean
} = {}) {
  const rows = sampleRows()
  const calendar = { ...rows.calendar, ...changes }
  const { accountId, calendarId } = calendar
  const store = createMemoryStore()
  await store.asSystem((tables) => tables.insertAccount(rows.account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(rows.user)
    await tables.insertConnection(rows.connection)
    await tables.insertCalendar(calendar)
  })
  const clock = fakeClock()
  const inner = createProcessFanOut()
  let interestCount = 0
  const fanOut: FanOut = {
    ...inner,
    isConnected,
    listen(topic, receive) {
      interestCount++
      const unlisten = inner.listen(topic, receive)
      return () => {
        interestCount--
        unlisten()
      }
    },
  }
  const used: SessionId[][] = []
  const over = new Set<SessionId>()
  const useSessions = async (_accountId: unknown, ids: readonly SessionId[]) => {
    used.push([...ids])
    return ids.filter((id) => !over.has(id))
  }
  const streams = createChangeStreams({ ...{ store, fanOut, clock, metrics: countingMetrics() }, useSessions })
  const until = clock.now().add({ hours: 1 })
  const session: SessionRow = {
    ...{ accountId, sessionId: parseSessionId(seededRandom(5).uuid()), userId: rows.user.userId, kind: "person" },
    ...{ tokenHash: new Uint8Array(32), deviceName: "Test", signedInBy: "password", issuer: null },
    ...{ secondFactor: null, secondFactorAt: null, awaitsSecondFactor: false },
    ...{ createdAt: clock.now(), usedAt: clock.now(), expiresAt: until, endsAt: until },
  }
  /** Opens a stream and collects what it is sent. */
  async function open(since: number | null = null, end: { isSlow: boolean } = { isSlow: false }) {
    const sent: string[] = []
    const state = { isClosed: false }
    const close = await streams.open(session, since, {
      write(text) {
        sent.push(text)
        return !end.isSlow
      },
      close: () => {
        state.isClosed = true
      },
    })
    const messages = () =>
      sent.filter((text) => text.includes("data: ")).map((text) => JSON.parse(/data: (.*)\n\n$/.exec(text)?.[1] ?? ""))
    return { sent, state, close, end, messages, kinds: () => messages().map(({ kind }: { kind: string }) => kind) }
  }
  const tell = (hint: Partial<Extract<Hint, { kind: "calendar-changed" }>> = {}) =>
    fanOut.publish(
      { kind: "calendar", accountId, calendarId },
      { kind: "calendar-changed", calendarId, watermarkMs: 7, announcedAtMs: null, ...hint },
    )
  return {
    ...{ used, over },
    rows,
    store,
    clock,
    fanOut,
    streams,
    session,
    calendar,
    open,
    tell,
    interests: () => interestCount,
  }
}

describe("the first message", () => {
  const changedAt = Temporal.Instant.from("2026-11-23T08:00:00Z")
  const changedMs = changedAt.epochMilliseconds

  test.each([
    ["a client that comes for the first time", null, true],
    ["one that saw less than the last change", changedMs - 1, true],
    ["one that saw the last change", changedMs, false],
    ["one that saw more", changedMs + 1, false],
  ])("tells %s whether it missed something", async (_who, since, missed) => {
    const { open, clock } = await world({ calendar: { changedAt } })
    const [hello] = (await open(since)).messages()
    expect(hello).toMatchObject({ kind: "hello", missed, heartbeatSeconds, watermarkMs: clock.now().epochMilliseconds })
  })

  test("says that something may have been missed while other nodes cannot be heard", async () => {
    const { open } = await world({ calendar: { changedAt }, isConnected: false })
    expect((await open(changedMs)).messages()[0]).toMatchObject({ missed: true })
  })

  test("does not hide a change that came while the stream was being opened", async () => {
    const { open, tell } = await world()
    const opening = open(Number.MAX_SAFE_INTEGER)
    await settled()
    tell()
    expect((await opening).kinds()).toContain("calendar-changed")
  })
})

describe("a stream", () => {
  test("carries a hint with its watermark as the id to reconnect with, and ids alone", async () => {
    const { open, tell, calendar } = await world()
    const stream = await open()
    tell({ watermarkMs: 12 })
    const { calendarId } = calendar
    expect(stream.sent.at(-1)).toBe(
      `id: 12\ndata: ${JSON.stringify({ kind: "calendar-changed", calendarId, watermarkMs: 12 })}\n\n`,
    )
  })

  test("is told again of an announced change only where it may have come too late for the announcement", async () => {
    const { open, tell, clock } = await world()
    const early = await open()
    await clock.advance(60_000)
    const announcedAtMs = clock.now().epochMilliseconds
    await clock.advance(500)
    const late = await open()
    tell({ announcedAtMs })
    expect([early.kinds(), late.kinds()]).toEqual([["hello"], ["hello", "calendar-changed"]])
  })

  test("hears of a calendar that was connected after it was opened, and no longer of one that is gone", async () => {
    const { open, tell, store, fanOut, rows, calendar } = await world()
    const { accountId, userId, connectionId } = rows.connection
    await store.inAccount(accountId, (tables) => tables.deleteCalendar(calendar.calendarId))
    const stream = await open()
    tell()
    expect(stream.kinds()).toEqual(["hello"])
    await store.inAccount(accountId, (tables) => tables.insertCalendar(calendar))
    fanOut.publish({ kind: "user", accountId, userId }, { kind: "connection-changed", connectionId, state: "healthy" })
    await settled()
    tell()
    expect(stream.kinds()).toEqual(["hello", "connection-changed", "calendar-changed"])
  })

  test("ends when its session is signed out, after saying so", async () => {
    const { open, fanOut, session, interests } = await world()
    const stream = await open()
    fanOut.publish(
      { kind: "session", accountId: session.accountId, sessionId: session.sessionId },
      { kind: "signed-out" },
    )
    expect(stream.kinds()).toEqual(["hello", "signed-out"])
    expect(stream.state.isClosed).toBe(true)
    expect(interests()).toBe(0)
  })

  test("is dropped when its client reads too slowly", async () => {
    const { open, tell, streams, interests } = await world()
    const stream = await open()
    stream.end.isSlow = true
    tell()
    tell()
    expect(stream.kinds()).toEqual(["hello", "calendar-changed"])
    expect([stream.state.isClosed, streams.count, interests()]).toEqual([true, 0, 0])
  })

  test("listens for nothing once it is closed, even while it looks for its calendars", async () => {
    const { open, fanOut, rows, interests } = await world()
    const stream = await open()
    const { accountId, userId, connectionId } = rows.connection
    fanOut.publish({ kind: "user", accountId, userId }, { kind: "connection-changed", connectionId, state: "healthy" })
    stream.close()
    await settled()
    expect(interests()).toBe(0)
  })
})

describe("all streams of a node", () => {
  test("are kept alive by one timer, which ends with them", async () => {
    const { open, clock, streams } = await world()
    const all = [await open(), await open(), await open()]
    expect(clock.waitingCount).toBe(1)
    await clock.advance(heartbeatSeconds * 1000)
    expect(all.map(({ sent }) => sent.at(-1))).toEqual([":\n\n", ":\n\n", ":\n\n"])
    streams.close()
    expect(clock.waitingCount).toBe(0)
    expect(all.every(({ state }) => state.isClosed)).toBe(true)
  })

  test("are 20 at most for one person, and a place is free again when one ends", async () => {
    const { open } = await world()
    const all = await Promise.all(Array.from({ length: 20 }, () => open()))
    expect(isProblem(await open().catch((error: unknown) => error), "rate-limited")).toBe(true)
    all[0]?.close()
    await open()
  })

  test("do not count one that could not be opened", async () => {
    const { streams, session, store, interests } = await world()
    Object.assign(store, { inAccount: () => Promise.reject(new Error("the database is away")) })
    const end = { write: () => true, close: () => {} }
    await expect(streams.open(session, null, end)).rejects.toThrow("away")
    expect([streams.count, interests()]).toEqual([0, 0])
  })
})

test("a message without a watermark leaves the client's last one in force", () => {
  expect(encodeMessage({ kind: "signed-out", watermarkMs: 0 })).not.toContain("id:")
})

test("a client that listens is in use, and is told when its session is over", async () => {
  const { open, clock, session, used, over, streams } = await world()
  const [first, second] = [await open(), await open()]
  await clock.advance(14 * 60_000)
  expect(used).toEqual([])
  await clock.advance(2 * 60_000)
  expect(used).toEqual([[session.sessionId]])
  over.add(session.sessionId)
  await clock.advance(16 * 60_000)
  for (const one of [first, second]) expect(one.kinds()).toEqual(["hello", "signed-out"])
  expect(streams.count).toBe(0)
})
