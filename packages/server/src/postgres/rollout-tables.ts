import type { AccountId, RolloutId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import {
  type RolloutScope,
  type RolloutTables,
  type SystemRolloutTables,
  stepCountsOf,
} from "../ports/rollout-tables.ts"
import type { Database } from "./database.ts"

/** Rollouts of one account. */
export function createRolloutTables(tx: Transaction<Database>, accountId: AccountId): RolloutTables {
  const rollouts = () => tx.selectFrom("rollout").selectAll().where("accountId", "=", accountId)
  return {
    async insert(row) {
      await tx.insertInto("rollout").values(row).execute()
    },
    async updateIf(rolloutId, states, changes) {
      const { numUpdatedRows } = await tx
        .updateTable("rollout")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("rolloutId", "=", rolloutId)
        .where("state", "in", states)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    find: async (rolloutId) => (await rollouts().where("rolloutId", "=", rolloutId).executeTakeFirst()) ?? null,
    list: (limit) => rollouts().orderBy("createdAt", "desc").limit(limit).execute(),
    ...stepTables(tx, accountId),
  }
}

function stepTables(
  tx: Transaction<Database>,
  accountId: AccountId,
): Omit<RolloutTables, "insert" | "updateIf" | "find" | "list"> {
  const steps = (rolloutId: RolloutId) =>
    tx.selectFrom("rolloutStep").where("rolloutStep.accountId", "=", accountId).where("rolloutId", "=", rolloutId)
  return {
    addSteps: (rolloutId, scope) => addSteps(tx, { accountId, rolloutId }, scope),
    listSteps(rolloutId, { states, after, limit }) {
      const found = steps(rolloutId)
        .innerJoin("appUser", (join) =>
          join
            .onRef("appUser.accountId", "=", "rolloutStep.accountId")
            .onRef("appUser.userId", "=", "rolloutStep.userId"),
        )
        .selectAll("rolloutStep")
        .select(["appUser.email", "appUser.displayName"])
        .orderBy("rolloutStep.userId")
        .limit(limit)
      const later = after === null ? found : found.where("rolloutStep.userId", ">", after)
      return (states === null ? later : later.where("rolloutStep.state", "in", states)).execute()
    },
    lockStep: async (rolloutId, userId) =>
      (await steps(rolloutId)
        .selectAll("rolloutStep")
        .where("userId", "=", userId)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst()) ?? null,
    async updateStep(rolloutId, userId, { found, kept, ...changes }) {
      await tx
        .updateTable("rolloutStep")
        .set({ ...changes, ...json({ found, kept }) })
        .where("accountId", "=", accountId)
        .where("rolloutId", "=", rolloutId)
        .where("userId", "=", userId)
        .execute()
    },
    async resetSteps(rolloutId, from, to) {
      const { numUpdatedRows } = await tx
        .updateTable("rolloutStep")
        .set({ state: to, attempts: 0, problemKind: null, problemCode: null })
        .where("accountId", "=", accountId)
        .where("rolloutId", "=", rolloutId)
        .where("state", "in", from)
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },
    async countSteps(rolloutIds) {
      if (rolloutIds.length === 0) return new Map()
      const alike = ["rolloutId", "state", "problemKind", "problemCode"] as const
      const rows = await tx
        .selectFrom("rolloutStep")
        .select([...alike, ({ fn }) => fn.countAll<number>().as("count")])
        .where("accountId", "=", accountId)
        .where("rolloutId", "in", rolloutIds)
        .groupBy(alike)
        .execute()
      return stepCountsOf(rows)
    },
  }
}

/** The driver would write a list as an array of the database. */
function json(values: { readonly found?: unknown; readonly kept?: unknown }): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)]])),
  )
}

type Whose = { readonly accountId: AccountId; readonly rolloutId: RolloutId }

async function addSteps(
  tx: Transaction<Database>,
  { accountId, rolloutId }: Whose,
  { groupId, emails, provider }: RolloutScope,
): Promise<number> {
  const inGroup =
    groupId === null
      ? sql``
      : sql`and exists (select from group_member as m where m.account_id = u.account_id and m.user_id = u.user_id and m.group_id = ${groupId})`
  const named = emails === null ? sql`` : sql`and u.email = any(${[...emails]}::text[])`
  const connected =
    provider === null
      ? sql``
      : sql`and exists (select from connection as c where c.account_id = u.account_id and c.user_id = u.user_id and c.provider = ${provider})`
  const { numAffectedRows } = await sql`
    insert into rollout_step (account_id, rollout_id, user_id, state, attempts)
    select u.account_id, ${rolloutId}, u.user_id, 'waiting', 0 from app_user as u
    where u.account_id = ${accountId} and u.kind = 'person' ${inGroup} ${named} ${connected}
    on conflict do nothing`.execute(tx)
  return Number(numAffectedRows ?? 0n)
}

/** Rollouts across accounts. */
export function createSystemRollouts(tx: Transaction<Database>): SystemRolloutTables {
  return {
    async takeStalledRollouts({ untouchedSince, now, limit }) {
      const { rows } = await sql<{ accountId: AccountId; rolloutId: RolloutId }>`
        update rollout set touched_at = ${now}
        where (account_id, rollout_id) in (
          select account_id, rollout_id from rollout
          where state in ('checking', 'running', 'undoing') and touched_at < ${untouchedSince}
          order by touched_at limit ${limit} for update skip locked
        )
        returning account_id, rollout_id`.execute(tx)
      return rows
    },
  }
}
