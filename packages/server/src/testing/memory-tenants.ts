import type { AccountId, RolloutId, UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import {
  type RolloutScope,
  type RolloutTables,
  type StepCount,
  type StepRow,
  type SystemRolloutTables,
  stepCountsOf,
} from "../ports/rollout-tables.ts"
import { type TenantConnectionRow, type TenantTables, tenantKey } from "../ports/tenant-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

/** Administrators' connections of one account, in memory. */
export function memoryTenants(tx: MemoryTransaction, accountId: AccountId): TenantTables {
  const mine = () => tx.list("tenant").filter((row) => row.accountId === accountId)
  const connections = (tenantConnectionId: string) =>
    tx
      .list("connection")
      .filter((row) => row.accountId === accountId && row.tenantConnectionId === tenantConnectionId)
      .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1))
  async function refuseSame(row: TenantConnectionRow, but: TenantConnectionRow | null): Promise<void> {
    await tx.lock("tenant", tenantKey(row))
    const others = mine().filter(({ tenantConnectionId }) => tenantConnectionId !== but?.tenantConnectionId)
    if (others.some((other) => tenantKey(other) === tenantKey(row)))
      throw new Problem("conflict", "This organisation is connected already.", { code: "tenant-known" })
  }
  return {
    async insert(row) {
      await refuseSame(row, null)
      await tx.put("tenant", row.tenantConnectionId, row)
    },
    async update(id, changes) {
      const known = mine().find((row) => row.tenantConnectionId === id)
      if (known !== undefined) await refuseSame({ ...known, ...changes }, known)
      await tx.change("tenant", id, (row) => (row.accountId === accountId ? { ...row, ...changes } : row))
    },
    renewSecret: ({ tenantConnectionId: id, version }, sealedSecret) =>
      tx.change("tenant", id, (row) =>
        row.accountId === accountId && row.version === version ? { ...row, sealedSecret } : row,
      ),
    find: async (id) => mine().find((row) => row.tenantConnectionId === id) ?? null,
    list: async () => mine().sort((a, b) => Temporal.Instant.compare(a.createdAt, b.createdAt)),
    async delete(id) {
      if (connections(id).length > 0) throw new Error("violates foreign key constraint of connection")
      await tx.remove("tenant", id)
    },
    listConnections: async (id, { after, limit }) =>
      connections(id)
        .filter(({ connectionId }) => after === null || connectionId > after)
        .slice(0, limit)
        .map(({ connectionId, userId }) => ({ connectionId, userId })),
    async countConnections(id) {
      const roomIds = new Set(tx.list("room").map(({ roomId }) => roomId))
      const rooms = connections(id).filter(({ userId }) => roomIds.has(userId)).length
      return { people: connections(id).length - rooms, rooms }
    },
  }
}

const stepKey = (rolloutId: RolloutId, userId: UserId) => `${rolloutId} ${userId}`

/** Rollouts of one account, in memory. */
export function memoryRollouts(tx: MemoryTransaction, accountId: AccountId): RolloutTables {
  const mine = () => tx.list("rollout").filter((row) => row.accountId === accountId)
  const steps = (rolloutId: RolloutId) =>
    tx
      .list("step")
      .filter((row) => row.accountId === accountId && row.rolloutId === rolloutId)
      .sort((a, b) => (a.userId < b.userId ? -1 : 1))
  return {
    insert: (row) => tx.put("rollout", row.rolloutId, row),
    async updateIf(id, states, changes) {
      await tx.lock("rollout", id)
      const row = mine().find(({ rolloutId }) => rolloutId === id)
      if (row === undefined || !states.includes(row.state)) return false
      await tx.put("rollout", id, { ...row, ...changes })
      return true
    },
    find: async (id) => mine().find(({ rolloutId }) => rolloutId === id) ?? null,
    list: async (limit) =>
      mine()
        .sort((a, b) => Temporal.Instant.compare(b.createdAt, a.createdAt))
        .slice(0, limit),
    addSteps: (rolloutId, scope) => addSteps(tx, { accountId, rolloutId }, scope),
    listSteps: async (id, { states, after, limit }) =>
      steps(id)
        .filter((row) => (states === null || states.includes(row.state)) && (after === null || row.userId > after))
        .slice(0, limit)
        .flatMap((row) => {
          const user = tx.find("user", row.userId)
          return user === null ? [] : [{ ...row, email: user.email, displayName: user.displayName }]
        }),
    async lockStep(id, userId) {
      const key = stepKey(id, userId)
      if (!tx.lockAtOnce("step", key)) return null
      return tx.find("step", key)
    },
    updateStep: (id, userId, changes) => tx.change("step", stepKey(id, userId), (row) => ({ ...row, ...changes })),
    async resetSteps(id, from, to) {
      const found = steps(id).filter(({ state }) => from.includes(state))
      const fresh = { state: to, attempts: 0, problemKind: null, problemCode: null }
      for (const { userId } of found) await tx.change("step", stepKey(id, userId), (row) => ({ ...row, ...fresh }))
      return found.length
    },
    countSteps: async (ids) => stepCountsOf(ids.flatMap((id) => countAlike(steps(id)))),
  }
}

function countAlike(rows: readonly StepRow[]): readonly StepCount[] {
  const groups = Map.groupBy(rows, ({ state, problemKind, problemCode }) => [state, problemKind, problemCode].join(" "))
  return [...groups.values()].flatMap((alike) => alike.slice(0, 1).map((row) => ({ ...row, count: alike.length })))
}

type Whose = { readonly accountId: AccountId; readonly rolloutId: RolloutId }

async function addSteps(
  tx: MemoryTransaction,
  { accountId, rolloutId }: Whose,
  { groupId, emails, provider }: RolloutScope,
): Promise<number> {
  const isWanted = (userId: UserId, email: string) =>
    (groupId === null || tx.find("member", userId)?.groupId === groupId) &&
    (emails === null || emails.includes(email)) &&
    (provider === null || tx.list("connection").some((row) => row.userId === userId && row.provider === provider))
  const users = tx.list("user").filter((user) => user.accountId === accountId && isWanted(user.userId, user.email))
  const added = users.filter(({ userId }) => tx.find("step", stepKey(rolloutId, userId)) === null)
  for (const { userId } of added) {
    const fresh: StepRow = {
      ...{ accountId, rolloutId, userId, state: "waiting", attempts: 0 },
      ...{ problemKind: null, problemCode: null, triedAt: null, found: null, kept: null },
      ...{ sealedSecret: null, sealedAccessToken: null },
    }
    await tx.put("step", stepKey(rolloutId, userId), fresh)
  }
  return added.length
}

/** Rollouts across accounts, in memory. */
export function memorySystemRollouts(tx: MemoryTransaction): SystemRolloutTables {
  return {
    async takeStalledRollouts({ untouchedSince, now, limit }) {
      const stalled = tx
        .list("rollout")
        .filter(({ state }) => state === "checking" || state === "running" || state === "undoing")
        .filter(({ touchedAt }) => Temporal.Instant.compare(touchedAt, untouchedSince) < 0)
        .slice(0, limit)
      for (const row of stalled) await tx.put("rollout", row.rolloutId, { ...row, touchedAt: now })
      return stalled.map(({ accountId, rolloutId }) => ({ accountId, rolloutId }))
    },
  }
}

/** What a move kept of this person's older secrets, to undo it with. */
export async function forgetKept(tx: MemoryTransaction, userId: string): Promise<void> {
  for (const step of tx.list("step"))
    if (step.userId === userId && (step.sealedSecret !== null || step.sealedAccessToken !== null))
      await tx.change("step", `${step.rolloutId} ${userId}`, (row) => ({
        ...{ ...row, sealedSecret: null, sealedAccessToken: null, state: "skipped" },
      }))
}
