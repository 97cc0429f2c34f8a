import type { IncomingMessage, ServerResponse } from "node:http"
import type { FastifyInstance } from "fastify"
import type { ChangeStreams, StreamEnd } from "../notifier/change-streams.ts"
import type { RequireUser } from "./session-guard.ts"

/** A client that leaves more than this unread is dropped; it reconnects and refreshes. */
const unreadBytesMost = 64 * 1024

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const

export type ChangesRouteDeps = { readonly streams: ChangeStreams; readonly requireUser: RequireUser }

/** GET /v1/changes: the change stream (protocol/changes.ts). */
export async function changesRoute(app: FastifyInstance, { streams, requireUser }: ChangesRouteDeps): Promise<void> {
  app.get(
    "/v1/changes",
    { config: { needs: "own", isStream: true }, exposeHeadRoute: false },
    async (request, reply) => {
      const { session } = await requireUser(request)
      const since = /^\d{1,15}$/.exec(String(request.headers["last-event-id"] ?? ""))?.[0]
      const end = new ResponseEnd(reply.raw)
      const close = await streams.open(session, since === undefined ? null : Number(since), end)
      reply.hijack()
      forgetHeaders(request.raw)
      reply.raw.once("close", close)
      if (reply.raw.destroyed) close()
    },
  )
}

/** A stream stays open for days: the token that it was asked with need not, nor the other headers. */
function forgetHeaders(request: IncomingMessage): void {
  request.rawHeaders.length = 0
  for (const name of Object.keys(request.headers)) delete request.headers[name]
}

class ResponseEnd implements StreamEnd {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  write(text: string): boolean {
    if (!this.#response.headersSent) this.#response.writeHead(200, headers)
    this.#response.write(text)
    return this.#response.writableLength <= unreadBytesMost
  }

  /** One that never began is answered by whoever handles the error. */
  close(): void {
    if (this.#response.headersSent) this.#response.end()
  }
}
