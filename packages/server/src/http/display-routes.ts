import { parseDisplayId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import {
  displayActDoneSchema,
  displayActSchema,
  displayChangeSchema,
  displaySchema,
  displaysQuerySchema,
  displaysSchema,
  newPairingSchema,
  pairInputSchema,
  pairingSchema,
  pairingStateSchema,
} from "@kalends/protocol/display"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { DisplayAct } from "../displays/display-acts.ts"
import type { DisplayStreams } from "../displays/display-streams.ts"
import type { Displays } from "../displays/displays.ts"
import type { Clock } from "../ports/clock.ts"
import { createDisplayGuard, displayTokenOf } from "./display-guard.ts"
import { forgetHeaders, ResponseEnd } from "./event-stream.ts"
import { countingFailures, limits, networkOf } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type DisplayRoutesDeps = {
  readonly displays: Displays
  readonly streams: DisplayStreams
  readonly act: DisplayAct
  readonly requireUser: RequireUser
  readonly clock: Clock
}

/** Screens: pairing them, what they are told and do, and what administrators do with them. */
export async function displayRoutes(plain: FastifyInstance, deps: DisplayRoutesDeps): Promise<void> {
  pairingRoutes(plain, deps)
  administrationRoutes(plain, deps)
  await plain.register(async (own) => screenRoutes(own, deps))
}

/** For screens that are nobody's yet. */
function pairingRoutes(plain: FastifyInstance, { displays, clock }: DisplayRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const pairings = createRateLimit(clock, limits.pairingsPerNetwork)

  app.post(
    "/v1/displays/pairings",
    { config: { needs: "nobody" }, schema: { body: newPairingSchema, response: { 201: pairingSchema } } },
    async (request, reply) => {
      pairings.take(networkOf(request.ip))
      return reply.code(201).send(await displays.beginPairing(request.body.deviceName))
    },
  )
  app.get(
    "/v1/displays/pairings/current",
    { config: { needs: "nobody" }, exposeHeadRoute: false, schema: { response: { 200: pairingStateSchema } } },
    async (request) => {
      const token = displayTokenOf(request)
      if (token === undefined) throw new Problem("auth-expired", "This code is over.", { code: "pairing-over" })
      return displays.pairingState(token)
    },
  )
}

const reads = { config: { needs: "read-rooms" } } as const
const changes = { config: { needs: "change-rooms" } } as const

function administrationRoutes(plain: FastifyInstance, { displays, requireUser, clock }: DisplayRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const guesses = createRateLimit(clock, limits.pairingGuessesPerUser)
  const one = z.object({ displayId: z.uuid() }).transform(({ displayId }) => parseDisplayId(displayId))

  app.get(
    "/v1/displays",
    { ...reads, schema: { querystring: displaysQuerySchema, response: { 200: displaysSchema } } },
    async (request) => displays.list((await requireUser(request)).user, request.query),
  )
  app.post(
    "/v1/displays",
    { ...changes, schema: { body: pairInputSchema, response: { 201: displaySchema } } },
    async (request, reply) => {
      const { user } = await requireUser(request)
      const pair = () => displays.pair(user, request.body)
      return reply.code(201).send(await countingFailures([{ limit: guesses, key: user.userId }], pair))
    },
  )
  app.patch(
    "/v1/displays/:displayId",
    { ...changes, schema: { params: one, body: displayChangeSchema, response: { 200: displaySchema } } },
    async (request) => displays.change((await requireUser(request)).user, request.params, request.body),
  )
  app.delete("/v1/displays/:displayId", { ...changes, schema: { params: one } }, async (request, reply) => {
    await displays.remove((await requireUser(request)).user, request.params)
    return reply.code(204).send()
  })
}

const ofScreens = { needs: "display" } as const
/** A board's agendas come all at once. */
const unreadBytesMost = 8 * 1024 * 1024

/** For screens, by their own token. */
function screenRoutes(plain: FastifyInstance, { displays, streams, act, clock }: DisplayRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const requireDisplay = createDisplayGuard(displays)
  const [opened, heard, done] = [
    createRateLimit(clock, limits.streamsPerDisplay),
    createRateLimit(clock, limits.heardPerDisplay),
    createRateLimit(clock, limits.actsPerDisplay),
  ]
  app.addHook("onRequest", async (request) => void (await requireDisplay(request)))

  app.get(
    "/v1/display/agendas",
    { config: { ...ofScreens, isStream: true }, exposeHeadRoute: false },
    async (request, reply) => {
      const display = await requireDisplay(request)
      opened.take(display.displayId)
      const close = await streams.open(display, new ResponseEnd(reply.raw, unreadBytesMost))
      reply.hijack()
      forgetHeaders(request.raw)
      reply.raw.once("close", close)
      if (reply.raw.destroyed) close()
    },
  )
  app.post("/v1/display/heard", { config: ofScreens }, async (request, reply) => {
    const display = await requireDisplay(request)
    heard.take(display.displayId)
    streams.heard(display)
    return reply.code(204).send()
  })
  app.post(
    "/v1/display/acts",
    { config: ofScreens, schema: { body: displayActSchema, response: { 200: displayActDoneSchema } } },
    async (request) => {
      const display = await requireDisplay(request)
      done.take(display.displayId)
      return act(display, request.body)
    },
  )
}
