import { createHash, timingSafeEqual } from "node:crypto"
import { parseGroupId, parseSessionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import {
  exchangeSchema,
  handoffSchema,
  newUserSchema,
  sessionSchema,
  sessionsSchema,
  setupSchema,
  signInSchema,
  userSchema,
  usersQuerySchema,
  usersSchema,
} from "@kalends/protocol/api"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { People } from "../people/people.ts"
import type { Clock } from "../ports/clock.ts"
import { pageOf } from "../ports/page.ts"
import type { Store } from "../ports/store.ts"
import { countingFailures, limits, networkOf } from "./limits.ts"
import { refuseUnable } from "./needs.ts"
import { createRateLimit } from "./rate-limit.ts"
import { createRefusalNotes } from "./refusal-notes.ts"
import { createSessionAnswer, userView } from "./session-answer.ts"
import { type RequireUser, refuseForged, setSessionCookie } from "./session-guard.ts"

export type PeopleRoutesDeps = {
  readonly people: People
  readonly store: Store
  readonly requireUser: RequireUser
  /** As createFreshGuard makes it. */
  readonly requireFresh: RequireUser
  readonly clock: Clock
  readonly publicUrl: string
  /** Printed at first start; null once the service is set up. */
  readonly setupCode: string | null
}

const usersPerPage = 200

/** Set-up, sign-in, sign-out, hand-off and the people of an organisation. */
export async function peopleRoutes(plain: FastifyInstance, deps: PeopleRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const failures = createFailureLimits(deps.clock)
  const answer = createSessionAnswer(deps)

  app.post(
    "/v1/setup",
    { config: { needs: "nobody" }, schema: { body: setupSchema, response: { 200: sessionSchema } } },
    async (request, reply) => {
      refuseForged(request, [new URL(deps.publicUrl).origin])
      const { setupCode, organisation, ...administrator } = request.body
      const opened = await countingFailures(failures.from(request.ip), async () => {
        refuseWrongCode(setupCode, deps.setupCode)
        return deps.people.setUp({
          organisation,
          administrator: { ...administrator, role: "owner" },
          deviceName: "Portal",
        })
      })
      return answer(reply, opened, "cookie")
    },
  )

  app.post(
    "/v1/sessions",
    { config: { needs: "nobody" }, schema: { body: signInSchema, response: { 200: sessionSchema } } },
    async (request, reply) => {
      if (request.body.keep === "cookie") refuseForged(request, [new URL(deps.publicUrl).origin])
      const counted = failures.of(request.body.email, request.ip)
      const opened = await countingFailures(counted, () => deps.people.signIn(request.body))
      return answer(reply, opened, request.body.keep)
    },
  )

  handOffRoutes(plain, deps, { failures, answer })
  deviceRoutes(plain, deps)

  app.get("/v1/me", { config: { needs: "session" }, schema: { response: { 200: userSchema } } }, async (request) =>
    userView((await deps.requireUser(request)).user),
  )

  userRoutes(plain, deps)
}

type Opening = {
  readonly failures: ReturnType<typeof createFailureLimits>
  readonly answer: ReturnType<typeof createSessionAnswer>
}

/** A sign-in is passed on to an app of the same person. */
function handOffRoutes(plain: FastifyInstance, deps: PeopleRoutesDeps, { failures, answer }: Opening): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const handoffs = createRateLimit(deps.clock, limits.handoffsPerUser)
  app.post(
    "/v1/sessions/handoff",
    { config: { needs: "own" }, schema: { response: { 200: handoffSchema } } },
    async (request) => {
      const signedIn = await deps.requireUser(request)
      handoffs.take(signedIn.user.userId)
      const { code, expiresAt } = await deps.people.handOff(signedIn)
      return { code, expiresAt: expiresAt.toString() }
    },
  )

  app.post(
    "/v1/sessions/exchange",
    { config: { needs: "nobody" }, schema: { body: exchangeSchema, response: { 200: sessionSchema } } },
    async (request, reply) => {
      const { code, deviceName } = request.body
      const opened = await countingFailures(failures.from(request.ip), () => deps.people.exchange(code, deviceName))
      return answer(reply, opened, "memory")
    },
  )
}

/** Where a person is signed in; only their own. Whoever is before the screen by now signs nobody else out. */
function deviceRoutes(
  plain: FastifyInstance,
  { people, requireUser, requireFresh, publicUrl }: PeopleRoutesDeps,
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const config = { needs: "session", isOpenToTools: true } as const
  app.delete("/v1/sessions/current", { config }, async (request, reply) => {
    await people.signOut(await requireUser(request))
    setSessionCookie(reply, null, { isSecure: publicUrl.startsWith("https:"), maxAgeSeconds: 0 })
    reply.header("clear-site-data", '"cache", "storage"')
    return reply.code(204).send()
  })
  app.get(
    "/v1/sessions",
    { config: { needs: "own" }, schema: { response: { 200: sessionsSchema } } },
    async (request) => {
      const signedIn = await requireUser(request)
      const rows = await people.sessions(signedIn)
      return {
        sessions: rows.map(({ sessionId, deviceName, kind, ...row }) => ({
          ...{ sessionId, deviceName, kind, signedInBy: row.signedInBy, secondFactor: row.secondFactor },
          ...{ issuerLabel: row.issuer, createdAt: row.createdAt.toString(), usedAt: row.usedAt.toString() },
          expiresAt: row.expiresAt.toString(),
          isCurrent: sessionId === signedIn.session.sessionId,
        })),
      }
    },
  )
  app.delete("/v1/sessions", { config: { needs: "own" } }, async (request, reply) => {
    await people.signOutElsewhere(await requireFresh(request))
    return reply.code(204).send()
  })
  app.delete(
    "/v1/sessions/:sessionId",
    { config: { needs: "own" }, schema: { params: z.object({ sessionId: z.uuid() }) } },
    async (request, reply) => {
      await people.signOutOne(await requireFresh(request), parseSessionId(request.params.sessionId))
      return reply.code(204).send()
    },
  )
}

/** The people of the organisation, for administrators. */
function userRoutes(plain: FastifyInstance, deps: PeopleRoutesDeps): void {
  const noting = createRefusalNotes(deps.people, deps.clock)
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get(
    "/v1/users",
    { config: { needs: "read-people" }, schema: { querystring: usersQuerySchema, response: { 200: usersSchema } } },
    async (request) => {
      const { user } = await deps.requireUser(request)
      const { after = null, search = null, groupId, state, role, secondStep } = request.query
      const group = groupId === undefined ? null : parseGroupId(groupId)
      const hasFactor = secondStep === undefined ? undefined : secondStep === "some"
      const found = await deps.store.inAccount(user.accountId, (tables) =>
        tables.listUsers({ after, limit: usersPerPage + 1, search, group, state, role, hasFactor }),
      )
      const { shown, last } = pageOf(found, usersPerPage)
      return {
        users: shown.map((row) => ({
          ...{ ...userView(row), connectionState: row.connectionState, groupId: row.groupId },
          suspendedAt: row.suspendedAt?.toString() ?? null,
        })),
        after: last?.email ?? null,
      }
    },
  )

  app.post(
    "/v1/users",
    { config: { needs: "change-people" }, schema: { body: newUserSchema, response: { 201: userSchema } } },
    async (request, reply) => {
      const by = await deps.requireUser(request)
      if (request.body.role !== "user") await noting(request, by.user, () => refuseUnable(by.user.role, "change-roles"))
      return reply.code(201).send(userView(await deps.people.addUser(by, request.body)))
    },
  )
}

/** Set-ups, sign-ins and hand-offs that failed, by where they came from and whom they were meant for. */
function createFailureLimits(clock: Clock) {
  const perNetwork = createRateLimit(clock, limits.failuresPerNetwork)
  const perEmailAndNetwork = createRateLimit(clock, limits.failuresPerEmailAndNetwork)
  const perEmail = createRateLimit(clock, limits.failuresPerEmail)
  const from = (address: string) => [{ limit: perNetwork, key: networkOf(address) }]
  return {
    from,
    of: (email: string, address: string) => [
      ...from(address),
      { limit: perEmailAndNetwork, key: `${email} ${networkOf(address)}` },
      { limit: perEmail, key: email },
    ],
  }
}

function refuseWrongCode(given: string, wanted: string | null): void {
  const digest = (text: string) => createHash("sha256").update(text).digest()
  if (wanted === null || !timingSafeEqual(digest(given), digest(wanted)))
    throw new Problem("forbidden", "The set-up code is not right; it is printed where the service was started.", {
      code: "wrong-setup-code",
    })
}
