import type { Permission } from "@kalends/domain/permission"
import type { ContactsPermission } from "@kalends/domain/policy"
import type { AskedFor } from "../../ports/calendar-provider.ts"

export type GoogleSettings = {
  readonly clientId: string
  readonly clientSecret: string
  readonly accountsUrl: string
  readonly tokenUrl: string
  readonly apiUrl: string
  /** People API, where contacts are. */
  readonly peopleUrl: string
  /** Admin SDK's directory. */
  readonly directoryUrl: string
}

const prefix = "https://www.googleapis.com/auth/"
const calendarList = `${prefix}calendar.calendarlist.readonly`
const events: Readonly<Record<Permission, string>> = {
  read: `${prefix}calendar.events.readonly`,
  "read-write": `${prefix}calendar.events`,
}

/** "My Contacts". Those that Google collects by itself (contacts.other.readonly) are never asked for. */
const contactScopes: Readonly<Record<ContactsPermission, string | null>> = {
  none: null,
  read: `${prefix}contacts.readonly`,
  "read-write": `${prefix}contacts`,
}

/** Least scope for each permission: the events, the list of calendars to find them in, and contacts where they are wanted. */
export function scopeFor({ permission, contacts }: AskedFor): string {
  const names = ["openid email", calendarList, events[permission], contactScopes[contacts]]
  return names.filter((name) => name !== null).join(" ")
}

/** What a service account needs for one person, and nothing else. */
export function calendarScopes(permission: Permission): readonly string[] {
  return [calendarList, events[permission]]
}

/** What an administrator's view of the directory needs: people and rooms, read alone. */
export const directoryScopes: readonly string[] = [
  `${prefix}admin.directory.user.readonly`,
  `${prefix}admin.directory.resource.calendar.readonly`,
]

/** What was really granted: people may untick scopes (providers.md B.5). Null when the calendar is not among it. */
export function grantedPermission(scope: string): Permission | null {
  const names = new Set(scope.split(" "))
  if (!names.has(calendarList)) return null
  if (names.has(events["read-write"])) return "read-write"
  return names.has(events.read) ? "read" : null
}

/** The same of contacts, which people may untick and be connected all the same. */
export function grantedContacts(scope: string): ContactsPermission {
  const names = new Set(scope.split(" "))
  if (names.has(contactScopes["read-write"] ?? "")) return "read-write"
  return names.has(contactScopes.read ?? "") ? "read" : "none"
}

export function endpoints({ accountsUrl, tokenUrl }: GoogleSettings) {
  return {
    authorize: `${accountsUrl}/o/oauth2/v2/auth`,
    token: `${tokenUrl}/token`,
    revoke: `${tokenUrl}/revoke`,
    keys:
      accountsUrl === "https://accounts.google.com"
        ? "https://www.googleapis.com/oauth2/v3/certs"
        : `${accountsUrl}/oauth2/v3/certs`,
  }
}

/** A refresh token dies after six months without use (Google's OAuth page, quoted in providers.md B.5). */
export const refreshTokenIdleDays = 180
