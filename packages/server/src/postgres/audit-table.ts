import { type AccountId, parseUserId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import { chainHash, chainStart } from "../ports/audit-chain.ts"
import type { AuditEntry, AuditFilter, AuditRow } from "../ports/store.ts"
import type { Database } from "./database.ts"

/** Appends an entry behind the account's last one. The account's row is held meanwhile, so that the chain has no forks. */
export async function appendAudit(
  tx: Transaction<Database>,
  accountId: AccountId,
  entry: AuditEntry,
  at: Temporal.Instant,
): Promise<void> {
  await lockAccount(tx, accountId)
  const last = await tx
    .selectFrom("audit")
    .select(["sequence", "hash"])
    .where("accountId", "=", accountId)
    .orderBy("sequence", "desc")
    .limit(1)
    .executeTakeFirst()
  const previousHash = last?.hash ?? chainStart
  // The hash is of what the database keeps: it counts in microseconds, the clock in nanoseconds.
  const row = { ...entry, accountId, sequence: (last?.sequence ?? 0) + 1, at: at.round("microsecond") }
  const { actor, ...rest } = { ...row, previousHash, hash: chainHash(previousHash, row) }
  const flat = { ...rest, actorKind: actor.kind, actor: actor.kind === "user" ? actor.userId : actor.part }
  await tx.insertInto("audit").values(flat).execute()
}

/** Entries in order, after `after`. */
export async function listAudit(
  tx: Transaction<Database>,
  accountId: AccountId,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const rows = await tx
    .selectFrom("audit")
    .selectAll()
    .where("accountId", "=", accountId)
    .where("sequence", ">", page.after)
    .orderBy("sequence")
    .limit(page.limit)
    .execute()
  return rows.map(rowOf)
}

/** The last entries about one thing, in order. */
export async function listAuditOf(
  tx: Transaction<Database>,
  accountId: AccountId,
  { subjectId, limit }: { readonly subjectId: string; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const rows = await tx
    .selectFrom("audit")
    .selectAll()
    .where("accountId", "=", accountId)
    .where("subjectId", "=", subjectId)
    .orderBy("sequence", "desc")
    .limit(limit)
    .execute()
  return rows.map(rowOf).reverse()
}

/** Entries that fit, newest first. */
export async function searchAudit(
  tx: Transaction<Database>,
  accountId: AccountId,
  { before, actor, action, subjectId, from, to, limit }: AuditFilter & { readonly limit: number },
): Promise<readonly AuditRow[]> {
  let query = tx.selectFrom("audit").selectAll().where("accountId", "=", accountId)
  if (before !== null) query = query.where("sequence", "<", before)
  if (actor !== null) query = query.where("actorKind", "=", "user").where("actor", "=", actor)
  if (action !== null) query = query.where("action", "=", action)
  if (subjectId !== null) query = query.where("subjectId", "=", subjectId)
  if (from !== null) query = query.where("at", ">=", from)
  if (to !== null) query = query.where("at", "<", to)
  const rows = await query.orderBy("sequence", "desc").limit(limit).execute()
  return rows.map(rowOf)
}

function rowOf({ actorKind, actor, ...row }: Database["audit"]): AuditRow {
  return {
    ...row,
    actor: actorKind === "user" ? { kind: "user", userId: parseUserId(actor) } : { kind: "service", part: actor },
  }
}

/** Holds the account's row until the transaction ends. "No key": foreign keys of rows written beside do not wait for it, nor does it for them. */
export async function lockAccount(tx: Transaction<Database>, accountId: AccountId): Promise<void> {
  await sql`select 1 from account where account_id = ${accountId} for no key update`.execute(tx)
}
