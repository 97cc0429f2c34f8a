import type { ConnectionState } from "@kalends/domain/connection"
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

/** Whether their connection is in this state, or ("none") there is none. */
export function isConnected(accountId: AccountId, state: ConnectionState | "none"): RawBuilder<SqlBool> {
  const own = sql`select c.user_id from connection as c where c.account_id = ${accountId}`
  return state === "none"
    ? sql<SqlBool>`not exists (${own} and c.user_id = person.user_id)`
    : sql<SqlBool>`person.user_id in (${own} and c.state = ${state})`
}
