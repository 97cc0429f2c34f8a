import { parseAccountId, parseProviderEventId, parseUserId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import { fakeClock } from "./fake-clock.ts"
import { memoryRooms } from "./memory-rooms.ts"

const room = {
  accountId: parseAccountId("00000000-0000-4000-8000-000000000001"),
  roomId: parseUserId("00000000-0000-4000-8000-000000000002"),
}

test("who listens is told of what is known first, of each change, and of what could not be renewed, until the signal", async () => {
  const clock = fakeClock()
  const rooms = memoryRooms(clock)
  const ends = new AbortController()
  const told: string[] = []
  rooms.put(room, [])
  rooms.listen(room, ({ bookings, readAt }) => told.push(`${bookings.length} at ${readAt}`), ends.signal)
  await clock.advance(60_000)
  await rooms.book(room, { startsAt: clock.now(), endsAt: clock.now().add({ minutes: 30 }) })
  await clock.advance(60_000)
  rooms.setReadable(room, false)
  ends.abort()
  rooms.put(room, [])
  expect(told).toEqual(["0 at 2026-11-23T09:00:00Z", "1 at 2026-11-23T09:01:00Z", "1 at 2026-11-23T09:01:00Z"])
  expect(rooms.listenerCount).toBe(0)
})

test("a booking is not made or moved over another one", async () => {
  const clock = fakeClock()
  const rooms = memoryRooms(clock)
  rooms.put(room, [])
  const now = clock.now()
  const first = await rooms.book(room, { startsAt: now, endsAt: now.add({ minutes: 30 }) })
  const later = await rooms.book(room, { startsAt: now.add({ minutes: 30 }), endsAt: now.add({ minutes: 60 }) })
  const refused = await rooms.end(room, first.id, later.endsAt).catch((error: unknown) => error)
  expect(isProblem(refused, "conflict") && refused.code).toBe("room-taken")
  const ended = await rooms.end(room, first.id, now.subtract({ minutes: 5 }))
  expect(ended.endsAt).toEqual(now)
  await rooms.checkIn(room, later.id)
  expect(rooms.checkedIn.has(later.id)).toBe(true)
  await expect(rooms.checkIn(room, parseProviderEventId("unknown"))).rejects.toThrow("no such booking")
})
