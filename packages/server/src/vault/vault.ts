import type { AccountId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"
import type { Opening, SealedSecret, SecretPlace, SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables } from "../ports/store.ts"
import type { DataKeys } from "./data-keys.ts"
import { boxKeyVersion, open, seal } from "./sealed-box.ts"

export type VaultDeps = { readonly keys: DataKeys; readonly clock: Clock; readonly random: Random }

/**
 * Seals and opens secrets. Each account has data keys, wrapped by custody, of which the newest seals; each secret is bound to
 * its account, connection, kind and key version. Opening writes its audit record first, in the same transaction: no record,
 * no secret.
 */
export function createVault({ keys, clock, random }: VaultDeps): SecretVault & { forget(): void } {
  async function openBox(tables: AccountTables, { opening, sealed }: SealedSecret): Promise<string> {
    const key = await keys.ofVersion(tables, boxKeyVersion(sealed))
    const text = open(key, secretContext(tables.accountId, opening), sealed)
    const secret = text.toString("utf8")
    text.fill(0)
    return secret
  }

  return {
    async sealSecret(tables, place, text) {
      const key = await keys.newest(tables)
      return seal(key, secretContext(tables.accountId, place), Buffer.from(text), random)
    },

    async openSecret(tables, opening, sealed) {
      await tables.appendAudit(entryOf(opening), clock.now())
      return openBox(tables, { opening, sealed })
    },

    async openSecrets(tables, many) {
      await tables.appendAudits(
        many.map(({ opening }) => entryOf(opening)),
        clock.now(),
      )
      const opened: (string | null)[] = []
      for (const one of many)
        opened.push(
          await openBox(tables, one).catch((error: unknown) => {
            if (isProblem(error)) return null
            throw error
          }),
        )
      return opened
    },

    /** Forgets all unwrapped keys and ends the timer that would have. */
    forget: () => keys.clear(),
  }
}

const entryOf = ({ actor, connectionId: subjectId, reason, call }: Opening) =>
  ({ actor, action: "secret-opened", subjectId, reason, call }) as const

/** What a secret is bound to where it is sealed. */
export function secretContext(accountId: AccountId, { connectionId, kind }: SecretPlace): string {
  return `secret\n${accountId}\n${connectionId}\n${kind}`
}
