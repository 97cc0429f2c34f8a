import { type ConnectionId, parseCalendarId, parseConnectionId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { timeWindow } from "@kalends/domain/window"
import {
  accessAnswerSchema,
  accessRequestSchema,
  connectAnswerSchema,
  connectionSchema,
  connectionsSchema,
  connectSchema,
  readThroughSchema,
  removalSchema,
} from "@kalends/protocol/api"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Connections } from "../connections/connections.ts"
import type { Clock } from "../ports/clock.ts"
import type { ServiceSignIn } from "../tenants/service-sign-in.ts"
import { limits } from "./limits.ts"
import { createRateLimit, type RateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type ConnectionRoutesDeps = {
  readonly connections: Connections
  readonly serviceSignIn: Pick<ServiceSignIn, "finish">
  readonly requireUser: RequireUser
  readonly clock: Clock
}

const byId = z.object({ connectionId: z.uuid() })
const byCalendar = z.object({ connectionId: z.uuid(), calendarId: z.uuid() })
const callbackQuery = z.object({
  state: z.string().max(4096),
  code: z.string().max(4096).optional(),
  error: z.string().max(200).optional(),
})
type CallbackQuery = z.infer<typeof callbackQuery>
const longestReadDays = 800

/** Connecting, watching and removing calendars; handing out what a client needs to read its own. */
export async function connectionRoutes(plain: FastifyInstance, deps: ConnectionRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { connections, requireUser } = deps
  const connects = createRateLimit(deps.clock, limits.connectsPerUser)
  const idOf = (params: { readonly connectionId: string }): ConnectionId => parseConnectionId(params.connectionId)

  app.get(
    "/v1/connections",
    { config: { needs: "own" }, schema: { response: { 200: connectionsSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return { connections: await connections.list(user), contacts: await connections.contactsFor(user) }
    },
  )

  app.post(
    "/v1/connections",
    { config: { needs: "own" }, schema: { body: connectSchema, response: { 200: connectAnswerSchema } } },
    async (request) => {
      const signedIn = await requireUser(request)
      connects.take(signedIn.user.userId)
      return connections.begin(signedIn, request.body)
    },
  )

  app.get(
    "/v1/connections/:connectionId",
    { config: { needs: "own" }, schema: { params: byId, response: { 200: connectionSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      const found = (await connections.list(user)).find((view) => view.connectionId === request.params.connectionId)
      if (found === undefined) throw new Problem("not-found", "There is no such connection.")
      return found
    },
  )

  app.delete(
    "/v1/connections/:connectionId",
    { config: { needs: "own" }, schema: { params: byId, response: { 200: removalSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return connections.remove(user, idOf(request.params))
    },
  )

  accessRoute(plain, deps)
  readThroughRoute(plain, deps)
  returnRoutes(plain, deps, connects)
}

/** What a client reads its own calendar with. */
function accessRoute(plain: FastifyInstance, { connections, requireUser, clock }: ConnectionRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const replacements = createRateLimit(clock, limits.replacementsPerUser)
  app.post(
    "/v1/connections/:connectionId/access",
    {
      config: { needs: "own" },
      schema: { params: byId, body: accessRequestSchema, response: { 200: accessAnswerSchema } },
    },
    async (request) => {
      const { user, session } = await requireUser(request)
      if (request.body.refusedTokenDigest !== undefined) replacements.take(user.userId)
      const asked = { ...request.body, sessionId: session.sessionId }
      return connections.handOverAccess(user, parseConnectionId(request.params.connectionId), asked)
    },
  )
}

/** A window of a calendar that a browser cannot read itself. */
function readThroughRoute(plain: FastifyInstance, { connections, requireUser }: ConnectionRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get(
    "/v1/connections/:connectionId/calendars/:calendarId/window",
    { config: { needs: "own" }, schema: { params: byCalendar, querystring: readThroughSchema } },
    async (request, reply) => {
      const { user } = await requireUser(request)
      const { from, to, zone } = request.query
      const window = timeWindow(Temporal.Instant.from(from), Temporal.Instant.from(to))
      if (window.startsAt.until(window.endsAt).total("hours") > longestReadDays * 24)
        throw new Problem("unsupported", `A window may be ${longestReadDays} days long at most.`, {
          code: "window-too-long",
        })
      const ended = new AbortController()
      request.raw.once("close", () => ended.abort())
      const input = {
        connectionId: parseConnectionId(request.params.connectionId),
        calendarId: parseCalendarId(request.params.calendarId),
        window,
        zone,
        signal: ended.signal,
      }
      const answer = await connections.readThrough(user, input)
      return reply.code(answer.status).type(answer.contentType).send(answer.body)
    },
  )
}

/** Where providers send browsers back to, and where administrators consent. */
function returnRoutes(plain: FastifyInstance, deps: ConnectionRoutesDeps, connects: RateLimit): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { connections, requireUser } = deps

  app.get(
    "/v1/oauth/callback",
    { config: { needs: "own" }, schema: { querystring: callbackQuery } },
    async (request, reply) => {
      return reply.redirect(await finish(deps, request.query, { signedIn: await requireUser(request), connects }))
    },
  )

  app.get(
    "/v1/consent/:provider",
    { config: { needs: "change-organisation" }, schema: { params: z.object({ provider: z.string().max(32) }) } },
    async (request, reply) => {
      const signedIn = await requireUser(request)
      return reply.redirect(connections.adminConsentUrl(signedIn, request.params.provider).href)
    },
  )

  const consentQuery = z.object({ admin_consent: z.string().max(10).optional(), error: z.string().max(200).optional() })
  app.get(
    "/v1/consent/callback",
    { config: { needs: "nobody" }, schema: { querystring: consentQuery } },
    async (request, reply) => {
      const isGiven = request.query.error === undefined && /^true$/i.test(request.query.admin_consent ?? "")
      return reply.redirect(isGiven ? "/?consented=1" : "/?problem=access-denied")
    },
  )
}

type Finisher = { readonly signedIn: Parameters<Connections["finish"]>[0]; readonly connects: RateLimit }

/** The address of the portal page that says how connecting ended: a code of ours, never the provider's own text. */
async function finish(deps: ConnectionRoutesDeps, query: CallbackQuery, finisher: Finisher): Promise<string> {
  return finished(deps, query, finisher).catch(problemAt(""))
}

const roomsPlace = "#organisation"

async function finished(
  { connections, serviceSignIn }: ConnectionRoutesDeps,
  { state, code, error: refusal }: CallbackQuery,
  { signedIn, connects }: Finisher,
): Promise<string> {
  if (code !== undefined) connects.take(signedIn.user.userId)
  const isForRooms = (await connections.purposeOf(signedIn, state)) === "rooms"
  if (code === undefined) {
    const denied = isForRooms ? "service-account-denied" : "access-denied"
    return `/?problem=${refusal === "access_denied" ? denied : "provider-refused"}${isForRooms ? roomsPlace : ""}`
  }
  if (isForRooms)
    return serviceSignIn
      .finish(signedIn, { state, code })
      .then(({ tenantConnectionId: id }) => `/?connected=rooms${roomsPlace}/${id}`, problemAt(roomsPlace))
  await connections.finish(signedIn, { state, code })
  return "/?connected=1"
}

const problemAt =
  (place: string) =>
  (error: unknown): string => {
    if (isProblem(error)) return `/?problem=${error.code ?? error.kind}${place}`
    throw error
  }
