import { createHash } from "node:crypto"
import { figureCounters, figureSpreads, slotLast } from "@kalends/domain/figures"
import pg from "pg"
import { tokenHash } from "../../src/people/session-token.ts"

/** How large the organisation is whose pages are measured. */
export const size = {
  people: 50_000,
  connected: 45_000,
  groups: 300,
  meetings: 120_000,
  auditEntries: 1_000_000,
  stepsOfRollout: 20_000,
  stepsOfRevocation: 20_000,
  rooms: 2_000,
  owners: 60,
} as const

const kinds = ["account", "user", "connection", "credential", "calendar", "subscription"] as const
const moreKinds = [
  "session",
  "group",
  "meeting",
  "rollout",
  "tenant",
  "change",
  "revocation",
  "room",
  "device",
  "display",
] as const
type Kind = (typeof kinds)[number] | (typeof moreKinds)[number]

const prefix = (kind: Kind) => `000000${[...kinds, ...moreKinds].indexOf(kind) + 10}-0000-4000-8000-`
/** The id of the thing `number` of a kind. */
export const idOf = (kind: Kind, number: number) => `${prefix(kind)}${number.toString(16).padStart(12, "0")}`
const id = (kind: Kind, number = "n") => `('${prefix(kind)}' || lpad(to_hex(${number}), 12, '0'))::uuid`
const account = `'${idOf("account", 1)}'`

const slots = slotLast + 1
const then = "timestamptz '2026-01-01'"
const later = "timestamptz '2100-01-01'"
const spread = (minutes: string) => `${then} + make_interval(mins => ${minutes})`

/** Names as they are in an office of two languages. */
const families = ["tanaka", "hopper", "lovelace", "suzuki", "ng", "mustermann", "yamada", "o'neill", "sato", "garcía"]
const japanese = ["田中", "鈴木", "山田", "佐藤", "渡辺", "高橋", "小林", "中村"]
const given = ["ada", "grace", "hanako", "taro", "max", "li", "maria", "ken", "yui", "noor", "zoë", "ed"]
const pick = (texts: readonly string[], number: string) =>
  `(array[${texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(", ")}])[1 + (${number}) % ${texts.length}]`

const statements: readonly string[] = [
  `insert into account (account_id, name, created_at) values (${account}, 'Observatory', ${then})`,
  // Addresses in no order of the numbers, so that the order of the pages is not the order on the disk.
  `insert into app_user (account_id, user_id, email, display_name, role, password_hash, created_at)
   select ${account}, ${id("user")},
     replace(lower(${pick(given, "n * 7")} || '.' || ${pick(families, "n / 12")}), '''', '') || ((n * 7919) % 50021) || '@example.org',
     case n % 4 when 0 then ${pick(japanese, "n / 4")} || ' ' || ${pick(["花子", "太郎", "結衣", "健"], "n / 32")}
       else initcap(${pick(given, "n * 7")} || ' ' || ${pick(families, "n / 12")}) end,
     case when n <= ${size.owners} then 'owner' when n <= 200 then 'calendar-admin' when n <= 260 then 'room-admin' when n <= 280 then 'auditor' else 'user' end,
     'x', ${then}
   from generate_series(1, ${size.people}) n`,
  `insert into user_group (account_id, group_id, name)
   select ${account}, ${id("group")}, case n % 3 when 0 then '第' || n || '営業部' else 'Department ' || n end from generate_series(1, ${size.groups}) n`,
  `insert into group_member (account_id, user_id, group_id)
   select ${account}, ${id("user")}, ${id("group", `1 + (n * 31) % ${size.groups}`)} from generate_series(1, ${size.people}) n where n % 5 > 0`,
  `insert into tenant_connection (account_id, tenant_connection_id, provider, method, permission, tenant_id, identity, sealed_secret, version, created_at, last_ok_at)
   select ${account}, ${id("tenant")}, ${pick(["graph", "google", "ews"], "n")}, 'application', 'read-write', 'tenant-' || n, 'application-' || n, '\\x00', 1, ${then}, ${then}
   from generate_series(0, 2) n`,
  `insert into connection (account_id, connection_id, user_id, provider, permission, state, subject_email, subject_id, tenant_id, tenant_connection_id, created_at, last_ok_at, problem_kind, problem_code, problem_at)
   select ${account}, ${id("connection")}, ${id("user")}, ${pick(["graph", "google", "ews", "caldav"], "n")},
     case when n % 3 = 0 then 'read' else 'read-write' end, state, 'p' || n || '@example.org', 's' || n,
     case when n % 4 < 2 then 'tenant-' || n % 4 end, case when n % 4 < 3 and n % 2 = 0 then ${id("tenant", "n % 4")} end,
     ${spread("n")}, ${spread("n + 400000")},
     case when state <> 'healthy' then 'auth-revoked' end, case when state <> 'healthy' then 'revoked' end, case when state <> 'healthy' then ${spread("n")} end
   from (select n, case when n % 50 = 1 then 'needs-reauth' when n % 400 = 2 then 'unreachable' when n % 700 = 3 then 'disabled' else 'healthy' end state
     from generate_series(1, ${size.connected}) n) s`,
  // One grant in twenty ends within 30 days; all the others are in use.
  `insert into credential (account_id, credential_id, connection_id, version, sealed_secret, secret_kind, refresh_expires_at, used_at)
   select ${account}, ${id("credential")}, ${id("connection")}, 1, decode(repeat('ab', 400), 'hex'), 'refresh-token', current_timestamp + make_interval(mins => case when n % 20 = 0 then n else 100000 + n end), current_timestamp from generate_series(1, ${size.connected}) n`,
  `insert into calendar (account_id, calendar_id, connection_id, provider_calendar_id, is_primary, can_write, cursor, is_first_listing, due_at, last_pass_at, changed_at, failure_count)
   select ${account}, ${id("calendar")}, ${id("connection", `1 + n % ${size.connected}`)}, 'calendar-' || n, n <= ${size.connected}, true, repeat('c', 200), false, ${later}, ${spread("n")}, ${spread("n * 3")}, 0
   from generate_series(1, ${size.connected + 15_000}) n`,
  `insert into subscription (account_id, subscription_id, calendar_id, provider, provider_subscription_id, expires_at, renew_at, created_at)
   select ${account}, ${id("subscription")}, ${id("calendar")}, ${pick(["graph", "google"], "n")}, 'sub-' || n, ${later}, ${later}, ${then} from generate_series(1, ${size.connected}) n`,
  `insert into session (account_id, session_id, user_id, token_hash, device_name, created_at, used_at, expires_at, ends_at, signed_in_by, awaits_second_factor)
   select ${account}, ${id("session")}, ${id("user", `1 + n % ${size.people}`)}, decode(md5(n::text) || md5('s' || n), 'hex'), 'Firefox, Windows', ${then}, now(), ${later}, ${later}, 'password', false from generate_series(100000, 180000) n`,
  // Those who look have many meetings of their own.
  `insert into meeting (account_id, meeting_id, user_id, backend, backend_id, state, key, revision, is_recurring, created_at, review_at)
   select ${account}, ${id("meeting")}, ${id("user", `case when n % 10 = 0 then 1 + n / 10 % ${size.owners} else 1 + n % ${size.people} end`)}, 'builtin', 'm' || n, 'live', md5(n::text), 1, n % 2 = 0, ${spread("n")}, ${later}
   from generate_series(1, ${size.meetings}) n`,
  `insert into meeting_link (account_id, calendar_id, event_id, meeting_id, role, version)
   select ${account}, ${id("calendar", `1 + n % ${size.connected}`)}, 'event-' || n, ${id("meeting")}, 'driver', '1' from generate_series(1, ${size.meetings}) n`,
  // The newest ones are those with steps.
  `insert into rollout (account_id, rollout_id, kind, state, tenant_connection_id, permission, created_by, created_at, touched_at, ended_at)
   select ${account}, ${id("rollout")}, 'connect', 'done', ${id("tenant", "n % 3")}, 'read-write', ${id("user", "1")}, ${spread("(31 - n) * 1000")}, ${then}, ${then} from generate_series(1, 30) n`,
  `insert into rollout_step (account_id, rollout_id, user_id, state, problem_kind, problem_code, attempts)
   select ${account}, ${id("rollout", "r")}, ${id("user")}, state, case when state = 'failed' then 'not-found' end, case when state = 'failed' then 'mailbox-' || n % 4 end, 1
   from generate_series(1, 5) r, (select n, case when n % 20 = 0 then 'failed' when n % 31 = 0 then 'skipped' else 'done' end state from generate_series(1, ${size.stepsOfRollout}) n) s`,
  `insert into policy_change (account_id, change_id, state, edits, created_by, created_at, runs_at, touched_at, ended_at, concerned, disconnected)
   select ${account}, ${id("change")}, 'done', '[]', ${id("user", "1")}, ${spread("(31 - n) * 1000")}, ${then}, ${then}, ${then}, 20000, 20000 from generate_series(1, 30) n`,
  `insert into revocation (account_id, revocation_id, scope_kind, scope_id, provider, state, created_by, created_at, secrets_deleted_at, touched_at, ended_at, counts)
   select ${account}, ${id("revocation")}, 'tenant', 'tenant-1', 'graph', 'done', ${id("user", "1")}, ${spread("(31 - n) * 1000")}, ${then}, ${then}, ${then},
     '{"waiting": 0, "removed": 0, "done": 20000, "subscriptionsStopped": 20000, "subscriptionsLeft": 0, "grants": {"revoked": 20000, "reconnected": 0, "not-possible": 0, "not-confirmed": 0}}'
   from generate_series(1, 30) n`,
  `insert into revocation_step (account_id, revocation_id, connection_id, user_id, provider, state, subscriptions_stopped, subscriptions_left, grant_outcome)
   select ${account}, ${id("revocation", "r")}, ${id("connection")}, ${id("user")}, 'graph', 'done', 1, 0, case when n % 9 = 0 then 'not-confirmed' else 'revoked' end
   from generate_series(1, 5) r, generate_series(1, ${size.stepsOfRevocation}) n`,
  `insert into app_user (account_id, user_id, email, display_name, role, password_hash, created_at, kind)
   select ${account}, ${id("room")}, 'room-' || n || '@example.org', 'Room ' || ((n * 7919) % 50021), 'user', 'x', ${then}, 'room' from generate_series(1, ${size.rooms}) n`,
  // All but 101 have a second factor: the few are what a page asks for, and all others what it must not walk.
  `insert into totp (account_id, user_id, sealed_secret, last_step, created_at, confirmed_at)
   select ${account}, ${id("user")}, '\\x00', 1, ${then}, ${then} from generate_series(1, ${size.people}) n where n % 495 <> 7`,
  // Triggers are off while this fills: what they would have kept.
  `insert into listed_person (account_id, user_id, email, kind, role, group_id, provider, permission, contacts_permission, search_text, has_factor)
   select u.account_id, u.user_id, u.email, u.kind, u.role, m.group_id, c.provider, c.permission, c.contacts_permission, u.search_text,
     exists (select from totp t where t.account_id = u.account_id and t.user_id = u.user_id)
   from app_user u left join group_member m using (account_id, user_id) left join connection c using (account_id, user_id)`,
  `insert into room (account_id, room_id, building, floor, capacity, zone, hides_titles, hides_hosts_of_private, check_in_early_minutes, language, clock_hours)
   select ${account}, ${id("room")}, 'House ' || n % 20, '2', 8, 'Europe/Berlin', 'private', true, 10, 'en', 24 from generate_series(1, ${size.rooms}) n`,
  `insert into device (account_id, device_id, room_id, family, name, address, username, sealed_secret, keeps_others, created_at)
   select ${account}, ${id("device")}, ${id("room")}, 'cisco', 'Codec ' || n, 'codec-' || n || '.example.org', 'integrator', '\\x00', false, ${then} from generate_series(1, ${size.rooms}) n`,
  `insert into display (account_id, display_id, token_hash, name, kind, device_name, language, hours, look, paired_by, paired_at)
   select ${account}, ${id("display")}, decode(md5(n::text) || md5('d' || n), 'hex'), 'Door ' || n, 'door', 'Tablet', 'en', 24, 'light', ${id("user", "1")}, ${then} from generate_series(1, ${size.rooms}) n`,
  `insert into display_room (account_id, display_id, room_id) select ${account}, ${id("display")}, ${id("room")} from generate_series(1, ${size.rooms}) n`,
  // Two hours by the minute, a day by five minutes, a month by the hour, a year by the day.
  ...[
    ["minute", 120, "1 minute"],
    ["five-minutes", 288, "5 minutes"],
    ["hour", 720, "1 hour"],
    ["day", 365, "1 day"],
  ].map(
    ([grain, count, span]) => `insert into figure (account_id, at, provider, grain, counters, spreads)
     select ${account}, date_bin('${span}', current_timestamp, 'epoch') - n * interval '${span}', provider, '${grain}',
       array_fill(1 + n % 90, array[${figureCounters.length}]),
       (select array_agg(case when place % ${slots} < 13 then 1 + n % 90 else 0 end order by place)
        from generate_series(0, ${figureSpreads.length * slots - 1}) place)
     from generate_series(1, ${count}) n, unnest(array['graph', 'google', 'ews', 'caldav']) provider`,
  ),
  // Four entries in five are the service's own; acts of administrators are rare and far apart.
  `insert into audit (account_id, sequence, at, actor_kind, actor, action, subject_id, reason, previous_hash, hash)
   select ${account}, n, ${then} + make_interval(secs => n * 28), case when n % 5 = 0 then 'user' else 'service' end,
     case when n % 5 = 0 then ${id("user", `1 + n % ${size.people}`)}::text else 'broker' end,
     case when n % 100000 = 0 then 'policy-changed' when n % 5 = 0 then 'signed-in' when n % 3 = 0 then 'token-refreshed' when n % 3 = 1 then 'access-handed-over' else 'secret-opened' end,
     ${id("connection", `1 + n % ${size.connected}`)}::text, 'pass', decode(repeat(md5((n - 1)::text), 2), 'hex'), decode(repeat(md5(n::text), 2), 'hex')
   from generate_series(1, ${size.auditEntries}) n`,
]

/** Fills an empty, migrated database; answers tokens of sessions of owners. Takes the superuser's address. */
export async function fillOrganisation(adminUrl: string): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: adminUrl.replace(/\/postgres$/, "/kalends"),
    options: "-c search_path=kalends -c synchronous_commit=off -c session_replication_role=replica",
  })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
    const tokens = Array.from({ length: size.owners }, (_, index) =>
      createHash("sha256").update(`owner${index}`).digest("base64url"),
    )
    const hashes = tokens.map((token) => Buffer.from(tokenHash("session", token)).toString("hex"))
    await client.query(
      `insert into session (account_id, session_id, user_id, token_hash, device_name, created_at, used_at, expires_at,
         ends_at, signed_in_by, second_factor, second_factor_at, awaits_second_factor)
       select ${account}, ${id("session")}, ${id("user")}, decode(h, 'hex'), 'Bench', ${then}, now(), ${later},
         ${later}, 'password', 'totp', ${then}, false from unnest($1::text[]) with ordinality as s (h, n)`,
      [hashes],
    )
    await client.query("vacuum analyze")
    return tokens
  } finally {
    await client.end()
  }
}
