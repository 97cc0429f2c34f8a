import type { AccountId, ConnectionId, GroupId, PolicyChangeId, UserId } from "@kalends/domain/ids"
import { type PolicyWord, parsePolicyValue, policySettings, policyValueText } from "@kalends/domain/policy"
import type { PolicyEdit } from "@kalends/domain/policy-effect"
import { sql, type Transaction } from "kysely"
import type {
  ClassMember,
  PeopleClass,
  PolicyChangeRow,
  PolicyChangeTables,
  SystemPolicyTables,
} from "../ports/policy-tables.ts"
import type { Database } from "./database.ts"

/** Changes of policy in one account, and whom they concern. */
export function createPolicyChangeTables(tx: Transaction<Database>, accountId: AccountId): PolicyChangeTables {
  const changes = () => tx.selectFrom("policyChange").selectAll().where("accountId", "=", accountId)
  return {
    async insert({ edits, ...row }) {
      await tx
        .insertInto("policyChange")
        .values({ ...row, edits: JSON.stringify(edits.map(jsonOf)) })
        .execute()
    },
    async find(changeId) {
      const row = await changes().where("changeId", "=", changeId).executeTakeFirst()
      return row === undefined ? null : rowOf(row)
    },
    list: async (limit) => (await changes().orderBy("createdAt", "desc").limit(limit).execute()).map(rowOf),
    listWaiting: async () => (await changes().where("state", "=", "waiting").orderBy("createdAt").execute()).map(rowOf),
    async updateIf(changeId, states, values) {
      const { numUpdatedRows } = await tx
        .updateTable("policyChange")
        .set(values)
        .where("accountId", "=", accountId)
        .where("changeId", "=", changeId)
        .where("state", "in", states)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    async countDisconnected(changeId, count, at) {
      await sql`update policy_change set disconnected = disconnected + ${count}, touched_at = ${at.toString()}
        where account_id = ${accountId} and change_id = ${changeId}`.execute(tx)
    },
    ...classTables(tx, accountId),
    ...noticeTables(tx, accountId),
  }
}

type ClassTables = Pick<PolicyChangeTables, "countClasses" | "listPeople" | "listConnections">

function classTables(tx: Transaction<Database>, accountId: AccountId): ClassTables {
  const named = (userIds: readonly UserId[] | null) =>
    userIds === null ? sql`` : sql`and u.user_id = any(${[...userIds]}::uuid[])`
  return {
    async countClasses(userIds) {
      const { rows } = await sql<PeopleClass & { readonly count: number }>`
        select u.group_id, u.role, u.provider, u.permission, u.contacts_permission, count(*) as count
        from listed_person as u where u.account_id = ${accountId} and u.kind = 'person' ${named(userIds)}
        group by 1, 2, 3, 4, 5`.execute(tx)
      return rows
    },
    async listPeople(classes, { userIds, after, limit }) {
      const { rows } = await sql<ClassMember>`
        select u.user_id, u.email, p.display_name, u.group_id, u.role, u.provider, u.permission, u.contacts_permission
        from app_user as p join listed_person as u on u.account_id = p.account_id and u.user_id = p.user_id
        where p.account_id = ${accountId} and p.kind = 'person' ${named(userIds)} and p.email > ${after ?? ""}
          and ${isOneOf(classes)}
        order by p.email limit ${limit}`.execute(tx)
      return rows
    },
    async listConnections(classes, { after, limit }) {
      const later = after === null ? sql`` : sql`and c.connection_id > ${after}`
      const { rows } = await sql<{ connectionId: ConnectionId; userId: UserId }>`
        select c.connection_id, c.user_id
        from connection as c join listed_person as u on u.account_id = c.account_id and u.user_id = c.user_id
        where c.account_id = ${accountId} and u.kind = 'person' ${later} and ${isOneOf(classes)}
        order by c.connection_id limit ${limit}`.execute(tx)
      return rows
    },
  }
}

function isOneOf(classes: readonly PeopleClass[]) {
  const column = (name: keyof PeopleClass) => classes.map((one) => one[name] ?? "")
  return sql`(coalesce(u.group_id::text, ''), u.role, coalesce(u.provider, ''), coalesce(u.permission, ''),
    coalesce(u.contacts_permission, '')) in (
    select w.group_id, w.role, w.provider, w.permission, w.contacts_permission from unnest(${column("groupId")}::text[], ${column("role")}::text[],
      ${column("provider")}::text[], ${column("permission")}::text[], ${column("contactsPermission")}::text[])
      as w (group_id, role, provider, permission, contacts_permission))`
}

type NoticeTables = Pick<PolicyChangeTables, "putNotices" | "findNotice" | "deleteNotice">

function noticeTables(tx: Transaction<Database>, accountId: AccountId): NoticeTables {
  return {
    async putNotices(rows) {
      if (rows.length === 0) return
      const said = ["changeId", "provider", "cause", "at"] as const
      await tx
        .insertInto("policyNotice")
        .values([...rows])
        .onConflict((conflict) =>
          conflict
            .columns(["accountId", "userId"])
            .doUpdateSet((set) => Object.fromEntries(said.map((name) => [name, set.ref(`excluded.${name}`)]))),
        )
        .execute()
    },
    findNotice: async (userId) =>
      (await tx
        .selectFrom("policyNotice")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .executeTakeFirst()) ?? null,
    async deleteNotice(userId) {
      await tx.deleteFrom("policyNotice").where("accountId", "=", accountId).where("userId", "=", userId).execute()
    },
  }
}

type WordJson = { readonly value: string; readonly isLocked: boolean }
/** An edit as the database keeps it. */
export type EditJson = {
  readonly groupId: GroupId | null
  readonly setting: string
  readonly was: WordJson | null
  readonly word: WordJson | null
}

function jsonOf({ groupId, setting, was, word }: PolicyEdit) {
  const text = (one: PolicyWord | null) => (one === null ? null : { ...one, value: policyValueText(one.value) })
  return { groupId, setting, was: text(was), word: text(word) }
}

/** Edits of a setting that this version does not know are left out: a newer one made them. */
function rowOf({
  edits,
  ...row
}: Omit<PolicyChangeRow, "edits"> & { readonly edits: readonly EditJson[] }): PolicyChangeRow {
  return {
    ...row,
    edits: edits.flatMap(({ groupId, setting: name, was, word }): PolicyEdit[] => {
      const setting = policySettings.find((known) => known === name)
      if (setting === undefined) return []
      const parsed = (one: WordJson | null) =>
        one === null ? null : { value: parsePolicyValue(setting, one.value), isLocked: one.isLocked }
      return [{ groupId, setting, was: parsed(was), word: parsed(word) }]
    }),
  }
}

/** Changes of policy across accounts. */
export function createSystemPolicy(tx: Transaction<Database>): SystemPolicyTables {
  return {
    async takeStalledPolicyChanges({ untouchedSince, now, limit }) {
      const { rows } = await sql<{ accountId: AccountId; changeId: PolicyChangeId }>`
        update policy_change set touched_at = ${now}
        where (account_id, change_id) in (
          select account_id, change_id from policy_change
          where state in ('waiting', 'running') and runs_at <= ${now} and touched_at < ${untouchedSince}
          order by touched_at limit ${limit} for update skip locked
        )
        returning account_id, change_id`.execute(tx)
      return rows
    },
  }
}
