import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { isNextCut } from "../knobs.ts"
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

/** Checks the token, the calendar and the permission, counts the call and plays the tenant's faults. */
export function createAccess(context: SimulatorContext, grants: Grants) {
  async function answer(request: SimRequest, grant: Granted, needs: Needs, handler: Authorized): Promise<SimResponse> {
    const { person } = grant
    const fault = context.knobs(person.tenant.id)
    if (fault.latencyMs > 0) await new Promise<void>((resolve) => context.platform.after(fault.latencyMs, resolve))
    const failure = failed(context, person)
    if (failure !== null) return failure
    if (!scopes[needs].test(grant.scope)) return googleError(403, "insufficientPermissions")
    const { calendarId } = request.params
    const isOwn = calendarId === undefined || calendarId === "primary" || calendarId === person.email
    if (!isOwn) return googleError(404, "notFound")
    const done = withFields(request, await handler(request, person, grant))
    return done.status === 200 && isNextCut(fault) ? { ...done, cut: true } : done
  }

  return (operation: string, needs: Needs, handler: Authorized): Handler =>
    async (request) => {
      const grant = grants.findAccess(request.headers.authorization)
      const done = grant === null ? googleError(401, "authError") : await answer(request, grant, needs, handler)
      context.calls.add({
        service: "google",
        operation,
        person: grant?.person.email ?? null,
        status: done.status,
        atMs: context.platform.now().epochMilliseconds,
      })
      return done
    }
}

function failed(context: SimulatorContext, { tenant }: Person): SimResponse | null {
  const fault = context.knobs(tenant.id)
  if (fault.isDown) return googleError(503, "backendError")
  if (fault.isRemoved) return googleError(401, "authError")
  if (fault.throttleNext > 0) {
    fault.throttleNext--
    const { throttleRetryAfterSeconds: seconds, throttlesWith429 } = fault
    const headers: Record<string, string> = seconds === null ? {} : { "retry-after": String(seconds) }
    return throttlesWith429
      ? googleError(429, "rateLimitExceeded", headers)
      : googleError(403, "userRateLimitExceeded", headers)
  }
  if (fault.failNext > 0) {
    fault.failNext--
    return googleError(500, "backendError")
  }
  return null
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
