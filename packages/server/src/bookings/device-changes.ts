import { type DeviceId, parseDeviceId, parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { AddedDeviceView, DeviceChange, DeviceView } from "@kalends/protocol/devices"
import type { Caller } from "../ports/call.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Random } from "../ports/random.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, Changes, Store, UserRow } from "../ports/store.ts"
import { placeOf, secretOf } from "./device-password.ts"
import {
  type ChangeReason,
  createDeviceRecords,
  type DeviceRecordsDeps,
  requireDevice,
  requireKept,
} from "./device-records.ts"

export type DeviceChangesDeps = Pick<DeviceRecordsDeps, "families"> & {
  readonly store: Store
  readonly vault: SecretVault
  readonly world: DeviceRecordsDeps["world"] & { readonly random: Random; readonly fanOut: Pick<FanOut, "publish"> }
}

/** What administrators do with devices that are there. */
export function createDeviceChanges(deps: DeviceChangesDeps) {
  const { store, vault, world } = deps
  const { clock, random, fanOut } = world
  const { audit, view } = createDeviceRecords(deps)

  /** What is written of a change, and what the log says of it. */
  async function changesOf(tables: AccountTables, row: DeviceRow, { password, roomId, ...given }: DeviceChange) {
    if (row.address === null && (given.address !== undefined || password !== undefined))
      throw new Problem("unsupported", "This video system signs in here.", { code: "device-asks" })
    if (roomId !== undefined && (await tables.rooms.find(parseUserId(roomId))) === null)
      throw new Problem("not-found", "There is no such room.", { code: "no-room" })
    const isMoved = roomId !== undefined && roomId !== row.roomId
    const isSwitchedOff = given.isEnabled === false && row.isEnabled
    const isElsewhere = given.address !== undefined && given.address !== row.address
    const hasList = row.address !== null && row.givenAt !== null
    const secret =
      password === undefined ? {} : { sealedSecret: await vault.sealSecret(tables, placeOf(row.deviceId), password) }
    const changes: Changes<DeviceRow> = {
      ...{ ...definedOf(given), ...secret },
      ...(roomId === undefined ? {} : { roomId: parseUserId(roomId) }),
      mustClear: row.mustClear || ((isMoved || isSwitchedOff) && hasList),
      ...(isElsewhere ? unheardOf : {}),
    }
    const reasons = reasonsOf(row, { ...given, isMoved, isElsewhere, hasPassword: password !== undefined })
    return { changes, reasons, leavesList: isElsewhere && (hasList || row.mustClear) }
  }

  /**
   * What answers at the address that a device had is left as one that was removed: its list is taken away from it, which is
   * tried for a day, and said where it could not be done. It may be the same device, reached by another name.
   */
  async function leaveBehind(tables: AccountTables, { userId, call }: Caller, row: DeviceRow): Promise<DeviceId> {
    const deviceId = parseDeviceId(random.uuid())
    const actor = { kind: "user", userId } as const
    const opening = { connectionId: row.deviceId, kind: "device-password", actor, reason: "device", call } as const
    const password = await vault.openSecret(tables, opening, row.sealedSecret)
    const sealedSecret = await vault.sealSecret(tables, placeOf(deviceId), password)
    const left = { deviceId, sealedSecret, removedAt: clock.now(), mustClear: true, holder: null, heldUntil: null }
    await tables.devices.insert({ ...row, ...left })
    return deviceId
  }

  /** All nodes let go of it, and shut their doors to it where it was taken away. */
  const tell = (deviceId: DeviceId) => fanOut.publish({ kind: "devices" }, { kind: "device-changed", deviceId })

  return {
    /** Throws Problem "conflict" (code "device-gone") for one that was removed. */
    async change(user: Caller, deviceId: DeviceId, given: DeviceChange): Promise<DeviceView> {
      const { changed, left } = await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const row = await requireKept(tables, deviceId)
        const { changes, reasons, leavesList } = await changesOf(tables, row, given)
        if (given.address !== undefined) await tables.devices.deleteRemovedAt(given.address)
        // Whoever brings it its bookings lets go of it, and takes it again as it is now.
        await tables.devices.update(deviceId, { ...changes, holder: null, heldUntil: null, givenHash: null })
        for (const reason of reasons) await audit(tables, user, deviceId, reason)
        const left = leavesList ? await leaveBehind(tables, user, row) : null
        if (left !== null) await audit(tables, user, left, "device-left-behind")
        return { changed: await view(tables, await requireDevice(tables, deviceId)), left }
      })
      tell(deviceId)
      if (left !== null) tell(left)
      return changed
    },

    /** Another password for a device that signs in here, in place of the one before at once; shown once. */
    async renewPassword(user: UserRow, deviceId: DeviceId): Promise<AddedDeviceView> {
      const password = secretOf(random)
      const device = await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const row = await requireKept(tables, deviceId)
        if (row.address !== null)
          throw new Problem("unsupported", "This video system has its own password.", { code: "device-called" })
        const sealedSecret = await vault.sealSecret(tables, placeOf(deviceId), password)
        await tables.devices.update(deviceId, { sealedSecret, wrongCount: 0, wrongAt: null })
        await audit(tables, user, deviceId, "device-secret")
        return view(tables, await requireDevice(tables, deviceId))
      })
      tell(deviceId)
      return { device, password }
    },

    /**
     * One that signs in here is gone, and so is one that has no list of ours. From any other its list is taken away first,
     * which is tried for a day; one that was removed before is gone then.
     */
    async remove(user: UserRow, deviceId: DeviceId): Promise<void> {
      await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const row = await requireDevice(tables, deviceId)
        const hasList = row.address !== null && (row.givenAt !== null || row.mustClear)
        if (row.removedAt !== null || !hasList) await tables.devices.delete(deviceId)
        else
          await tables.devices.update(deviceId, {
            ...{ removedAt: clock.now(), mustClear: true, holder: null, heldUntil: null },
          })
        await audit(tables, user, deviceId, row.removedAt === null ? "device-removed" : "device-forgotten")
      })
      tell(deviceId)
    },

    /** Takes back a removal. Throws Problem "conflict" (code "device-left") where its password is gone already, "not-found" (code "no-room") its room. */
    async restore(user: UserRow, deviceId: DeviceId): Promise<DeviceView> {
      const device = await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const row = await requireDevice(tables, deviceId)
        if (row.removedAt !== null && !row.mustClear)
          throw new Problem("conflict", "Its password was deleted; add it anew.", { code: "device-left" })
        if (row.roomId === null) throw new Problem("not-found", "Its room was removed.", { code: "no-room" })
        await tables.devices.update(deviceId, { removedAt: null, holder: null, heldUntil: null, givenHash: null })
        if (row.removedAt !== null) await audit(tables, user, deviceId, "device-restored")
        return view(tables, await requireDevice(tables, deviceId))
      })
      tell(deviceId)
      return device
    },
  }
}

/** Nothing is known yet of what answers at another address. */
const unheardOf = {
  ...{ mustClear: false, model: null, software: null, lastOkAt: null, givenCount: null, givenAt: null },
  ...{ problemKind: null, problemCode: null, problemAt: null },
} as const

type Changed = Pick<DeviceChange, "certificate" | "isEnabled"> & {
  readonly isMoved: boolean
  readonly isElsewhere: boolean
  readonly hasPassword: boolean
}

/** One entry of the log for each thing that somebody may ask about later. */
function reasonsOf(row: DeviceRow, change: Changed): readonly ChangeReason[] {
  const { certificate, isEnabled, isMoved, isElsewhere, hasPassword } = change
  const reasons: ChangeReason[] = []
  if (hasPassword) reasons.push("device-secret")
  if (isMoved) reasons.push("device-moved")
  if (isElsewhere) reasons.push("device-address")
  if (certificate !== undefined && certificate !== row.certificate) reasons.push("device-certificate")
  if (isEnabled !== undefined && isEnabled !== row.isEnabled) reasons.push(isEnabled ? "device-on" : "device-off")
  return reasons.length === 0 ? ["device-changed"] : reasons
}

type Given = Omit<DeviceChange, "password" | "roomId">
/** Fields that were not given stay as they are. */
function definedOf(given: Given): Changes<DeviceRow> {
  const { name, address, username, certificate, keepsOthers, startBufferMinutes, endBufferMinutes, isEnabled } = given
  return {
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
    ...(username === undefined ? {} : { username }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(keepsOthers === undefined ? {} : { keepsOthers }),
    ...(startBufferMinutes === undefined ? {} : { startBufferMinutes }),
    ...(endBufferMinutes === undefined ? {} : { endBufferMinutes }),
    ...(isEnabled === undefined ? {} : { isEnabled }),
  }
}
