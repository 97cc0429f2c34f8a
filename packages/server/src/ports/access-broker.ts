import { createHash } from "node:crypto"
import type { Access } from "@kalends/domain/access"
import type { OpeningReason } from "@kalends/domain/audit-reason"
import type { AccountId, ConnectionId, TenantConnectionId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import { Problem } from "@kalends/domain/problem"
import type { AskedFor } from "./calendar-provider.ts"
import type { Call } from "./call.ts"
import type { AuditEntry, ConnectionRow } from "./store.ts"

export type AccessWish = {
  readonly actor: AuditEntry["actor"]
  readonly reason: OpeningReason
  /** For which piece of work. */
  readonly call: Call
  /** Base64url SHA-256 of a token that the provider has just refused. */
  readonly refusedTokenDigest?: string | undefined
}

/** What a connection's grant is refreshed with: as much as it has, and no more. */
export function askedFor({
  permission,
  contactsPermission,
}: Pick<ConnectionRow, "permission" | "contactsPermission">): AskedFor {
  return { permission, contacts: contactsPermission }
}

/** Throws Problem "not-found" when the connection is none of an administrator's. */
export function tenantTarget({
  accountId,
  tenantConnectionId,
  permission,
  subjectEmail,
}: Pick<ConnectionRow, "accountId" | "tenantConnectionId" | "permission" | "subjectEmail">): TenantTarget {
  if (tenantConnectionId === null || subjectEmail === null)
    throw new Problem("not-found", "There is no such connection.", { code: "no-connection" })
  return { accountId, tenantConnectionId, permission, mailbox: subjectEmail }
}

/** An access, and the version of the credential it came from: what it meets says something about that one only. */
export type HeldAccess = Access & { readonly credentialVersion: number }

/** Hands out what opens a connection's calendars. */
export interface AccessBroker {
  /**
   * A fresh access. Throws Problem: "auth-revoked", "forbidden" (the user must reconnect or consent), "unavailable",
   * "rate-limited" (try later), "misconfigured" (the operator must act), "not-found".
   */
  freshAccess(accountId: AccountId, connectionId: ConnectionId, wish: AccessWish): Promise<HeldAccess>
}

/** Hands out what an administrator's connection opens. */
export interface TenantBroker {
  /**
   * An access by an administrator's connection to a mailbox that need not be connected (yet, or any more). Throws Problem
   * as above; "unavailable" (code "tenant-connection-broken") where the administrator must mend it.
   */
  accessByTenant(target: TenantTarget, wish: AccessWish): Promise<Access>
}

/** A mailbox, and the administrator's connection that opens it. */
export type TenantTarget = {
  readonly accountId: AccountId
  readonly tenantConnectionId: TenantConnectionId
  readonly permission: Permission
  readonly mailbox: string
}

export interface KeepAlive {
  /** Refreshes a grant that nobody used for long, before it dies of disuse. A password has no such life. */
  keepAlive(accountId: AccountId, connectionId: ConnectionId, call: Call): Promise<void>
}

/** As tokenDigest, of whatever an access signs in with. */
export function accessDigest(access: Access): string {
  return tokenDigest(access.kind === "bearer" ? access.token : `${access.username}:${access.password}`)
}

/** Base64url SHA-256 of a token, by which a caller names the one that was refused. */
export function tokenDigest(token: string): string {
  return createHash("sha256").update(token).digest("base64url")
}
