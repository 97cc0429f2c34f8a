import type { Access } from "@kalends/domain/access"
import type { AccountId, ConnectionId, TenantConnectionId } from "@kalends/domain/ids"
import type { Clock } from "../ports/clock.ts"
import type { TakenCredential } from "../ports/revocation-tables.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"

/** What a provider is told with is forgotten after this long, told or not. */
export const farewellLifeMs = 10 * 60_000
const bytesMost = 128 * 1024 * 1024

type Sealed = Pick<TenantConnectionRow, "tenantConnectionId" | "provider" | "sealedSecret">

/**
 * Credentials that are deleted from the database and must still serve once: to stop subscriptions and revoke grants. They
 * are in this process's memory alone, sealed as they were, for ten minutes at most; a process that ends takes them along,
 * and then what they were for is "not confirmed" (decision 0014). Those that find no room are let go at once.
 */
export function createFarewells(clock: Clock) {
  const held = new Map<ConnectionId, TakenCredential>()
  const tenants = new Map<TenantConnectionId, Sealed & { readonly accountId: AccountId }>()
  const accesses = new Map<TenantConnectionId, Promise<Access>>()
  const timers = new Set<() => void>()
  let bytes = 0

  const sizeOf = ({ sealedSecret, sealedAccessToken }: TakenCredential) =>
    sealedSecret.length + (sealedAccessToken?.length ?? 0)

  function take(connectionId: ConnectionId): TakenCredential | null {
    const found = held.get(connectionId) ?? null
    if (found !== null) bytes -= sizeOf(found)
    held.delete(connectionId)
    return found
  }

  return {
    keep(credentials: readonly TakenCredential[]): void {
      for (const credential of credentials) {
        if (bytes + sizeOf(credential) > bytesMost) continue
        held.set(credential.connectionId, credential)
        bytes += sizeOf(credential)
      }
      const cancel = clock.after(farewellLifeMs, () => {
        timers.delete(cancel)
        for (const { connectionId } of credentials) take(connectionId)
      })
      timers.add(cancel)
    },
    /** Gives it out once. */
    take,
    keepTenant(accountId: AccountId, { tenantConnectionId, provider, sealedSecret }: Sealed): void {
      tenants.set(tenantConnectionId, { accountId, tenantConnectionId, provider, sealedSecret })
      const cancel = clock.after(farewellLifeMs, () => {
        timers.delete(cancel)
        tenants.delete(tenantConnectionId)
        accesses.delete(tenantConnectionId)
      })
      timers.add(cancel)
    },
    findTenant: (tenantConnectionId: TenantConnectionId) => tenants.get(tenantConnectionId) ?? null,
    /** A token that opens every mailbox of the tenant, asked for once; or that the tenant lets nobody in, found out once. */
    accessOf: (tenantConnectionId: TenantConnectionId) => accesses.get(tenantConnectionId) ?? null,
    holdAccess: (tenantConnectionId: TenantConnectionId, access: Promise<Access>) =>
      void accesses.set(tenantConnectionId, access),
    dropAccess: (tenantConnectionId: TenantConnectionId) => void accesses.delete(tenantConnectionId),
    get size() {
      return held.size
    },
    clear(): void {
      held.clear()
      tenants.clear()
      accesses.clear()
      bytes = 0
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}

export type Farewells = ReturnType<typeof createFarewells>
