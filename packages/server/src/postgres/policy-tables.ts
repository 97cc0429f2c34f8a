import type { AccountId, GroupId } from "@kalends/domain/ids"
import {
  choosableSettings,
  type PolicyChoice,
  type PolicyLevel,
  type PolicySetting,
  parsePolicyValue,
  policySettings,
  policyValueText,
} from "@kalends/domain/policy"
import { sql, type Transaction } from "kysely"
import type { PolicyTables } from "../ports/policy-tables.ts"
import type { Database } from "./database.ts"

type Word = { readonly setting: string; readonly value: string; readonly isLocked: boolean }

/** What is set by policy in one account. */
export function createPolicyTables(tx: Transaction<Database>, accountId: AccountId): PolicyTables {
  const ofAccounts = () => tx.selectFrom("accountPolicy").selectAll().where("accountId", "=", accountId)
  const ofGroups = () => tx.selectFrom("groupPolicy").selectAll().where("accountId", "=", accountId)
  return {
    ofAccount: async () => levelOf(await ofAccounts().execute()),
    ofGroup: async (groupId) => levelOf(await ofGroups().where("groupId", "=", groupId).execute()),
    async ofGroups() {
      const byGroup = Map.groupBy(await ofGroups().execute(), ({ groupId }) => groupId)
      return new Map([...byGroup].map(([groupId, words]): [GroupId, PolicyLevel] => [groupId, levelOf(words)]))
    },
    async ofUser(userId) {
      const { rows } = await sql<Word & { readonly level: "account" | "group" | "choice" }>`
        select 'account' as level, setting, value, is_locked from account_policy where account_id = ${accountId}
        union all
        select 'group', p.setting, p.value, p.is_locked from group_policy as p
          join group_member as m on m.account_id = p.account_id and m.group_id = p.group_id
          where m.account_id = ${accountId} and m.user_id = ${userId}
        union all
        select 'choice', setting, value, false from policy_choice
          where account_id = ${accountId} and user_id = ${userId}`.execute(tx)
      const said = (wanted: string) => rows.filter(({ level }) => level === wanted)
      return { account: levelOf(said("account")), group: levelOf(said("group")), choice: choiceOf(said("choice")) }
    },
    async say(groupId, setting, word) {
      if (groupId === null) await sayForAccount(tx, { accountId, setting }, textOf(word))
      else await sayForGroup(tx, { accountId, groupId, setting }, textOf(word))
    },
    async choose(userId, setting, value) {
      const key = { accountId, userId, setting }
      if (value === null)
        await tx
          .deleteFrom("policyChoice")
          .where((where) => where.and(key))
          .execute()
      else
        await tx
          .insertInto("policyChoice")
          .values({ ...key, value: policyValueText(value) })
          .onConflict((conflict) =>
            conflict.columns(["accountId", "userId", "setting"]).doUpdateSet({ value: policyValueText(value) }),
          )
          .execute()
    },
  }
}

type Texts = Pick<Word, "value" | "isLocked">

function textOf(word: { readonly value: Parameters<typeof policyValueText>[0]; readonly isLocked: boolean } | null) {
  return word === null ? null : { value: policyValueText(word.value), isLocked: word.isLocked }
}

async function sayForAccount(
  tx: Transaction<Database>,
  key: { readonly accountId: AccountId; readonly setting: PolicySetting },
  said: Texts | null,
): Promise<void> {
  if (said === null)
    await tx
      .deleteFrom("accountPolicy")
      .where((where) => where.and(key))
      .execute()
  else
    await tx
      .insertInto("accountPolicy")
      .values({ ...key, ...said })
      .onConflict((conflict) => conflict.columns(["accountId", "setting"]).doUpdateSet(said))
      .execute()
}

async function sayForGroup(
  tx: Transaction<Database>,
  key: { readonly accountId: AccountId; readonly groupId: GroupId; readonly setting: PolicySetting },
  said: Texts | null,
): Promise<void> {
  if (said === null)
    await tx
      .deleteFrom("groupPolicy")
      .where((where) => where.and(key))
      .execute()
  else
    await tx
      .insertInto("groupPolicy")
      .values({ ...key, ...said })
      .onConflict((conflict) => conflict.columns(["accountId", "groupId", "setting"]).doUpdateSet(said))
      .execute()
}

/** Settings that this version does not know are left out: a newer one wrote them. */
function levelOf(words: readonly Word[]): PolicyLevel {
  return Object.fromEntries(
    policySettings.flatMap((setting) => {
      const word = words.find((one) => one.setting === setting)
      if (word === undefined) return []
      return [[setting, { value: parsePolicyValue(setting, word.value), isLocked: word.isLocked }]]
    }),
  )
}

function choiceOf(words: readonly Word[]): PolicyChoice {
  return Object.fromEntries(
    choosableSettings.flatMap((setting) => {
      const word = words.find((one) => one.setting === setting)
      return word === undefined ? [] : [[setting, parsePolicyValue(setting, word.value)]]
    }),
  )
}
