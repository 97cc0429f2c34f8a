import { z } from "zod"

const id = z.uuid()
const instant = z.iso.datetime()
const count = z.number().int().nonnegative()

/** Host or host:port of a video system, in one way of the several in which it can be written. */
export const deviceAddressSchema = z
  .string()
  .trim()
  .toLowerCase()
  .overwrite((typed) => typed.replace(/\.?(?::0{0,3}443)?$/, ""))
  .regex(/^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:]{2,39}\])(?::\d{1,5})?$/)
const name = z.string().trim().min(1).max(120)
const username = z.string().trim().min(1).max(120)
const password = z.string().min(1).max(256)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** Minutes before a meeting's start, and behind its end, in which it can be joined. */
const bufferMinutes = z.number().int().min(0).max(30)
/** For so long it is tried to take its list away from a system that was removed. */
export const clearHours = 24

/** GET /v1/devices/families (read-rooms): the kinds of video systems there are. */
export const deviceFamiliesSchema = z.object({
  families: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      /** Whether such systems are brought their bookings; others sign in here and ask for them. */
      isCalled: z.boolean(),
    }),
  ),
})
export type DeviceFamiliesView = z.infer<typeof deviceFamiliesSchema>

/** POST /v1/devices/certificate (change-rooms): the certificate that is shown at an address, to be compared and pinned. */
export const certificateInputSchema = z.object({ address: deviceAddressSchema })
export const certificateSchema = z.object({
  sha256,
  subject: z.string(),
  issuer: z.string(),
  validUntil: instant,
  /** Whether the system trusts it, so that it need not be pinned. */
  isTrusted: z.boolean(),
})
export type CertificateView = z.infer<typeof certificateSchema>

/** POST /v1/devices (change-rooms). One that is called has an address, user name and password; for another they are made here. */
export const newDeviceSchema = z.object({
  roomId: id,
  family: z.string().regex(/^[a-z][a-z-]{1,31}$/),
  name,
  address: deviceAddressSchema.nullable(),
  username: username.nullable(),
  password: password.nullable(),
  /** The one certificate that it may show; null: any that the system trusts. */
  certificate: sha256.nullable(),
  keepsOthers: z.boolean(),
  startBufferMinutes: bufferMinutes.default(5),
  endBufferMinutes: bufferMinutes.default(0),
})
export type NewDeviceInput = z.infer<typeof newDeviceSchema>
/** As it is sent: what is left out is as usual. */
export type NewDeviceBody = z.input<typeof newDeviceSchema>

/**
 * PATCH /v1/devices/:deviceId (change-rooms). One that is switched off, or is given another room, has the list of its room
 * taken away first.
 */
export const deviceChangeSchema = newDeviceSchema
  .omit({ family: true })
  .extend({
    ...{ address: deviceAddressSchema, username, password, isEnabled: z.boolean() },
    ...{ startBufferMinutes: bufferMinutes, endBufferMinutes: bufferMinutes },
  })
  .partial()
export type DeviceChange = z.infer<typeof deviceChangeSchema>

export const deviceSchema = z.object({
  deviceId: id,
  /** Null for one that was removed with its room. */
  room: z.object({ roomId: id, displayName: z.string() }).nullable(),
  family: z.string(),
  familyLabel: z.string(),
  isCalled: z.boolean(),
  name: z.string(),
  address: z.string().nullable(),
  username: z.string(),
  certificate: sha256.nullable(),
  keepsOthers: z.boolean(),
  startBufferMinutes: count,
  endBufferMinutes: count,
  createdAt: instant,
  model: z.string().nullable(),
  software: z.string().nullable(),
  /**
   * new: it never had the room's bookings. silent: one that asks has not asked for an hour. unread: nothing is wrong with it, but its room's calendar cannot be read. off:
   * switched off by somebody. leaving: removed, and its list is being taken away
   * from it. left: that was tried for long enough, and it may still show its last list; it is here until somebody has seen so.
   */
  state: z.enum(["new", "well", "silent", "unread", "failing", "off", "leaving", "left"]),
  /** Until when it is tried to take its list away from one that was removed. */
  leavesUntil: instant.nullable(),
  /** What it has is not for it any more, and could not be taken away from it yet. */
  isUncleared: z.boolean(),
  /** Wrong passwords given for it here since its password was made; for one that signs in here. */
  wrongPasswords: z.object({ count, at: instant }).nullable(),
  lastOkAt: instant.nullable(),
  problem: z.object({ kind: z.string(), code: z.string().nullable(), at: instant }).nullable(),
  /** What it was last given. */
  given: z.object({ count, at: instant }).nullable(),
})
export type DeviceView = z.infer<typeof deviceSchema>

/** GET /v1/devices/:deviceId/bookings (read-rooms): the next fifty that it was given, as far as its room's privacy lets them be seen. */
export const deviceBookingsSchema = z.object({
  /** When they were read from the calendar; null where nothing was yet, or the system asks for itself. */
  readAt: instant.nullable(),
  bookings: z.array(
    z.object({
      startsAt: instant,
      endsAt: instant,
      title: z.string().nullable(),
      host: z.string().nullable(),
      isPrivate: z.boolean(),
      numbers: z.array(z.string()),
    }),
  ),
})
export type DeviceBookingsView = z.infer<typeof deviceBookingsSchema>

/**
 * GET /v1/devices?roomId&trouble&after (read-rooms): by name, 100 at a time. Room "gone": what is left of rooms that were
 * removed. Trouble "yes": those alone that are neither well nor switched off.
 */
export const devicesQuerySchema = z.object({
  ...{ roomId: id.or(z.literal("gone")).optional(), trouble: z.literal("yes").optional(), after: id.optional() },
})
export const devicesSchema = z.object({ devices: z.array(deviceSchema), after: id.nullable() })
export type DevicesView = z.infer<typeof devicesSchema>

/** Once, for a system that signs in here: afterwards it is shown no more. */
export const addedDeviceSchema = z.object({ device: deviceSchema, password: z.string().nullable() })
export type AddedDeviceView = z.infer<typeof addedDeviceSchema>

/** POST /v1/devices/:deviceId/test (change-rooms): signs in at it once, and gives it nothing. */
export const deviceTestSchema = z.object({
  isWell: z.boolean(),
  problem: z.object({ kind: z.string(), code: z.string().nullable() }).nullable(),
  model: z.string().nullable(),
  software: z.string().nullable(),
})
export type DeviceTestView = z.infer<typeof deviceTestSchema>
