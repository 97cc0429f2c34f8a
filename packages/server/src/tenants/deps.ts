import type { ProviderName, TenantConnectionId } from "@kalends/domain/ids"
import { parseProviderName } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { AccessBroker, TenantBroker } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Random } from "../ports/random.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { TenantSource } from "../ports/tenant-source.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"

/** What the whole feature needs. */
export type TenantsDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly broker: AccessBroker & TenantBroker
  readonly providers: ReadonlyMap<ProviderName, CalendarProvider>
  readonly fanOut: FanOut
  readonly world: {
    readonly clock: Clock
    readonly random: Random
    readonly labelOf: (provider: ProviderName) => string
  }
}

/** Throws Problem "unsupported" where organisations cannot be connected. */
export function tenantSourceOf({ providers }: Pick<TenantsDeps, "providers">, name: string): TenantSource {
  const provider = /^[a-z-]{2,32}$/.test(name) ? providers.get(parseProviderName(name)) : undefined
  if (provider === undefined || provider.tenant === null)
    throw new Problem("unsupported", "Organisations of this calendar service cannot be connected here.", {
      code: "provider-not-configured",
    })
  return provider.tenant
}

/** Whether it opens everybody's calendar, or the rooms alone that are shared with a service account. */
export function opensOf(
  { providers }: Pick<TenantsDeps, "providers">,
  { provider, method }: Pick<TenantConnectionRow, "provider" | "method">,
): "everybody" | "rooms" {
  return providers.get(provider)?.tenant?.signIn?.method === method ? "rooms" : "everybody"
}

/** Throws Problem "not-found". */
export async function requireTenant(tables: AccountTables, id: TenantConnectionId): Promise<TenantConnectionRow> {
  const row = await tables.tenants.find(id)
  if (row === null) throw noTenant()
  return row
}

/** Throws Problem "not-found". */
export function noTenant(): Problem {
  return new Problem("not-found", "There is no such connection to an organisation.", { code: "no-tenant" })
}

/** The administrator as the audit log has them. */
export function actorOf({ userId }: UserRow) {
  return { kind: "user", userId } as const
}
