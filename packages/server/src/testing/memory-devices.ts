import type { AccountId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { DeviceRow, DeviceTables, SystemDeviceTables } from "../ports/device-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const sortKey = ({ name, deviceId }: Pick<DeviceRow, "name" | "deviceId">) => `${name} ${deviceId}`

/** Video systems of one account, in memory. */
export function memoryDevices(tx: MemoryTransaction, accountId: AccountId): DeviceTables {
  const mine = () => tx.list("device").filter((row) => row.accountId === accountId)
  async function put(row: DeviceRow): Promise<void> {
    await tx.lock("device", row.address === null ? `name ${row.username}` : `address ${accountId} ${row.address}`)
    const isSame = (known: DeviceRow) =>
      row.address === null
        ? known.address === null && known.username === row.username
        : known.accountId === accountId && known.address === row.address
    if (tx.list("device").some((known) => known.deviceId !== row.deviceId && isSame(known)))
      throw new Problem("conflict", "There is such a video system already.", { code: "device-known" })
    await tx.put("device", row.deviceId, row)
  }
  const find = (deviceId: string) => mine().find((row) => row.deviceId === deviceId) ?? null
  return {
    insert: put,
    async update(deviceId, changes) {
      await tx.lock("device", deviceId)
      const row = find(deviceId)
      if (row !== null) await put({ ...row, ...changes })
    },
    find: async (deviceId) => find(deviceId),
    list: async ({ roomId, troubledSince, after, limit }) =>
      mine()
        .filter((row) => troubledSince === null || isTroubled(row, troubledSince))
        .filter((row) => roomId === null || row.roomId === (roomId === "gone" ? null : roomId))
        .filter((row) => after === null || sortKey(row) > sortKey(after))
        .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
        .slice(0, limit),
    listThere: async ({ addresses, roomIds }) =>
      mine()
        .filter(({ removedAt }) => removedAt === null)
        .filter(
          ({ address, roomId }) => addresses.some((one) => one === address) || roomIds.some((one) => one === roomId),
        ),
    delete: async (deviceId) => find(deviceId) !== null && tx.remove("device", deviceId),
    async deleteRemovedAt(address) {
      const gone = mine().filter((row) => row.address === address && row.removedAt !== null)
      for (const { deviceId } of gone) await tx.remove("device", deviceId)
    },
    async noteCleared(deviceId, holder) {
      await tx.lock("device", deviceId)
      const row = find(deviceId)
      if (row === null || row.holder !== holder || !row.mustClear) return false
      if (row.removedAt !== null) return tx.remove("device", deviceId)
      await put({ ...row, mustClear: false, givenHash: null, givenCount: null, givenAt: null })
      return true
    },
    async leaveRoom(roomId, now) {
      const here = mine().filter((row) => row.roomId === roomId)
      for (const row of here) {
        const { deviceId, address, givenAt, mustClear, removedAt } = row
        const hasList = address !== null && (givenAt !== null || mustClear || removedAt !== null)
        const left = { roomId: null, holder: null, heldUntil: null, removedAt: removedAt ?? now }
        if (hasList) await put({ ...row, ...left, mustClear: removedAt === null || mustClear })
        else await tx.remove("device", deviceId)
      }
      return here.map(({ deviceId }) => deviceId)
    },
    async noteWrong(deviceId, count, at) {
      await tx.lock("device", deviceId)
      const row = find(deviceId)
      if (row !== null) await put({ ...row, wrongCount: row.wrongCount + count, wrongAt: at })
    },
  }
}

function isTroubled({ mustClear, removedAt, isEnabled, ...row }: DeviceRow, since: Temporal.Instant): boolean {
  const { problemKind, lastOkAt, address } = row
  const isQuiet = lastOkAt === null || (address === null && Temporal.Instant.compare(lastOkAt, since) < 0)
  return mustClear || removedAt !== null || (isEnabled && (problemKind !== null || isQuiet))
}

/** Video systems of all accounts, in memory. */
export function memorySystemDevices(tx: MemoryTransaction): SystemDeviceTables {
  const heldBy = (holder: string) => tx.list("device").filter((row) => row.holder === holder)
  async function hold(rows: readonly DeviceRow[], changes: Pick<DeviceRow, "holder" | "heldUntil">) {
    for (const { deviceId } of rows) await tx.change("device", deviceId, (row) => ({ ...row, ...changes }))
    return rows.map((row) => ({ ...row, ...changes }))
  }
  return {
    findDeviceByUsername: async (username) =>
      tx.list("device").find((row) => row.address === null && row.isEnabled && row.username === username) ?? null,
    async takeDevices({ holder, now, until, again, limit }) {
      const isFree = ({ address, heldUntil, ...row }: DeviceRow) =>
        address !== null &&
        (row.mustClear || (row.isEnabled && row.removedAt === null)) &&
        (heldUntil === null ||
          (row.holder === holder ? again.includes(row.deviceId) : Temporal.Instant.compare(heldUntil, now) <= 0))
      const free = tx.list("device").filter((row) => isFree(row) && tx.lockAtOnce("device", row.deviceId))
      return hold(free.slice(0, limit), { holder, heldUntil: until })
    },
    keepDevices: (holder, until) => hold(heldBy(holder), { holder, heldUntil: until }),
    async releaseDevices(holder) {
      await hold(heldBy(holder), { holder: null, heldUntil: null })
    },
    async noteDevices(notes) {
      for (const { accountId, deviceId, ...note } of notes)
        await tx.change("device", deviceId, (row) => (row.accountId === accountId ? { ...row, ...note } : row))
    },
  }
}
