import type { AccountId } from "@kalends/domain/ids"
import type { ManyRoomTables, RoomPlaceCount } from "../ports/many-room-tables.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"
import { searchText } from "./search-text.ts"

const byName = (a: RoomRow, b: RoomRow) => (a.name < b.name || (a.name === b.name && a.roomId < b.roomId) ? -1 : 1)
/** As PostgreSQL orders, what is not said last. */
const inOrder = (a: string | null, b: string | null) =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1

/** Rooms of one account that are set together, in memory. */
export function memoryManyRooms(tx: MemoryTransaction, accountId: AccountId): ManyRoomTables {
  const mine = () => tx.list("room").filter((row) => row.accountId === accountId)
  return {
    choose: async ({ search, building, floor, limit }) =>
      mine()
        .filter((row) => searchText(row.address, row.name).includes(searchText(search ?? "")))
        .filter((row) => (building === null || row.building === building) && (floor === null || row.floor === floor))
        .sort(byName)
        .slice(0, limit),
    async places(limit) {
      const found = new Map<string, RoomPlaceCount>()
      for (const { building, floor } of mine()) {
        const key = JSON.stringify([building, floor])
        found.set(key, { building, floor, count: (found.get(key)?.count ?? 0) + 1 })
      }
      return [...found.values()]
        .sort((a, b) => inOrder(a.building, b.building) || inOrder(a.floor, b.floor))
        .slice(0, limit)
    },
    findAll: async (roomIds) => mine().filter(({ roomId }) => roomIds.includes(roomId)),
    async findNamed(names, limit) {
      const wanted = new Set(names.map((name) => name.toLowerCase()))
      return mine()
        .filter(({ name, address }) => wanted.has(name.toLowerCase()) || wanted.has(address))
        .slice(0, limit)
    },
    async updateAll(roomIds, changes) {
      for (const roomId of [...roomIds].sort())
        await tx.change("room", roomId, (row) => (row.accountId === accountId ? { ...row, ...changes } : row))
    },
    async calendarsOf(roomIds) {
      const links = tx.list("connection").filter(({ userId }) => roomIds.includes(userId))
      return tx.list("calendar").flatMap(({ connectionId, calendarId }) => {
        const link = links.find((one) => one.connectionId === connectionId)
        return link === undefined ? [] : [{ roomId: link.userId, calendarId }]
      })
    },
  }
}
