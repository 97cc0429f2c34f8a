import type { FastifyInstance } from "fastify"
import type { ChangeStreams } from "../notifier/change-streams.ts"
import { forgetHeaders, ResponseEnd } from "./event-stream.ts"
import type { RequireUser } from "./session-guard.ts"

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
