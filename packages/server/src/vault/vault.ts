import type { AccountId } from "@kalends/domain/ids"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"
import type { Opening, SecretPlace, SecretVault } from "../ports/secret-vault.ts"
import type { DataKeys } from "./data-keys.ts"
import { boxKeyVersion, open, seal } from "./sealed-box.ts"

export type VaultDeps = { readonly keys: DataKeys; readonly clock: Clock; readonly random: Random }

/**
 * Seals and opens secrets. Each account has data keys, wrapped by custody, of which the newest seals; each secret is bound to
 * its account, connection, kind and key version. Opening writes its audit record first, in the same transaction: no record,
 * no secret.
 */
export function createVault({ keys, clock, random }: VaultDeps): SecretVault & { forget(): void } {
  return {
    async sealSecret(tables, place, text) {
      const key = await keys.newest(tables)
      return seal(key, secretContext(tables.accountId, place), Buffer.from(text), random)
    },

    async openSecret(tables, opening: Opening, sealed) {
      const entry = {
        actor: opening.actor,
        action: "secret-opened",
        subjectId: opening.connectionId,
        reason: opening.reason,
        call: opening.call,
      } as const
      await tables.appendAudit(entry, clock.now())
      const key = await keys.ofVersion(tables, boxKeyVersion(sealed))
      const text = open(key, secretContext(tables.accountId, opening), sealed)
      const secret = text.toString("utf8")
      text.fill(0)
      return secret
    },

    /** Forgets all unwrapped keys and ends the timer that would have. */
    forget: () => keys.clear(),
  }
}

/** What a secret is bound to where it is sealed. */
export function secretContext(accountId: AccountId, { connectionId, kind }: SecretPlace): string {
  return `secret\n${accountId}\n${connectionId}\n${kind}`
}
