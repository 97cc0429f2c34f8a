import { createHash } from "node:crypto"
import { parseAccountId, parseCalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import pg from "pg"
import { tokenHash } from "../../src/people/session-token.ts"
import { createHookSecrets } from "../../src/subscriptions/hook-secret.ts"
import { testSecret } from "../../src/testing/node.ts"

export const accountId = parseAccountId("00000000-0000-4000-8000-000000000001")

const kinds = ["user", "connection", "credential", "calendar", "session", "subscription"] as const
type Kind = (typeof kinds)[number]

/** The id of row `number` of a kind. Ids in order fill an index quickly. */
export function idOf(kind: Kind, number: number): string {
  return `${prefix(kind)}${number.toString(16).padStart(12, "0")}`
}

const prefix = (kind: Kind) => `0000000${kinds.indexOf(kind) + 1}-0000-4000-8000-`
const idSql = (kind: Kind) => `('${prefix(kind)}' || lpad(to_hex(n), 12, '0'))::uuid`
const later = "timestamptz '2027-06-01'"
const then = "timestamptz '2026-11-01'"

/** Fills the account of a bench's database with connected users, numbered `from` to `to`, due for no pass. Takes the superuser's address. */
export async function fill(adminUrl: string, from: number, to: number): Promise<void> {
  const client = new pg.Client({
    connectionString: adminUrl.replace(/\/postgres$/, "/kalends"),
    options: "-c search_path=kalends -c synchronous_commit=off -c session_replication_role=replica",
  })
  await client.connect()
  try {
    await fillConnected(client, from, to)
    await client.query("analyze")
  } finally {
    await client.end()
  }
}

/** The same over a connection that sees the tables. */
export async function fillConnected(client: pg.Client, from: number, to: number): Promise<void> {
  const series = `generate_series(${from}, ${to}) n`
  await client.query(`insert into account values ('${accountId}', 'Observatory', ${then}) on conflict do nothing`)
  await client.query(
    `insert into app_user select '${accountId}', ${idSql("user")}, 'p' || n || '@example.org', 'P', 'user', 'x', ${then} from ${series}`,
  )
  await client.query(
    `insert into connection (account_id, connection_id, user_id, provider, permission, state, subject_id, created_at)
     select '${accountId}', ${idSql("connection")}, ${idSql("user")}, 'graph', 'read', 'healthy', 's' || n, ${then} from ${series}`,
  )
  await client.query(
    `insert into credential (account_id, credential_id, connection_id, version, sealed_secret, secret_kind, used_at)
     select '${accountId}', ${idSql("credential")}, ${idSql("connection")}, 1, '\\x00', 'refresh-token', ${later} from ${series}`,
  )
  await client.query(
    `insert into calendar (account_id, calendar_id, connection_id, provider_calendar_id, is_primary, can_write, is_first_listing, due_at, failure_count)
     select '${accountId}', ${idSql("calendar")}, ${idSql("connection")}, 'primary', true, false, false, ${later}, 0 from ${series}`,
  )
}

/** What a provider sends back in each notice for calendar `number`. */
export function secretOf(number: number): string {
  const subscriptionId = parseSubscriptionId(idOf("subscription", number))
  return createHookSecrets(testSecret.derive("hooks")).write({
    accountId,
    calendarId: parseCalendarId(idOf("calendar", number)),
    subscriptionId,
  })
}

/** Opens a session for each of the users 1 to `count`; gives their tokens. */
export async function openSessions(adminUrl: string, count: number): Promise<readonly string[]> {
  const tokens = Array.from({ length: count }, (_, index) =>
    createHash("sha256").update(`token${index}`).digest("base64url"),
  )
  const client = new pg.Client({
    connectionString: adminUrl.replace(/\/postgres$/, "/kalends"),
    options: "-c search_path=kalends",
  })
  await client.connect()
  const hashes = tokens.map((token) => Buffer.from(tokenHash("session", token)).toString("hex"))
  await client.query(
    `insert into session (account_id, session_id, user_id, token_hash, device_name, created_at, used_at, expires_at, ends_at,
       signed_in_by, awaits_second_factor)
     select '${accountId}', ${idSql("session")}, ${idSql("user")}, decode(h, 'hex'), 'Bench', ${then}, now(), ${later}, ${later},
       'password', false from unnest($1::text[]) with ordinality as s (h, n)`,
    [hashes],
  )
  await client.query("analyze")
  await client.end()
  return tokens
}
