import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { RoomMarkRow } from "../ports/room-tables.ts"
import type { Store } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { sampleRoom } from "../testing/sample-room.ts"
import { createStore } from "./store.ts"

const at = (seconds: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ seconds })
const digest = (byte: number) => Buffer.alloc(16, byte)
const database = useDatabase()
const memory = createMemoryStore()
const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", () => memory],
]
let seed = 2_000

/** An organisation with one connected person and three rooms, of which the second is connected. */
async function organisation(store: Store) {
  seed += 10
  const { account, user, connection } = sampleRows(seed)
  const { accountId } = account
  const rooms = [1, 2, 3].map((number) => sampleRoom(accountId, seed + number, { name: `Room ${number}` }))
  const [first, second, third] = rooms
  if (first === undefined || second === undefined || third === undefined) throw new Error("three rooms")
  const own = sampleRows(seed + 5).connection
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.insertConnection(connection)
    for (const room of rooms) await tables.rooms.insert(room)
    await tables.insertConnection({ ...own, accountId, userId: second.roomId })
  })
  return { accountId, user, first, second, third }
}

describe.each(stores)("rooms %s", (_, store) => {
  test("are no people: in no list, no search, no count, no sign-in, and no policy's reach", async () => {
    const { accountId, user, second } = await organisation(store())
    await store().inAccount(accountId, async (tables) => {
      const everybody = { after: null, limit: 10, search: null, group: null }
      expect((await tables.listUsers(everybody)).map(({ email }) => email)).toEqual([user.email])
      expect(await tables.findUser(second.roomId)).toBeNull()
      expect(await tables.findUsers([second.roomId])).toEqual([])
      expect(await tables.findUserByEmail(second.address)).toBeNull()
      expect(await tables.groups.countPeople()).toEqual([{ groupId: null, people: 1, connected: 1 }])
      const classes = await tables.policyChanges.countClasses(null)
      expect(classes.reduce((sum, { count }) => sum + Number(count), 0)).toBe(1)
      expect(await tables.policyChanges.listConnections(classes, { after: null, limit: 10 })).toHaveLength(1)
      expect(await tables.persons.deleteUser(second.roomId)).toBe(false)
    })
    expect(await store().asSystem((tables) => tables.findUserByEmail(second.address))).toBeNull()
  })

  test("share their addresses with nobody", async () => {
    const { accountId, user, first } = await organisation(store())
    const clashing = sampleRoom(accountId, seed + 7, { address: user.email })
    for (const room of [clashing, { ...clashing, address: first.address }]) {
      const refused = await store()
        .inAccount(accountId, (tables) => tables.rooms.insert(room))
        .catch((error: unknown) => error)
      expect(isProblem(refused, "conflict") && refused.code).toBe("address-taken")
    }
    const person = { ...user, ...sampleRows(seed + 8).user, accountId, email: first.address }
    await expect(store().inAccount(accountId, (tables) => tables.insertUser(person))).rejects.toThrow()
  })

  test("are listed by name, page by page, found by parts of name and address, and by the state of their connection", async () => {
    const { accountId, first, second, third } = await organisation(store())
    const all = { after: null, limit: 2, search: null, state: null }
    await store().inAccount(accountId, async ({ rooms }) => {
      const page = await rooms.list(all)
      expect(page.map(({ name }) => name)).toEqual([first.name, second.name])
      const next = await rooms.list({ ...all, after: second })
      expect(next).toEqual([{ ...third, connectionState: null, provider: null }])
      expect(await rooms.list({ ...all, search: "ROOM 3" })).toEqual(next)
      expect((await rooms.list({ ...all, search: second.address.toUpperCase() })).map(({ name }) => name)).toEqual([
        "Room 2",
      ])
      expect((await rooms.list({ ...all, state: "healthy" })).map(({ roomId }) => roomId)).toEqual([second.roomId])
      expect((await rooms.list({ ...all, state: "trouble" })).map(({ roomId }) => roomId)).not.toContain(second.roomId)
      expect(await rooms.list({ ...all, state: "trouble" })).not.toEqual([])
      expect((await rooms.list({ ...all, state: "none" })).map(({ roomId }) => roomId)).toEqual([
        first.roomId,
        third.roomId,
      ])
      expect((await rooms.findByAddresses([third.address, "nobody@example.org"])).map(({ roomId }) => roomId)).toEqual([
        third.roomId,
      ])
      expect(await rooms.namesOf([first.roomId])).toEqual(new Map([[first.roomId, first.name]]))
      expect(await rooms.count()).toBe(3)
    })
  })

  test("in trouble are counted by what is the matter, with the newest few, as the list shows them", async () => {
    const { accountId, first, second, third } = await organisation(store())
    const own = (await store().inAccount(accountId, (tables) => tables.findConnectionOfUser(second.roomId)))
      ?.connectionId
    if (own === undefined) throw new Error("connected")
    const kinds = () =>
      store().inAccount(accountId, async ({ rooms, troubles }) => {
        const { total, kinds: all } = await troubles.rooms(1)
        const listed = await rooms.list({ after: null, limit: 9, search: null, state: "trouble" })
        expect([total, listed.length]).toEqual([3, all.reduce((sum, { count }) => sum + count, 0)])
        return all.map(({ kind, count, some: [one] }) => `${count} ${kind}: ${one?.name} ${one?.since}`)
      })
    const inAccount = (work: Parameters<Store["inAccount"]>[1]) => store().inAccount(accountId, work)
    expect(await kinds()).toEqual([`2 none: ${first.name} ${first.createdAt}`])
    await inAccount(({ rooms }) => rooms.update(third.roomId, { problemKind: "forbidden", problemAt: at(30) }))
    await inAccount(({ rooms }) => rooms.update(second.roomId, { problemKind: "not-found", problemAt: at(40) }))
    expect(await kinds()).toEqual([
      ...[`1 unread: Room 2 ${at(40)}`, `1 refused: Room 3 ${at(30)}`, `1 none: Room 1 ${first.createdAt}`],
    ])
    await inAccount((tables) => tables.updateConnection(own, { state: "needs-consent", problemAt: at(50) }))
    expect(await kinds()).toContain(`1 needs-consent: Room 2 ${at(50)}`)
    await inAccount(({ rooms }) => rooms.update(second.roomId, { problemKind: null, problemAt: null }))
    await inAccount((tables) => tables.updateConnection(own, { state: "connecting" }))
    expect(await kinds()).toHaveLength(2)
  })

  test("keep what is set, and take all that is theirs with them", async () => {
    const { accountId, second } = await organisation(store())
    const set = {
      name: "Observatory",
      ...{ building: "North", floor: "3", capacity: 12 },
      language: "ja",
      clockHours: 12,
      privacy: { hidesTitles: "all", hidesHostsOfPrivate: false },
      checkIn: { withinMinutes: 10, earlyMinutes: 5, missesMost: 3 },
    } as const
    await store().inAccount(accountId, (tables) => tables.rooms.update(second.roomId, set))
    await store().inAccount(accountId, async (tables) => {
      expect(await tables.rooms.find(second.roomId)).toEqual({ ...second, ...set })
      expect(await tables.rooms.delete(second.roomId)).toBe(true)
      expect(await tables.rooms.delete(second.roomId)).toBe(false)
      expect(await tables.findConnectionOfUser(second.roomId)).toBeNull()
    })
  })

  test("a booking is marked once, whoever comes first, and again only by who left it half done", async () => {
    const { accountId, first } = await organisation(store())
    const row = {
      ...{ accountId, roomId: first.roomId, bookingDigest: digest(1), markedAt: at(0), keptUntil: at(600) },
      mark: "given-up",
    } as const
    const mark = (changes: Partial<RoomMarkRow>, retriedBefore = at(-60)) =>
      store().inAccount(accountId, (tables) => tables.rooms.mark({ ...row, ...changes }, retriedBefore))
    expect(await mark({})).toBe(true)
    expect(await mark({ markedAt: at(30) })).toBe(false)
    expect(await mark({ mark: "checked-in" }, at(90))).toBe(false)
    expect(await mark({ markedAt: at(120) }, at(60))).toBe(true)
    await store().inAccount(accountId, async ({ rooms }) => {
      expect((await rooms.listMarks(first.roomId, at(599))).map(({ mark: one }) => one)).toEqual(["given-up"])
      expect(await rooms.listMarks(first.roomId, at(600))).toEqual([])
      await rooms.unmark(first.roomId, digest(1))
      expect(await rooms.listMarks(first.roomId, at(0))).toEqual([])
    })
  })

  test("misses are counted for each series, and old ones forgotten with the marks of what is over", async () => {
    const { accountId, first } = await organisation(store())
    const { roomId } = first
    const miss = { accountId, roomId, seriesDigest: digest(2), missed: 1, missedAt: at(0) }
    await store().inAccount(accountId, async ({ rooms }) => {
      await rooms.putMiss(miss)
      await rooms.putMiss({ ...miss, missed: 2, missedAt: at(60) })
      expect((await rooms.findMiss(roomId, digest(2)))?.missed).toBe(2)
      await rooms.putMiss({ ...miss, seriesDigest: digest(3) })
      await rooms.mark(
        { accountId, roomId, bookingDigest: digest(1), mark: "checked-in", markedAt: at(0), keptUntil: at(10) },
        at(0),
      )
    })
    expect(await store().asSystem((tables) => tables.deleteOldRoomMarks(at(20), at(30)))).toBe(2)
    await store().inAccount(accountId, async ({ rooms }) => {
      expect(await rooms.findMiss(roomId, digest(3))).toBeNull()
      await rooms.deleteMiss(roomId, digest(2))
      expect(await rooms.findMiss(roomId, digest(2))).toBeNull()
    })
  })

  test("an organisation's own dial rules are kept as they were said", async () => {
    const { accountId } = await organisation(store())
    const rules = [
      { name: "Own bridge", patterns: ["bridge {number#}"], also: [], sip: "{number}@sip.example.org", h323: null },
    ]
    await store().inAccount(accountId, async (tables) => {
      expect(await tables.rooms.dialRules()).toEqual([])
      await tables.rooms.setDialRules(rules, at(0))
      await tables.rooms.setDialRules([...rules, ...rules], at(1))
      expect(await tables.rooms.dialRules()).toEqual([...rules, ...rules])
    })
  })

  test("are chosen by name and place, found by whole names, and set together, those of one organisation alone", async () => {
    const other = await organisation(store())
    const { accountId, first, second, third } = await organisation(store())
    const ids = [first, third].map(({ roomId }) => roomId)
    await store().inAccount(accountId, async (tables) => {
      const { manyRooms } = tables
      const calendar = sampleRows(seed + 5).calendar
      const link = await tables.findConnectionOfUser(second.roomId)
      if (link === null) throw new Error("it is connected")
      await tables.insertCalendar({ ...calendar, accountId, connectionId: link.connectionId })
      await tables.lockAccount()
      const privacy = { hidesTitles: "all", hidesHostsOfPrivate: false } as const
      const checkIn = { withinMinutes: 5, earlyMinutes: 2, missesMost: 3 }
      await manyRooms.updateAll(ids, { building: "North", floor: "3", language: "ja", privacy, checkIn })
      await manyRooms.updateAll([...ids, other.first.roomId], { clockHours: 12 })
      const set = { building: "North", floor: "3", language: "ja", clockHours: 12, privacy, checkIn }
      const any = { search: null, building: null, floor: null, limit: 10 }
      expect(await manyRooms.choose({ ...any, building: "North" })).toEqual(
        [first, third].map((row) => ({ ...row, ...set })),
      )
      expect(await manyRooms.choose({ ...any, search: "ROOM 2" })).toEqual([second])
      expect(await manyRooms.choose({ ...any, floor: "3", limit: 1 })).toHaveLength(1)
      expect(await manyRooms.places(10)).toEqual([
        { building: "North", floor: "3", count: 2 },
        { building: null, floor: null, count: 1 },
      ])
      const named = await manyRooms.findNamed(["ROOM 1", second.address, other.first.address], 10)
      expect(named.map(({ name }) => name).sort()).toEqual([first.name, second.name])
      expect((await manyRooms.findAll([second.roomId, other.first.roomId])).map(({ name }) => name)).toEqual([
        second.name,
      ])
      expect(await manyRooms.calendarsOf([first.roomId, second.roomId])).toEqual([
        { roomId: second.roomId, calendarId: calendar.calendarId },
      ])
    })
    const [untouched] = await store().inAccount(other.accountId, ({ manyRooms }) =>
      manyRooms.findAll([other.first.roomId]),
    )
    expect(untouched).toEqual(other.first)
  })
})
