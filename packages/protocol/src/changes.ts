import { connectionStates } from "@kalends/domain/connection"
import { z } from "zod"

/**
 * GET /v1/changes: a server-sent event stream, read with fetch and a bearer header. Each message's `id` is the
 * watermark (epoch ms): everything the service heard of up to then has been told. A client that reconnects sends it as
 * Last-Event-ID and is told to refresh when it may have missed something.
 */
export const changeMessageSchema = z.discriminatedUnion("kind", [
  /** First message. `missed`: refresh now. `heartbeatSeconds`: silence for three times as long means a dead stream. */
  z.object({
    kind: z.literal("hello"),
    watermarkMs: z.number().int(),
    missed: z.boolean(),
    heartbeatSeconds: z.number().int(),
    protocolVersion: z.number().int(),
  }),
  z.object({ kind: z.literal("calendar-changed"), calendarId: z.uuid(), watermarkMs: z.number().int() }),
  z.object({
    kind: z.literal("connection-changed"),
    connectionId: z.uuid(),
    state: z.enum([...connectionStates, "gone"]),
    watermarkMs: z.number().int(),
  }),
  /** The session ended; the client forgets everything. */
  z.object({ kind: z.literal("signed-out"), watermarkMs: z.number().int() }),
])
export type ChangeMessage = z.infer<typeof changeMessageSchema>

/** Comment line `:` every 25 s keeps proxies from closing the stream. */
export const heartbeatSeconds = 25

/** Without any notice a client refreshes this often (SPEC 2.3), ± 10 % jitter. */
export const fallbackRefreshSeconds = 30 * 60
