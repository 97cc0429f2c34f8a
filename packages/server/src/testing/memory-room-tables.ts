import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ListedRoom, RoomQuery, RoomRow, RoomTables, SystemRoomTables } from "../ports/room-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"
import { searchText } from "./search-text.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const { compare } = Temporal.Instant

/** Rooms of one account, in memory. */
export function memoryRoomTables(
  tx: MemoryTransaction,
  accountId: AccountId,
  deleteConnection: (connectionId: ConnectionId) => Promise<void>,
): RoomTables {
  const mine = () => tx.list("room").filter((row) => row.accountId === accountId)
  const connectionOf = (roomId: string) => tx.list("connection").find(({ userId }) => userId === roomId)
  const listed = (row: RoomRow): ListedRoom => {
    const { state = null, provider = null } = connectionOf(row.roomId) ?? {}
    return { ...row, connectionState: state, provider }
  }
  const refuseTaken = ({ address, roomId }: Pick<RoomRow, "address" | "roomId">) => {
    const isTaken =
      mine().some((row) => row.address === address && row.roomId !== roomId) ||
      tx.list("user").some((user) => user.email === address && user.accountId === accountId)
    if (isTaken)
      throw new Problem("conflict", "Somebody, or another room, has this address already.", { code: "address-taken" })
  }
  return {
    async insert(row) {
      if (row.accountId !== accountId) throw new Error("new row violates row-level security policy")
      await tx.lock("user", row.address)
      refuseTaken(row)
      await tx.put("room", row.roomId, row)
    },
    async update(roomId, changes) {
      if (changes.address !== undefined) refuseTaken({ roomId, address: changes.address })
      await tx.change("room", roomId, (row) => (row.accountId === accountId ? { ...row, ...changes } : row))
    },
    find: async (roomId) => mine().find((row) => row.roomId === roomId) ?? null,
    namesOf: async (roomIds) =>
      new Map(mine().flatMap(({ roomId, name }) => (roomIds.includes(roomId) ? [[roomId, name] as const] : []))),
    findByAddresses: async (addresses) =>
      mine()
        .filter(({ address }) => addresses.includes(address))
        .map(listed),
    async list({ after, limit, search, state }) {
      const wanted = searchText(search ?? "")
      const isAfter = (row: RoomRow) =>
        after === null || row.name > after.name || (row.name === after.name && row.roomId > after.roomId)
      return mine()
        .map(listed)
        .filter((row) => isAfter(row) && searchText(row.address, row.name).includes(wanted))
        .filter((row) => fits(row, state))
        .sort((a, b) => (a.name < b.name || (a.name === b.name && a.roomId < b.roomId) ? -1 : 1))
        .slice(0, limit)
    },
    count: async () => mine().length,
    async delete(roomId) {
      if (mine().every((row) => row.roomId !== roomId)) return false
      const connection = connectionOf(roomId)
      if (connection !== undefined) await deleteConnection(connection.connectionId)
      for (const row of tx.list("roomMark")) if (row.roomId === roomId) await tx.remove("roomMark", markKey(row))
      for (const row of tx.list("roomMiss")) if (row.roomId === roomId) await tx.remove("roomMiss", missKey(row))
      return tx.remove("room", roomId)
    },
    ...memoryMarks(tx, accountId),
    dialRules: async () => tx.find("dialRules", accountId)?.rules ?? [],
    setDialRules: (rules, changedAt) => tx.put("dialRules", accountId, { accountId, rules, changedAt }),
  }
}

type MarkName = { readonly roomId: string; readonly bookingDigest: Uint8Array }
const markKey = ({ roomId, bookingDigest }: MarkName) => `${roomId} ${hex(bookingDigest)}`
const missKey = ({ roomId, seriesDigest }: { readonly roomId: string; readonly seriesDigest: Uint8Array }) =>
  `${roomId} ${hex(seriesDigest)}`

type MarkTables = Pick<RoomTables, "mark" | "unmark" | "listMarks" | "findMiss" | "putMiss" | "deleteMiss">

function memoryMarks(tx: MemoryTransaction, accountId: AccountId): MarkTables {
  return {
    async mark(row, retriedBefore) {
      const key = markKey(row)
      await tx.lock("roomMark", key)
      const known = tx.find("roomMark", key)
      const isKept = known !== null && !(known.mark === row.mark && compare(known.markedAt, retriedBefore) < 0)
      if (isKept) return false
      await tx.put("roomMark", key, row)
      return true
    },
    unmark: async (roomId, bookingDigest) => void (await tx.remove("roomMark", markKey({ roomId, bookingDigest }))),
    listMarks: async (roomId, now) =>
      tx
        .list("roomMark")
        .filter((row) => row.accountId === accountId && row.roomId === roomId && compare(row.keptUntil, now) > 0),
    findMiss: async (roomId, seriesDigest) => tx.find("roomMiss", missKey({ roomId, seriesDigest })),
    putMiss: (row) => tx.put("roomMiss", missKey(row), row),
    deleteMiss: async (roomId, seriesDigest) => void (await tx.remove("roomMiss", missKey({ roomId, seriesDigest }))),
  }
}

/** Rooms of all accounts, in memory. */
export function memorySystemRooms(tx: MemoryTransaction): SystemRoomTables {
  return {
    async deleteOldRoomMarks(now, missedBefore) {
      const marks = tx.list("roomMark").filter(({ keptUntil }) => compare(keptUntil, now) <= 0)
      const misses = tx.list("roomMiss").filter(({ missedAt }) => compare(missedAt, missedBefore) < 0)
      for (const row of marks) await tx.remove("roomMark", markKey(row))
      for (const row of misses) await tx.remove("roomMiss", missKey(row))
      return marks.length + misses.length
    },
  }
}

function fits({ connectionState, problemKind }: ListedRoom, wanted: RoomQuery["state"]): boolean {
  const found = connectionState ?? "none"
  if (wanted !== "trouble") return wanted === null || found === wanted
  return problemKind !== null || (found !== "healthy" && found !== "connecting")
}
