import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { dated } from "../guard.ts"
import type { Person } from "../org.ts"
import { type Handler, type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import type { Application, Applications } from "./applications.ts"
import { graphError } from "./errors.ts"
import { picked } from "./odata.ts"

// What a directory says of a tenant, after the pages user-list.md, user-get.md, place-list.md, organization-list.md,
// serviceprincipal-list.md, serviceprincipal-list-approleassignments.md and application-list.md of microsoft-graph-docs.

export const userPermissions = /\b(?:User\.Read\.All|User\.ReadBasic\.All|Directory\.Read\.All)\b/
const placePermissions = /\bPlace\.Read\.All\b/
const organizationPermissions = /\b(?:Organization\.Read\.All|Directory\.Read\.All|User\.Read)\b/
const applicationPermissions = /\b(?:Application\.Read\.All|Directory\.Read\.All)\b/

/** Microsoft Graph itself, as a resource of permissions, and the ids of some of them (MSG permissions-reference.md). */
export const graphAppId = "00000003-0000-0000-c000-000000000000"
const roleIds: Readonly<Record<string, string>> = {
  "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
  "Calendars.Read": "798ee544-9d2d-430c-a058-570e29e34338",
  "Calendars.ReadWrite": "ef54d2bf-783f-4e0f-bca1-3210c0444d99",
  "Mail.ReadWrite": "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
  "MailboxSettings.Read": "40f97065-369a-49f4-947c-6a255697ae91",
  "Place.Read.All": "913b9306-0ce1-42b8-9137-6a7df690a760",
  "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}
const graphPrincipalId = "aaaaaaaa-0000-4000-8000-0000000000f0"

type Shown = { readonly request: SimRequest; readonly grant: Granted; readonly people: readonly Person[] }

export type Directory = {
  readonly applications: Applications
  /** Room lists by address: their name and rooms. */
  readonly roomLists: ReadonlyMap<string, { readonly name: string; readonly rooms: readonly Person[] }>
}

/** People, rooms and applications, for whoever has the permission to see them. */
export function directoryRoutes(
  context: SimulatorContext,
  grants: Grants,
  { applications, roomLists }: Directory,
): readonly Route[] {
  const guarded =
    (operation: string, needed: RegExp, handler: (shown: Shown) => SimResponse): Handler =>
    (request) => {
      const grant = grants.findAccess(request.headers.authorization)
      const answer = allowed(grant, needed) ?? (grant === null ? null : handler({ ...shownTo(grant), request, grant }))
      const given = answer ?? graphError(401, "InvalidAuthenticationToken")
      context.calls.add({ service: "microsoft", operation, person: grant?.person.email ?? null, status: given.status })
      return grant === null ? given : dated(context, context.knobs(grant.person.tenant.id), given)
    }
  const shownTo = ({ person }: Granted) => ({
    people: context.org.people.filter(({ tenant }) => tenant.id === person.tenant.id),
  })
  return [
    route(
      "GET",
      "/v1.0/users",
      guarded("users", userPermissions, (shown) => users(context, shown)),
    ),
    route(
      "GET",
      "/v1.0/places/microsoft.graph.room",
      guarded("rooms", placePermissions, ({ request, people }) =>
        page(
          request,
          people.filter(({ isRoom }) => isRoom),
          roomOf,
        ),
      ),
    ),
    route(
      "GET",
      "/v1.0/places/microsoft.graph.roomlist",
      guarded("roomLists", placePermissions, ({ request }) => page(request, [...roomLists], roomListOf)),
    ),
    route(
      "GET",
      "/v1.0/places/:list/microsoft.graph.roomlist/rooms",
      guarded("roomsOfList", placePermissions, ({ request }) => {
        const list = roomLists.get((request.params.list ?? "").toLowerCase())
        return list === undefined ? notThere(request.params.list ?? "") : page(request, list.rooms, roomOf)
      }),
    ),
    route(
      "GET",
      "/v1.0/organization",
      guarded("organization", organizationPermissions, ({ grant, people }) => organization(grant, people)),
    ),
    ...applicationRoutes(applications, guarded),
  ]
}

type Guarded = (operation: string, needed: RegExp, handler: (shown: Shown) => SimResponse) => Handler

/** What an administrator may look at: the registrations, when their secrets end, and what was consented to. */
function applicationRoutes(applications: Applications, guarded: Guarded): readonly Route[] {
  const own = ({ grant }: Shown) => applications.all().filter(({ tenant }) => tenant.id === grant.person.tenant.id)
  const meant = (shown: Shown): readonly Application[] => {
    const wanted = /appId eq '([^']*)'/.exec(shown.request.url.searchParams.get("$filter") ?? "")?.[1]
    return own(shown).filter(({ clientId }) => wanted === undefined || clientId === wanted)
  }
  const assignments = (shown: Shown): SimResponse => {
    const found = own(shown).find(({ servicePrincipalId }) => servicePrincipalId === shown.request.params.id)
    if (found === undefined) return notThere(shown.request.params.id ?? "")
    return page(shown.request, found.isConsented ? found.roles : [], (role) => ({
      id: `${found.servicePrincipalId}-${role}`,
      appRoleId: roleIds[role] ?? role,
      principalId: found.servicePrincipalId,
      principalType: "ServicePrincipal",
      principalDisplayName: found.name,
      resourceDisplayName: "Microsoft Graph",
      resourceId: graphPrincipalId,
    }))
  }
  const principals = (shown: Shown): SimResponse =>
    shown.request.url.searchParams.get("$filter")?.includes(graphAppId) === true
      ? { status: 200, body: { value: [graphPrincipal] } }
      : page(shown.request, meant(shown), principalOf)
  return [
    route("GET", "/v1.0/servicePrincipals", guarded("servicePrincipals", applicationPermissions, principals)),
    route(
      "GET",
      "/v1.0/servicePrincipals/:id/appRoleAssignments",
      guarded("appRoleAssignments", applicationPermissions, assignments),
    ),
    route(
      "GET",
      "/v1.0/applications",
      guarded("applications", applicationPermissions, (shown) => page(shown.request, meant(shown), applicationOf)),
    ),
  ]
}

const graphPrincipal = {
  id: graphPrincipalId,
  appId: graphAppId,
  displayName: "Microsoft Graph",
  accountEnabled: true,
  appRoles: Object.entries(roleIds).map(([value, id]) => ({ id, value, isEnabled: true })),
}

const principalOf = ({ servicePrincipalId, clientId, name, isDisabled, tenant }: Application) => ({
  id: servicePrincipalId,
  appId: clientId,
  displayName: name,
  accountEnabled: !isDisabled,
  appOwnerOrganizationId: tenant.id,
  servicePrincipalType: "Application",
})

const applicationOf = ({ objectId, clientId, name, secrets, certificates, roles }: Application) => ({
  id: objectId,
  appId: clientId,
  displayName: name,
  passwordCredentials: secrets.map(({ id, text, endsAt }) => ({
    keyId: id,
    hint: text.slice(0, 3),
    endDateTime: endsAt.toString(),
    secretText: null,
  })),
  keyCredentials: certificates.map(({ id, certificate, endsAt }) => ({
    keyId: id,
    type: "AsymmetricX509Cert",
    usage: "Verify",
    customKeyIdentifier: certificate.fingerprint.replaceAll(":", ""),
    endDateTime: endsAt.toString(),
  })),
  requiredResourceAccess: [
    { resourceAppId: graphAppId, resourceAccess: roles.map((role) => ({ id: roleIds[role] ?? role, type: "Role" })) },
  ],
})

export const notThere = (key: string): SimResponse =>
  graphError(
    404,
    "Request_ResourceNotFound",
    {},
    `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
  )

function allowed(grant: Granted | null, needed: RegExp): SimResponse | null {
  if (grant === null) return graphError(401, "InvalidAuthenticationToken", { "www-authenticate": "Bearer" })
  return needed.test(grant.scope)
    ? null
    : graphError(403, "Authorization_RequestDenied", {}, "Insufficient privileges to complete the operation.")
}

/** Given without $select. */
export const userDefaults = ["id", "displayName", "mail", "userPrincipalName"]

/** A room has a user object as well, whose account is disabled. */
export function userOf({ org, knobs }: Pick<SimulatorContext, "org" | "knobs">, person: Person) {
  const { id, name, email, isRoom, tenant } = person
  const isOnPremises = knobs(tenant.id).mailboxFaults.get(email) === "on-premises"
  return {
    ...{ id, displayName: name, mail: email, userPrincipalName: email },
    accountEnabled: !isRoom && !org.disabled.has(person),
    userType: "Member",
    onPremisesSyncEnabled: isOnPremises ? true : null,
  }
}

function users(context: SimulatorContext, { request, people }: Shown): SimResponse {
  const filter = request.url.searchParams.get("$filter") ?? ""
  const isActiveOnly = /accountEnabled eq true/.test(filter)
  const wanted = /startswith\(displayName,'((?:[^']|'')*)'\)/.exec(filter)?.[1]?.replaceAll("''", "'").toLowerCase()
  const found = people.filter(
    (person) =>
      !(isActiveOnly && !userOf(context, person).accountEnabled) &&
      (wanted === undefined || person.name.toLowerCase().startsWith(wanted) || person.email.startsWith(wanted)),
  )
  return page(request, found, (person) => picked(request, userOf(context, person), userDefaults))
}

const roomOf = ({ id, name, email }: Person) => ({
  id,
  displayName: name,
  emailAddress: email,
  capacity: 8,
  bookingType: "standard",
})

const roomListOf = ([email, { name }]: readonly [string, { readonly name: string }]) => ({
  id: email,
  displayName: name,
  emailAddress: email,
})

/** Every domain in which somebody has an address: a hybrid organisation shares one with its Exchange Server. */
function organization({ person: { tenant } }: Granted, people: readonly Person[]): SimResponse {
  const domains = new Set([tenant.domain, ...people.map(({ email }) => email.slice(email.indexOf("@") + 1))])
  const verifiedDomains = [...domains].map((name) => ({ name, isDefault: name === tenant.domain, type: "Managed" }))
  return { status: 200, body: { value: [{ id: tenant.id, displayName: "Northwind", verifiedDomains }] } }
}

function page<Item>(request: SimRequest, found: readonly Item[], wire: (item: Item) => object): SimResponse {
  const { searchParams } = request.url
  const size = Math.min(999, Math.max(1, Number(searchParams.get("$top") ?? "100")))
  const from = Number(searchParams.get("$skiptoken") ?? "0")
  const next = new URL(request.url)
  next.searchParams.set("$skiptoken", String(from + size))
  const link = from + size < found.length ? { "@odata.nextLink": next.href } : {}
  const count = searchParams.get("$count") === "true" ? { "@odata.count": found.length } : {}
  return { status: 200, body: { ...count, value: found.slice(from, from + size).map(wire), ...link } }
}
