import type { AccountId } from "@kalends/domain/ids"
import { type Kysely, sql, type Transaction } from "kysely"
import type { AuditSigner } from "../ports/audit-chain.ts"
import type { Store } from "../ports/store.ts"
import { createAccountTables } from "./account-tables.ts"
import type { Database } from "./database.ts"
import { createSystemTables } from "./system-tables.ts"

/**
 * The store on PostgreSQL. Each transaction tells row-level security whose rows it may see, in the message that begins it:
 * most are short, and waiting for messages is most of what they take. `signer`: signs the audit log;
 * null where nobody will check its signatures.
 */
export function createStore(database: Kysely<Database>, signer: AuditSigner | null = null): Store {
  return {
    inAccount: (accountId, work) =>
      inScope(database, accountId, (tx) => work(createAccountTables(tx, accountId, signer))),
    asSystem: (work) => inScope(database, "system", (tx) => work(createSystemTables(tx))),
  }
}

/** One transaction that may see the rows of one account, or of all. */
export function inScope<Result>(
  database: Kysely<Database>,
  scope: AccountId | "system",
  work: (tx: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  return database.transaction().execute(async (tx) => {
    await sql`begin; select set_config('kalends.account_id', ${sql.lit(scope)}, true)`.execute(tx)
    return work(tx)
  })
}
