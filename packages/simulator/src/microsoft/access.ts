import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { createGuard, retryAfter } from "../guard.ts"
import type { Failure, Knobs } from "../knobs.ts"
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

/** Checks token, mailbox and permission, counts the call, plays the tenant's faults and shapes the answer. */
export function createAccess(context: SimulatorContext, grants: Grants) {
  const guard = createGuard(context, grants, {
    service: "microsoft",
    unauthorized: graphError(401, "InvalidAuthenticationToken", { "www-authenticate": "Bearer" }),
    refused,
  })
  return (operation: string, needs: Needs, handler: Authorized): Handler =>
    guard(operation, async (request, grant) => {
      const person = mailbox(context, request, grant)
      if (!("calendar" in person)) return person
      if (!scopes[needs].test(grant.scope)) return graphError(403, "ErrorAccessDenied")
      return shaped(request, await handler(request, person, grant))
    })
}

function refused(failure: Failure | "removed", fault: Knobs): SimResponse {
  switch (failure) {
    case "down":
      return graphError(503, "serviceNotAvailable")
    case "removed":
      return graphError(401, "InvalidAuthenticationToken")
    case "failed":
      return graphError(500, "internalServerError")
    case "throttled":
      return graphError(429, "ApplicationThrottled", retryAfter(fault))
  }
}

/** A person's token reaches that person's mailbox; an application's reaches each of the tenant, and has no "me" (A.7). */
function mailbox(context: SimulatorContext, { params, url }: SimRequest, grant: Granted): Person | SimResponse {
  const { userId } = params
  const isMe = /^\/v1\.0\/me(\/|$)/.test(url.pathname)
  if (userId === undefined) return grant.isApplication && isMe ? graphError(400, "BadRequest") : grant.person
  const found = context.org.findPerson(userId, "microsoft")
  if (found === null || found.tenant.id !== grant.person.tenant.id) return graphError(404, "ErrorInvalidUser")
  const fault = grant.isApplication ? context.knobs(found.tenant.id).mailboxFaults.get(found.email) : undefined
  if (fault === "missing") return graphError(404, "ErrorInvalidUser")
  if (fault === "on-premises") return graphError(404, "MailboxNotEnabledForRESTAPI")
  if (fault === "outside-scope") return graphError(403, "ErrorAccessDenied")
  return grant.isApplication || found === grant.person ? found : graphError(403, "ErrorAccessDenied")
}
