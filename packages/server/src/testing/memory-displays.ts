import type { AccountId } from "@kalends/domain/ids"
import type { DisplayRow, DisplayTables, ListedDisplay, SystemDisplayTables } from "../ports/display-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"
import { searchText } from "./search-text.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const isPast = (at: Temporal.Instant, now: Temporal.Instant) => Temporal.Instant.compare(at, now) <= 0
const isUnseen = (seenAt: Temporal.Instant | null, since: Temporal.Instant) =>
  seenAt === null || Temporal.Instant.compare(seenAt, since) < 0

/** Screens of one account, in memory. */
export function memoryDisplays(tx: MemoryTransaction, accountId: AccountId): DisplayTables {
  const isMine = (row: { readonly accountId: AccountId }) => row.accountId === accountId
  const pairings = () => tx.list("displayPairing").filter(isMine)
  const displays = () => tx.list("display").filter(isMine)
  const roomsOf = ({ displayId }: DisplayRow): ListedDisplay["rooms"] =>
    (tx.find("displayRooms", displayId)?.roomIds ?? [])
      .flatMap((roomId) => {
        const room = tx.find("room", roomId)
        return room === null ? [] : [{ roomId, name: room.name }]
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  const listed = (row: DisplayRow): ListedDisplay => ({ ...row, rooms: roomsOf(row) })
  const find: DisplayTables["find"] = async (displayId) => {
    const row = tx.find("display", displayId)
    return row === null || !isMine(row) ? null : listed(row)
  }
  return {
    find,
    async insertPairing(row, now, most) {
      for (const one of pairings())
        if (isPast(one.expiresAt, now)) await tx.remove("displayPairing", hex(one.tokenHash))
      if (pairings().length >= most) return false
      await tx.put("displayPairing", hex(row.tokenHash), row)
      return true
    },
    async takePairing(codeHash, now) {
      const row = pairings().find((one) => hex(one.codeHash) === hex(codeHash) && !isPast(one.expiresAt, now))
      return row !== undefined && (await tx.remove("displayPairing", hex(row.tokenHash))) ? row : null
    },
    async insert(row, roomIds) {
      await tx.put("display", row.displayId, row)
      await this.setRooms(row.displayId, roomIds)
    },
    async list({ after, roomId, search, troubledSince, limit }) {
      const key = ({ name, displayId }: Pick<DisplayRow, "name" | "displayId">) => `${name}\n${displayId}`
      const last = after === null ? null : tx.find("display", after)
      const wanted = searchText(search ?? "")
      const isFound = (one: ListedDisplay) =>
        [one.name, ...one.rooms.flatMap((room) => [room.name, tx.find("room", room.roomId)?.address ?? ""])].some(
          (text) => searchText(text).includes(wanted),
        )
      const isTroubled = ({ rooms, lastSeenAt }: ListedDisplay, since: Temporal.Instant) =>
        rooms.length === 0 || isUnseen(lastSeenAt, since)
      return displays()
        .map(listed)
        .filter(isFound)
        .filter((one) => troubledSince === null || isTroubled(one, troubledSince))
        .filter((one) => roomId === null || one.rooms.some((room) => room.roomId === roomId))
        .filter((one) => last === null || key(one) > key(last))
        .sort((a, b) => (key(a) < key(b) ? -1 : 1))
        .slice(0, limit)
    },
    update: (displayId, changes) =>
      tx.change("display", displayId, (row) => (isMine(row) ? { ...row, ...changes } : row)),
    setRooms: (displayId, roomIds) => tx.put("displayRooms", displayId, { accountId, roomIds: [...roomIds] }),
    async delete(displayId) {
      if ((await find(displayId)) === null) return false
      await tx.remove("displayRooms", displayId)
      return tx.remove("display", displayId)
    },
    async touch(displayIds, lastSeenAt) {
      for (const displayId of displayIds)
        await tx.change("display", displayId, (row) => (isMine(row) ? { ...row, lastSeenAt } : row))
    },
    listUnseen: async (displayIds, since) =>
      displays()
        .filter(({ displayId, lastSeenAt }) => displayIds.includes(displayId) && isUnseen(lastSeenAt, since))
        .map(({ displayId }) => displayId),
  }
}

/** Over all accounts, in memory. */
export function memorySystemDisplays(tx: MemoryTransaction): SystemDisplayTables {
  return {
    async findDisplay(tokenHash) {
      const row = tx.list("display").find((one) => hex(one.tokenHash) === hex(tokenHash))
      return row === undefined ? null : { accountId: row.accountId, displayId: row.displayId }
    },
    hasPairing: async (tokenHash, now) =>
      tx.list("displayPairing").some((one) => hex(one.tokenHash) === hex(tokenHash) && !isPast(one.expiresAt, now)),
  }
}
