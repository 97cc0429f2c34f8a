import type { AccountId, DeviceId, RoomId } from "@kalends/domain/ids"
import type { ProblemKind } from "@kalends/domain/problem"
import type { Changes } from "./store.ts"

/** A video system of a room. */
export type DeviceRow = {
  readonly accountId: AccountId
  readonly deviceId: DeviceId
  /** Null for one that was removed with its room. */
  readonly roomId: RoomId | null
  /** One of devices/registry.ts. */
  readonly family: string
  readonly name: string
  /** Where it answers, host or host:port; null for one that asks us. */
  readonly address: string | null
  /** With which it is signed in at, or signs in here: then nobody else's. */
  readonly username: string
  /** The password that goes with it. */
  readonly sealedSecret: Uint8Array
  /** SHA-256 of the one certificate that it may show, in lower-case hexadecimal; null: any that the system trusts. */
  readonly certificate: string | null
  /** Whether bookings that it has from elsewhere are left to it. */
  readonly keepsOthers: boolean
  readonly startBufferMinutes: number
  readonly endBufferMinutes: number
  /** One that is not is given nothing, and may not ask. */
  readonly isEnabled: boolean
  /** What it has is not for it any more, and is taken away before anything else. */
  readonly mustClear: boolean
  /** Somebody removed it; it is here until its list is taken away from it, or somebody has seen that it was not. */
  readonly removedAt: Temporal.Instant | null
  /** Wrong passwords that were given for it at our door since its own was made. */
  readonly wrongCount: number
  readonly wrongAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
  /** What it says it is; null until it was asked. */
  readonly model: string | null
  readonly software: string | null
  /** When it last took, or fetched, the room's bookings; null before the first time. */
  readonly lastOkAt: Temporal.Instant | null
  /** What is wrong; null while it is well. */
  readonly problemKind: ProblemKind | null
  readonly problemCode: string | null
  readonly problemAt: Temporal.Instant | null
  /** Digest of what it was last given, and how many bookings that were. */
  readonly givenHash: Uint8Array | null
  readonly givenCount: number | null
  readonly givenAt: Temporal.Instant | null
  /** The node that brings it its bookings, and until when it does unless it says so again. */
  readonly holder: string | null
  readonly heldUntil: Temporal.Instant | null
}

export type DevicePage = {
  /** Of one room, or of rooms that are gone; null for all. */
  readonly roomId: RoomId | "gone" | null
  /** Those alone that are neither well nor switched off; who asks is well if it did since this instant. Null for all. */
  readonly troubledSince: Temporal.Instant | null
  /** The page behind this name and id. */
  readonly after: Pick<DeviceRow, "name" | "deviceId"> | null
  readonly limit: number
}

export type DevicePlaces = { readonly addresses: readonly string[]; readonly roomIds: readonly RoomId[] }

/** Part of AccountTables. */
export interface DeviceTables {
  /** Throws Problem "conflict" (code "device-known") when another has its address, or signs in here by its name. */
  insert(row: DeviceRow): Promise<void>
  /** Throws as `insert` does. */
  update(deviceId: DeviceId, changes: Changes<DeviceRow>): Promise<void>
  find(deviceId: DeviceId): Promise<DeviceRow | null>
  /** By name. */
  list(page: DevicePage): Promise<readonly DeviceRow[]>
  /** Those at these addresses or in these rooms that nobody removed, in no order. */
  listThere(places: DevicePlaces): Promise<readonly DeviceRow[]>
  /** False when there was none. */
  delete(deviceId: DeviceId): Promise<boolean>
  /** Deletes one that was removed and had this address: whoever is there now is given a list of its own. */
  deleteRemovedAt(address: string): Promise<void>
  /**
   * Its list was taken away from it; deletes it where it was removed. False where somebody changed it since this node took
   * it, or another node has it.
   */
  noteCleared(deviceId: DeviceId, holder: string): Promise<boolean>
  /**
   * Their room is to be removed: those that have its list are removed, and it is taken away from them; the others are gone. Says
   * which there were.
   */
  leaveRoom(roomId: RoomId, now: Temporal.Instant): Promise<readonly DeviceId[]>
  /** Counts wrong passwords. */
  noteWrong(deviceId: DeviceId, count: number, at: Temporal.Instant): Promise<void>
}

/** What became of a device since it was last written. */
export type DeviceNote = Pick<DeviceRow, "accountId" | "deviceId"> &
  Pick<DeviceRow, "lastOkAt" | "problemKind" | "problemCode" | "problemAt" | "givenHash" | "givenCount" | "givenAt"> &
  Pick<DeviceRow, "model" | "software">

/** Part of SystemTables. */
export interface SystemDeviceTables {
  /** The device that signs in here by this name; none that is switched off. */
  findDeviceByUsername(username: string): Promise<DeviceRow | null>
  /**
   * Takes up to `limit` devices that are brought their bookings, or whose list is to be taken away, and that no node holds,
   * until `until`: no two nodes take the same, and none what it has already but for those named in `again`.
   */
  takeDevices(input: {
    readonly holder: string
    readonly now: Temporal.Instant
    readonly until: Temporal.Instant
    readonly again: readonly DeviceId[]
    readonly limit: number
  }): Promise<readonly DeviceRow[]>
  /** Holds what this node holds on, even for too long; those that no other has taken, as they are now. */
  keepDevices(holder: string, until: Temporal.Instant): Promise<readonly DeviceRow[]>
  /** Gives up all that this node holds. */
  releaseDevices(holder: string): Promise<void>
  /** Writes many in one statement; those that are gone are passed over. */
  noteDevices(notes: readonly DeviceNote[]): Promise<void>
}
