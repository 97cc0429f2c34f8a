/** An organisation of connected people, each with a calendar and a subscription, and secrets that open. */
import type { AccountId } from "@kalends/domain/ids"
import { parseConnectionId, parseGroupId } from "@kalends/domain/ids"
import pg from "pg"
import type { connectedWorld } from "../../src/testing/connected-world.ts"
import type { BenchDatabase } from "./database.ts"

type World = Awaited<ReturnType<typeof connectedWorld>>
type Filled = { readonly database: BenchDatabase; readonly world: World; readonly count: number }

export const groupId = parseGroupId("0000000e-0000-4000-8000-000000000001")
const uuidOf = (kind: string, number: number) =>
  `0000000${kind}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`
const sealedAtOnce = 1_000

/** Puts them in, all of one group and one tenant, with read and write; the account's own rows are there. */
export async function connectPeople({ database, world, count }: Filled): Promise<void> {
  const { accountId } = world
  const client = await adminOf(database)
  const at = (world.clock.now().epochMilliseconds / 1000).toString()
  const all = (columns: string) => `select ${columns} from generate_series(1, ${count}) n`
  const id = (kind: string) => `('0000000${kind}-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`
  const now = `to_timestamp(${at})`
  await client.query(
    `insert into app_user (account_id, user_id, email, display_name, role, password_hash, created_at)
     ${all(`'${accountId}', ${id("b")}, 'p' || n || '@example.org', 'Person ' || n, 'user', 'x', ${now}`)}`,
  )
  await client.query(`insert into user_group (account_id, group_id, name) values ('${accountId}', '${groupId}', 'All')`)
  await client.query(
    `insert into group_member (account_id, user_id, group_id) ${all(`'${accountId}', ${id("b")}, '${groupId}'`)}`,
  )
  await client.query(
    `insert into connection (account_id, connection_id, user_id, provider, permission, state, subject_id, tenant_id, created_at)
     ${all(`'${accountId}', ${id("c")}, ${id("b")}, 'memory', 'read-write', 'healthy', 's' || n, 'tenant-1', ${now}`)}`,
  )
  await client.query(
    `insert into calendar (account_id, calendar_id, connection_id, provider_calendar_id, is_primary, can_write,
       is_first_listing, due_at, last_pass_at, failure_count)
     ${all(`'${accountId}', ${id("d")}, ${id("c")}, 'primary', true, true, false, ${now}, ${now}, 0`)}`,
  )
  await client.query(
    `insert into subscription (account_id, subscription_id, calendar_id, provider, provider_subscription_id, expires_at,
       renew_at, created_at)
     ${all(`'${accountId}', ${id("f")}, ${id("d")}, 'memory', 's' || n, ${now} + interval '3 days', ${now} + interval '1 day', ${now}`)}`,
  )
  await sealAll(client, { database, world, count })
  await client.query("analyze")
  await client.end()
}

async function sealAll(client: pg.Client, { world, count }: Filled): Promise<void> {
  const { accountId, base, vault } = world
  const expires = world.clock.now().add({ hours: 1 }).toString()
  for (let from = 1; from <= count; from += sealedAtOnce) {
    const numbers = Array.from({ length: Math.min(sealedAtOnce, count - from + 1) }, (_, index) => from + index)
    const sealed = await base.inAccount(accountId, async (tables) => {
      const rows: { refresh: Buffer; access: Buffer }[] = []
      for (const number of numbers) {
        const connectionId = parseConnectionId(uuidOf("c", number))
        const seal = async (kind: "refresh-token" | "access-token") =>
          Buffer.from(await vault.sealSecret(tables, { connectionId, kind }, `${kind}-${number}`.padEnd(200, "x")))
        rows.push({ refresh: await seal("refresh-token"), access: await seal("access-token") })
      }
      return rows
    })
    await client.query(
      `insert into credential (account_id, credential_id, connection_id, version, sealed_secret, secret_kind,
         sealed_access_token, access_expires_at, used_at)
       select '${accountId}', md5('k' || n)::uuid, ('0000000c-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, s,
         'refresh-token', a, $4, $4
       from unnest($1::int[], $2::bytea[], $3::bytea[]) as made (n, s, a)`,
      [numbers, sealed.map(({ refresh }) => refresh), sealed.map(({ access }) => access), expires],
    )
  }
}

/**
 * The baseline: the rows of an account are copied aside, table by table with their keys, and deleted there by one plain
 * statement for each table, in one durable transaction. Nobody is told and nothing noted.
 */
export async function plainDelete(
  { database, accountId }: { readonly database: BenchDatabase; readonly accountId: AccountId },
  tables: readonly string[],
  elapsedMs: () => number,
): Promise<number> {
  const client = await adminOf(database)
  await client.query("create schema if not exists aside")
  for (const table of tables) {
    await client.query(`create table aside.${table} (like kalends.${table} including all)`)
    await client.query(`insert into aside.${table} select * from kalends.${table} where account_id = '${accountId}'`)
  }
  await client.query("checkpoint")
  const began = elapsedMs()
  await client.query("begin")
  for (const table of tables) await client.query(`delete from aside.${table} where account_id = '${accountId}'`)
  await client.query("commit")
  const tookMs = elapsedMs() - began
  await client.query("drop schema aside cascade")
  await client.end()
  return tookMs
}

/** How many rows an account has in a table. */
export async function rowsOf(database: BenchDatabase, accountId: AccountId, table: string): Promise<number> {
  const client = await adminOf(database)
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from ${table} where account_id = '${accountId}'`,
  )
  await client.end()
  return rows[0]?.count ?? Number.NaN
}

/** Sees every account's rows. */
async function adminOf(database: BenchDatabase): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: database.adminUrl.replace(/\/postgres$/, "/kalends"),
    options: "-c search_path=kalends",
  })
  await client.connect()
  return client
}
