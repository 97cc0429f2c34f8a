import { isProblem } from "@kalends/domain/problem"
import { identityLinkSchema, providerSignInSchema, sentSchema } from "@kalends/protocol/provider-sign-in"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { ProviderSignIn } from "../people/provider-sign-in.ts"
import { newSessionToken } from "../people/session-token.ts"
import type { SignedIn } from "../people/sessions.ts"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"
import { countingFailures, limits, networkOf } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import { type RequireUser, refuseForged, setSessionCookie } from "./session-guard.ts"

export type ProviderSignInRoutesDeps = {
  readonly signIn: ProviderSignIn
  readonly requireUser: RequireUser
  readonly visitorOf: (request: FastifyRequest) => Promise<SignedIn | null>
  readonly world: { readonly clock: Clock; readonly random: Random }
  readonly publicUrl: string
}

const back = z.object({
  state: z.string().max(2000),
  code: z.string().max(4000).optional(),
  iss: z.string().max(2048).optional(),
  error: z.string().max(200).optional(),
})

/** Signing in at other services, and links to them. */
export async function providerSignInRoutes(plain: FastifyInstance, deps: ProviderSignInRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { signIn, requireUser } = deps
  const begun = createRateLimit(deps.world.clock, limits.providerSignInsPerNetwork)
  const failed = createRateLimit(deps.world.clock, limits.failuresPerNetwork)

  app.post(
    "/v1/sign-in/provider",
    { config: { needs: "nobody" }, schema: { body: providerSignInSchema, response: { 200: sentSchema } } },
    async (request, reply) => {
      refuseForged(request, [new URL(deps.publicUrl).origin])
      begun.take(networkOf(request.ip))
      const url = await signIn.begin({ ...request.body, browser: browserOf(deps, request, reply) })
      return { url: url.href }
    },
  )
  app.get(
    "/v1/sign-in/callback",
    { config: { needs: "nobody" }, schema: { querystring: back } },
    async (request, reply) => {
      const counted = [{ limit: failed, key: networkOf(request.ip) }]
      return reply.redirect(await comeBack(deps, request, { reply, query: request.query, counted }))
    },
  )
  app.post(
    "/v1/me/identities",
    { config: { needs: "session" }, schema: { body: identityLinkSchema, response: { 200: sentSchema } } },
    async (request, reply) => {
      const by = await requireUser(request)
      const browser = browserOf(deps, request, reply)
      const sending = { ...request.body, browser, returnTo: "/#sign-in", deviceName: "Portal" }
      return { url: (await signIn.beginLink(by, sending)).href }
    },
  )
  app.delete(
    "/v1/me/identities/:identityId",
    { config: { needs: "session" }, schema: { params: z.object({ identityId: z.string().max(64) }) } },
    async (request, reply) => {
      await signIn.unlink(await requireUser(request), request.params.identityId)
      return reply.code(204).send()
    },
  )
}

type Back = {
  readonly reply: FastifyReply
  readonly query: z.infer<typeof back>
  readonly counted: Parameters<typeof countingFailures>[0]
}

/** Where the browser goes next: the page it wanted, or the portal with a code of ours, never the issuer's own text. */
async function comeBack(
  deps: ProviderSignInRoutesDeps,
  request: FastifyRequest,
  { reply, query, counted }: Back,
): Promise<string> {
  const { state, code, iss, error } = query
  if (code === undefined) return `/?problem=${error === "access_denied" ? "sign-in-left" : "issuer-refused"}`
  const browser = readBrowser(deps.publicUrl, request) ?? ""
  try {
    const signedIn = await deps.visitorOf(request)
    const done = await countingFailures(counted, () => deps.signIn.finish({ state, code, iss }, { browser, signedIn }))
    if (done.kind === "opened") {
      const { token, expiresAt } = done.opened
      const seconds = (expiresAt.epochMilliseconds - deps.world.clock.now().epochMilliseconds) / 1000
      const isSecure = deps.publicUrl.startsWith("https:")
      setSessionCookie(reply, token, { isSecure, maxAgeSeconds: Math.floor(seconds) })
    }
    return done.returnTo
  } catch (problem) {
    if (isProblem(problem)) return `/?problem=${problem.code ?? problem.kind}`
    throw problem
  }
}

const cookieName = (publicUrl: string) => (publicUrl.startsWith("https:") ? "__Host-kalends_away" : "kalends_away")

function readBrowser(publicUrl: string, request: FastifyRequest): string | null {
  const pattern = new RegExp(`(?:^|;\\s*)${cookieName(publicUrl)}=([\\w-]{43})(?:;|$)`)
  return pattern.exec(request.headers.cookie ?? "")?.[1] ?? null
}

/** The secret by which a browser is known again; the same for all that it has begun, so that windows do not disturb each other. */
function browserOf(
  { publicUrl, world }: ProviderSignInRoutesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  const browser = readBrowser(publicUrl, request) ?? newSessionToken(world.random)
  const secure = publicUrl.startsWith("https:") ? "; Secure" : ""
  reply.header(
    "set-cookie",
    `${cookieName(publicUrl)}=${browser}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900${secure}`,
  )
  return browser
}
