import type { RoomAgenda } from "@kalends/domain/room-state"

/** What a device's token opens. */
export type PulledAgenda = {
  readonly deviceId: string
  readonly roomName: string
  readonly agenda: RoomAgenda
  /** Too old for "free" to be believed. */
  readonly isStale: boolean
}

/** The room agenda for devices that ask for it by themselves. */
export interface RoomPull {
  /** A token for one room, for `seconds`; null where name and secret do not fit. Throws Problem "unavailable". */
  grant(clientId: string, secret: string): Promise<{ readonly token: string; readonly seconds: number } | null>
  /** Whose token this is; null where it is nobody's any more. */
  deviceOf(token: string): Promise<{ readonly deviceId: string } | null>
  /**
   * What is known of the room. Throws Problem "auth-expired" where the token is over, "unavailable" where nothing is known,
   * or it is too old to say anything.
   */
  agenda(token: string, signal: AbortSignal): Promise<PulledAgenda>
}
