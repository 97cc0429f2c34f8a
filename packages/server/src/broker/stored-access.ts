import type { ConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { type AccessWish, type HeldAccess, tokenDigest } from "../ports/access-broker.ts"
import type { Clock } from "../ports/clock.ts"
import { parsePasswordRecord } from "../ports/password-record.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, ConnectionRow, CredentialRow } from "../ports/store.ts"

/** An access token is replaced when it has less than this left. */
const accessMarginMs = 2 * 60_000

type StoredAccessDeps = { readonly vault: SecretVault; readonly clock: Clock }

/** The stored access, if it serves the wish; what is missing, running out or refused by the provider is said by null. */
export async function storedAccess(
  { vault, clock }: StoredAccessDeps,
  tables: AccountTables,
  credential: CredentialRow,
  wish: AccessWish,
): Promise<HeldAccess | null> {
  const place = { connectionId: credential.connectionId, actor: wish.actor, reason: wish.reason, call: wish.call }
  if (credential.secretKind === "password") {
    const text = await vault.openSecret(tables, { ...place, kind: "password" }, credential.sealedSecret)
    return { kind: "password", credentialVersion: credential.version, ...parsePasswordRecord(text) }
  }
  const { sealedAccessToken, accessExpiresAt } = credential
  if (sealedAccessToken === null || accessExpiresAt === null) return null
  if (clock.now().until(accessExpiresAt).total("milliseconds") < accessMarginMs) return null
  const token = await vault.openSecret(tables, { ...place, kind: "access-token" }, sealedAccessToken)
  if (wish.refusedTokenDigest === tokenDigest(token)) return null
  return { kind: "bearer", token, expiresAt: accessExpiresAt, credentialVersion: credential.version }
}

/** Throws Problem "not-found" (code "no-connection") when it has been removed. */
export async function requireConnection(tables: AccountTables, connectionId: ConnectionId): Promise<ConnectionRow> {
  const connection = await tables.findConnection(connectionId)
  if (connection === null) throw gone()
  return connection
}

export function gone(): Problem {
  return new Problem("not-found", "There is no such connection.", { code: "no-connection" })
}
