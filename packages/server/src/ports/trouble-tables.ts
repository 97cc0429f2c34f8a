import type { RoomId } from "@kalends/domain/ids"
import type { DeviceInTrouble, DisplayInTrouble, RoomInTrouble } from "@kalends/domain/in-trouble"

/** One that is in trouble. */
export type InTrouble = {
  readonly id: string
  readonly name: string
  /** Its room, or the first that it shows. */
  readonly roomId: RoomId | null
  /** Null where nobody noted it. */
  readonly since: Temporal.Instant | null
}

export type Troubles<Kind> = {
  /** How many there are, well or not. */
  readonly total: number
  /** Of each kind that there is any of, in no order: how many, and some of them, the newest trouble first. */
  readonly kinds: readonly { readonly kind: Kind; readonly count: number; readonly some: readonly InTrouble[] }[]
}

/** Part of AccountTables: what is in trouble of what rooms have; one question to the database for each. */
export interface TroubleTables {
  rooms(some: number): Promise<Troubles<RoomInTrouble>>
  /** One that asks for its bookings is silent if it did not since `askedSince`. */
  devices(some: number, askedSince: Temporal.Instant): Promise<Troubles<DeviceInTrouble>>
  /** A screen that was not seen since `seenSince` is gone. */
  displays(some: number, seenSince: Temporal.Instant): Promise<Troubles<DisplayInTrouble>>
}
