import type { AccountId } from "@kalends/domain/ids"
import type {
  ClassMember,
  PeopleClass,
  PolicyChangeState,
  PolicyChangeTables,
  SystemPolicyTables,
} from "../ports/policy-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

/** Changes of policy in one account, and whom they concern, in memory. */
export function memoryPolicyChanges(tx: MemoryTransaction, accountId: AccountId): PolicyChangeTables {
  const mine = () => tx.list("policyChange").filter((row) => row.accountId === accountId)
  const oldestFirst = () => mine().sort((a, b) => Temporal.Instant.compare(a.createdAt, b.createdAt))
  const people = () =>
    tx
      .list("user")
      .filter((user) => user.accountId === accountId)
      .map(({ userId, email, displayName, role }) => {
        const connection = tx.list("connection").find((row) => row.userId === userId)
        const { provider = null, permission = null, contactsPermission = null } = connection ?? {}
        const groupId = tx.find("member", userId)?.groupId ?? null
        return { userId, email, displayName, role, groupId, provider, permission, contactsPermission, connection }
      })
  return {
    insert: (row) => tx.put("policyChange", row.changeId, row),
    find: async (id) => mine().find(({ changeId }) => changeId === id) ?? null,
    list: async (limit) => oldestFirst().reverse().slice(0, limit),
    listWaiting: async () => oldestFirst().filter(({ state }) => state === "waiting"),
    async updateIf(id, states, changes) {
      await tx.lock("policyChange", id)
      const row = mine().find(({ changeId }) => changeId === id)
      if (row === undefined || !states.includes(row.state)) return false
      await tx.put("policyChange", id, { ...row, ...changes })
      return true
    },
    countDisconnected: (id, count, touchedAt) =>
      tx.change("policyChange", id, (row) => ({ ...row, touchedAt, disconnected: row.disconnected + count })),
    async countClasses(userIds) {
      const wanted = people().filter(({ userId }) => userIds === null || userIds.includes(userId))
      return [...Map.groupBy(wanted, nameOf).values()].flatMap((members) => {
        const [first] = members
        if (first === undefined) return []
        const { groupId, role, provider, permission, contactsPermission } = first
        return [{ groupId, role, provider, permission, contactsPermission, count: members.length }]
      })
    },
    async listPeople(classes, { userIds, after, limit }) {
      const names = new Set(classes.map(nameOf))
      return people()
        .filter((one) => names.has(nameOf(one)) && one.email > (after ?? ""))
        .filter(({ userId }) => userIds === null || userIds.includes(userId))
        .sort((a, b) => (a.email < b.email ? -1 : 1))
        .slice(0, limit)
        .map(({ connection: _connection, ...member }): ClassMember => member)
    },
    async listConnections(classes, { after, limit }) {
      const names = new Set(classes.map(nameOf))
      return people()
        .filter((one) => names.has(nameOf(one)))
        .flatMap(({ connection, userId }) =>
          connection === undefined ? [] : [{ connectionId: connection.connectionId, userId }],
        )
        .filter(({ connectionId }) => connectionId > (after ?? ""))
        .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1))
        .slice(0, limit)
    },
    async putNotices(rows) {
      for (const row of rows) await tx.put("policyNotice", row.userId, row)
    },
    async findNotice(userId) {
      const row = tx.find("policyNotice", userId)
      return row?.accountId === accountId ? row : null
    },
    async deleteNotice(userId) {
      await tx.remove("policyNotice", userId)
    },
  }
}

const nameOf = ({ groupId, role, provider, permission, contactsPermission }: PeopleClass) =>
  [groupId, role, provider, permission, contactsPermission].join(" ")

/** Changes of policy across accounts, in memory. */
export function memorySystemPolicy(tx: MemoryTransaction): SystemPolicyTables {
  const isAtWork = (state: PolicyChangeState) => state === "waiting" || state === "running"
  return {
    async takeStalledPolicyChanges({ untouchedSince, now, limit }) {
      const stalled = tx
        .list("policyChange")
        .filter(({ state, runsAt }) => isAtWork(state) && Temporal.Instant.compare(runsAt, now) <= 0)
        .filter(({ touchedAt }) => Temporal.Instant.compare(touchedAt, untouchedSince) < 0)
        .slice(0, limit)
      for (const row of stalled) await tx.put("policyChange", row.changeId, { ...row, touchedAt: now })
      return stalled.map(({ accountId, changeId }) => ({ accountId, changeId }))
    },
  }
}
