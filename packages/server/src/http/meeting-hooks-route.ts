import { isProblem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"
import type { Metrics } from "../ports/metrics.ts"
import type { MeetingReceiver } from "../sync/meeting-receiver.ts"

export type MeetingHooksDeps = { readonly receiver: MeetingReceiver; readonly metrics: Metrics }

/** A series of sixty occurrences with the longest description has a tenth of it. */
const bodyLimitBytes = 256 * 1024

/**
 * POST /hooks/<meeting service>: where it tells of changes. All that is not a handshake is answered 204 with nothing in it,
 * forged or not, so that a prober learns nothing; 503 only when the hint could not be made durable.
 */
export async function meetingHooksRoute(app: FastifyInstance, { receiver, metrics }: MeetingHooksDeps): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500
    const isRequestBad = !isProblem(error) && status >= 400 && status < 500
    if (!isRequestBad) return reply.code(503).header("retry-after", "5").send()
    metrics.count("hook_notices_total", { provider: "unknown", outcome: status === 413 ? "oversized" : "unrecognised" })
    return reply.code(204).send()
  })

  for (const name of receiver.names)
    app.post(`/hooks/${name}`, async (request, reply) => {
      const { handshake } = await receiver.receive(name, {
        method: request.method,
        path: "",
        query: {},
        headers: textsOf(request.headers),
        body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
      })
      return handshake === null
        ? reply.code(204).send()
        : reply.code(200).type("application/json; charset=utf-8").send(handshake)
    })
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  return Object.fromEntries(texts)
}
