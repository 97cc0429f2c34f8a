import { expect, test } from "vitest"
import type { RoomRow } from "../ports/room-tables.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { callerOf, sampleRows } from "../testing/rows.ts"
import { sampleRoom } from "../testing/sample-room.ts"
import { createManyRooms } from "./many-rooms.ts"

/** An organisation with rooms as they are given, of which the first is connected, and what nodes are told. */
async function office(given: readonly Partial<RoomRow>[]) {
  const store = createMemoryStore()
  const { account, user, connection, calendar } = sampleRows(1)
  const { accountId } = account
  const rooms = given.map((changes, index) => sampleRoom(accountId, 50 + index, { name: `Room ${index}`, ...changes }))
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    for (const room of rooms) await tables.rooms.insert(room)
    const [first] = rooms
    if (first !== undefined) await tables.insertConnection({ ...connection, userId: first.roomId })
    await tables.insertCalendar(calendar)
  })
  const told: string[] = []
  const agendas = {
    tellChanged: ({ roomId }: { readonly roomId: string }) => void told.push(roomId),
    touch: ({ roomId }: { readonly roomId: string }) => void told.push(`${roomId} read`),
  }
  const many = createManyRooms({ store, agendas, world: { clock: fakeClock() } })
  const caller = callerOf({ ...user, role: "room-admin" as const })
  const row = (roomId: string) =>
    store.inAccount(accountId, async ({ rooms: tables }) =>
      (await tables.list({ after: null, limit: 1000, search: null, state: null })).find((one) => one.roomId === roomId),
    )
  const log = (subject: string) => store.inAccount(accountId, (tables) => tables.listAuditOf(subject, 20))
  return { many, caller, rooms, told, row, log }
}

const gone = "0198f7a0-0000-7000-8000-000000000001"

test("rooms are set together: those that change are logged and read anew, those that are so already are left alone", async () => {
  const { many, caller, rooms, told, row, log } = await office([{ zone: "UTC" }, { zone: "Asia/Tokyo" }, {}])
  const [first, second, third] = rooms.map(({ roomId }) => roomId)
  const settings = { zone: "Asia/Tokyo", hidesTitles: "all", withinMinutes: 10 } as const
  const roomIds = [first ?? "", second ?? ""]
  const { outcomes } = await many.set(caller, { kind: "set", changes: [{ roomIds: [...roomIds, gone], settings }] })
  expect(outcomes).toEqual([
    {
      ...{ roomId: first, outcome: "changed" },
      before: { zone: "UTC", hidesTitles: "private", withinMinutes: null },
    },
    { roomId: second, outcome: "changed", before: { hidesTitles: "private", withinMinutes: null } },
    { roomId: gone, outcome: "refused", code: "no-room" },
  ])
  expect(await row(first ?? "")).toMatchObject({
    ...{ zone: "Asia/Tokyo", privacy: { hidesTitles: "all", hidesHostsOfPrivate: true } },
    checkIn: { withinMinutes: 10, earlyMinutes: 10, missesMost: null },
  })
  expect(await row(third ?? "")).toMatchObject({ zone: "Europe/Berlin", privacy: { hidesTitles: "private" } })
  expect(told).toEqual([first, second, `${first} read`])
  expect((await log(second ?? "")).map(({ action, reason }) => `${action} ${reason}`)).toEqual([
    "room-changed rooms-set",
  ])
  const again = await many.set(caller, { kind: "set", changes: [{ roomIds, settings }] })
  expect(again.outcomes.map(({ outcome }) => outcome)).toEqual(["same", "same"])
  expect(await log(second ?? "")).toHaveLength(1)
})

test("what was set is taken back for each room as it was, but where somebody changed it since", async () => {
  const { many, caller, rooms, row, log } = await office([{ zone: "UTC" }, { zone: "Asia/Tokyo" }])
  const settings = { zone: "Europe/Paris" }
  const [first = "", second = ""] = rooms.map(({ roomId }) => roomId)
  const { outcomes } = await many.set(caller, { kind: "set", changes: [{ roomIds: [first, second], settings }] })
  const other = { roomIds: [second], settings: { zone: "Europe/Rome" } }
  await many.set(caller, { kind: "set", changes: [other] })
  const changes = outcomes.flatMap((one) =>
    one.outcome === "changed" ? [{ roomIds: [one.roomId], settings: one.before }] : [],
  )
  const undone = await many.set(caller, { kind: "back", changes, ifNow: settings })
  expect(undone.outcomes).toEqual([
    { roomId: first, outcome: "changed", before: { zone: "Europe/Paris" } },
    { roomId: second, outcome: "refused", code: "changed-since" },
  ])
  expect([(await row(first ?? ""))?.zone, (await row(second ?? ""))?.zone]).toEqual(["UTC", "Europe/Rome"])
  expect((await log(first ?? "")).map(({ reason }) => reason)).toEqual(["rooms-set", "rooms-set-back"])
})

test("what was set by another name of a zone is taken back, too", async () => {
  const { many, caller, rooms, row } = await office([{ zone: "Asia/Tokyo" }])
  const [{ roomId } = { roomId: "" }] = rooms
  const settings = { zone: "GMT" }
  await many.set(caller, { kind: "set", changes: [{ roomIds: [roomId], settings }] })
  expect((await row(roomId))?.zone).toBe("UTC")
  const changes = [{ roomIds: [roomId], settings: { zone: "Asia/Tokyo" } }]
  const { outcomes } = await many.set(caller, { kind: "back", changes, ifNow: settings })
  expect(outcomes).toMatchObject([{ outcome: "changed", before: { zone: "UTC" } }])
})

test("a zone that is not known is refused before any room is set", async () => {
  const { many, caller, rooms, told } = await office([{}, {}])
  const changes = rooms.map(({ roomId }, index) => ({
    ...{ roomIds: [roomId], settings: { zone: index === 0 ? "UTC" : "Moon/Base" } },
  }))
  await expect(many.set(caller, { kind: "set", changes })).rejects.toMatchObject({ code: "zone" })
  expect(told).toEqual([])
})

test("rooms are chosen by name and place, 500 at most, and it is said where there are more", async () => {
  const south = Array.from({ length: 501 }, () => ({ building: "South", floor: "1" }))
  const { many, caller } = await office([
    { building: "North", floor: "3" },
    { building: "North", floor: "4" },
    ...south,
  ])
  const any = { search: null, building: null, floor: null }
  const all = await many.choices(caller, any)
  expect([all.rooms.length, all.isWhole]).toEqual([500, false])
  expect(all.places).toEqual([
    { building: "North", floor: "3", count: 1 },
    { building: "North", floor: "4", count: 1 },
    { building: "South", floor: "1", count: 501 },
  ])
  const north = await many.choices(caller, { ...any, building: "North", floor: "4" })
  expect(north).toMatchObject({
    isWhole: true,
    rooms: [{ name: "Room 1", settings: { floor: "4", withinMinutes: null } }],
  })
  expect((await many.choices(caller, { ...any, search: "room 12" })).rooms.map(({ name }) => name)[0]).toBe("Room 12")
})
