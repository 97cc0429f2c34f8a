import type { Access } from "@kalends/domain/access"

/** A room as its organisation's directory has it. */
export type RoomEntry = {
  /** Lower case. */
  readonly address: string
  readonly name: string
  readonly building: string | null
  readonly floor: string | null
  readonly capacity: number | null
}

export type RoomEntries = {
  readonly entries: readonly RoomEntry[]
  /** What to ask for the next page with, opaque; null on the last. */
  readonly next: string | null
}

export type RoomDirectoryQuery = { readonly next: string | null; readonly signal: AbortSignal }

/** Something that has to be allowed, in the provider's own words, and where it says so. */
export type RoomPermission = {
  readonly name: string
  /** Who has to have it: the application, the service account, or the administrator while they set it up. */
  readonly holder: "application" | "service-account" | "administrator"
  readonly source: string
}

/** One way in which rooms can be opened; data, from the provider's documents. */
export type RoomAccessMethod = {
  /** From the closed list of protocol/rooms.ts. */
  readonly name: string
  /** The tenant methods (tenant-source.ts) by which it is given; none where each room signs in for itself. */
  readonly tenantMethods: readonly string[]
  readonly permissions: readonly RoomPermission[]
  readonly isRecommended: boolean
  readonly hasScript: boolean
}

/** What a script is written for. */
export type RoomScriptAsked = {
  readonly method: string
  readonly addresses: readonly string[]
  /** The service account, or the application's id; null where it is not known yet: the script says what to put there. */
  readonly identity: string | null
}

/** Rooms of one calendar service. */
export type RoomSource = {
  readonly methods: readonly RoomAccessMethod[]
  /** The organisation's rooms, by what a tenant connection has sealed; null where none can be read so. */
  readonly ofTenant: ((secret: string, query: RoomDirectoryQuery) => Promise<RoomEntries>) | null
  /** The rooms that an account of the server may see; null where none can be read so. */
  readonly ofAccount: ((access: Access, query: RoomDirectoryQuery) => Promise<RoomEntries>) | null
  /** A script that an administrator runs to let the rooms be opened; null where there is nothing to run. Pure. */
  readonly script: ((asked: RoomScriptAsked) => string) | null
  /** The line that mends a finding of the room doctor's for a room; null where no line does. Pure. */
  readonly mendingLine: (code: string, room: MendedRoom) => string | null
}

/** A room whose mailbox is to be mended. */
export type MendedRoom = {
  readonly address: string
  /** The tenant connection that opens it: its method, and who signs in; null where the room signs in for itself. */
  readonly by: { readonly method: string; readonly identity: string } | null
}
