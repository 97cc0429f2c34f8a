import type { ServerResponse } from "node:http"
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
  app.get("/v1/changes", async (request, reply) => {
    const { session } = await requireUser(request)
    const since = /^\d{1,15}$/.exec(String(request.headers["last-event-id"] ?? ""))?.[0]
    const response = reply.raw
    let isStarted = false
    const start = () => {
      if (isStarted) return
      isStarted = true
      response.writeHead(200, headers)
    }
    const close = await streams.open(session, since === undefined ? null : Number(since), streamEnd(response, start))
    reply.hijack()
    response.once("close", close)
    if (response.destroyed) close()
  })
}

function streamEnd(response: ServerResponse, start: () => void): StreamEnd {
  return {
    write(text) {
      start()
      response.write(text)
      return response.writableLength <= unreadBytesMost
    },
    close: () => void response.end(),
  }
}
