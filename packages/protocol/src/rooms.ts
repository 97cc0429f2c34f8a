import { connectionStates } from "@kalends/domain/connection"
import { z } from "zod"

const id = z.uuid()
const instant = z.iso.datetime()
const count = z.number().int().nonnegative()
const name = z.string().trim().min(1).max(120)
const address = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())
const zone = z
  .string()
  .max(60)
  .regex(/^[A-Za-z][\w+-]*(?:\/[\w+-]+){0,2}$/)

/** What is set for a room. */
export const roomSettings = {
  name,
  building: z.string().trim().min(1).max(120).nullable(),
  floor: z.string().trim().min(1).max(60).nullable(),
  capacity: z.number().int().min(1).max(100_000).nullable(),
  zone,
  privacy: z.object({ hidesTitles: z.enum(["private", "all"]), hidesHostsOfPrivate: z.boolean() }),
  checkIn: z.object({
    /** Null: nobody has to check in. */
    withinMinutes: z.number().int().min(1).max(240).nullable(),
    earlyMinutes: z.number().int().min(0).max(240),
    /** Null: a series is never given up. */
    missesMost: z.number().int().min(1).max(50).nullable(),
  }),
  language: z.enum(["en", "ja"]),
  clockHours: z.union([z.literal(12), z.literal(24)]),
}

/** POST /v1/rooms: a room by hand. What is left out is as usual. */
export const newRoomSchema = z
  .object({ ...roomSettings, address })
  .partial()
  .required({ name: true, address: true, zone: true })
export type NewRoomInput = z.input<typeof newRoomSchema>

/** PATCH /v1/rooms/:roomId. */
export const roomChangesSchema = z.object({ ...roomSettings, address }).partial()
export type RoomChangesInput = z.input<typeof roomChangesSchema>

export const roomSchema = z.object({
  roomId: id,
  address: z.string(),
  ...roomSettings,
  createdAt: instant,
  connection: z.object({ provider: z.string(), providerLabel: z.string(), state: z.enum(connectionStates) }).nullable(),
  tenantConnectionId: id.nullable(),
  /** What the last try to connect it met, or to read it where that does not pass by itself. */
  problem: z.object({ kind: z.string(), code: z.string().nullable() }).nullable(),
  /** As this node knows it; null where it was not read here. `unknown` is not free. */
  agenda: z
    .object({
      readAt: instant,
      state: z.enum(["free", "taken", "unknown"]),
      /** Until when it is so; null where that is not known. */
      until: instant.nullable(),
      bookings: count,
    })
    .nullable(),
})
export type RoomView = z.infer<typeof roomSchema>

/** GET /v1/rooms?search&state&next: by name, fifty at a time. "none": without a connection. "trouble": those that need somebody. */
export const roomsQuerySchema = z.object({
  search: z.string().trim().max(120).optional(),
  state: z.enum([...connectionStates, "none", "trouble"]).optional(),
  next: z.string().max(400).optional(),
})
export const roomsSchema = z.object({ rooms: z.array(roomSchema), next: z.string().nullable(), count })
export type RoomsView = z.infer<typeof roomsSchema>

const signIn = {
  provider: z.string().max(32),
  server: z.string().max(2000),
  username: z.string().min(1).max(320),
  password: z.string().min(1).max(1024),
}

/** PUT /v1/rooms/:roomId/connection: by an administrator's connection, or with the room's own sign-in. */
export const roomConnectionSchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("tenant"), tenantConnectionId: id }),
  z.object({ by: z.literal("password"), ...signIn }),
])
export type RoomConnectionInput = z.infer<typeof roomConnectionSchema>

/** POST /v1/rooms/directory: read from the provider each time, never kept. */
export const roomDirectoryQuerySchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("tenant"), tenantConnectionId: id, next: z.string().max(4096).nullable() }),
  z.object({ by: z.literal("password"), ...signIn, next: z.string().max(4096).nullable() }),
])
export type RoomDirectoryInput = z.infer<typeof roomDirectoryQuerySchema>

const entry = {
  address: z.string(),
  name: z.string(),
  building: z.string().nullable(),
  floor: z.string().nullable(),
  capacity: z.number().int().nullable(),
}
export const roomDirectorySchema = z.object({
  /** `roomId`: which of ours it is; null for a new one. */
  entries: z.array(z.object({ ...entry, roomId: id.nullable(), connectionState: z.enum(connectionStates).nullable() })),
  next: z.string().nullable(),
  /** Ours that this tenant connection opens and the whole directory does not name; null where only a part of it was read. */
  gone: z.array(z.object({ roomId: id, name: z.string(), address: z.string() })).nullable(),
})
export type RoomDirectoryView = z.infer<typeof roomDirectorySchema>

/** POST /v1/rooms/import: rooms of the directory become rooms here, and are connected by the tenant connection. */
export const importRoomsSchema = z.object({
  tenantConnectionId: id.nullable(),
  zone,
  rooms: z
    .array(
      z.object({
        ...{ address, name },
        building: roomSettings.building,
        floor: roomSettings.floor,
        capacity: roomSettings.capacity,
      }),
    )
    .min(1)
    .max(200),
})
export type ImportRoomsInput = z.input<typeof importRoomsSchema>
export const importedRoomsSchema = z.object({ added: count, known: count })
export type ImportedRoomsView = z.infer<typeof importedRoomsSchema>

/** How rooms of each calendar service are opened. Screens have words for the names. */
export const roomMethodNames = ["application", "delegate", "impersonation", "shared-calendar", "own-sign-in"] as const
export const roomMethodsSchema = z.object({
  /** The connections to organisations that there are, by any of which rooms may be opened. */
  tenants: z.array(
    z.object({
      tenantConnectionId: id,
      provider: z.string(),
      providerLabel: z.string(),
      method: z.string(),
      tenantId: z.string(),
      /** Who signs in: an application's id, a service account's name. */
      identity: z.string(),
    }),
  ),
  providers: z.array(
    z.object({
      provider: z.string(),
      label: z.string(),
      hasDirectory: z.boolean(),
      methods: z.array(
        z.object({
          name: z.enum(roomMethodNames),
          /** How an organisation is connected for it; none where each room signs in for itself. */
          tenantMethods: z.array(z.string()),
          permissions: z.array(
            z.object({
              name: z.string(),
              holder: z.enum(["application", "service-account", "administrator"]),
              source: z.string(),
            }),
          ),
          isRecommended: z.boolean(),
          hasScript: z.boolean(),
        }),
      ),
    }),
  ),
})
export type RoomMethodsView = z.infer<typeof roomMethodsSchema>

/** POST /v1/rooms/script: PowerShell that lets rooms be opened. Nothing is run here. */
export const roomScriptQuerySchema = z.object({
  provider: z.string().max(32),
  method: z.enum(roomMethodNames),
  addresses: z.array(z.string().max(254)).max(200),
  identity: z.string().max(320).nullable(),
})
export type RoomScriptInput = z.infer<typeof roomScriptQuerySchema>
export const roomScriptSchema = z.object({ script: z.string() })

/** Everything that the room doctor looks at. Screens have words for each. */
export const roomFindingCodes = [
  "room-readable",
  "room-unreadable",
  "room-not-connected",
  "room-not-shared",
  "room-send-as-unread",
  "room-writable",
  "room-read-only",
  "room-connected-to-read",
  "room-subject-kept",
  "room-subject-stripped",
  "room-subject-organizer",
  "room-body-kept",
  "room-body-stripped",
  "room-accepted",
  "room-not-accepted",
  "room-window-unread",
  "room-private-unread",
  "room-too-few",
] as const
/** POST /v1/rooms/:roomId/checkup: reads the room's calendar and looks at what its mailbox does; changes nothing. */
export const roomCheckupSchema = z.object({
  at: instant,
  /** Meetings that were looked at. */
  looked: count,
  findings: z.array(
    z.object({
      code: z.enum(roomFindingCodes),
      outcome: z.enum(["right", "wrong", "doubtful", "not-checked"]),
      /** What mends it, to be copied; null where no line does. */
      line: z.string().nullable(),
      /** Why it could not be read: a problem's code. */
      problem: z.string().nullable(),
    }),
  ),
})
export type RoomCheckupView = z.infer<typeof roomCheckupSchema>

const pattern = z.string().min(1).max(200)
/** GET and PUT /v1/rooms/dial-rules: the organisation's own, in order; those that are built in come after them. */
export const dialRulesSchema = z.object({
  rules: z
    .array(
      z.object({
        name: z.string().trim().min(1).max(60),
        patterns: z.array(pattern).min(1).max(10),
        also: z.array(pattern).max(10),
        sip: z.string().max(200).nullable(),
        h323: z.string().max(200).nullable(),
      }),
    )
    .max(50),
})
export type DialRulesView = z.infer<typeof dialRulesSchema>
