import { isProblem, type Problem } from "@kalends/domain/problem"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Doors } from "../meetings/doors.ts"
import type { SignedIn } from "../people/sessions.ts"
import type { Clock } from "../ports/clock.ts"
import type { Log } from "../ports/log.ts"
import { formPage, nameCharsMost, refusalPage } from "./join-html.ts"
import { type JoinRefusal, joinWords, languageFor } from "./join-words.ts"
import { limits, networkOf } from "./limits.ts"
import { noteBug, retryAfterSeconds } from "./problem-reply.ts"
import { createRateLimit } from "./rate-limit.ts"
import { newNonce } from "./security-headers.ts"

export type JoinRouteDeps = {
  readonly doors: Doors
  /** Who has this browser, by the portal's cookie; null when nobody is signed in. */
  readonly visitorOf: (request: FastifyRequest) => Promise<SignedIn | null>
  readonly clock: Clock
  readonly log: Log
  /** Where people sign in. */
  readonly signInUrl: string
}

type JoinRequest = FastifyRequest<{ Params: { code: string } }>

const bodyLimitBytes = 4 * 1024
const downSeconds = 30

const statusOf: Readonly<Record<JoinRefusal, number>> = {
  unknown: 404,
  ended: 410,
  refused: 403,
  crowded: 429,
  down: 503,
  misconfigured: 503,
  forged: 403,
  broken: 500,
}

/**
 * GET /m/:code asks for a name, POST /m/:code opens the meeting and leads into it. For people, in pages of their language
 * and without scripts; GET opens nothing, so that a link preview does not either. The code is the key to the meeting: it
 * is in no log (routes are logged by their pattern) and leaves in no referrer.
 */
export async function joinRoute(app: FastifyInstance, deps: JoinRouteDeps): Promise<void> {
  const { doors, visitorOf, clock } = deps
  const attempts = createRateLimit(clock, limits.joinsPerNetwork)
  const formAction = ["'self'", "https:", ...doors.origins].join(" ")

  function send(request: FastifyRequest, reply: FastifyReply, build: (base: PageBase) => string): FastifyReply {
    const nonce = newNonce()
    const language = languageFor(request.headers["accept-language"])
    return reply
      .header("content-security-policy", policy(nonce, formAction))
      .header("x-robots-tag", "noindex")
      .type("text/html; charset=utf-8")
      .send(build({ language, nonce, signInUrl: deps.signInUrl }))
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: bodyLimitBytes },
    (_request, body, done) => done(null, body),
  )
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume()
    done(null, "")
  })
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal === "broken") noteBug(deps.log, error, request)
    const retryAt = isProblem(error) ? error.retryAt : null
    const seconds = retryAt === null ? downSeconds : retryAfterSeconds(retryAt, clock.now())
    if (refusal === "crowded" || refusal === "down") reply.header("retry-after", seconds)
    return send(request, reply.code(statusOf[refusal]), (base) => refusalPage(base, refusal))
  })
  app.addHook("onRequest", async (request) => attempts.take(networkOf(request.ip)))

  app.get("/m/:code", async (request: JoinRequest, reply) => {
    const signedIn = await visitorOf(request)
    const open = await doors.look(request.params.code, signedIn?.user ?? null)
    const name = [...(signedIn?.user.displayName ?? "")].slice(0, nameCharsMost).join("")
    return send(request, reply, (base) => formPage(base, { ...open, name, isNameRefused: false }))
  })

  app.post("/m/:code", async (request: JoinRequest, reply) => {
    if (isForged(request)) return send(request, reply.code(statusOf.forged), (base) => refusalPage(base, "forged"))
    const { code } = request.params
    const visitor = (await visitorOf(request))?.user ?? null
    const open = await doors.look(code, visitor)
    const name = nameIn(request.body)
    if (name === "" || [...name].length > nameCharsMost)
      return send(request, reply.code(422), (base) => formPage(base, { ...open, name, isNameRefused: true }))
    const { title } = joinWords[languageFor(request.headers["accept-language"])]
    return reply.redirect(await doors.enter(code, { visitor, name, title }), 303)
  })
}

type PageBase = Parameters<typeof refusalPage>[0]

/**
 * Nothing runs and nothing is loaded. `form-action`: where the form may lead, redirects included; a
 * meeting service's balancer sends people on to servers that we know no names of, so that any https address is allowed.
 */
function policy(nonce: string, formAction: string): string {
  return `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`
}

/** Another site's form. Browsers say so here; under "no-referrer" their Origin is "null" even for our own. */
function isForged({ headers }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"]
  return site !== undefined && site !== "same-origin" && site !== "none"
}

/** A name as it is shown to others: one line, no characters that are not seen or turn the text around. */
function nameIn(body: unknown): string {
  const sent = typeof body === "string" ? (new URLSearchParams(body).get("name") ?? "") : ""
  return sent.toWellFormed().normalize("NFC").replace(invisible, " ").replace(/\s+/gu, " ").trim()
}

/** Controls, format characters and separators, but for the joiners that Persian, Indic scripts and emoji need. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu

function refusalOf(error: unknown): JoinRefusal {
  if (isProblem(error)) return refusalOfProblem(error)
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500 ? "forged" : "broken"
}

function refusalOfProblem({ kind, code }: Problem): JoinRefusal {
  if (kind === "not-found") return code === "meeting-ended" ? "ended" : "unknown"
  if (kind === "forbidden") return code === "guests-refused" ? "refused" : "forged"
  if (kind === "rate-limited") return code === "too-many-attempts" ? "crowded" : "down"
  return kind === "misconfigured" ? "misconfigured" : "down"
}
