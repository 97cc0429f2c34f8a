import { isPrivileged } from "@kalends/domain/ability"
import { Problem } from "@kalends/domain/problem"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { People } from "../people/people.ts"
import type { SignedIn } from "../people/sessions.ts"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { FoundSession } from "../ports/store.ts"
import { createUserLimits } from "./limits.ts"
import { needOf, type PersonNeed, refuseTool, refuseUnable } from "./needs.ts"
import { createRefusalNotes } from "./refusal-notes.ts"

/**
 * Over https the browser itself sees to it that no other host, and no page without TLS, sets the cookie (RFC 6265bis, 4.1.3.2).
 */
const cookieName = (isSecure: boolean) => (isSecure ? "__Host-kalends_session" : "kalends_session")

/** Finds the session's token among a request's cookies. */
function cookieReader(publicOrigins: readonly string[]): (request: FastifyRequest) => string | undefined {
  const name = cookieName(publicOrigins.every((origin) => origin.startsWith("https:")))
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([\\w-]{43})(?:;|$)`)
  return (request) => pattern.exec(request.headers.cookie ?? "")?.[1]
}

/** Header that browsers cannot add to a cross-site form: with the Origin check it keeps forged requests out. */
export const requestHeader = "x-kalends-request"

/** Who is asking, and with which request. */
export type Asking = Omit<SignedIn, "user"> & { readonly user: Caller }

/**
 * Who is asking. Throws Problem "auth-expired" (code "signed-out") when nobody is, "rate-limited" when they ask too often,
 * "forbidden" (code "not-allowed") when their role does not give what the route needs (needs.ts), (code "tool-session")
 * when a scheduling tool asks for what is not for tools, (code "second-factor-needed") when it is given to a session alone
 * that has shown a second factor, or (code "second-factor-unset") when everybody shows one here and the person has none.
 */
export type RequireUser = (request: FastifyRequest) => Promise<Asking>

/**
 * A bearer header, or the portal's cookie. A cookie that changes something must come with the request header and, when
 * the browser names an origin, from our own.
 */
export function createSessionGuard(
  people: Pick<People, "findSignedIn" | "noteRefusedAccess">,
  publicOrigins: readonly string[],
  clock: Clock,
): RequireUser {
  const noting = createRefusalNotes(people, clock)
  const take = createUserLimits(clock)
  const readCookie = cookieReader(publicOrigins)
  return async (request) => {
    const bearer = /^Bearer ([\w-]{43})$/.exec(request.headers.authorization ?? "")?.[1]
    if (bearer === undefined) refuseForged(request, publicOrigins)
    const token = bearer ?? readCookie(request)
    const signedIn = token === undefined ? null : await people.findSignedIn(token)
    if (signedIn === null) throw new Problem("auth-expired", "Sign in first.", { code: "signed-out" })
    take(signedIn.user.userId, request.method)
    const need = needOf(request)
    const asking: Asking = { ...signedIn, user: { ...signedIn.user, call: `request:${request.id}` } }
    await noting(request, asking.user, () => {
      refuseTool(signedIn.session, request)
      refuseUnable(signedIn.user.role, need)
      refuseWithoutFactor(signedIn, need)
      if (isHeld(signedIn, need))
        throw new Problem("forbidden", "Your organisation asks for a second factor; set one up in the portal.", {
          code: "second-factor-unset",
        })
    })
    return asking
  }
}

/** Asks once for each request, whoever else in its course asks. */
export function oncePerRequest(guard: RequireUser): RequireUser {
  const asked = new WeakMap<FastifyRequest, Promise<Asking>>()
  return (request) => {
    const known = asked.get(request) ?? guard(request)
    asked.set(request, known)
    return known
  }
}

/** Who has this browser, by the portal's cookie, for pages that are for everybody; null when nobody is signed in. */
export function createVisitorGuard(
  people: Pick<People, "findSignedIn">,
  publicOrigins: readonly string[],
): (request: FastifyRequest) => Promise<SignedIn | null> {
  const readCookie = cookieReader(publicOrigins)
  return async (request) => {
    const token = readCookie(request)
    const signedIn = token === undefined ? null : await people.findSignedIn(token)
    const isStranger = signedIn === null || signedIn.session.awaitsSecondFactor || isHeld(signedIn, "own")
    return isStranger ? null : signedIn
  }
}

/** Whoever has any say or sight beyond their own things shows a second factor before they use it. */
export const needsSecondFactor = ({ user }: SignedIn): boolean => isPrivileged(user.role)

/** What is somebody's own is open to who has no second factor, unless their organisation asks everybody for one. */
const isHeld = ({ session, asksEverybody }: FoundSession, need: PersonNeed): boolean =>
  asksEverybody && (need === "own" || need === "tool") && session.secondFactorAt === null

/**
 * Throws Problem "forbidden" (code "second-factor-needed"). Who has a second factor shows it before anything; who has none
 * may do what is their own.
 */
function refuseWithoutFactor({ session }: SignedIn, need: PersonNeed): void {
  if (need === "session" || session.secondFactorAt !== null) return
  if (session.awaitsSecondFactor || (need !== "own" && need !== "tool"))
    throw new Problem("forbidden", "Show your second factor first.", { code: "second-factor-needed" })
}

/** Throws Problem "forbidden" for a changing request that another site may have made. */
export function refuseForged(request: FastifyRequest, publicOrigins: readonly string[]): void {
  if (request.method === "GET" || request.method === "HEAD") return
  const origin = request.headers.origin
  const isOurs = (origin === undefined || publicOrigins.includes(origin)) && !isFromElsewhere(request)
  if (!isOurs || request.headers[requestHeader] === undefined)
    throw new Problem("forbidden", "This request did not come from Kalends's own pages.", { code: "forged" })
}

/** Whether the browser says that another site's page made it ask; older browsers say nothing. */
function isFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"]
  return site !== undefined && site !== "same-origin" && site !== "none"
}

/** Sets or (with null) clears the portal's cookie. */
export function setSessionCookie(
  reply: FastifyReply,
  token: string | null,
  options: { readonly isSecure: boolean; readonly maxAgeSeconds: number },
): void {
  const parts = [
    `${cookieName(options.isSecure)}=${token ?? ""}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    `Max-Age=${token === null ? 0 : options.maxAgeSeconds}`,
  ]
  if (options.isSecure) parts.push("Secure")
  reply.header("set-cookie", parts.join("; "))
}
