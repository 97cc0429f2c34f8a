import type { ConnectionState } from "@kalends/domain/connection"
import type { AccountId, GroupId } from "@kalends/domain/ids"
import { type RawBuilder, type SqlBool, sql } from "kysely"

/** In what is searched, whose rows are `person`: a part of the name or the address, however it is written. */
export function hasPart(search: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`person.search_text like ${likeOf(search)}`
}

/** As text that is searched is written. */
export function likeOf(search: string): RawBuilder<string> {
  return sql<string>`lower(normalize(${`%${search.replace(/[\\%_]/g, "\\$&")}%`}, nfkc))`
}

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
