import { type AccountId, parseUserId } from "@kalends/domain/ids"
import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely"
import { type AuditSigner, nextAuditRow } from "../ports/audit-chain.ts"
import type { AuditEntry, AuditFilter, AuditRow } from "../ports/store.ts"
import type { Database } from "./database.ts"

/** Rows that one statement writes at most: each has thirteen parameters, of which the protocol allows 65,535. */
const rowsAtOnce = 2_000

/** Appends entries behind the account's last one. The account's row is held meanwhile, so that the chain has no forks. */
export async function appendAudits(
  tx: Transaction<Database>,
  entries: readonly AuditEntry[],
  place: { readonly accountId: AccountId; readonly at: Temporal.Instant; readonly signer: AuditSigner | null },
): Promise<void> {
  if (entries.length === 0) return
  const { accountId } = place
  await lockAccount(tx, accountId)
  const last = await tx
    .selectFrom("audit")
    .select(["sequence", "at", "hash"])
    .where("accountId", "=", accountId)
    .orderBy("sequence", "desc")
    .limit(1)
    .executeTakeFirst()
  let before: Parameters<typeof nextAuditRow>[0] = last ?? null
  const rows = entries.map((entry) => {
    const row = nextAuditRow(before, entry, place)
    before = row
    const { actor, ...rest } = row
    return { ...rest, actorKind: actor.kind, actor: actor.kind === "user" ? actor.userId : actor.part }
  })
  for (let from = 0; from < rows.length; from += rowsAtOnce)
    await tx
      .insertInto("audit")
      .values(rows.slice(from, from + rowsAtOnce))
      .execute()
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
  { before, actor, action, subjectId, reason, from, to, limit }: AuditFilter & { readonly limit: number },
): Promise<readonly AuditRow[]> {
  let query = tx.selectFrom("audit").selectAll().where("accountId", "=", accountId)
  if (before !== null) query = query.where("sequence", "<", before)
  if (actor !== null) query = query.where("actorKind", "=", "user").where("actor", "=", actor)
  if (action !== null) query = query.where("action", "=", action)
  if (subjectId !== null) query = query.where("subjectId", "=", subjectId)
  if (reason !== null) query = query.where("reason", "=", reason)
  if (from !== null) query = query.where("at", ">=", from).where(sinceSequence(accountId, from))
  if (to !== null) query = query.where("at", "<", to).where(untilSequence(accountId, to))
  const rows = await query.orderBy("sequence", "desc").limit(limit).execute()
  return rows.map(rowOf)
}

/** Entries are nearly in the order of their instants: appended at once, or after the clock was set back, they cross. */
const crossingMost = 1_000

/** Where to begin in the log, so that what is older is not read: the first of the entries around that instant. */
function sinceSequence(accountId: AccountId, from: Temporal.Instant): RawBuilder<SqlBool> {
  return sql<SqlBool>`sequence >= (select min(sequence) from (select sequence from audit
    where account_id = ${accountId} and at >= ${from.toString()} order by at limit ${crossingMost}) as around)`
}

function untilSequence(accountId: AccountId, to: Temporal.Instant): RawBuilder<SqlBool> {
  return sql<SqlBool>`sequence <= (select max(sequence) from (select sequence from audit
    where account_id = ${accountId} and at < ${to.toString()} order by at desc limit ${crossingMost}) as around)`
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
