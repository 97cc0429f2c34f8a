import type { FastifyInstance } from "fastify"
import type { Metrics } from "../ports/metrics.ts"
import type { Receiver } from "../subscriptions/receiver.ts"
import { hookRequest, takeHooks } from "./hook-requests.ts"

export type HooksRouteDeps = { readonly receiver: Receiver; readonly metrics: Metrics }

type HookRoute = { Params: { provider: string; "*"?: string }; Querystring: Record<string, unknown> }

/** A batch of Graph's may hold some thousand items. */
const bodyLimitBytes = 2 * 2 ** 20

/**
 * POST /hooks/:provider and below: where providers report changes. All that is not a handshake is answered 202 with
 * nothing in it, forged or not, so that a prober learns nothing; 503 only when nothing could be made durable.
 */
export async function hooksRoute(app: FastifyInstance, { receiver, metrics }: HooksRouteDeps): Promise<void> {
  takeHooks(app, { metrics, bodyLimitBytes, accepted: 202 })
  for (const url of ["/hooks/:provider", "/hooks/:provider/*"])
    app.post<HookRoute>(url, async (request, reply) => {
      const { provider, "*": below = "" } = request.params
      const answer = await receiver.receive(provider, hookRequest(request, below === "" ? "" : `/${below}`))
      return answer.kind === "handshake"
        ? reply.code(200).type("text/plain; charset=utf-8").send(answer.text)
        : reply.code(202).send()
    })
}
