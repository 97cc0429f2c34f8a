import { STATUS_CODES } from "node:http"
import { Problem, type ProblemKind } from "@kalends/domain/problem"
import type { ProblemBody } from "@kalends/protocol/problem"
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify"
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod"
import type { Clock } from "../ports/clock.ts"
import type { Log } from "../ports/log.ts"
import { limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"

const statusOf: Readonly<Record<ProblemKind, number>> = {
  "auth-expired": 401,
  "auth-revoked": 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "cursor-lost": 409,
  "rate-limited": 429,
  unavailable: 503,
  malformed: 502,
  unsupported: 422,
  misconfigured: 500,
}

/** The body of an error answer. */
export function problemBody(problem: Problem, requestId: string): ProblemBody {
  const status = statusOf[problem.kind]
  return {
    type: `/problems/${problem.kind}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: problem.message,
    kind: problem.kind,
    ...(problem.code === null ? {} : { code: problem.code }),
    ...(problem.retryAt === null ? {} : { retryAt: problem.retryAt.toString() }),
    requestId,
  }
}

/** Sends any error as application/problem+json. What is not a Problem is a bug or bad input: its text stays here. */
export function createErrorHandler(log: Log, clock: Clock) {
  const noteAttempt = createAttemptNotes(log, clock)
  return (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const body = bodyOf(error, request.id)
    noteAttempt(error, request)
    if (body.status >= 500 && !(error instanceof Problem)) noteBug(log, error, request)
    if (body.retryAt !== undefined)
      reply.header("retry-after", retryAfterSeconds(Temporal.Instant.from(body.retryAt), clock.now()))
    return reply.code(body.status).type("application/problem+json").send(JSON.stringify(body))
  }
}

/**
 * Logs limits that were reached and requests that were forged, by the route's pattern: once a minute for each route and
 * kind, whoever asks and however often, so that nobody fills the log.
 */
function createAttemptNotes(log: Log, clock: Clock): (error: unknown, request: FastifyRequest) => void {
  const noted = createRateLimit(clock, limits.attemptsNotedPerRoute)
  return (error, request) => {
    if (!(error instanceof Problem)) return
    const what = error.code === "forged" ? "forged" : error.kind === "rate-limited" ? "rate-limited" : null
    const route = `${request.method} ${request.routeOptions.url ?? "none"}`
    if (what !== null && noted.tryTake(`${what} ${route}`) === null) log.warn("an attempt was refused", { what, route })
  }
}

/** Logs what is neither a Problem nor bad input: where it came from, by the route's pattern, and nothing that was sent. */
export function noteBug(log: Log, error: unknown, request: FastifyRequest): void {
  const route = request.routeOptions.url ?? "none"
  const { name, at } = error instanceof Error ? { name: error.name, at: firstFrame(error) } : { name: "none", at: "" }
  log.error("request failed", { requestId: request.id, route, error: name, at })
}

function bodyOf(error: FastifyError | Error, requestId: string): ProblemBody {
  if (error instanceof Problem) return problemBody(error, requestId)
  if (hasZodFastifySchemaValidationErrors(error))
    return edgeBody(400, "bad-request", badFields(error.validation), requestId)
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500
  if (status >= 400 && status < 500)
    return edgeBody(status, "bad-request", STATUS_CODES[status] ?? "Bad request", requestId)
  return edgeBody(500, "internal", "Something went wrong on our side; it has been noted.", requestId)
}

/** Names the fields, never their values. */
function badFields(issues: readonly { readonly instancePath: string }[]): string {
  const names = [
    ...new Set(issues.map((issue) => issue.instancePath.replaceAll("/", ".").replace(/^\./, "") || "body")),
  ]
  return `Check ${names.slice(0, 10).join(", ")}.`
}

function edgeBody(status: number, kind: string, detail: string, requestId: string): ProblemBody {
  return { type: `/problems/${kind}`, title: STATUS_CODES[status] ?? "Error", status, detail, kind, requestId }
}

/** For the Retry-After header. */
export function retryAfterSeconds(retryAt: Temporal.Instant, now: Temporal.Instant): number {
  return Math.max(1, Math.ceil(now.until(retryAt).total("seconds")))
}

function firstFrame(error: Error): string {
  return (
    error.stack
      ?.split("\n")
      .find((line) => /^\s+at /.test(line))
      ?.trim()
      .replace(/\(?file:.*\/packages\//, "(packages/") ?? ""
  )
}
