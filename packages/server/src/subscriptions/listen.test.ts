import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { settled } from "../testing/fake-clock.ts"
import { type ListenWorld, listenWorld } from "../testing/listen-world.ts"
import { memorySilenceMs } from "../testing/memory-streams.ts"
import { leaseMs, lookEveryMs, passSpreadMs, quietMs, takeoverBoundMs, tenureMostMs } from "./listen-pace.ts"

const changed = (world: ListenWorld, index = 0, calendar = 0) => ({
  kind: "changed" as const,
  calendarId: world.at(index).calendars[calendar]?.providerCalendarId ?? raise(),
})

function raise(): never {
  throw new Error("no such calendar")
}

/** One connection that one node listens for. */
async function listened(options: Parameters<typeof listenWorld>[0] = {}) {
  const world = await listenWorld(options)
  await world.askForAll()
  const node = world.startNode("a")
  await world.clock.advance(lookEveryMs)
  return { world, node, ...world.at(0), calendarId: world.at(0).calendars[0]?.calendarId ?? raise() }
}

describe("listening for a connection", () => {
  test("begins at the next look, and makes a pass due for what changed before", async () => {
    const { world, calendarId } = await listened()
    expect(world.remote.open()).toHaveLength(1)
    expect(world.dueCalendars()).toEqual([calendarId])
    expect((await world.row(0))?.listeningSince).not.toBeNull()
    expect(world.hints).toEqual([])
  })

  test("a notice makes its calendar due and tells its clients, as a webhook's does", async () => {
    const { world, connectionId, accountId, calendarId } = await listened()
    await world.remote.tell(connectionId, changed(world))
    const noticedAtMs = world.clock.now().epochMilliseconds
    expect(world.announced).toEqual([{ kind: "pass", accountId, calendarId, noticedAtMs }])
    expect(world.hints).toEqual([
      { kind: "calendar-changed", calendarId, watermarkMs: noticedAtMs, announcedAtMs: null },
    ])
  })

  test("a burst of notices is told at once and once more when it is over", async () => {
    const { world, connectionId } = await listened()
    for (let count = 0; count < 100; count++) await world.remote.tell(connectionId, changed(world))
    expect(world.hints).toHaveLength(1)
    await world.clock.advance(3 * quietMs)
    expect(world.hints).toHaveLength(2)
  })

  test("a notice that could not be made durable is told when it can", async () => {
    const { world, connectionId } = await listened()
    world.faults.isLogFailing = true
    await world.remote.tell(connectionId, changed(world))
    await world.clock.advance(2 * quietMs)
    expect(world.hints).toEqual([])
    world.faults.isLogFailing = false
    await world.clock.advance(quietMs)
    expect(world.hints).toHaveLength(1)
    expect(world.announced).toHaveLength(1)
  })

  test("a notice about a calendar that is not the connection's does nothing", async () => {
    const { world, connectionId } = await listened({ connections: 2 })
    const [stream] = world.remote.openOf(connectionId)
    stream?.waiting.push(changed(world, 1))
    stream?.wake()
    await settled()
    expect([world.hints, world.announced]).toEqual([[], []])
  })

  test("many calendars share as few streams as they fit into, and count as listened to when all listen", async () => {
    const { world, connectionId } = await listened({ calendarsEach: 5, perStreamMost: 2 })
    expect(world.remote.open().map(({ calendarIds }) => calendarIds.length)).toEqual([2, 2, 1])
    expect(world.dueCalendars()).toHaveLength(5)
    await world.remote.tell(connectionId, changed(world, 0, 4))
    expect(world.hints).toHaveLength(1)
  })
})

describe("a stream that is lost", () => {
  test("is opened again soon, and what it missed is found by a pass", async () => {
    const { world, connectionId } = await listened()
    await world.remote.cut(connectionId)
    expect((await world.row(0))?.listeningSince).toBeNull()
    expect(world.remote.open()).toEqual([])
    await world.clock.advance(2_000)
    expect(world.remote.open()).toHaveLength(1)
    expect(world.store.jobs).toHaveLength(1)
  })

  test("makes a pass due soon and once while it cannot be opened again, for its timer now looks too rarely", async () => {
    const { world, connectionId, calendarId } = await listened({ seed: 3 })
    world.store.takeJobs()
    world.remote.refuse.set(connectionId, () => new Problem("unavailable", "Away."))
    await world.remote.cut(connectionId)
    const [due, ...more] = world.store.jobs
    expect(due?.job).toEqual({ kind: "pass", accountId: world.at(0).accountId, calendarId, noticedAtMs: null })
    expect(due?.runAt?.since(world.clock.now()).total("milliseconds")).toBeLessThanOrEqual(passSpreadMs)
    expect(more).toEqual([])
    world.store.takeJobs()
    await world.clock.advance(600_000)
    expect(world.store.jobs).toEqual([])
  })

  test("is tried ever more rarely while the provider is away, up to five minutes", async () => {
    const { world, connectionId } = await listened()
    const triedAtMs: number[] = []
    world.remote.refuse.set(connectionId, () => {
      triedAtMs.push(world.clock.now().epochMilliseconds)
      return new Problem("unavailable", "Away.")
    })
    await world.remote.cut(connectionId)
    await world.clock.advance(3_600_000)
    const waits = triedAtMs.slice(1).map((at, index) => at - (triedAtMs[index] ?? 0))
    expect(Math.max(...waits)).toBeLessThanOrEqual(300_000)
    expect(triedAtMs.length).toBeGreaterThan(12)
    expect(triedAtMs.length).toBeLessThan(40)
    world.remote.refuse.clear()
    await world.clock.advance(300_000)
    expect(world.remote.open()).toHaveLength(1)
  })

  test("is left alone for as long as a busy provider asks", async () => {
    const { world, connectionId } = await listened()
    const retryAt = world.clock.now().add({ minutes: 10 })
    await world.remote.cut(connectionId, new Problem("rate-limited", "Busy.", { retryAt }))
    await world.clock.advance(9 * 60_000)
    expect(world.remote.state.openedCount).toBe(1)
    await world.clock.advance(90_000)
    expect(world.remote.open()).toHaveLength(1)
  })

  test("one that has fallen silent is given up, one that shows signs of life is not", async () => {
    const { world, connectionId } = await listened()
    for (let beat = 0; beat < 10; beat++) {
      await world.clock.advance(memorySilenceMs * 0.8)
      await world.remote.tell(connectionId, { kind: "alive" })
    }
    expect(world.remote.state.openedCount).toBe(1)
    await world.clock.advance(memorySilenceMs + 5_000)
    expect([world.remote.state.openedCount, world.remote.open().length]).toEqual([2, 1])
  })

  test("one that never begins to listen is given up", async () => {
    const world = await listenWorld()
    world.remote.state.isMute = true
    await world.ask(0)
    world.startNode("a")
    await world.clock.advance(40_000)
    expect((await world.row(0))?.listeningSince).toBeNull()
    world.remote.state.isMute = false
    await world.clock.advance(60_000)
    expect((await world.row(0))?.listeningSince).not.toBeNull()
  })

  test("one whose notices the provider has ended is opened anew, and its calendar is due", async () => {
    const { world, connectionId, calendarId } = await listened()
    await world.remote.tell(connectionId, { ...changed(world), kind: "removed" })
    expect(world.announced).toMatchObject([{ kind: "pass", calendarId }])
    await world.clock.advance(2_000)
    expect([world.remote.state.openedCount, world.remote.open().length]).toEqual([2, 1])
  })
})

describe("access to what is listened to", () => {
  test("a token that the provider refuses is replaced once, at once", async () => {
    const { world, node, connectionId } = await listened()
    await world.remote.cut(connectionId, new Problem("auth-expired", "Run out."))
    expect(world.remote.open()).toHaveLength(1)
    expect(node.wishes.map(({ refusedTokenDigest }) => refusedTokenDigest !== undefined)).toEqual([false, true])
  })

  test("a refused password closes the stream, is never tried again, and the user is asked", async () => {
    const { world, connectionId, accountId } = await listened()
    let tries = 0
    world.remote.refuse.set(connectionId, () => {
      tries++
      return new Problem("auth-revoked", "Wrong password.")
    })
    await world.remote.cut(connectionId, new Problem("auth-revoked", "Wrong password."))
    await world.clock.advance(3_600_000)
    const connection = await world.store.inAccount(accountId, (tables) => tables.findConnection(connectionId))
    expect([connection?.state, tries, await world.row(0)]).toEqual(["needs-reauth", 0, null])
    world.remote.refuse.clear()
    await world.setState(0, "connecting")
    await world.ask(0)
    await world.clock.advance(2 * lookEveryMs)
    expect(world.remote.open()).toHaveLength(1)
  })

  test.each(["gone", "needs-reauth", "needs-consent", "disabled"] as const)(
    "a connection that becomes %s is not listened to from that moment",
    async (state) => {
      const { world } = await listened({ connections: 2 })
      await world.setState(0, state)
      expect(world.remote.open().map(({ connectionId }) => connectionId)).toEqual([world.at(1).connectionId])
      expect(await world.row(0)).toBeNull()
    },
  )

  test.each(["gone", "needs-reauth"] as const)(
    "one that became %s without our hearing of it is closed at the next renewal",
    async (state) => {
      const { world } = await listened()
      world.faults.areHintsLost = true
      await world.setState(0, state)
      expect(world.remote.open()).toHaveLength(1)
      await world.clock.advance(leaseMs / 2 + lookEveryMs)
      expect(world.remote.open()).toEqual([])
      expect(await world.row(0)).toBeNull()
    },
  )

  test("one that is connected anew is opened anew, whether or not the hint arrives", async () => {
    const { world } = await listened()
    await world.setState(0, "connecting")
    expect([world.remote.state.openedCount, world.remote.open().length]).toEqual([2, 1])
    world.faults.areHintsLost = true
    await world.clock.advance(1_000)
    await world.ask(0)
    await world.clock.advance(leaseMs / 2 + lookEveryMs)
    expect([world.remote.state.openedCount, world.remote.open().length]).toEqual([3, 1])
  })
})

describe("several nodes", () => {
  test("listen for each connection once, each node up to its bound", async () => {
    const world = await listenWorld({ connections: 30 })
    await world.askForAll()
    world.startNode("a", 10)
    world.startNode("b", 12)
    await world.clock.advance(memorySilenceMs * 0.9)
    const nodes = world.remote.open().map(({ node }) => node)
    expect([nodes.filter((node) => node === "a").length, nodes.filter((node) => node === "b").length]).toEqual([10, 12])
    expect(world.remote.doubles).toEqual([])
    expect(world.remote.state.openedCount).toBe(22)
  })

  test("take over what a killed one had within the stated bound, and look for what it missed", async () => {
    const world = await listenWorld({ connections: 20 })
    await world.askForAll()
    const killed = world.startNode("a")
    await world.clock.advance(lookEveryMs)
    world.startNode("b")
    await world.clock.advance(leaseMs)
    expect(world.remote.open()).toHaveLength(20)
    killed.kill()
    expect(world.remote.open()).toEqual([])
    await world.clock.advance(takeoverBoundMs(20))
    expect(world.remote.open().map(({ node }) => node)).toEqual(Array.from({ length: 20 }, () => "b"))
    expect(world.dueCalendars()).toHaveLength(20)
  })

  test("one that cannot reach the database stops listening before another begins", async () => {
    const world = await listenWorld({ connections: 5 })
    await world.askForAll()
    const cutOff = world.startNode("a")
    await world.clock.advance(lookEveryMs)
    world.startNode("b")
    cutOff.state.isCutOff = true
    await world.clock.advance(takeoverBoundMs(5))
    expect(world.remote.open().map(({ node }) => node)).toEqual(Array.from({ length: 5 }, () => "b"))
    expect(world.remote.doubles).toEqual([])
  })

  test("one that is stopped gives back at once, and leaves no timer", async () => {
    const world = await listenWorld({ connections: 5 })
    await world.askForAll()
    const stopped = world.startNode("a")
    await world.clock.advance(lookEveryMs)
    await stopped.stop()
    expect(world.remote.open()).toEqual([])
    expect(world.clock.waitingCount).toBe(0)
    world.startNode("b")
    await world.clock.advance(lookEveryMs)
    expect(world.remote.open()).toHaveLength(5)
  })

  test("one that joins later gets its share within hours", async () => {
    const world = await listenWorld({ connections: 40 })
    await world.askForAll()
    world.startNode("a")
    await world.clock.advance(1_000)
    world.startNode("b")
    for (let passedMs = 0; passedMs < tenureMostMs; passedMs += 100_000) {
      await world.clock.advance(100_000)
      world.remote.beat()
    }
    const ofB = world.remote.open().filter(({ node }) => node === "b").length
    expect(ofB).toBeGreaterThanOrEqual(8)
    expect(ofB).toBeLessThanOrEqual(32)
    expect(world.remote.doubles).toEqual([])
  })
})
