import { isProblem } from "@kalends/domain/problem"
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { HookRequest } from "../ports/calendar-provider.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Receiver } from "../subscriptions/receiver.ts"

export type HooksRouteDeps = { readonly receiver: Receiver; readonly metrics: Metrics }

/** A batch of Graph's may hold some thousand items. */
const bodyLimitBytes = 2 * 2 ** 20

/**
 * POST /hooks/:provider and below: where providers report changes. All that is not a handshake is answered 202 with
 * nothing in it, forged or not, so that a prober learns nothing; 503 only when nothing could be made durable.
 */
export async function hooksRoute(app: FastifyInstance, { receiver, metrics }: HooksRouteDeps): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500
    const isRequestBad = !isProblem(error) && status >= 400 && status < 500
    // Whatever else went wrong, the notice may not be durable: the provider is to send it again.
    if (!isRequestBad) return reply.code(503).header("retry-after", "5").send()
    metrics.count("hook_notices_total", { provider: "unknown", outcome: status === 413 ? "oversized" : "unrecognised" })
    return reply.code(202).send()
  })

  for (const url of ["/hooks/:provider", "/hooks/:provider/*"])
    app.post<{ Params: { provider: string; "*"?: string } }>(url, async (request, reply) => {
      const answer = await receiver.receive(request.params.provider, hookRequest(request))
      return answer.kind === "handshake"
        ? reply.code(200).type("text/plain; charset=utf-8").send(answer.text)
        : reply.code(202).send()
    })
}

function hookRequest(request: FastifyRequest<{ Params: { provider: string; "*"?: string } }>): HookRequest {
  const below = request.params["*"] ?? ""
  return {
    method: request.method,
    path: below === "" ? "" : `/${below}`,
    query: textsOf(request.query),
    headers: textsOf(request.headers),
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
  }
}

function textsOf(record: unknown): Record<string, string> {
  const texts: Record<string, string> = {}
  if (typeof record !== "object" || record === null) return texts
  const entries: Record<string, unknown> = { ...record }
  for (const name in entries) {
    const value = entries[name]
    if (typeof value === "string") texts[name] = value
  }
  return texts
}
