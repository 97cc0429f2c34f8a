import { z } from "zod"

/** What a device without a front of its own asks with: the grant "client_credentials" (RFC 6749, 4.4). */
export const deviceTokenBody = z.object({
  grant_type: z.string().max(100),
  /** Here, or with the secret in a Basic header. */
  client_id: z.string().max(200).optional(),
  client_secret: z.string().max(200).optional(),
})

export const deviceTokenSchema = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  /** Seconds. */
  expires_in: z.int(),
})

/** As RFC 6749, 5.2 has it. */
export const deviceTokenRefusal = z.object({ error: z.enum(["invalid_client", "unsupported_grant_type"]) })

export const roomAgendaQuery = z.object({ limit: z.coerce.number().int().min(1).max(50).default(10) })

/** One room's next meetings. */
export const roomAgendaSchema = z.object({
  room: z.string(),
  /** When the calendar was read: what is older than 30 minutes is no ground to call a room free. */
  readAt: z.iso.datetime(),
  isStale: z.boolean(),
  /** Beyond this, nothing is known. */
  coversUntil: z.iso.datetime(),
  meetings: z.array(
    z.object({
      /** Ours, the same for the same meeting of the room. */
      id: z.string(),
      startsAt: z.iso.datetime(),
      endsAt: z.iso.datetime(),
      isAllDay: z.boolean(),
      isPrivate: z.boolean(),
      /** Null where it is not to be shown. */
      title: z.string().nullable(),
      host: z.string().nullable(),
      joinUrl: z.string().nullable(),
      dial: z.array(z.object({ protocol: z.enum(["sip", "h323"]), number: z.string() })),
    }),
  ),
})
export type RoomAgendaView = z.infer<typeof roomAgendaSchema>
