import type { Permission } from "@kalends/domain/permission"
import type { ContactsPermission } from "@kalends/domain/policy"
import type { AskedFor } from "../../ports/calendar-provider.ts"

/** What the registration is and where Entra and Graph are; only the addresses differ for national clouds and tests. */
export type GraphSettings = {
  readonly clientId: string
  readonly clientSecret: string
  /** Tenant id, or common, organizations, consumers. */
  readonly tenant: string
  readonly loginUrl: string
  readonly apiUrl: string
}

/** Least scope for each permission. `offline_access` brings the refresh token, `User.Read` the mailbox's name. */
const scopes: Readonly<Record<Permission, string>> = { read: "Calendars.Read", "read-write": "Calendars.ReadWrite" }
/** The person's own address book. `People.Read`, which tells of whom they work with, is never asked for. */
const contactScopes: Readonly<Record<ContactsPermission, string | null>> = {
  none: null,
  read: "Contacts.Read",
  "read-write": "Contacts.ReadWrite",
}

export function scopeFor({ permission, contacts }: AskedFor): string {
  const names = ["openid profile email offline_access User.Read", scopes[permission], contactScopes[contacts]]
  return names.filter((name) => name !== null).join(" ")
}

/**
 * A service account's: of the rooms that are shared with it and, where an administrator consents, the directory of rooms.
 * Its own mailbox and what else it may do are not asked for.
 */
export function serviceScopeFor(permission: Permission, hasDirectory: boolean): string {
  const names = ["openid profile email offline_access", `${scopes[permission]}.Shared`]
  return [...names, ...(hasDirectory ? ["Place.Read.All"] : [])].join(" ")
}

export function grantedShared(scope: string): Permission | null {
  const names = namesIn(scope)
  if (names.has("calendars.readwrite.shared")) return "read-write"
  return names.has("calendars.read.shared") ? "read" : null
}

/** What was really granted; null when no calendar permission is among it. Scope names may come with the API's address before them. */
export function grantedPermission(scope: string): Permission | null {
  const names = namesIn(scope)
  if (names.has("calendars.readwrite")) return "read-write"
  return names.has("calendars.read") ? "read" : null
}

/** The same of contacts. */
export function grantedContacts(scope: string): ContactsPermission {
  const names = namesIn(scope)
  if (names.has("contacts.readwrite")) return "read-write"
  return names.has("contacts.read") ? "read" : "none"
}

function namesIn(scope: string): ReadonlySet<string> {
  return new Set(scope.split(" ").map((name) => name.slice(name.lastIndexOf("/") + 1).toLowerCase()))
}

export function endpoints({ loginUrl, tenant }: GraphSettings) {
  const base = `${loginUrl}/${tenant}`
  return {
    authorize: `${base}/oauth2/v2.0/authorize`,
    token: `${base}/oauth2/v2.0/token`,
    keys: `${base}/discovery/v2.0/keys`,
    adminConsent: `${loginUrl}/${organisationOf(tenant)}/v2.0/adminconsent`,
  }
}

/** Where personal accounts cannot sign in. */
export const organisationOf = (tenant: string) =>
  tenant === "common" || tenant === "consumers" ? "organizations" : tenant

/** Each tenant's issuer carries its own id; where the configuration names one tenant by its id, no other will do. */
export function isIssuer({ loginUrl, tenant }: GraphSettings, issuer: string, tenantId: unknown): boolean {
  if (typeof tenantId !== "string" || !uuid.test(tenantId)) return false
  return (
    issuer === `${loginUrl}/${tenantId}/v2.0` && (!uuid.test(tenant) || tenant.toLowerCase() === tenantId.toLowerCase())
  )
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Web apps' refresh tokens die after 90 days without use (ENTRA refresh-tokens.md, 2025-05-14). */
export const refreshTokenIdleDays = 90
