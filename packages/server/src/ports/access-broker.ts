import { createHash } from "node:crypto"
import type { Access } from "@kalends/domain/access"
import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import type { AuditEntry } from "./store.ts"

export type AccessWish = {
  readonly actor: AuditEntry["actor"]
  /** Machine word for the audit log: "pass", "client-request", "subscribe"… */
  readonly reason: string
  /** Base64url SHA-256 of a token that the provider has just refused. */
  readonly refusedTokenDigest?: string | undefined
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

export interface KeepAlive {
  /** Refreshes a grant that nobody used for long, before it dies of disuse. A password has no such life. */
  keepAlive(accountId: AccountId, connectionId: ConnectionId): Promise<void>
}

/** Base64url SHA-256 of a token, by which a caller names the one that was refused. */
export function tokenDigest(token: string): string {
  return createHash("sha256").update(token).digest("base64url")
}
