import { Readable } from "node:stream"
import { isProblem } from "@kalends/domain/problem"
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Clock } from "../ports/clock.ts"
import type { DeviceFront, FrontAnswer, FrontRequest } from "../ports/device-front.ts"
import type { Log } from "../ports/log.ts"
import { limits, networkOf } from "./limits.ts"
import { noteBug } from "./problem-reply.ts"
import { createRateLimit } from "./rate-limit.ts"

export type DeviceFrontRoutesDeps = {
  readonly front: DeviceFront
  readonly clock: Clock
  readonly log: Log
  /** Whether a proxy stands between, which may send several devices' requests over one connection. */
  readonly behindProxy: boolean
}

/** What a device asks is a few hundred bytes. */
const bodyLimitBytes = 64 * 1024
/** Of these routes alone: answers that go on for half an hour are among them, and do not count. */
const underWayMost = 500
const againMs = 60_000

/**
 * Devices write paths in whatever capitals they like. One pattern for all, since the router takes patterns that differ in
 * their expressions alone for the same: it lets in a folder with another's file, too.
 */
function patternOf(paths: readonly string[]): string {
  const parts = paths.map((path) => path.slice(1).split("/", 2))
  const [folders, files] = [0, 1].map((at) =>
    [...new Set(parts.map((part) => inAnyCapitals(part[at] ?? "")))].join("|"),
  )
  return `/:folder(^(?:${folders})$)/:file(^(?:${files})$)`
}

const inAnyCapitals = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`).replaceAll(".", "\\.")

/** Where room systems ask for their room's calendar, in the words that they know. */
export async function deviceFrontRoutes(app: FastifyInstance, deps: DeviceFrontRoutesDeps): Promise<void> {
  const guesses = createRateLimit(deps.clock, limits.deviceGuessesPerNetwork)
  const requests = createRateLimit(deps.clock, limits.requestsPerDevice)
  let underWay = 0
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const status = "statusCode" in error && error.statusCode !== undefined ? error.statusCode : 500
    if (isProblem(error) || status >= 500) {
      if (!isProblem(error, "unavailable", "rate-limited")) noteBug(deps.log, error, request)
      return send(reply, deps.front.busy(deps.clock.now().add({ milliseconds: againMs })))
    }
    return reply.code(status).send()
  })
  const paths = new Set(deps.front.paths.map((path) => path.toLowerCase()))
  app.route({
    method: ["GET", "POST"],
    url: patternOf(deps.front.paths),
    config: { isStream: true },
    schema: { hide: true },
    async handler(request, reply) {
      if (underWay >= underWayMost) return send(reply, deps.front.busy(deps.clock.now().add({ seconds: 5 })))
      underWay += 1
      try {
        const asked = frontRequest(request, reply, deps)
        if (!paths.has(asked.path.toLowerCase())) return reply.callNotFound()
        const signIn = await deps.front.signIn(asked)
        const retryAt = signIn.kind === "device" ? requests.tryTake(signIn.device.deviceId) : null
        if (retryAt !== null) return send(reply, deps.front.busy(retryAt))
        if (signIn.kind === "device") return send(reply, await deps.front.answer(asked, signIn.device))
        const waitUntil = signIn.isGuess ? guesses.tryTake(networkOf(request.ip)) : null
        return send(reply, waitUntil === null ? signIn.answer : deps.front.busy(waitUntil))
      } finally {
        underWay -= 1
      }
    },
  })
}

function frontRequest(request: FastifyRequest, reply: FastifyReply, deps: DeviceFrontRoutesDeps): FrontRequest {
  const gone = new AbortController()
  reply.raw.once("close", () => gone.abort())
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === "string") headers[name] = value
  return {
    method: request.method,
    path: new URL(request.url, "http://localhost").pathname,
    headers,
    body: typeof request.body === "string" ? request.body : "",
    connection: request.raw.socket,
    isConnectionShared: deps.behindProxy,
    origin: `${request.protocol}://${request.host}`,
    requestId: request.id,
    signal: gone.signal,
  }
}

function send(reply: FastifyReply, { status, headers, body }: FrontAnswer): FastifyReply {
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  reply.header("request-id", reply.request.id)
  return reply.code(status).send(typeof body === "string" ? body : Readable.from(body))
}
