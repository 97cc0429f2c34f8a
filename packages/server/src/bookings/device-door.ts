import { parseDeviceId, type RoomId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { DeviceDoor, KnownDevice } from "../ports/device-door.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { Log } from "../ports/log.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { Store } from "../ports/store.ts"
import { createWrongPasswords } from "./wrong-passwords.ts"

export type DeviceDoorDeps = {
  readonly store: Store
  readonly vault: SecretVault
  /** Names of the kinds of devices that come in here. */
  readonly families: ReadonlySet<string>
  readonly clock: Clock
  readonly log: Log
}

/** A device that was removed, or has another password, is known for so long at the most, should nobody say so. */
const rememberedMs = 30_000
/** Its password is opened anew after so long without a request. */
const passwordKeptMs = 3_600_000
/** How often it is written down that a device fetches its bookings. */
const notedEveryMs = 300_000
const keptMost = 20_000

type Remembered = {
  readonly device: KnownDevice
  readonly sealed: Uint8Array
  readonly atMs: number
  usedAtMs: number
  notedAtMs: number
}

/**
 * Who devices are that ask for their bookings. A device's password is opened when it first asks, and kept in memory while
 * it goes on asking, since NTLM is proved with the password itself: the log has one entry for that, not one a minute.
 */
export function createDeviceDoor({ store, vault, families, clock, log }: DeviceDoorDeps): DeviceDoor {
  const remembered = new Map<string, Remembered>()
  const asking = new Map<string, Promise<KnownDevice | null>>()
  const wrong = createWrongPasswords({ store, clock, log })
  const nowMs = () => clock.now().epochMilliseconds

  async function look(username: string): Promise<KnownDevice | null> {
    const row = await store.asSystem((tables) => tables.findDeviceByUsername(username))
    const known = remembered.get(username)
    remembered.delete(username)
    if (row?.roomId == null || !families.has(row.family)) return null
    const device = await deviceOf({ ...row, roomId: row.roomId }, known)
    const oldest = remembered.keys().next()
    if (remembered.size >= keptMost && oldest.done !== true) remembered.delete(oldest.value)
    const { sealedSecret: sealed } = row
    remembered.set(username, { device, sealed, atMs: nowMs(), usedAtMs: nowMs(), notedAtMs: known?.notedAtMs ?? 0 })
    return device
  }

  function deviceOf(row: DeviceRow & { readonly roomId: RoomId }, known: Remembered | undefined): Promise<KnownDevice> {
    const { accountId, deviceId, roomId, username } = row
    const isSame = known !== undefined && known.device.deviceId === deviceId && isEqual(known.sealed, row.sealedSecret)
    const isFresh = known !== undefined && nowMs() - known.usedAtMs < passwordKeptMs
    const actor = { kind: "service", part: "devices" } as const
    const opening = { connectionId: deviceId, kind: "device-password", actor, reason: "device" } as const
    return store.inAccount(accountId, async (tables) => {
      const room = await tables.rooms.find(roomId)
      const password =
        isSame && isFresh
          ? known.device.password
          : await vault.openSecret(tables, { ...opening, call: `device:${deviceId}` }, row.sealedSecret)
      return {
        ...{ deviceId, room: { accountId, roomId }, username, password },
        ...{ roomName: room?.name ?? "", roomAddress: room?.address ?? null, language: room?.language ?? "en" },
      }
    })
  }

  return {
    async who(typed) {
      const username = typed.toLowerCase()
      if (!/^[\w.-]{1,120}$/.test(username)) return null
      const known = remembered.get(username)
      if (known !== undefined && nowMs() - known.atMs < rememberedMs) {
        known.usedAtMs = nowMs()
        return known.device
      }
      const looking = asking.get(username) ?? look(username).finally(() => asking.delete(username))
      asking.set(username, looking)
      return looking
    },
    async given({ deviceId, room, username }) {
      const known = remembered.get(username)
      if (known === undefined || nowMs() - known.notedAtMs < notedEveryMs) return
      known.notedAtMs = nowMs()
      const well = { lastOkAt: clock.now(), problemKind: null, problemCode: null, problemAt: null }
      try {
        await store.inAccount(room.accountId, (tables) => tables.devices.update(parseDeviceId(deviceId), well))
      } catch (error) {
        // The device has its answer; that it had one is written the next time.
        if (!isProblem(error)) throw error
        known.notedAtMs = 0
      }
    },
    refused: wrong.note,
    forget(deviceId) {
      for (const [username, { device }] of remembered) if (device.deviceId === deviceId) remembered.delete(username)
    },
  }
}

const isEqual = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(other)
