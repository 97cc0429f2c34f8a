import type { Booking } from "@kalends/domain/booking"
import type { RoomLanguage } from "@kalends/domain/room-words"

/** Where a device answers, and which certificate it may show there. */
export type DeviceAddress = {
  /** host or host:port */
  readonly address: string
  /** SHA-256 of the certificate, in lower-case hexadecimal; null: any that the system trusts. */
  readonly certificate: string | null
}
export type DeviceLogin = DeviceAddress & { readonly username: string; readonly password: string }

/** What a device says it is. */
export type DeviceFacts = { readonly model: string | null; readonly software: string | null }

export type DeviceOrder = {
  /** By start. */
  readonly bookings: readonly Booking[]
  /** Of what it says where a title is hidden or there is none. */
  readonly language: RoomLanguage
  /** How long before its start, and behind its end, a meeting can be joined. */
  readonly startBufferMinutes: number
  readonly endBufferMinutes: number
  /** Bookings that it has from elsewhere are left to it. */
  readonly keepsOthers: boolean
}

/** A line to one device, signed in. Its calls may not overlap. */
export interface DeviceLink {
  readonly facts: DeviceFacts
  /**
   * Puts the bookings in place of what it was given before. Throws Problem: "auth-revoked" where it does not take the
   * password, "forbidden" where its user may not, "unsupported" where it cannot, "unavailable" where it does not answer,
   * "malformed" where its answer is none.
   */
  put(order: DeviceOrder, signal: AbortSignal): Promise<void>
  /** Whether it still has what it was given, as far as that is not over, and nothing else; null where it cannot be asked. */
  has(order: DeviceOrder, now: Temporal.Instant, signal: AbortSignal): Promise<boolean | null>
  /** Resolves when the line is gone, whoever ended it; never rejects. */
  readonly ended: Promise<void>
  close(): void
}

/** Devices that are brought their bookings. */
export interface DevicePush {
  /** Days ahead that such a device is given. */
  readonly daysAhead: number
  /** The first so many of them, where there are more. */
  readonly bookingsMost: number
  /** `onNeed` is called whenever the device says that it lost its bookings. Throws Problem as `put` does. */
  open(login: DeviceLogin, onNeed: () => void, signal: AbortSignal): Promise<DeviceLink>
}

/** A kind of video system. */
export type DeviceFamily = {
  readonly name: string
  /** For people. */
  readonly label: string
  /** Null where such devices ask us. */
  readonly push: DevicePush | null
}
