import type { RoomLanguage } from "@kalends/domain/room-words"
import type { RoomRef } from "./room-agendas.ts"

/** A device that asks for its room's calendar, and the one room that it opens. */
export type KnownDevice = {
  readonly deviceId: string
  readonly room: RoomRef
  readonly roomName: string
  /** Of what it says where a title is hidden or there is none. */
  readonly language: RoomLanguage
  /** The room's own e-mail address; null where it has none. */
  readonly roomAddress: string | null
  /** What it signs in as. */
  readonly username: string
  /** What it proves itself with: made by us, for this device alone. */
  readonly password: string
}

/** Who devices are. */
export interface DeviceDoor {
  /**
   * Whose name this is, in whatever capitals; null for nobody's, and for a device that was removed. Throws Problem
   * "unavailable" where it cannot be said now.
   */
  who(username: string): Promise<KnownDevice | null>
  /** Notes for administrators that the device was given what its room has. */
  given(device: KnownDevice): Promise<void>
  /** Notes for administrators that a wrong password was given in its name. Nobody waits for that: it would tell that there is such a device. */
  refused(device: KnownDevice): void
  /** It was changed or taken away: what is remembered of it is forgotten. */
  forget(deviceId: string): void
}
