import type { AccountId, ConnectionId, ProviderName } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import {
  type AccessBroker,
  type AccessWish,
  type HeldAccess,
  type KeepAlive,
  type TenantBroker,
  tenantTarget,
} from "../ports/access-broker.ts"
import { isSuspended, suspended } from "../ports/person-tables.ts"
import type { ConnectionRow } from "../ports/store.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { type RefreshDeps, refreshOrTell, type Wanted } from "./refresh.ts"
import { gone, requireConnection, storedAccess } from "./stored-access.ts"
import { createTenantAccess, requireTenant } from "./tenant-access.ts"

/**
 * The token broker: a fresh access for a connection, refreshed when it must be. One refresh is in flight for each
 * credential in the whole cluster: whoever refreshes holds the credential's row, and whoever waited for it uses what is
 * there afterwards. The rotated refresh token is stored before the new access token is used by anybody.
 */
export function createBroker(deps: RefreshDeps): AccessBroker & TenantBroker & KeepAlive {
  const inFlight = new Map<string, Promise<HeldAccess>>()
  const tenantAccess = createTenantAccess(deps)

  async function freshAccess(accountId: AccountId, connectionId: ConnectionId, wish: AccessWish): Promise<HeldAccess> {
    const found = await findAccess(deps, { accountId, connectionId, wish })
    if (found.kind === "access") {
      deps.metrics.countFor({ accountId, provider: found.provider }, "accesses-stored")
      return found.access
    }
    if (found.kind === "tenant") return accessOfMember(found, wish)
    const waiting = inFlight.get(connectionId)
    if (waiting !== undefined) {
      deps.metrics.countFor({ accountId, provider: found.provider }, "accesses-shared")
      return waiting
    }
    const work = refreshOrTell(deps, { accountId, connectionId, wish }).finally(() => inFlight.delete(connectionId))
    inFlight.set(connectionId, work)
    return work
  }

  async function accessOfMember(
    { connection, tenant, credentialVersion }: ByTenant,
    wish: AccessWish,
  ): Promise<HeldAccess> {
    try {
      return { ...(await tenantAccess(tenantTarget(connection), tenant, wish)), credentialVersion }
    } catch (error) {
      if (isProblem(error))
        await deps.life.isTroubled(connection.accountId, connection.connectionId, error, {
          isLasting: false,
          credentialVersion,
        })
      throw error
    }
  }

  return {
    freshAccess,
    async accessByTenant(target, wish) {
      const { accountId, tenantConnectionId } = target
      const tenant = await deps.store.inAccount(accountId, (tables) => requireTenant(tables, tenantConnectionId))
      return tenantAccess(target, tenant, wish)
    },
    async keepAlive(accountId, connectionId, call) {
      if (await forgetAccess(deps, accountId, connectionId))
        await freshAccess(accountId, connectionId, {
          ...{ actor: { kind: "service", part: "broker" }, reason: "keep-alive", call },
        })
    },
  }
}

type ByTenant = {
  readonly kind: "tenant"
  readonly connection: ConnectionRow
  readonly tenant: TenantConnectionRow
  readonly credentialVersion: number
}
/** `none`: a grant is there, and nothing of it that serves. */
type Found =
  | { readonly kind: "access"; readonly provider: ProviderName; readonly access: HeldAccess }
  | ByTenant
  | { readonly kind: "none"; readonly provider: ProviderName }

/** What is stored, if it serves, of a connection that may be used. */
function findAccess(deps: RefreshDeps, { accountId, connectionId, wish }: Wanted): Promise<Found> {
  return deps.store.inAccount(accountId, async (tables) => {
    const connection = await requireConnection(tables, connectionId)
    refuseUnusable(connection)
    if (await isSuspended(tables, connection.userId)) throw suspended()
    const credential = await tables.findCredential(connectionId)
    if (credential === null) throw gone()
    if (credential.secretKind === "tenant") {
      const tenant = await requireTenant(tables, tenantTarget(connection).tenantConnectionId)
      return { kind: "tenant", connection, tenant, credentialVersion: credential.version }
    }
    const access = await storedAccess(deps, tables, credential, wish)
    const { provider } = connection
    return access === null ? { kind: "none", provider } : { kind: "access", provider, access }
  })
}

/** Drops the stored access token, so that the next wish refreshes; false where there is no grant to keep alive. */
function forgetAccess({ store }: RefreshDeps, accountId: AccountId, connectionId: ConnectionId): Promise<boolean> {
  return store.inAccount(accountId, async (tables) => {
    // Held, because a refresh under way may be about to store a rotated token that an older row would overwrite.
    const credential = await tables.lockCredential(connectionId)
    if (credential === null || credential.secretKind !== "refresh-token") return false
    const connection = await tables.findConnection(connectionId)
    if (connection === null || (await isSuspended(tables, connection.userId))) return false
    await tables.upsertCredential({
      ...credential,
      version: credential.version + 1,
      sealedAccessToken: null,
      accessExpiresAt: null,
    })
    return true
  })
}

/** A connection that a person must mend is not tried again and again: repeated wrong passwords lock accounts. */
function refuseUnusable(connection: ConnectionRow): void {
  if (connection.state === "needs-reauth")
    throw new Problem("auth-revoked", "The calendar must be connected again.", {
      code: connection.problemCode ?? "reconnect",
    })
  if (connection.state === "needs-consent" || connection.state === "disabled")
    throw new Problem("forbidden", "Permission for this calendar was withdrawn.", {
      code: connection.problemCode ?? "permission-withdrawn",
    })
}
