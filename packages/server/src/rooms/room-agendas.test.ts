import { parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { ageSeconds, nobodyChecksIn, type RoomAgenda, roomStateOf } from "@kalends/domain/room-state"
import { expect, test } from "vitest"
import { settled } from "../testing/fake-clock.ts"
import { roomWorld } from "../testing/room-world.ts"
import { sampleSubscription } from "../testing/rows.ts"
import { polledIntervalSeconds, renewSeconds } from "./watches.ts"

const numberedRoom = (number: number) => parseUserId(`00000000-0000-4000-8000-${String(number).padStart(12, "0")}`)
const away = () => new Problem("unavailable", "No answer.")
const titles = ({ bookings }: RoomAgenda) => bookings.map(({ title }) => title)

async function listening(options: Parameters<typeof roomWorld>[0] = {}) {
  const world = await roomWorld(options)
  const node = world.node()
  const ends = new AbortController()
  const told: RoomAgenda[] = []
  node.agendas.offerCheckIn(world.ref, ends.signal)
  node.agendas.listen(world.ref, (agenda) => void told.push(agenda), ends.signal)
  await settled()
  return { ...world, ...node, told, ends, last: () => told.at(-1) }
}

test("a room is read when somebody begins to listen, and again at a hint, whoever sends it", async () => {
  const { invite, hint, told, faults, agendas, ref } = await listening()
  expect(told.map(titles)).toEqual([[]])
  await invite("Planning", 60, 30)
  hint()
  hint()
  await settled()
  expect(told.map(titles)).toEqual([[], ["Planning"]])
  expect(faults.reads).toBe(2)
  expect(titles(agendas.known(ref) ?? expect.fail("known"))).toEqual(["Planning"])
})

test("what a pass repeats of a change that was heard is not read again; what was not heard is", async () => {
  const { fanOut, accountId, agendas, ref, faults, calendar } = await listening()
  const say = async (watermarkMs: number, announcedAtMs: number | null) => {
    const hint = { kind: "calendar-changed", calendarId: calendar.calendarId, watermarkMs, announcedAtMs } as const
    fanOut.publish({ kind: "calendar", accountId, calendarId: calendar.calendarId }, hint)
    await settled()
    return faults.reads
  }
  expect(await say(1_000, null)).toBe(2)
  expect(await say(1_400, 1_000)).toBe(2)
  expect(await say(2_400, 2_000)).toBe(3)
  expect(agendas.known(ref)).not.toBeNull()
})

test("a change that nobody told of is known within fifteen minutes", async () => {
  const { invite, clock, last } = await listening()
  await invite("Planning", 60, 30)
  await clock.advance(15 * 60_000)
  expect(titles(last() ?? expect.fail("told"))).toEqual(["Planning"])
})

test("where nobody tells of changes, whoever stands at the door sees a booking after a minute at most", async () => {
  const { invite, clock, last, faults, ends } = await listening({ isPolled: true })
  await clock.advance(10 * 60_000)
  expect(faults.reads).toBeLessThanOrEqual(1 + 10 / 0.75)
  await invite("Walk-in", 10, 30)
  await clock.advance(60_000)
  expect(titles(last() ?? expect.fail("told"))).toEqual(["Walk-in"])
  ends.abort()
  const { reads } = faults
  await clock.advance(10 * 60_000)
  expect(faults.reads).toBe(reads)
})

test("a room that was read before anybody told of its changes is not polled once somebody does", async () => {
  const { clock, faults, store, accountId, calendar } = await listening({ isPolled: true })
  await store.inAccount(accountId, (tables) =>
    tables.insertSubscription(sampleSubscription(calendar, clock.now().add({ hours: 24 }))),
  )
  await clock.advance(5 * 60_000)
  expect(faults.reads).toBe(1)
})

test("many rooms of which nobody tells are read 200 times a minute together, and none more rarely than any room", () => {
  expect([1, 200, 500, 5_000].map(polledIntervalSeconds)).toEqual([60, 60, 150, renewSeconds])
})

test("when one room's calendar answers again, those that failed with it are read at once", async () => {
  const world = await roomWorld()
  const rooms = await world.moreRooms(8)
  const { agendas } = world.node()
  const { signal } = new AbortController()
  world.faults.problem = away()
  for (const ref of rooms) agendas.listen(ref, () => {}, signal)
  await world.clock.advance(60 * 60_000)
  world.faults.problem = null
  await agendas.readAnew(rooms[3] ?? expect.fail("a room"))
  await settled()
  for (const ref of rooms) expect(agendas.known(ref)?.readAt).toEqual(world.clock.now())
  agendas.stop()
})

test("without a listener nothing is read, no timer waits, and whoever asks is answered from what was just read", async () => {
  const { ends, faults, clock, hint, agendas, ref } = await listening()
  ends.abort()
  hint()
  await clock.advance(3_600_000)
  expect([faults.reads, clock.waitingCount]).toEqual([1, 0])
  const { signal } = new AbortController()
  await Promise.all([agendas.read(ref, signal), agendas.read(ref, signal)])
  await agendas.read(ref, signal)
  expect(faults.reads).toBe(2)
})

test("a room of which nothing is known and that cannot be read is a problem, not a free room", async () => {
  const world = await roomWorld()
  const { agendas } = world.node()
  world.faults.problem = away()
  await expect(agendas.read(world.ref, new AbortController().signal)).rejects.toThrow("No answer.")
  expect(agendas.known(world.ref)).toBeNull()
})

test("a room that was disconnected is shown with nothing, and never as free", async () => {
  const { store, accountId, connection, fanOut, ref, last, agendas, clock, invite, hint } = await listening()
  await invite("Secret", 0, 30)
  hint()
  await settled()
  await store.inAccount(accountId, (tables) => tables.deleteConnection(connection.connectionId))
  const gone = { kind: "connection-changed", connectionId: connection.connectionId, state: "gone" } as const
  fanOut.publish({ kind: "user", accountId, userId: ref.roomId }, gone)
  await settled()
  const agenda = last() ?? expect.fail("told")
  expect(agendas.known(ref)).toBeNull()
  const now = { agenda, now: clock.now(), checkInBy: nobodyChecksIn }
  expect([agenda.bookings, roomStateOf(now).kind]).toEqual([[], "unknown"])
})

test("what does not pass by itself is kept for the portal, since when it is so, and forgotten once the room is read", async () => {
  const { store, accountId, faults, hint, ref, agendas, clock, room } = await listening()
  const kept = async () => {
    const { problemKind, problemAt } = (await store.inAccount(accountId, ({ rooms }) => rooms.find(ref.roomId))) ?? room
    return [problemKind, problemAt]
  }
  const tryWith = async (problem: Problem | null) => {
    faults.problem = problem
    hint()
    await settled()
    // A room of which nothing is known any more hears no hint: its timer tries it.
    if (agendas.problem(ref) !== problem) await clock.advance(600_000)
    expect(agendas.problem(ref)).toBe(problem)
    return kept()
  }
  expect(await tryWith(away())).toEqual([null, null])
  const since = clock.now()
  expect(await tryWith(new Problem("not-found", "Gone."))).toEqual(["not-found", since])
  await clock.advance(300_000)
  expect(await kept()).toEqual(["not-found", since])
  // A passing trouble says nothing else of it.
  expect(await tryWith(away())).toEqual(["not-found", since])
  expect(await tryWith(null)).toEqual([null, null])
})

test("titles are hidden as the room's privacy says before anything is held", async () => {
  const { invite, hint, last } = await listening({
    room: { privacy: { hidesTitles: "all", hidesHostsOfPrivate: true } },
  })
  await invite("Layoffs", 60, 30)
  hint()
  await settled()
  expect(JSON.stringify(last())).not.toContain("Layoffs")
})

test.each([1, 2])(
  "four hours without the provider, run %i: kept, honest about its age, never free, well again by itself",
  async (seed) => {
    const { clock, faults, invite, hint, told, last, at, agendas, release, ref } = await listening({
      seed,
      room: { checkIn: { withinMinutes: 10, earlyMinutes: 10, missesMost: null } },
    })
    await invite("Before", 30, 60)
    await invite("During", 150, 30)
    hint()
    await settled()
    const before = titles(last() ?? expect.fail("told"))
    const readAt = last()?.readAt
    const stop = release.start()
    await clock.advance(20 * 60_000)
    const beginsAt = agendas.known(ref)?.readAt
    faults.problem = seed % 2 === 0 ? away() : new Problem("rate-limited", "Later.", { retryAt: at(100) })
    faults.reads = 0
    for (let minute = 20; minute < 260; minute++) {
      await clock.advance(60_000)
      const agenda = agendas.known(ref) ?? expect.fail("kept")
      expect(titles(agenda)).toEqual(before)
      expect(agenda.readAt).toEqual(beginsAt)
      const now = clock.now()
      expect(ageSeconds(agenda, now)).toBe(Math.floor(agenda.readAt.until(now).total("seconds")))
      const state = roomStateOf({ agenda, now, checkInBy: (booking) => agendas.checkInBy(ref, booking) })
      if ((ageSeconds(agenda, now) ?? 0) > 30 * 60) expect(state.kind).not.toBe("free")
    }
    expect(readAt).toBeDefined()
    // Asked ever more rarely: not once a minute for four hours.
    expect(faults.reads).toBeLessThan(120)
    await invite("Made meanwhile", 255, 60)
    faults.problem = null
    await clock.advance(8 * 60_000)
    expect(titles(last() ?? expect.fail("told"))).toContain("Made meanwhile")
    // No screen could show it before: its ten minutes begin now, and it is not given up yet.
    const shown = roomStateOf({
      ...{ agenda: last() ?? null, now: clock.now(), checkInBy: (booking) => agendas.checkInBy(ref, booking) },
    })
    expect(shown).toMatchObject({ kind: "taken", booking: { title: "Made meanwhile" } })
    const seen = told.find((agenda) => titles(agenda).includes("Made meanwhile"))?.readAt
    expect(shown.kind === "taken" ? shown.checkInBy : null).toEqual(seen?.add({ minutes: 10 }))
    await stop()
    agendas.stop()
    expect(clock.waitingCount).toBe(0)
  },
)

test("a room that somebody looks at is read for the next look; one that is listened to is left to its timer", async () => {
  const { node, ref, faults, clock, hint } = await roomWorld()
  const { agendas } = node()
  const look = async () => {
    agendas.peek([ref])
    await settled()
    return faults.reads
  }
  expect([await look(), agendas.known(ref) !== null, await look()]).toEqual([1, true, 1])
  await clock.advance(120_000)
  expect(await look()).toBe(2)
  agendas.listen(ref, () => {}, new AbortController().signal)
  faults.problem = new Problem("not-found", "Gone.")
  hint()
  await settled()
  expect([faults.reads, agendas.known(ref), await look()]).toEqual([3, null, 3])
  agendas.stop()
})

test("however many rooms a node listens to, it knows each of them", async () => {
  const { node, accountId } = await roomWorld()
  const { agendas } = node()
  const ends = new AbortController()
  const refs = Array.from({ length: 2_001 }, (_, number) => ({ accountId, roomId: numberedRoom(number) }))
  for (const ref of refs) agendas.listen(ref, () => {}, ends.signal)
  expect(refs.filter((ref) => agendas.watched(ref) === null)).toEqual([])
  agendas.stop()
})

test("a node that stops has no timer left, and tells nobody anything more", async () => {
  const { agendas, clock, hint, told, faults } = await listening()
  agendas.stop()
  hint()
  await settled()
  expect([clock.waitingCount, told.length, faults.reads]).toEqual([0, 1, 1])
})
