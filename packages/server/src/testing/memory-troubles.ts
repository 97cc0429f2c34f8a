import type { AccountId } from "@kalends/domain/ids"
import {
  type DeviceInTrouble,
  type DisplayInTrouble,
  type RoomInTrouble,
  troublesOfDevices,
  troublesOfDisplays,
  troublesOfRooms,
} from "@kalends/domain/in-trouble"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { ConnectionRow } from "../ports/store.ts"
import type { InTrouble, Troubles, TroubleTables } from "../ports/trouble-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const { compare } = Temporal.Instant

/** What is in trouble of one account, in memory. */
export function memoryTroubles(tx: MemoryTransaction, accountId: AccountId): TroubleTables {
  const mine = <Row extends { readonly accountId: AccountId }>(rows: readonly Row[]) =>
    rows.filter((row) => row.accountId === accountId)
  return {
    async rooms(some) {
      const links = mine(tx.list("connection"))
      const each = mine(tx.list("room")).map((room) => {
        const link = links.find(({ userId }) => userId === room.roomId) ?? null
        return { ...roomTrouble(room, link), id: room.roomId, name: room.name, roomId: room.roomId }
      })
      return ranked(each, some, troublesOfRooms)
    },
    async devices(some, askedSince) {
      const each = mine(tx.list("device")).map((row) => ({
        ...{ kind: deviceTrouble(row, askedSince), id: row.deviceId, name: row.name, roomId: row.roomId },
        since:
          row.removedAt ??
          row.problemAt ??
          (row.lastOkAt === null ? row.createdAt : row.address === null ? row.lastOkAt : null),
      }))
      return ranked(each, some, troublesOfDevices)
    },
    async displays(some, seenSince) {
      const each = mine(tx.list("display")).map(({ displayId, name, lastSeenAt, pairedAt }) => {
        const [roomId = null] = [...(tx.find("displayRooms", displayId)?.roomIds ?? [])].sort()
        const isGone = lastSeenAt !== null && compare(lastSeenAt, seenSince) < 0
        const kind: DisplayInTrouble | null =
          roomId === null ? "empty" : lastSeenAt === null ? "never" : isGone ? "gone" : null
        return { kind, id: displayId, name, roomId, since: lastSeenAt === null ? pairedAt : isGone ? lastSeenAt : null }
      })
      return ranked(each, some, troublesOfDisplays)
    },
  }
}

type Trouble<Kind> = { readonly kind: Kind | null; readonly since: Temporal.Instant | null }

function roomTrouble(room: RoomRow, link: ConnectionRow | null): Trouble<RoomInTrouble> {
  const { problemKind, problemAt, createdAt } = room
  if (link === null) return { kind: problemKind === null ? "none" : "refused", since: problemAt ?? createdAt }
  if (link.state !== "healthy" && link.state !== "connecting") return { kind: link.state, since: link.problemAt }
  return { kind: problemKind === null ? null : "unread", since: problemAt }
}

function deviceTrouble(row: DeviceRow, askedSince: Temporal.Instant): DeviceInTrouble | null {
  const { removedAt, mustClear, isEnabled, problemCode, problemKind, lastOkAt, address } = row
  if (removedAt !== null) return mustClear ? "leaving" : "left"
  const uncleared = mustClear ? "uncleared" : null
  if (!isEnabled) return uncleared
  if (problemCode === "room-unread" || problemCode === "room-old") return "unread"
  if (problemKind !== null) return "failing"
  if (lastOkAt === null) return "new"
  return address === null && compare(lastOkAt, askedSince) < 0 ? "silent" : uncleared
}

type Each<Kind> = InTrouble & { readonly kind: Kind | null }

function ranked<Kind extends string>(
  each: readonly Each<Kind>[],
  some: number,
  kinds: readonly Kind[],
): Troubles<Kind> {
  const isBefore = (a: InTrouble, b: InTrouble) =>
    (a.since === null ? 1 : 0) - (b.since === null ? 1 : 0) ||
    (a.since === null || b.since === null ? 0 : compare(b.since, a.since)) ||
    (a.name < b.name ? -1 : 1)
  return {
    total: each.length,
    kinds: kinds.flatMap((kind) => {
      const found = each.filter((one) => one.kind === kind).sort(isBefore)
      const first = found.slice(0, some).map(({ id, name, roomId, since }) => ({ id, name, roomId, since }))
      return found.length === 0 ? [] : [{ kind, count: found.length, some: first }]
    }),
  }
}
