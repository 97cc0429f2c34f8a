import { isProblem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"
import type { HookRequest } from "../ports/calendar-provider.ts"
import type { Metrics } from "../ports/metrics.ts"

export type HookEdge = {
  readonly metrics: Metrics
  readonly bodyLimitBytes: number
  /** What every request is answered that was taken, or could not be read. */
  readonly accepted: 202 | 204
}

/**
 * How whoever tells us of changes is answered: bodies are taken as they are, of any type. What cannot be read is answered as
 * what was taken, so that a prober learns nothing; 503 only when nothing could be made durable.
 */
export function takeHooks(app: FastifyInstance, { metrics, bodyLimitBytes, accepted }: HookEdge): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500
    const isRequestBad = !isProblem(error) && status >= 400 && status < 500
    // Whatever else went wrong, the notice may not be durable: it is to be sent again.
    if (!isRequestBad) return reply.code(503).header("retry-after", "5").send()
    metrics.count("hook_notices_total", { provider: "unknown", outcome: status === 413 ? "oversized" : "unrecognised" })
    return reply.code(accepted).send()
  })
}

/** A request as Fastify has it. */
export type RawRequest = {
  readonly method: string
  readonly query: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** `path`: what stands below the hook's address. */
export function hookRequest({ method, query, headers, body }: RawRequest, path: string): HookRequest {
  const bytes = body instanceof Uint8Array ? body : new Uint8Array()
  return { method, path, query: textsOf(query), headers: textsOf(headers), body: bytes }
}

function textsOf(record: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const name in record) {
    const value = record[name]
    if (typeof value === "string") texts[name] = value
  }
  return texts
}
