import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import { roomWorld } from "../testing/room-world.ts"

async function codeOf(work: Promise<unknown>): Promise<string | null> {
  const error = await work.then(
    () => null,
    (refused: unknown) => refused,
  )
  return isProblem(error) ? error.code : null
}

test("a walk-up booking stands in the calendar, is checked in, and is known to all who listen", async () => {
  const { node, ref, at, remote, clock } = await roomWorld()
  const { desk, agendas } = node()
  const booking = await desk.book(ref, { startsAt: clock.now(), endsAt: at(30) })
  expect(remote.calendar.all().map(({ draft }) => draft.subject)).toEqual(["Booked at the room"])
  expect(agendas.known(ref)?.bookings.map(({ id }) => id)).toEqual([booking.id])
  expect(agendas.watched(ref)?.known?.marks.get(booking.id)).toBe("checked-in")
})

test("of two who book one room at once from two nodes, no two are told yes", async () => {
  const { node, ref, at, remote, clock } = await roomWorld()
  const wanted = { startsAt: clock.now(), endsAt: at(30) }
  const codes = await Promise.all([codeOf(node(1).desk.book(ref, wanted)), codeOf(node(2).desk.book(ref, wanted))])
  expect(codes).toContain("room-taken")
  expect(remote.calendar.all().filter(({ isRemoved }) => !isRemoved).length).toBeLessThan(2)
})

test("a booking that nobody knew of when the screen was looked at is in the way", async () => {
  const { node, ref, at, invite, clock } = await roomWorld()
  const { desk, agendas } = node()
  await agendas.readAnew(ref)
  await invite("Just invited", 15, 30)
  expect(await codeOf(desk.book(ref, { startsAt: clock.now(), endsAt: at(30) }))).toBe("room-taken")
  expect((await desk.book(ref, { startsAt: clock.now(), endsAt: at(15) })).endsAt).toEqual(at(15))
})

test("a booking is extended up to the next one and no further, and ended at once", async () => {
  const { node, ref, at, invite, clock } = await roomWorld()
  const { desk } = node()
  const id = await invite("Planning", 0, 30)
  await invite("Next", 60, 30)
  expect(await codeOf(desk.end(ref, id, at(61)))).toBe("room-taken")
  expect((await desk.end(ref, id, at(60))).endsAt).toEqual(at(60))
  await clock.advance(20 * 60_000)
  expect((await desk.end(ref, id, at(0))).endsAt).toEqual(at(20))
})

test("what has not begun is not ended, and what is gone is not there", async () => {
  const { node, ref, at, invite } = await roomWorld()
  const { desk } = node()
  const id = await invite("Later", 60, 30)
  expect(await codeOf(desk.end(ref, id, at(0)))).toBe("not-begun")
  expect(await codeOf(desk.end(ref, parseProviderEventId("gone"), at(30)))).toBe("no-booking")
})

test("one checks in from some minutes before on, as often as one likes, and it is known after a restart", async () => {
  const { node, ref, invite, clock } = await roomWorld()
  const { desk } = node()
  const id = await invite("Planning", 30, 30)
  expect(await codeOf(desk.checkIn(ref, id))).toBe("too-early")
  await clock.advance(21 * 60_000)
  await desk.checkIn(ref, id)
  await desk.checkIn(ref, id)
  const other = node(2)
  await other.agendas.readAnew(ref)
  expect(other.agendas.watched(ref)?.known?.marks.get(id)).toBe("checked-in")
})

test("of two who press Book at once, at the door and on the table, one is told yes", async () => {
  const { node, ref, at, remote, clock } = await roomWorld()
  const { desk } = node()
  const wanted = { startsAt: clock.now(), endsAt: at(30) }
  const codes = await Promise.all([codeOf(desk.book(ref, wanted)), codeOf(desk.book(ref, wanted))])
  expect(codes).toEqual([null, "room-taken"])
  expect(remote.calendar.all().filter(({ isRemoved }) => !isRemoved)).toHaveLength(1)
})

test("nobody is told that they checked in to what is gone by now", async () => {
  const { node, ref, invite, remote } = await roomWorld()
  const { desk, agendas } = node()
  const id = await invite("Given up elsewhere", 0, 30)
  await agendas.readAnew(ref)
  agendas.listen(ref, () => {}, new AbortController().signal)
  await remote.hand.remove(id)
  expect(await codeOf(desk.checkIn(ref, id))).toBe("no-booking")
})

test("a room that is connected for reading alone takes no bookings", async () => {
  const { node, ref, at, store, accountId, connection, clock } = await roomWorld()
  await store.inAccount(accountId, (tables) => tables.updateConnection(connection.connectionId, { permission: "read" }))
  expect(await codeOf(node().desk.book(ref, { startsAt: clock.now(), endsAt: at(30) }))).toBe("room-read-only")
})
