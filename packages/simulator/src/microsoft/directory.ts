import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import type { Person } from "../org.ts"
import { type Handler, type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { graphError } from "./errors.ts"

// Users and rooms of a tenant, after the pages user-list.md and place-list.md of microsoft-graph-docs.

const userPermissions = /\b(?:User\.Read\.All|User\.ReadBasic\.All|Directory\.Read\.All)\b/
const placePermissions = /\bPlace\.Read\.All\b/

/** People and rooms, for whoever has the permission to see them. */
export function directoryRoutes(context: SimulatorContext, grants: Grants): readonly Route[] {
  const guarded =
    (
      operation: string,
      needed: RegExp,
      handler: (request: SimRequest, all: readonly Person[]) => SimResponse,
    ): Handler =>
    async (request) => {
      const grant = grants.findAccess(request.headers.authorization)
      const answer = allowed(grant, needed) ?? handler(request, peopleOf(context, grant))
      context.calls.add({ service: "microsoft", operation, person: grant?.person.email ?? null, status: answer.status })
      return answer
    }
  return [
    route("GET", "/v1.0/users", guarded("users", userPermissions, users)),
    route("GET", "/v1.0/places/microsoft.graph.room", guarded("rooms", placePermissions, rooms)),
  ]
}

function allowed(grant: Granted | null, needed: RegExp): SimResponse | null {
  if (grant === null) return graphError(401, "InvalidAuthenticationToken", { "www-authenticate": "Bearer" })
  return needed.test(grant.scope) ? null : graphError(403, "Authorization_RequestDenied")
}

function peopleOf({ org }: SimulatorContext, grant: Granted | null): readonly Person[] {
  return org.people.filter(({ tenant }) => tenant.id === grant?.person.tenant.id)
}

/** A room has a user object as well, whose account is disabled. */
function users(request: SimRequest, all: readonly Person[]): SimResponse {
  const filter = request.url.searchParams.get("$filter") ?? ""
  const isActiveOnly = /accountEnabled eq true/.test(filter)
  const wanted = /startswith\(displayName,'((?:[^']|'')*)'\)/.exec(filter)?.[1]?.replaceAll("''", "'").toLowerCase()
  const found = all.filter(
    ({ name, email, isRoom }) =>
      !(isActiveOnly && isRoom) &&
      (wanted === undefined || name.toLowerCase().startsWith(wanted) || email.startsWith(wanted)),
  )
  return page(request, found, ({ id, name, email }) => ({
    id,
    displayName: name,
    mail: email,
    userPrincipalName: email,
  }))
}

function rooms(request: SimRequest, all: readonly Person[]): SimResponse {
  const found = all.filter(({ isRoom }) => isRoom)
  return page(request, found, ({ id, name, email }) => ({ id, displayName: name, emailAddress: email }))
}

function page(request: SimRequest, found: readonly Person[], wire: (person: Person) => object): SimResponse {
  const size = Math.min(999, Number(request.url.searchParams.get("$top") ?? "100"))
  const from = Number(request.url.searchParams.get("$skiptoken") ?? "0")
  const next = new URL(request.url)
  next.searchParams.set("$skiptoken", String(from + size))
  const link = from + size < found.length ? { "@odata.nextLink": next.href } : {}
  return { status: 200, body: { value: found.slice(from, from + size).map(wire), ...link } }
}
