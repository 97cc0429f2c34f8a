import { Problem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import type { RoomRef } from "../ports/room-agendas.ts"
import { settled } from "../testing/fake-clock.ts"
import { roomDigest as digest, type RoomNode, roomWorld } from "../testing/room-world.ts"

const checkIn = { withinMinutes: 10, earlyMinutes: 10, missesMost: 2 }

/** One at which one can check in. */
function openScreen({ agendas }: Pick<RoomNode, "agendas">, ref: RoomRef, signal: AbortSignal): void {
  agendas.offerCheckIn(ref, signal)
  agendas.listen(ref, () => {}, signal)
}

async function watched(nodes = 1) {
  const world = await roomWorld({ room: { checkIn } })
  const ends = new AbortController()
  const all = Array.from({ length: nodes }, (_, number) => world.node(number + 1))
  for (const node of all) openScreen(node, world.ref, ends.signal)
  await settled()
  const [first] = all
  if (first === undefined) throw new Error("one node at least")
  return {
    ...world,
    ...first,
    ends,
    look: () => Promise.all(all.map(({ release }) => release.look())),
    /** Lets time go by, as many minutes, with a look after each. */
    async pass(minutes: number) {
      for (let minute = 0; minute < minutes; minute++) {
        await world.clock.advance(60_000)
        await Promise.all(all.map(({ release }) => release.look()))
      }
    },
    left: () =>
      world.remote.calendar
        .all()
        .filter(({ isRemoved }) => !isRemoved)
        .map(({ draft }) => draft.subject),
  }
}

test("a booking that nobody came to is given up after its minutes, once, however many nodes look", async () => {
  const { invite, hint, pass, left } = await watched(3)
  await invite("Nobody comes", 5, 60)
  hint()
  await settled()
  await pass(14)
  expect(left()).toEqual(["Nobody comes"])
  await pass(2)
  expect(left()).toEqual([])
})

test("a booking that somebody checked in to is kept", async () => {
  const { invite, hint, pass, left, desk, ref } = await watched()
  const id = await invite("Somebody comes", 5, 60)
  hint()
  await pass(6)
  await desk.checkIn(ref, id)
  await pass(30)
  expect(left()).toEqual(["Somebody comes"])
})

test("an occurrence is given up alone; after two in a row the series is, and one that was held begins the count anew", async () => {
  const { invite, hint, left, remote, agendas, ref, clock, desk, look, ends } = await watched()
  const id = await invite("Daily", 5, 30, "FREQ=DAILY")
  hint()
  ends.abort()
  /** The screen is on from some minutes before until half an hour after; resolves with what is left of the series. */
  const day = async (comes: boolean) => {
    const screen = new AbortController()
    openScreen({ agendas }, ref, screen.signal)
    await settled()
    await clock.advance(5 * 60_000)
    const next = agendas.known(ref)?.bookings.find(({ endsAt }) => Temporal.Instant.compare(endsAt, clock.now()) > 0)
    if (comes) await desk.checkIn(ref, next?.id ?? expect.fail("an occurrence"))
    await clock.advance(11 * 60_000)
    await look()
    screen.abort()
    await clock.advance(24 * 3_600_000 - 16 * 60_000)
    return left().length === 0 ? "gone" : remote.calendar.find(id)?.exceptions.size
  }
  expect([await day(false), await day(true), await day(false), await day(false)]).toEqual([1, 1, 2, "gone"])
})

test("where screens and video systems only show, nobody could check in, and nothing is given up", async () => {
  const { invite, hint, pass, left, ends, agendas, ref, clock } = await watched()
  const shows = new AbortController()
  agendas.listen(ref, () => {}, shows.signal)
  await invite("Shown on a television", 5, 60)
  hint()
  await settled()
  const [booking] = agendas.known(ref)?.bookings ?? []
  if (booking === undefined) throw new Error("it is known")
  expect(agendas.checkInBy(ref, booking)).toEqual(clock.now().add({ minutes: 15 }))
  ends.abort()
  expect(agendas.checkInBy(ref, booking)).toBeNull()
  await pass(40)
  expect(left()).toEqual(["Shown on a television"])
})

test("a meeting that is moved to now has all its minutes from when it was seen there", async () => {
  const { invite, hint, pass, left, remote } = await watched()
  const id = await invite("Brought forward", 120, 60)
  hint()
  await pass(60)
  await remote.hand.moveTo(id, Temporal.PlainDateTime.from("2026-11-23T09:45"))
  hint()
  await pass(9)
  expect(left()).toEqual(["Brought forward"])
  await pass(2)
  expect(left()).toEqual([])
})

test("what a node that died left half done is given up by another, and no mark of it stays", async () => {
  const { invite, hint, pass, left, ref, store, accountId, clock, agendas } = await watched()
  const id = await invite("Nobody comes", 0, 60)
  hint()
  await settled()
  const row = { ...ref, bookingDigest: digest(ref, "booking", id), mark: "given-up", markedAt: clock.now() } as const
  const keptUntil = clock.now().add({ hours: 2 })
  await store.inAccount(accountId, ({ rooms }) => rooms.mark({ ...row, keptUntil }, clock.now()))
  await agendas.readAnew(ref)
  await pass(12)
  expect(left()).toEqual([])
  expect(await store.inAccount(accountId, ({ rooms }) => rooms.listMarks(ref.roomId, clock.now()))).toEqual([])
})

test("without a screen nobody could check in, and nothing is given up", async () => {
  const { invite, hint, pass, left, ends } = await watched()
  await invite("Unseen", 5, 60)
  hint()
  await settled()
  ends.abort()
  await pass(40)
  expect(left()).toEqual(["Unseen"])
})

test("what cannot be read right before is not given up, and what cannot be written is tried again", async () => {
  const { invite, hint, pass, left, faults } = await watched()
  await invite("Nobody comes", 5, 60)
  hint()
  await settled()
  await pass(10)
  faults.problem = new Problem("unavailable", "No answer.")
  await pass(10)
  expect(left()).toEqual(["Nobody comes"])
  faults.problem = null
  await pass(8)
  expect(left()).toEqual([])
})

test("a booking that appears late has all its minutes from when a screen could show it", async () => {
  const { invite, hint, pass, left, clock } = await watched()
  await clock.advance(30 * 60_000)
  await invite("Made for now", 10, 60)
  hint()
  await settled()
  await pass(9)
  expect(left()).toEqual(["Made for now"])
  await pass(2)
  expect(left()).toEqual([])
})
