import type { AccountId, ConnectionId, RevocationId } from "@kalends/domain/ids"
import type {
  Farewell,
  GrantOutcome,
  RevocationScope,
  RevocationStepRow,
  RevocationTables,
  SystemRevocationTables,
  TakenCredential,
} from "../ports/revocation-tables.ts"
import type { ConnectionRow } from "../ports/store.ts"
import type { MemoryTransaction } from "./memory-tables.ts"
import { forgetKept } from "./memory-tenants.ts"

const stepKey = (revocationId: RevocationId, connectionId: ConnectionId) => `${revocationId} ${connectionId}`

/** Revocations of one account, in memory. `deleteConnection` is that of the account's tables. */
export function memoryRevocations(
  tx: MemoryTransaction,
  accountId: AccountId,
  deleteConnection: (connectionId: ConnectionId) => Promise<void>,
): RevocationTables {
  const mine = () => tx.list("revocation").filter((row) => row.accountId === accountId)
  const steps = (revocationId: RevocationId) =>
    tx
      .list("revocationStep")
      .filter((row) => row.accountId === accountId && row.revocationId === revocationId)
      .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1))
  return {
    insert: (row) => tx.put("revocation", row.revocationId, row),
    async updateIf(id, state, changes) {
      await tx.lock("revocation", id)
      const row = mine().find(({ revocationId }) => revocationId === id)
      if (row?.state !== state) return false
      await tx.put("revocation", id, { ...row, ...changes })
      return true
    },
    find: async (id) => mine().find(({ revocationId }) => revocationId === id) ?? null,
    list: async (limit) =>
      mine()
        .filter(({ scopeKind }) => scopeKind !== "policy")
        .sort((a, b) => Temporal.Instant.compare(b.createdAt, a.createdAt))
        .slice(0, limit),
    listConcerned: async (scope, { after, limit }) =>
      concerned(tx, accountId, scope)
        .filter(({ email }) => email > (after ?? ""))
        .slice(0, limit),
    countConcerned: async (scope) => concerned(tx, accountId, scope).length,
    async addSteps(revocationId, scope) {
      const found = concerned(tx, accountId, scope)
      for (const { connectionId, userId, provider } of found)
        await tx.put("revocationStep", stepKey(revocationId, connectionId), {
          ...{ accountId, revocationId, connectionId, userId, provider, state: "waiting", farewell: null },
          ...{ subscriptionsStopped: 0, subscriptionsLeft: 0, grantOutcome: null },
        })
      return found.length
    },
    async delete(id) {
      for (const { connectionId } of steps(id)) await tx.remove("revocationStep", stepKey(id, connectionId))
      await tx.remove("revocation", id)
    },
    async hold(connectionIds) {
      const isFree = (id: ConnectionId) => tx.find("credential", id) === null || tx.lockAtOnce("credential", id)
      const free = [...connectionIds].sort().filter(isFree)
      await tx.lock("account", accountId)
      const connections: ConnectionRow[] = []
      for (const connectionId of free) {
        await tx.lock("connection", connectionId)
        const row = tx.find("connection", connectionId)
        if (row?.accountId === accountId && !isBeingRevoked(tx, connectionId)) connections.push(row)
      }
      return { connections, busyCount: connectionIds.length - free.length }
    },
    async addStepsOf(revocationId, connectionIds) {
      for (const { connectionId, userId, provider } of tx.list("connection"))
        if (connectionIds.includes(connectionId))
          await tx.put("revocationStep", stepKey(revocationId, connectionId), {
            ...{ accountId, revocationId, connectionId, userId, provider, state: "waiting", farewell: null },
            ...{ subscriptionsStopped: 0, subscriptionsLeft: 0, grantOutcome: null },
          })
    },
    takeCredentials: (revocationId, held) =>
      takeCredentials({ tx, accountId }, steps(revocationId).filter(isWaiting), held),
    async removeSome(revocationId, limit) {
      const done: Awaited<ReturnType<RevocationTables["removeSome"]>>[number][] = []
      for (const step of steps(revocationId).filter(isWaiting)) {
        const { connectionId, userId } = step
        const key = stepKey(revocationId, connectionId)
        if (done.length === limit) break
        if (!tx.lockAtOnce("revocationStep", key) || tx.find("revocationStep", key)?.state !== "waiting") continue
        await tx.lock("connection", connectionId)
        const hasNoSecret = tx.find("credential", connectionId) === null
        const row = tx.find("connection", connectionId)
        await tx.put("revocationStep", key, {
          ...step,
          ...(hasNoSecret
            ? { state: "removed" as const, farewell: row === null ? null : farewellOf(tx, row) }
            : { state: "done" as const, grantOutcome: "reconnected" as const }),
        })
        if (hasNoSecret) await deleteConnection(connectionId)
        done.push({ connectionId, userId, isRemoved: hasNoSecret && row !== null })
      }
      return done
    },
    listSteps: async (id, { state, after, limit }) =>
      steps(id)
        .filter((row) => (state === null || row.state === state) && (after === null || row.connectionId > after))
        .slice(0, limit)
        .flatMap((row) => {
          const user = tx.find("user", row.userId)
          if (user === null && state === null) return []
          return [{ ...row, email: user?.email ?? "", displayName: user?.displayName ?? "" }]
        }),
    async endSteps(id, done) {
      const ended: ConnectionId[] = []
      for (const one of done) {
        const key = stepKey(id, one.connectionId)
        await tx.lock("revocationStep", key)
        const row = tx.find("revocationStep", key)
        if (row?.state !== "removed") continue
        await tx.put("revocationStep", key, { ...row, ...one, state: "done", farewell: null })
        ended.push(one.connectionId)
      }
      return ended
    },
    count: async (id) => countsOf(steps(id)),
  }
}

const isWaiting = ({ state }: RevocationStepRow) => state === "waiting"

const isBeingRevoked = (tx: MemoryTransaction, id: ConnectionId) =>
  tx.list("revocationStep").some((step) => step.connectionId === id && isWaiting(step))

function concerned(tx: MemoryTransaction, accountId: AccountId, scope: RevocationScope) {
  const isOfScope = (row: ConnectionRow) => {
    switch (scope.kind) {
      case "connection":
        return row.connectionId === scope.connectionId
      case "group":
        return tx.find("member", row.userId)?.groupId === scope.groupId
      case "tenant":
        return scope.tenantConnectionId === null
          ? row.provider === scope.provider && row.tenantId === scope.tenantId
          : row.tenantConnectionId === scope.tenantConnectionId
    }
  }
  return tx
    .list("connection")
    .filter((row) => row.accountId === accountId && isOfScope(row))
    .filter(({ connectionId }) => !isBeingRevoked(tx, connectionId))
    .flatMap(({ connectionId, userId, provider, state }) => {
      const user = tx.find("user", userId)
      return user === null
        ? []
        : [{ connectionId, userId, provider, state, email: user.email, displayName: user.displayName }]
    })
    .sort((a, b) => (a.email < b.email ? -1 : 1))
}

async function takeCredentials(
  { tx, accountId }: { readonly tx: MemoryTransaction; readonly accountId: AccountId },
  steps: readonly RevocationStepRow[],
  held: "left-out" | "waited-for",
): Promise<readonly TakenCredential[]> {
  const taken: TakenCredential[] = []
  for (const { connectionId } of steps) {
    if (held === "left-out" && !tx.lockAtOnce("credential", connectionId)) continue
    await tx.lock("credential", connectionId)
    const row = tx.find("credential", connectionId)
    if (row === null) continue
    const { sealedSecret, secretKind, sealedAccessToken, accessExpiresAt } = row
    taken.push({ connectionId, sealedSecret, secretKind, sealedAccessToken, accessExpiresAt })
    await tx.remove("credential", connectionId)
  }
  await tx.lock("account", accountId)
  for (const { userId } of steps) await forgetKept(tx, userId)
  return taken
}

function farewellOf(tx: MemoryTransaction, row: ConnectionRow): Farewell {
  const calendars = tx.list("calendar").filter(({ connectionId }) => connectionId === row.connectionId)
  const subscriptions = tx
    .list("subscription")
    .filter((one) => calendars.some(({ calendarId }) => calendarId === one.calendarId))
    .map(({ providerSubscriptionId, providerResourceId }) => ({ providerSubscriptionId, providerResourceId }))
  const { permission, contactsPermission, tenantConnectionId, subjectEmail: mailbox } = row
  return { permission, contactsPermission, tenantConnectionId, mailbox, subscriptions }
}

function countsOf(rows: readonly RevocationStepRow[]) {
  const inState = (state: RevocationStepRow["state"]) => rows.filter((row) => row.state === state).length
  const ended = (outcome: GrantOutcome) => rows.filter(({ grantOutcome }) => grantOutcome === outcome).length
  return {
    ...{ waiting: inState("waiting"), removed: inState("removed"), done: inState("done") },
    subscriptionsStopped: rows.reduce((sum, row) => sum + row.subscriptionsStopped, 0),
    subscriptionsLeft: rows.reduce((sum, row) => sum + row.subscriptionsLeft, 0),
    grants: {
      ...{ revoked: ended("revoked"), reconnected: ended("reconnected") },
      ...{ "not-possible": ended("not-possible"), "not-confirmed": ended("not-confirmed") },
    },
  }
}

/** Revocations across accounts, in memory. */
export function memorySystemRevocations(tx: MemoryTransaction): SystemRevocationTables {
  return {
    async takeStalledRevocations({ untouchedSince, now, limit }) {
      const stalled = tx
        .list("revocation")
        .filter(({ state, touchedAt }) => state !== "done" && Temporal.Instant.compare(touchedAt, untouchedSince) < 0)
        .slice(0, limit)
      for (const row of stalled) await tx.put("revocation", row.revocationId, { ...row, touchedAt: now })
      return stalled.map(({ accountId, revocationId }) => ({ accountId, revocationId }))
    },
  }
}
