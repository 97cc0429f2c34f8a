import type { OpeningReason, RefreshReason } from "@kalends/domain/audit-reason"
import type { ConnectionId, DeviceId, TenantConnectionId, UserId } from "@kalends/domain/ids"
import type { Call } from "./call.ts"
import type { AccountTables, AuditEntry, SecretKind } from "./store.ts"

/** What a secret is bound to: it opens nowhere else. */
export type SecretPlace = {
  /** A person's id for what is theirs without a connection, a video system's for its password. */
  readonly connectionId: ConnectionId | TenantConnectionId | UserId | DeviceId
  readonly kind: SecretKind
}

/** Who opens a secret, why and for which call, as the audit log will say. */
export type Opening = SecretPlace & {
  readonly actor: AuditEntry["actor"]
  readonly reason: OpeningReason | RefreshReason
  readonly call: Call
}

export type SealedSecret = { readonly opening: Opening; readonly sealed: Uint8Array }

/** Seals and opens secrets. Opening writes its audit record first, in the same transaction: no record, no secret. */
export interface SecretVault {
  sealSecret(tables: AccountTables, place: SecretPlace, text: string): Promise<Uint8Array>
  /** Throws Problem "malformed" when it was changed or moved, "unavailable" when custody is away. */
  openSecret(tables: AccountTables, opening: Opening, sealed: Uint8Array): Promise<string>
  /** As `openSecret`, of many at once; null for each that cannot be opened. */
  openSecrets(tables: AccountTables, many: readonly SealedSecret[]): Promise<readonly (string | null)[]>
}
