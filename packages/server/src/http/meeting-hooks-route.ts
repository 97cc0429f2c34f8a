import type { FastifyInstance } from "fastify"
import type { Metrics } from "../ports/metrics.ts"
import type { MeetingReceiver } from "../sync/meeting-receiver.ts"
import { hookRequest, takeHooks } from "./hook-requests.ts"

export type MeetingHooksDeps = { readonly receiver: MeetingReceiver; readonly metrics: Metrics }

/** A series of sixty occurrences with the longest description has a tenth of it. */
const bodyLimitBytes = 256 * 1024

/**
 * POST /hooks/<meeting service>: where it tells of changes. All that is not a handshake is answered 204 with nothing in it,
 * forged or not, so that a prober learns nothing; 503 only when the hint could not be made durable.
 */
export async function meetingHooksRoute(app: FastifyInstance, { receiver, metrics }: MeetingHooksDeps): Promise<void> {
  takeHooks(app, { metrics, bodyLimitBytes, accepted: 204 })
  for (const name of receiver.names)
    app.post<{ Querystring: Record<string, unknown> }>(`/hooks/${name}`, async (request, reply) => {
      const { handshake } = await receiver.receive(name, hookRequest(request, ""))
      return handshake === null
        ? reply.code(204).send()
        : reply.code(200).type("application/json; charset=utf-8").send(handshake)
    })
}
