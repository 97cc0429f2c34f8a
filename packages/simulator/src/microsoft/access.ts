import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { isNextCut } from "../knobs.ts"
import type { Person } from "../org.ts"
import type { Handler, SimRequest, SimResponse } from "../server.ts"
import { graphError } from "./errors.ts"
import { shaped } from "./odata.ts"

/** Answers for the mailbox that is meant: the caller's own, or with `/users/{id}` the one named. */
export type Authorized = (request: SimRequest, person: Person, grant: Granted) => SimResponse | Promise<SimResponse>
export type Needs = "profile" | "read" | "write"

const scopes: Readonly<Record<Needs, RegExp>> = {
  profile: /./,
  read: /calendars\.read/i,
  write: /calendars\.readwrite/i,
}

/** Checks the token, the mailbox and the permission, counts the call, plays the tenant's faults and shapes the answer. */
export function createAccess(context: SimulatorContext, grants: Grants) {
  async function answer(request: SimRequest, grant: Granted, needs: Needs, handler: Authorized): Promise<SimResponse> {
    const fault = context.knobs(grant.person.tenant.id)
    if (fault.latencyMs > 0) await new Promise<void>((resolve) => context.platform.after(fault.latencyMs, resolve))
    const failure = failed(context, grant)
    if (failure !== null) return failure
    const person = mailbox(context, request, grant)
    if (!("calendar" in person)) return person
    if (!scopes[needs].test(grant.scope)) return graphError(403, "ErrorAccessDenied")
    const done = shaped(request, await handler(request, person, grant))
    return done.status === 200 && isNextCut(fault) ? { ...done, cut: true } : done
  }

  return (operation: string, needs: Needs, handler: Authorized): Handler =>
    async (request) => {
      const grant = grants.findAccess(request.headers.authorization)
      const done =
        grant === null
          ? graphError(401, "InvalidAuthenticationToken", { "www-authenticate": "Bearer" })
          : await answer(request, grant, needs, handler)
      context.calls.add({
        service: "microsoft",
        operation,
        person: grant?.person.email ?? null,
        status: done.status,
        atMs: context.platform.now().epochMilliseconds,
      })
      return done
    }
}

function failed(context: SimulatorContext, grant: Granted): SimResponse | null {
  const fault = context.knobs(grant.person.tenant.id)
  if (fault.isDown) return graphError(503, "serviceNotAvailable")
  if (fault.isRemoved) return graphError(401, "InvalidAuthenticationToken")
  if (fault.throttleNext > 0) {
    fault.throttleNext--
    const { throttleRetryAfterSeconds: seconds } = fault
    return graphError(429, "ApplicationThrottled", seconds === null ? {} : { "retry-after": String(seconds) })
  }
  if (fault.failNext > 0) {
    fault.failNext--
    return graphError(500, "internalServerError")
  }
  return null
}

/** A person's token reaches that person's mailbox; an application's reaches each of the tenant, and has no "me" (A.7). */
function mailbox(context: SimulatorContext, { params, url }: SimRequest, grant: Granted): Person | SimResponse {
  const { userId } = params
  const isMe = /^\/v1\.0\/me(\/|$)/.test(url.pathname)
  if (userId === undefined) return grant.isApplication && isMe ? graphError(400, "BadRequest") : grant.person
  const found = context.org.findPerson(userId)
  if (found === null || found.tenant.id !== grant.person.tenant.id) return graphError(404, "ErrorInvalidUser")
  return grant.isApplication || found === grant.person ? found : graphError(403, "ErrorAccessDenied")
}
