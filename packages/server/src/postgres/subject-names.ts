import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { NamedSubject } from "../ports/store.ts"
import type { Database } from "./database.ts"

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What things are called that entries of the log are about: those that there still are. Each is looked for by its key. */
export async function nameSubjects(
  tx: Transaction<Database>,
  accountId: AccountId,
  ids: readonly string[],
): Promise<readonly NamedSubject[]> {
  const wanted = ids.filter((id) => uuid.test(id))
  if (wanted.length === 0) return []
  const among = sql`any(${wanted}::uuid[])`
  const { rows } = await sql<NamedSubject>`
    select user_id::text as subject_id, kind, display_name as name from app_user
      where account_id = ${accountId} and user_id = ${among}
    union all
    select c.connection_id::text, 'calendar', person.display_name from connection as c
      join app_user as person on person.account_id = c.account_id and person.user_id = c.user_id
      where c.account_id = ${accountId} and c.connection_id = ${among}
    union all
    select group_id::text, 'group', name from user_group where account_id = ${accountId} and group_id = ${among}
    union all
    select tenant_connection_id::text, 'tenant', tenant_id from tenant_connection
      where account_id = ${accountId} and tenant_connection_id = ${among}
    union all
    select display_id::text, 'display', name from display where account_id = ${accountId} and display_id = ${among}
    union all
    select device_id::text, 'device', name from device where account_id = ${accountId} and device_id = ${among}`.execute(
    tx,
  )
  return rows
}
