import { displayKinds, displayLanguages, displayLooks, roomsMostOf } from "@kalends/domain/display"
import { roomTroubles } from "@kalends/domain/room-trouble"
import { z } from "zod"

const instant = z.iso.datetime()
const id = z.uuid()
const name = z.string().trim().min(1).max(120)

/** POST /v1/displays/pairings — a screen that belongs to nobody asks for a code to show. */
export const newPairingSchema = z.object({
  /** As the device names itself, for whoever types the code. */
  deviceName: name,
})
export const pairingSchema = z.object({
  /** To be shown, and typed in the portal. */
  code: z.string(),
  /** The screen's own, told to nobody else. Opens nothing until an administrator has typed the code. */
  token: z.string(),
  expiresAt: instant,
  /** The service's time. */
  now: instant,
  /** How often to ask whether it is paired. */
  pollSeconds: z.number().int().positive(),
})
export type Pairing = z.infer<typeof pairingSchema>

/** GET /v1/displays/pairings/current, with the screen's token. 401 (code "pairing-over") once the code is over. */
export const pairingStateSchema = z.object({ state: z.enum(["waiting", "paired"]) })

export const displaySettingsSchema = z.object({
  language: z.enum(displayLanguages),
  hours: z.union([z.literal(12), z.literal(24)]),
  look: z.enum(displayLooks),
})

/** A room as its screens know it. */
const screenRoomSchema = z.object({
  roomId: id,
  name: z.string(),
  zone: z.string(),
  /** Minutes before its start from which one may check in to a booking. */
  checkInEarlyMinutes: z.number().int(),
  /** Always null, and not shown: it led to a page for administrators. Screens of before do not do without it. */
  pageUrl: z.string().max(4096).nullable(),
})
export type ScreenRoom = z.infer<typeof screenRoomSchema>

/** What a screen may show of a booking: what is private was taken out before. */
const screenBookingSchema = z.object({
  bookingId: z.string().max(4096),
  startsAt: instant,
  endsAt: instant,
  isAllDay: z.boolean(),
  isPrivate: z.boolean(),
  title: z.string().nullable(),
  host: z.string().nullable(),
  join: z.object({ vendor: z.string(), url: z.string().max(4096) }).nullable(),
  /**
   * By when somebody has to check in, or the room is given up; past, until it is. Null where nobody has to, somebody has, or
   * no screen of the room could take it.
   */
  checkInBy: instant.nullable(),
})
export type ScreenBooking = z.infer<typeof screenBookingSchema>

/** Why a room cannot be read. A word that this screen does not know yet is as good as the last. */
const troubleSchema = z.enum(roomTroubles).catch("unreadable")

/** A beat comes this often when nothing else does. Silence for three times as long means a dead stream. */
export const displayBeatSeconds = 20
/**
 * POST /v1/display/heard, without a body, at each so many beats, some seconds after: the screen hears its stream. A stream whose
 * screen did not say so for three minutes, to this node or another, ends.
 */
export const beatsPerHeard = 3

/**
 * GET /v1/display/agendas: a server-sent event stream, read with fetch and the screen's token in a bearer header. 401 once
 * the screen was taken away. Every message tells the service's time, so that a screen with a wrong clock is right, too.
 */
export const displayMessageSchema = z.discriminatedUnion("kind", [
  /** First, and again when something of it changes. Rooms that are not in it are to be forgotten. */
  z.object({
    kind: z.literal("hello"),
    now: instant,
    protocolVersion: z.number().int(),
    beatSeconds: z.number().int().positive(),
    display: z.object({
      displayId: id,
      name: z.string(),
      kind: z.enum(displayKinds),
      settings: displaySettingsSchema,
    }),
    rooms: z.array(screenRoomSchema),
  }),
  /** What is known of a room, as it was at `readAt`. The same one again says that it could not be read anew, and `trouble` why. */
  z.object({
    kind: z.literal("agenda"),
    now: instant,
    roomId: id,
    readAt: instant,
    /** Beyond it nothing is known. */
    coversUntil: instant,
    /** By start. */
    bookings: z.array(screenBookingSchema),
    trouble: troubleSchema.nullable().default(null),
  }),
  /** The service never read the room, and why it could not. */
  z.object({
    kind: z.literal("unread"),
    now: instant,
    roomId: id,
    trouble: troubleSchema,
  }),
  z.object({ kind: z.literal("beat"), now: instant }),
  /** The screen was taken away: it forgets everything. */
  z.object({ kind: z.literal("removed"), now: instant }),
])
export type DisplayMessage = z.infer<typeof displayMessageSchema>
export type DisplayHello = Extract<DisplayMessage, { kind: "hello" }>
export type DisplayAgenda = Extract<DisplayMessage, { kind: "agenda" }>

/** Of a room's bookings a screen is told those that end after now and start within this time. */
export const screenHoursAhead = 48
/** And of those so many at most; then `coversUntil` is where the first one left out starts. */
export const screenBookingsMost = 60

const ofBooking = { roomId: id, bookingId: z.string().min(1).max(4096) }

/** POST /v1/display/acts — what somebody did at the screen. Starts are the service's now. */
export const displayActSchema = z.discriminatedUnion("act", [
  z.object({ act: z.literal("book"), roomId: id, endsAt: instant }),
  z.object({ act: z.literal("extend"), ...ofBooking, endsAt: instant }),
  z.object({ act: z.literal("end"), ...ofBooking }),
  z.object({ act: z.literal("check-in"), ...ofBooking }),
])
export type DisplayActInput = z.infer<typeof displayActSchema>
/** The calendar has it. The agenda that shows it comes by the stream. */
export const displayActDoneSchema = z.object({ act: z.string(), roomId: id, endsAt: instant.nullable() })

/** A paired screen, as administrators see it. */
export const displaySchema = z.object({
  displayId: id,
  name: z.string(),
  kind: z.enum(displayKinds),
  /** As the device named itself. */
  deviceName: z.string(),
  rooms: z.array(z.object({ roomId: id, name: z.string() })),
  settings: displaySettingsSchema,
  pairedAt: instant,
  /** When it was last there; null for one that never came. */
  lastSeenAt: instant.nullable(),
})
export type DisplayView = z.infer<typeof displaySchema>

/**
 * GET /v1/displays?search&trouble&after=<displayId>&roomId=: 100 at a time, by name. Search: part of its name, or of a name or
 * an address of its rooms. Trouble "yes": those alone that are not there, or have nothing to show.
 */
export const displaysQuerySchema = z.object({
  ...{ after: id.optional(), roomId: id.optional(), trouble: z.literal("yes").optional() },
  search: z.string().trim().max(120).optional(),
})
export const displaysSchema = z.object({
  displays: z.array(displaySchema),
  /** The service's time, which says how long ago a screen was there. */
  now: instant,
  after: id.nullable(),
})
export type DisplaysView = z.infer<typeof displaysSchema>

const roomIds = z.array(id).min(1).max(roomsMostOf.board)

/** POST /v1/displays — pairs the screen that shows the code. */
export const pairInputSchema = z.object({
  code: z.string().min(6).max(20),
  name,
  kind: z.enum(displayKinds),
  roomIds,
  settings: displaySettingsSchema,
})
export type PairInput = z.input<typeof pairInputSchema>

/** PATCH /v1/displays/:displayId */
export const displayChangeSchema = z.object({
  name: name.optional(),
  settings: displaySettingsSchema.optional(),
  roomIds: roomIds.optional(),
})
export type DisplayChangeInput = z.input<typeof displayChangeSchema>
