import type { AccountId } from "@kalends/domain/ids"
import { type RawBuilder, sql, type Transaction } from "kysely"
import type {
  CustodyCount,
  KeyTables,
  ResealedRow,
  SealedPage,
  SealedPlace,
  SealedRow,
  SystemKeyTables,
} from "../ports/key-tables.ts"
import type { DataKeyRow } from "../ports/store.ts"
import type { Database } from "./database.ts"

type Tx = Transaction<Database>

/** Data keys of one account, what is sealed under them, and the work on them. */
export function createKeyTables(tx: Tx, accountId: AccountId): KeyTables {
  return {
    takeNewest: () => takeNewest(tx, accountId),
    async rewrap(keyVersion, from, { bytes, keyId }) {
      const { numUpdatedRows } = await tx
        .updateTable("dataKey")
        .set({ wrappedKey: bytes, custodyKeyId: keyId })
        .where("accountId", "=", accountId)
        .where("keyVersion", "=", keyVersion)
        .where("custodyKeyId", "=", from)
        .where("destroyedAt", "is", null)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    destroyUnused: (keyVersion, now) => destroyUnused(tx, accountId, { keyVersion, now }),
    async shred(now) {
      const { numUpdatedRows } = await tx
        .updateTable("dataKey")
        .set({ wrappedKey: new Uint8Array(), destroyedAt: now })
        .where("accountId", "=", accountId)
        .where("destroyedAt", "is", null)
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },
    async countSealed(olderThan) {
      const { rows } = await sql<{ readonly count: number }>`
        select sum(count)::int as count from (${everywhere(accountId, (column) => isOlder(column, olderThan))}) counted`.execute(
        tx,
      )
      return rows[0]?.count ?? 0
    },
    takeSealed: (page) => takeSealed(tx, accountId, page),
    putSealed: (place, rows, now) => putSealed(tx, accountId, { place, rows, now }),
    accountName: async () =>
      (await tx.selectFrom("account").select("name").where("accountId", "=", accountId).executeTakeFirst())?.name ?? "",
    ...workTables(tx, accountId),
  }
}

function workTables(
  tx: Tx,
  accountId: AccountId,
): Pick<KeyTables, "findWork" | "beginWork" | "moveWork" | "countDone"> {
  return {
    findWork: async () =>
      (await tx.selectFrom("keyWork").selectAll().where("accountId", "=", accountId).executeTakeFirst()) ?? null,
    async beginWork(row) {
      const { accountId: _account, ...changes } = row
      await tx
        .insertInto("keyWork")
        .values(row)
        .onConflict((conflict) => conflict.column("accountId").doUpdateSet(changes))
        .execute()
    },
    async moveWork(states, changes) {
      const { numUpdatedRows } = await tx
        .updateTable("keyWork")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("state", "in", states)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    async countDone(done, failed) {
      await tx
        .updateTable("keyWork")
        .set((row) => ({ done: row("done", "+", done), failed: row("failed", "+", failed) }))
        .where("accountId", "=", accountId)
        .execute()
    },
  }
}

/** A newest key that is destroyed while it is waited for is none: whoever did so had made a newer one, or shredded all. */
async function takeNewest(tx: Tx, accountId: AccountId): Promise<DataKeyRow | null> {
  const live = tx
    .selectFrom("dataKey")
    .selectAll()
    .where("accountId", "=", accountId)
    .where("destroyedAt", "is", null)
    .orderBy("keyVersion", "desc")
    .limit(1)
  const found = await live.forKeyShare().executeTakeFirst()
  return found ?? (await live.forKeyShare().executeTakeFirst()) ?? null
}

/** One look sees all places at one instant, so that what is moved from one to another meanwhile is seen in either. */
async function destroyUnused(
  tx: Tx,
  accountId: AccountId,
  { keyVersion, now }: { readonly keyVersion: number; readonly now: Temporal.Instant },
): Promise<boolean> {
  await sql`select 1 from data_key where account_id = ${accountId} and key_version = ${keyVersion} for update`.execute(
    tx,
  )
  const { rows } = await sql<{ readonly count: number }>`
    select sum(count)::int as count from (${everywhere(accountId, (column) => isUnder(column, keyVersion))}) counted`.execute(
    tx,
  )
  if ((rows[0]?.count ?? 0) > 0) return false
  await tx
    .updateTable("dataKey")
    .set({ wrappedKey: new Uint8Array(), destroyedAt: now })
    .where("accountId", "=", accountId)
    .where("keyVersion", "=", keyVersion)
    .where("destroyedAt", "is", null)
    .execute()
  return true
}

type Columns = {
  readonly table: string
  /** What tells its rows apart within the account, of the table or of a name for it. */
  readonly id: (table: string) => RawBuilder<string>
  readonly idType: RawBuilder<unknown>
  readonly sealed: readonly [string, ...string[]]
  readonly connectionId: RawBuilder<unknown>
  readonly kind: RawBuilder<unknown>
}

/** Every column of the schema with something sealed in it. */
const columnsOf: Readonly<Record<SealedPlace, Columns>> = {
  credential: {
    table: "credential",
    id: (table) => sql`${sql.ref(`${table}.credential_id`)}`,
    idType: sql`uuid`,
    sealed: ["sealed_secret", "sealed_access_token"],
    connectionId: sql`connection_id`,
    kind: sql`secret_kind`,
  },
  "tenant-connection": {
    table: "tenant_connection",
    id: (table) => sql`${sql.ref(`${table}.tenant_connection_id`)}`,
    idType: sql`uuid`,
    sealed: ["sealed_secret"],
    connectionId: sql`tenant_connection_id`,
    kind: sql`'tenant'`,
  },
  "rollout-step": {
    table: "rollout_step",
    id: (table) => sql`(${sql.ref(`${table}.rollout_id`)}::text || ' ' || ${sql.ref(`${table}.user_id`)}::text)`,
    idType: sql`text`,
    sealed: ["sealed_secret", "sealed_access_token"],
    connectionId: sql`(select connection_id from connection
      where connection.account_id = rollout_step.account_id and connection.user_id = rollout_step.user_id)`,
    kind: sql`kept ->> 'secretKind'`,
  },
  totp: {
    table: "totp",
    id: (table) => sql`${sql.ref(`${table}.user_id`)}`,
    idType: sql`uuid`,
    sealed: ["sealed_secret"],
    connectionId: sql`user_id`,
    kind: sql`'totp-seed'`,
  },
  device: {
    table: "device",
    id: (table) => sql`${sql.ref(`${table}.device_id`)}`,
    idType: sql`uuid`,
    sealed: ["sealed_secret"],
    connectionId: sql`device_id`,
    kind: sql`'device-password'`,
  },
  "room-booking": {
    table: "room_booking_key",
    id: (table) => sql`(${sql.ref(`${table}.room_id`)}::text || ' ' || ${sql.ref(`${table}.day`)}::text)`,
    idType: sql`text`,
    sealed: ["sealed_key"],
    connectionId: sql`room_id`,
    kind: sql`'room-bookings'`,
  },
}

/** As "table.column", for the test that compares them with the schema. */
export const sealedColumns: readonly string[] = Object.values(columnsOf).flatMap(({ table, sealed }) =>
  sealed.map((column) => `${table}.${column}`),
)

/** The four bytes of a box that say its key's version (vault/sealed-box.ts). */
const versionOf = (column: string) => sql`substring(${sql.ref(column)} from 2 for 4)`
const isUnder = (column: string, version: number) => sql`${versionOf(column)} = int4send(${version})`
const isOlder = (column: string, version: number) =>
  sql`(length(${sql.ref(column)}) >= 5 and ${versionOf(column)} < int4send(${version}))`

type Condition = (column: string) => RawBuilder<unknown>
const any = (sealed: readonly string[], condition: Condition) => sql.join(sealed.map(condition), sql` or `)

function everywhere(accountId: AccountId, condition: Condition) {
  const counts = Object.values(columnsOf).map(
    ({ table, sealed }) =>
      sql`select count(*) as count from ${sql.table(table)} where account_id = ${accountId} and (${any(sealed, condition)})`,
  )
  return sql.join(counts, sql` union all `)
}

async function takeSealed(
  tx: Tx,
  accountId: AccountId,
  { place, after, limit, olderThan }: SealedPage,
): Promise<readonly SealedRow[]> {
  const { table, id, idType, sealed, connectionId, kind } = columnsOf[place]
  const accessToken = sealed.length > 1 ? sql`sealed_access_token` : sql`null::bytea`
  const later = after === null ? sql`true` : sql`${id(table)} > ${after}::${idType}`
  const { rows } = await sql<SealedRow>`
    select ${id(table)} as row_id, ${connectionId} as connection_id, ${kind} as secret_kind,
      ${sql.ref(sealed[0])} as secret, ${accessToken} as access_token
    from ${sql.table(table)}
    where account_id = ${accountId} and ${later} and (${any(sealed, (column) => isOlder(column, olderThan))})
    order by 1 limit ${limit} for update of ${sql.table(table)} skip locked`.execute(tx)
  return rows
}

type Put = { readonly place: SealedPlace; readonly rows: readonly ResealedRow[]; readonly now: Temporal.Instant }

async function putSealed(tx: Tx, accountId: AccountId, { place, rows, now }: Put): Promise<void> {
  if (rows.length === 0) return
  const { table, id, idType, sealed } = columnsOf[place]
  const ids = rows.map(({ rowId }) => rowId)
  const secrets = rows.map(({ secret }) => (secret === null ? null : Buffer.from(secret)))
  const tokens = rows.map(({ accessToken }) => (accessToken === null ? null : Buffer.from(accessToken)))
  // What a table needs is emptied; what it may be without is gone.
  const secret = place === "rollout-step" ? sql`fresh.secret` : sql`coalesce(fresh.secret, '')`
  const access = sealed.length > 1 ? sql`, sealed_access_token = fresh.access_token` : sql``
  await sql`
    update ${sql.table(table)} as kept set ${sql.ref(sealed[0])} = ${secret}${access}
    from unnest(${ids}::${idType}[], ${secrets}::bytea[], ${tokens}::bytea[]) as fresh (row_id, secret, access_token)
    where kept.account_id = ${accountId} and ${id("kept")} = fresh.row_id`.execute(tx)
  const lost = rows.flatMap(({ lostOf }) => lostOf ?? [])
  if (lost.length === 0) return
  const problem = { problemKind: "auth-revoked", problemCode: "keys-shredded", problemAt: now } as const
  if (place === "credential")
    await tx
      .updateTable("connection")
      .set({ ...problem, state: "needs-reauth" })
      .where("accountId", "=", accountId)
      .where(sql<string>`connection_id::text`, "in", lost)
      .execute()
  if (place === "tenant-connection")
    await tx
      .updateTable("tenantConnection")
      .set(problem)
      .where("accountId", "=", accountId)
      .where(sql<string>`tenant_connection_id::text`, "in", lost)
      .execute()
}

/** Over all accounts. */
export function createSystemKeys(tx: Tx): SystemKeyTables {
  return {
    async countByCustody() {
      const { rows } = await sql<CustodyCount>`
        select custody_key_id as key_id, count(*) filter (where destroyed_at is null)::int as count,
          count(*) filter (where destroyed_at is not null)::int as destroyed
        from data_key group by custody_key_id order by custody_key_id`.execute(tx)
      return rows
    },
    async listAccountsUnder(keyIds, limit) {
      const { rows } = await sql<{ readonly accountId: AccountId }>`
        select distinct account_id from data_key where custody_key_id = any(${[...keyIds]}::text[]) and destroyed_at is null
          and not exists (select 1 from key_work where key_work.account_id = data_key.account_id and state <> 'done')
        limit ${limit}`.execute(tx)
      return rows.map(({ accountId }) => accountId)
    },
    async takeStalledKeyWork({ untouchedSince, now, limit }) {
      const { rows } = await sql<{ readonly accountId: AccountId }>`
        update key_work set touched_at = ${now} where account_id in (
          select account_id from key_work where state = 'running' and touched_at < ${untouchedSince}
          order by touched_at limit ${limit} for update skip locked
        ) returning account_id`.execute(tx)
      return rows
    },
  }
}
