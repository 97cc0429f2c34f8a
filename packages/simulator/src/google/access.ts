import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { createGuard, retryAfter } from "../guard.ts"
import type { Failure, Knobs } from "../knobs.ts"
import type { Person } from "../org.ts"
import type { Handler, SimRequest, SimResponse } from "../server.ts"
import { googleError } from "./errors.ts"

export type Authorized = (request: SimRequest, person: Person, grant: Granted) => SimResponse | Promise<SimResponse>
export type Needs = "list" | "read" | "write" | "token"

/** Which of the scopes lets one do what (developers.google.com/workspace/calendar/api/auth). */
const scopes: Readonly<Record<Needs, RegExp>> = {
  list: /auth\/calendar(?:\.readonly|\.calendarlist(?:\.readonly)?)?(?:\s|$)/,
  read: /auth\/calendar(?:\.readonly|\.events(?:\.readonly|\.owned(?:\.readonly)?)?)?(?:\s|$)/,
  write: /auth\/calendar(?:\.events(?:\.owned)?)?(?:\s|$)/,
  token: /./,
}

/** Checks token, calendar and permission, counts the call and plays the tenant's faults. */
export function createAccess(context: SimulatorContext, grants: Grants) {
  const guard = createGuard(context, grants, {
    service: "google",
    unauthorized: googleError(401, "authError"),
    refused,
  })
  return (operation: string, needs: Needs, handler: Authorized): Handler =>
    guard(operation, async (request, grant) => {
      const { person } = grant
      if (context.knobs(person.tenant.id).isApiOff) return googleError(403, "accessNotConfigured")
      if (!scopes[needs].test(grant.scope)) return googleError(403, "insufficientPermissions")
      const { calendarId } = request.params
      const isOwn = calendarId === undefined || calendarId === "primary" || calendarId === person.email
      const isShared = !isOwn && context.org.shares.get(calendarId)?.has(person.email) === true
      const owner = isOwn ? person : isShared ? context.org.findPerson(calendarId, "google") : null
      return owner === null ? googleError(404, "notFound") : withFields(request, await handler(request, owner, grant))
    })
}

function refused(failure: Failure | "removed", fault: Knobs): SimResponse {
  switch (failure) {
    case "down":
      return googleError(503, "backendError")
    case "removed":
      return googleError(401, "authError")
    case "failed":
      return googleError(500, "backendError")
    case "throttled":
      return fault.throttlesWith429
        ? googleError(429, "rateLimitExceeded", retryAfter(fault))
        : googleError(403, "userRateLimitExceeded", retryAfter(fault))
  }
}

/** `fields=items(id,start),nextPageToken`: a partial answer. Deeper paths are given whole from their first name on. */
function withFields({ url }: SimRequest, answer: SimResponse): SimResponse {
  const fields = url.searchParams.get("fields")
  if (fields === null || fields === "*" || typeof answer.body !== "object" || answer.status !== 200) return answer
  return { ...answer, body: picked({ ...answer.body }, fields) }
}

type Item = Readonly<Record<string, unknown>>

function picked(item: Item, fields: string): Item {
  const wanted = new Map(
    topLevel(fields).map((field) => [/^[^(/]+/.exec(field)?.[0] ?? field, /\((.*)\)$/.exec(field)?.[1]]),
  )
  const kept = Object.entries(item).filter(([name]) => wanted.has(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, within(value, wanted.get(name))]))
}

function within(value: unknown, fields: string | undefined): unknown {
  if (fields === undefined || typeof value !== "object" || value === null) return value
  return Array.isArray(value) ? value.map((one) => within(one, fields)) : picked({ ...value }, fields)
}

/** "a,b(c,d)" as "a" and "b(c,d)". */
const topLevel = (fields: string): readonly string[] => fields.match(/[^,()]+(?:\([^()]*\))?/g) ?? []
