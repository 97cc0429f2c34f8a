import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { createGuard, retryAfter } from "../guard.ts"
import type { Failure, Knobs } from "../knobs.ts"
import type { Person } from "../org.ts"
import type { Handler, SimRequest, SimResponse } from "../server.ts"
import { notThere } from "./directory.ts"
import { graphError } from "./errors.ts"
import { shaped } from "./odata.ts"

/** Answers for the mailbox that is meant: the caller's own, or with `/users/{id}` the one named. */
export type Authorized = (request: SimRequest, person: Person, grant: Granted) => SimResponse | Promise<SimResponse>
export type Needs = "profile" | "settings" | "read" | "write" | "contacts" | "write-contacts"

const scopes: Readonly<Record<Needs, RegExp>> = {
  profile: /./,
  settings: /mailboxsettings\.read/i,
  read: /calendars\.read/i,
  write: /calendars\.readwrite/i,
  contacts: /contacts\.read/i,
  "write-contacts": /contacts\.readwrite/i,
}

/** Of mailboxes that are shared with the person whose token it is (MSG outlook-get-shared-events-calendars.md). */
const sharedScopes: Readonly<Partial<Record<Needs, RegExp>>> = {
  read: /calendars\.read(?:write)?\.shared/i,
  write: /calendars\.readwrite\.shared/i,
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
      const person = mailbox(context, request, { grant, needs })
      if (!("calendar" in person)) return person
      const denied = denial(person, needs, grant)
      return denied ?? shaped(request, await handler(request, person, grant))
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

/** Each in the words of MSG auth-limit-mailbox-access.md and resolve-auth-errors.md, or as others have quoted them. */
const noMailbox = graphError(404, "MailboxNotEnabledForRESTAPI", {}, "REST API is not yet supported for this mailbox.")
const onPremises = graphError(
  404,
  "MailboxNotEnabledForRESTAPI",
  {},
  "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
)
const outsidePolicy = graphError(
  403,
  "ErrorAccessDenied",
  {},
  "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.",
)
const accessDenied = graphError(403, "ErrorAccessDenied", {}, "Access is denied. Check credentials and try again.")
/** As microsoft-graph-docs issue 5522 quotes it. */
const notShared = graphError(
  403,
  "DelegatedCalendarAccessDenied",
  {},
  "Access is denied. Check credentials and try again.",
)

const invalidUser = (key: string): SimResponse =>
  graphError(404, "ErrorInvalidUser", {}, `The requested user '${key}' is invalid.`)

/**
 * A person's token reaches that person's mailbox, and with a permission for shared ones those that the person has Full
 * Access to; an application's reaches each of the tenant, and has no "me" (A.7).
 */
function mailbox(
  context: SimulatorContext,
  { params, url }: SimRequest,
  { grant, needs }: { readonly grant: Granted; readonly needs: Needs },
): Person | SimResponse {
  const { userId } = params
  const isMe = /^\/v1\.0\/me(\/|$)/.test(url.pathname)
  if (userId === undefined && grant.isApplication)
    return isMe
      ? graphError(400, "BadRequest", {}, "/me request is only valid with delegated authentication flow.")
      : grant.person
  const found = userId === undefined ? grant.person : context.org.findPerson(userId, "microsoft")
  if (found === null || found.tenant.id !== grant.person.tenant.id)
    return needs === "profile" ? notThere(userId ?? "") : invalidUser(userId ?? "")
  // What the directory says of somebody does not ask for a mailbox.
  if (needs === "profile") return found
  if (!grant.isApplication && found !== grant.person) {
    if (sharedScopes[needs]?.test(grant.scope) !== true) return accessDenied
    if (!context.org.hasFullAccess(found, grant.person)) return notShared
  }
  return mailboxFault(context, found, grant) ?? found
}

function mailboxFault({ knobs }: SimulatorContext, { tenant, email }: Person, grant: Granted): SimResponse | null {
  const fault = knobs(tenant.id).mailboxFaults.get(email)
  if (fault === "no-mailbox") return noMailbox
  if (fault === "on-premises") return onPremises
  if (grant.isApplication !== true) return null
  if (fault === "missing") return invalidUser(email)
  return fault === "outside-scope" ? outsidePolicy : null
}

/** Whether the caller may read a mailbox that is named in a request's body: null, or how it is refused. */
export const readingRefusal = (context: SimulatorContext, person: Person, grant: Granted): SimResponse | null =>
  mailboxFault(context, person, grant) ?? denial(person, "read", grant)

/**
 * Null where the call may be made. An application access policy limits what was consented to in Entra and nothing else;
 * what Exchange's own roles give adds to it (application-rbac).
 */
function denial(person: Person, needs: Needs, { scope, application }: Granted): SimResponse | null {
  const isOfMailbox = needs !== "profile" && person.email !== ""
  const hasEntra = scopes[needs].test(scope)
  const policy = isOfMailbox ? (application?.accessPolicy ?? null) : null
  if (hasEntra && (policy === null || policy(person))) return null
  const hasExchange =
    isOfMailbox &&
    (application?.exchangeRoles ?? []).some(
      ({ role, includes }) => scopes[needs].test(role.replace(/^Application /, "")) && includes(person),
    )
  if (hasExchange) return null
  return hasEntra ? outsidePolicy : accessDenied
}
