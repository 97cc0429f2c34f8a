import { Problem } from "@kalends/domain/problem"
import { establishIn, listChosen } from "../connections/establish.ts"
import type { ConnectionRow } from "../ports/store.ts"
import { noTenant, type TenantsDeps } from "./deps.ts"
import type { StepEnd, StepWork } from "./run-rollout.ts"

/**
 * Connects one person by the administrator's connection. Who is connected by it already is done; who signed in themselves
 * is left as they are; who has another calendar service is told of.
 */
export function createConnectStep(deps: TenantsDeps): StepWork {
  const { store, broker, providers, fanOut } = deps

  return async (rollout, userId, call): Promise<StepEnd> => {
    const { accountId, tenantConnectionId, permission } = rollout
    const { user, known, tenant } = await store.inAccount(accountId, async (tables) => ({
      user: await tables.findUser(userId),
      known: await tables.findConnectionOfUser(userId),
      tenant: await tables.tenants.find(tenantConnectionId),
    }))
    if (tenant === null) throw noTenant()
    const provider = providers.get(tenant.provider)
    if (user === null || provider === undefined) throw noTenant()
    if (known !== null && known.provider !== tenant.provider)
      throw new Problem("conflict", "Another calendar service is connected.", { code: "one-at-a-time" })
    if (known !== null && known.tenantConnectionId === null && known.state !== "needs-reauth")
      return { state: "skipped", changes: { problemCode: "has-own" } }
    if (known !== null && isConnected(known, rollout)) return { state: "done" }
    const actor = { kind: "user", userId: rollout.createdBy } as const
    const target = { accountId, tenantConnectionId, permission, mailbox: user.email }
    const access = await broker.accessByTenant(target, { actor, reason: "rollout", call })
    const chosen = await listChosen(provider, access)
    const subject = { id: `${tenant.tenantId}/${user.email}`, email: user.email, tenantId: tenant.tenantId }
    // An administrator gives calendars alone: contacts are a person's own, and theirs to allow.
    const made = { access, subject, permission, contacts: "none", grant: null, tenantConnectionId } as const
    let connection: ConnectionRow | null = null
    return {
      state: "done",
      async write(tables) {
        connection = await establishIn(deps, tables, { user, provider, made, chosen, actor })
        return {}
      },
      tell() {
        if (connection === null) return
        const { connectionId, state } = connection
        fanOut.publish({ kind: "user", accountId, userId }, { kind: "connection-changed", connectionId, state })
      },
    }
  }
}

function isConnected(
  { tenantConnectionId, permission, state }: ConnectionRow,
  wanted: { readonly tenantConnectionId: string; readonly permission: string },
): boolean {
  const isWell = state === "healthy" || state === "connecting" || state === "unreachable"
  return isWell && tenantConnectionId === wanted.tenantConnectionId && permission === wanted.permission
}
