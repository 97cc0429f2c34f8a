import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"
import { z } from "zod"
import type { ProxiedSessions } from "../connections/proxy.ts"
import type { Clock } from "../ports/clock.ts"
import { limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"

export type ProxyRouteDeps = { readonly proxied: ProxiedSessions; readonly clock: Clock }

/** An item that an app writes, its description included. */
const bodyLimitBytes = 512 * 1024
const params = z.object({ connectionId: z.uuid(), "*": z.string().max(9_000).optional() })

/** The provider's own API for an app that is not given what opens it. Takes the token that POST /v1/connections/:id/access gave. */
export async function proxyRoute(app: FastifyInstance, { proxied, clock }: ProxyRouteDeps): Promise<void> {
  const calls = createRateLimit(clock, limits.proxiedPerConnection)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )
  for (const url of ["/v1/proxy/:connectionId", "/v1/proxy/:connectionId/*"])
    app.route({
      method: ["GET", "POST"],
      url,
      config: { needs: "nobody", hasOwnLimit: true },
      schema: { hide: true },
      bodyLimit: bodyLimitBytes,
      async handler(request, reply) {
        const token = /^Bearer ([\w.-]{20,4096})$/.exec(request.headers.authorization ?? "")?.[1]
        const parsed = params.safeParse(request.params)
        if (token === undefined || !parsed.success)
          throw new Problem("auth-expired", "Ask for access first.", { code: "proxied-session-over" })
        const { connectionId, "*": rest } = parsed.data
        calls.take(connectionId)
        const { prefer } = request.headers
        const asked = {
          method: request.method,
          path: rest === undefined || rest === "" ? "" : pathOf(request.url, connectionId),
          query: new URL(request.url, "http://localhost").search.slice(1),
          headers: typeof prefer === "string" ? { prefer } : {},
          body: typeof request.body === "string" ? request.body : "",
        }
        const answer = await proxied.ask(token, connectionId, asked, `request:${request.id}`)
        return reply.code(answer.status).type(answer.contentType).header("cache-control", "no-store").send(answer.body)
      },
    })
}

/** Below our address, as it was sent: what is encoded in it stays so. */
function pathOf(url: string, connectionId: string): string {
  const { pathname } = new URL(url, "http://localhost")
  return pathname.slice(`/v1/proxy/${connectionId}`.length)
}
