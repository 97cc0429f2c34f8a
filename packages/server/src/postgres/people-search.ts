import type { AccountId, GroupId } from "@kalends/domain/ids"
import { type RawBuilder, type SqlBool, sql } from "kysely"

/** In what is searched, whose rows are `person`: a part of the name or the address, however it is written. */
export function hasPart(search: string): RawBuilder<SqlBool> {
  const part = `%${search.replace(/[\\%_]/g, "\\$&")}%`
  return sql<SqlBool>`person.search_text like lower(normalize(${part}, nfkc))`
}

/** Looked up for each person in turn: whose list is read in order needs it for the first few alone. */
export const followsAccount: RawBuilder<SqlBool> = sql<SqlBool>`(
  select policy.value from group_member as member
  join group_policy as policy on policy.account_id = member.account_id and policy.group_id = member.group_id
    and policy.setting = 'sync'
  where member.account_id = person.account_id and member.user_id = person.user_id) is null`

export const isIn = (accountId: AccountId, groupId: GroupId): RawBuilder<SqlBool> =>
  sql<SqlBool>`person.user_id in (
    select member.user_id from group_member as member where member.account_id = ${accountId} and member.group_id = ${groupId})`
