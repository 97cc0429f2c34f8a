import type { AccountId } from "@kalends/domain/ids"
import { type RawBuilder, sql, type Transaction } from "kysely"
import type {
  ConnectionFilter,
  Ending,
  EndingQuery,
  Endings,
  IdleLives,
  ListedConnection,
  MovedConnection,
  OverviewTables,
  SystemOverviewTables,
  TenantCount,
  TenantName,
  TenantShut,
} from "../ports/overview-tables.ts"
import type { Database } from "./database.ts"
import { hasPart, isIn, likeOf } from "./people-search.ts"

/** Connections of one account, many at a time. */
export function createOverviewTables(tx: Transaction<Database>, accountId: AccountId): OverviewTables {
  return {
    async list(filter, page) {
      const way = await wayOf(tx, accountId, filter, page)
      return listConnections(tx, accountId, { ...page, ...way, where: wheres(accountId, filter, page.idle) })
    },
    async find(connectionId, at) {
      const where = sql`and c.connection_id = ${connectionId}`
      const [found] = await listConnections(tx, accountId, { ...at, ...byAddress, after: null, limit: 1, where })
      return found ?? null
    },
    async countByState() {
      const rows = await tx
        .selectFrom("connection")
        .select(["provider", "state", (count) => count.fn.countAll<number>().as("count")])
        .where("accountId", "=", accountId)
        .groupBy(["provider", "state"])
        .execute()
      return rows.map((row) => ({ ...row, count: Number(row.count) }))
    },
    async countByTenant() {
      const { rows } = await sql<TenantCount>`
        select provider, tenant_id, count(*) as count,
          count(*) filter (where state = 'disabled') as disabled_count,
          min(problem_at) filter (where state = 'disabled') as disabled_at,
          min(problem_code) filter (where state = 'disabled') as problem_code
        from connection where account_id = ${accountId} and tenant_id is not null
        group by provider, tenant_id order by count(*) desc, provider, tenant_id limit 200`.execute(tx)
      return rows
    },
    endings: (query) => endings(tx, accountId, query),
    shutTenant: (tenant, shut) => shutTenant(tx, accountId, { tenant, shut }),
    reopenTenant: (tenant, now) => reopenTenant(tx, accountId, { tenant, now }),
    findShut: async ({ provider, tenantId }) =>
      (await tx
        .selectFrom("connection")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("provider", "=", provider)
        .where("tenantId", "=", tenantId)
        .where("state", "=", "disabled")
        .limit(1)
        .executeTakeFirst()) ?? null,
  }
}

/** When a grant ends: the day that its provider named, or the end of its life without use, whichever is sooner. */
function grantEnd(idle: IdleLives): RawBuilder<unknown> {
  const cases = idle.map(
    ({ provider, lifeMs }) =>
      sql`when c.provider = ${provider} then cr.used_at + ${`${lifeMs} milliseconds`}::interval`,
  )
  const ofDisuse = cases.length === 0 ? sql`null::timestamptz` : sql`case ${sql.join(cases, sql` `)} end`
  return sql`case when cr.secret_kind = 'refresh-token' then least(cr.refresh_expires_at, ${ofDisuse}) end`
}

function wheres(accountId: AccountId, filter: ConnectionFilter, idle: IdleLives): RawBuilder<unknown> {
  const { state, provider, groupId, tenantId, endsBefore, search } = filter
  return sql.join(
    [
      state === null ? sql`` : sql`and c.state = ${state}`,
      provider === null ? sql`` : sql`and c.provider = ${provider}`,
      groupId === null ? sql`` : sql`and ${isIn(accountId, groupId)}`,
      tenantId === null ? sql`` : sql`and c.tenant_id = ${tenantId}`,
      search === null ? sql`` : sql`and ${hasPart(search)}`,
      endsBefore === null
        ? sql``
        : sql`and exists (select from credential as cr where cr.account_id = c.account_id
            and cr.connection_id = c.connection_id and ${grantEnd(idle)} < ${endsBefore.toString()})`,
    ],
    sql` `,
  )
}

/** Where a page is looked for: its people, with their address, and the connections that can be on it. */
type Way = {
  readonly people: RawBuilder<unknown>
  readonly email: RawBuilder<unknown>
  readonly connections: RawBuilder<unknown>
}

const people = sql`app_user as person`
const byAddress: Way = { people, email: sql`person.email`, connections: sql`connection` }
/** Connections of a state that are read before the page is taken. More are met soon in the order of addresses. */
const fewMost = 2_000

/**
 * Reading everybody in the order of addresses until a page is full is long where few fit. Of one provider an index is in
 * that order; the few in a rare state are found by their state first; and of many with a part of a name only the page's
 * connections are read.
 */
async function wayOf(
  tx: Transaction<Database>,
  accountId: AccountId,
  filter: ConnectionFilter,
  page: { readonly after: string | null; readonly limit: number },
): Promise<Way> {
  const { provider, state } = filter
  if (filter.search !== null && isOfPersonAlone(filter)) return byPart(accountId, { ...filter, ...page })
  if (provider !== null)
    return {
      ...byAddress,
      people: sql`(listed_person as l join ${people} on person.account_id = l.account_id and person.user_id = l.user_id
        and l.provider = ${provider})`,
      email: sql`l.email`,
    }
  if (state === null) return byAddress
  const inState = sql`from connection as c where c.account_id = ${accountId} and c.state = ${state}`
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select 1 ${inState} limit ${fewMost + 1}) as found`.execute(tx)
  if (Number(rows[0]?.count) > fewMost) return byAddress
  return { ...byAddress, connections: sql`(select ${columns} ${inState} offset 0)` }
}

/** Whether the row that is kept of a person says whether they are on the page. */
const isOfPersonAlone = ({ state, tenantId, endsBefore }: ConnectionFilter) =>
  state === null && tenantId === null && endsBefore === null

function byPart(
  accountId: AccountId,
  of: ConnectionFilter & { readonly after: string | null; readonly limit: number },
): Way {
  const { provider, groupId } = of
  const found = sql`select account_id, user_id, email from listed_person
    where account_id = ${accountId} and search_text like ${likeOf(of.search ?? "")} and email > ${of.after ?? ""}
      and ${provider === null ? sql`provider is not null` : sql`provider = ${provider}`}
      ${groupId === null ? sql`` : sql`and group_id = ${groupId}`}
    order by email limit ${of.limit}`
  return {
    ...byAddress,
    people: sql`((${found}) as l join ${people} on person.account_id = l.account_id and person.user_id = l.user_id)`,
    email: sql`l.email`,
  }
}

type Listing = Way & {
  readonly after: string | null
  readonly limit: number
  readonly now: Temporal.Instant
  readonly idle: IdleLives
  readonly where: RawBuilder<unknown>
}

const columns = sql.raw(
  [
    ...["account_id", "connection_id", "user_id", "provider", "permission", "state", "subject_email", "subject_id"],
    "contacts_permission",
    ...["tenant_id", "tenant_connection_id", "created_at", "last_ok_at", "problem_kind", "problem_code", "problem_at"],
  ]
    .map((name) => `c.${name}`)
    .join(", "),
)
const ofEnding = sql.raw("account_id, connection_id, user_id, provider, state, kind, ends_at, is_of_disuse")

/** The page is found first; calendars and subscriptions are looked up for its rows alone. */
async function listConnections(
  tx: Transaction<Database>,
  accountId: AccountId,
  { after, limit, now, idle, where, ...way }: Listing,
): Promise<readonly ListedConnection[]> {
  const at = now.toString()
  const { rows } = await sql<ListedConnection>`
    with page as materialized (
      select ${columns}, person.email, person.display_name from ${way.people}
      join ${way.connections} as c on c.account_id = person.account_id and c.user_id = person.user_id
      where person.account_id = ${accountId} and ${way.email} > ${after ?? ""} ${where}
      order by ${way.email} limit ${limit}
    )
    select ${columns}, c.email, c.display_name, m.group_id, k.calendar_count, k.last_change_at, k.last_pass_at, k.oldest_pass_at, s.pushed_count, s.next_renewal_at,
      coalesce(l.listening_since is not null and l.leased_until > ${at}, false) as is_listened,
      ${grantEnd(idle)} as grant_ends_at
    from page as c
    left join group_member as m on m.account_id = c.account_id and m.user_id = c.user_id
    left join credential as cr on cr.account_id = c.account_id and cr.connection_id = c.connection_id
    left join listening as l on l.account_id = c.account_id and l.connection_id = c.connection_id
    cross join lateral (
      select count(*)::int as calendar_count, max(changed_at) as last_change_at, max(last_pass_at) as last_pass_at,
        case when bool_and(last_pass_at is not null) then min(last_pass_at) end as oldest_pass_at
      from calendar where account_id = c.account_id and connection_id = c.connection_id
    ) as k
    cross join lateral (
      select count(distinct x.calendar_id)::int as pushed_count, min(x.renew_at) as next_renewal_at
      from calendar as y join subscription as x on x.account_id = y.account_id and x.calendar_id = y.calendar_id
      where y.account_id = c.account_id and y.connection_id = c.connection_id and x.expires_at > ${at}
    ) as s
    order by c.email`.execute(tx)
  return rows
}

/** A subscription is renewed at half its life; one in its last tenth was not. Its renewals are retried every half hour. */
async function endings(
  tx: Transaction<Database>,
  accountId: AccountId,
  { now, until, idle, limit }: EndingQuery,
): Promise<Endings> {
  const longest = Math.min(...idle.map(({ lifeMs }) => lifeMs), Number.MAX_SAFE_INTEGER)
  const unusedSince = until.subtract({ milliseconds: Math.min(longest, 3_650 * 86_400_000) }).toString()
  const [from, to] = [now.toString(), until.toString()]
  const found = sql`
    with grants as (
      select c.account_id, c.connection_id, c.user_id, c.provider, c.state, 'grant' as kind, ${grantEnd(idle)} as ends_at,
        cr.refresh_expires_at is distinct from ${grantEnd(idle)} as is_of_disuse
      from credential as cr join connection as c on c.account_id = cr.account_id and c.connection_id = cr.connection_id
      where cr.account_id = ${accountId} and cr.secret_kind = 'refresh-token'
        and (cr.used_at < ${unusedSince} or cr.refresh_expires_at < ${to})
    ), subscriptions as (
      select c.account_id, c.connection_id, c.user_id, c.provider, c.state, 'subscription' as kind, s.expires_at as ends_at,
        false as is_of_disuse
      from subscription as s
      join calendar as k on k.account_id = s.account_id and k.calendar_id = s.calendar_id
      join connection as c on c.account_id = k.account_id and c.connection_id = k.connection_id
      where s.account_id = ${accountId} and s.expires_at >= ${from} and s.expires_at < ${to}
        and (c.state in ('needs-reauth', 'needs-consent', 'disabled')
          or s.expires_at - ${from}::timestamptz < (s.expires_at - s.created_at) / 10)
    ), found as materialized (
      select ${ofEnding} from grants where ends_at >= ${from} and ends_at < ${to}
      union all select ${ofEnding} from subscriptions
    )`
  // Found once for both answers: the days stand beside the soonest of all.
  const { rows } = await sql<Ending & { readonly byDay: Endings["byDay"] | null }>`
    ${found}
    select f.kind, f.connection_id, u.email, u.display_name, f.provider, f.state, f.ends_at, f.is_of_disuse,
      case when row_number() over (order by f.ends_at, u.email) = 1 then (
        select jsonb_agg(to_jsonb(days) order by day, kind) from (
          select to_char(ends_at at time zone 'UTC', 'YYYY-MM-DD') as day, kind, count(*) from found group by 1, 2
        ) as days
      ) end as by_day
    from found as f join app_user as u on u.account_id = f.account_id and u.user_id = f.user_id
    order by f.ends_at, u.email limit ${limit}`.execute(tx)
  return { soonest: rows.map(({ byDay, ...ending }) => ending), byDay: rows[0]?.byDay ?? [] }
}

/** Rows are held in the order of their ids first, so that two nodes that find out at once do not wait in a circle. */
function heldOfTenant(accountId: AccountId, { provider, tenantId }: TenantName, which: RawBuilder<unknown>) {
  return sql`
    with held as materialized (
      select account_id, connection_id, state as was from connection
      where account_id = ${accountId} and provider = ${provider} and tenant_id = ${tenantId} and ${which}
      order by connection_id for update
    )`
}

async function shutTenant(
  tx: Transaction<Database>,
  accountId: AccountId,
  { tenant, shut }: { readonly tenant: TenantName; readonly shut: TenantShut },
): Promise<readonly MovedConnection[]> {
  const { rows } = await sql<MovedConnection>`
    ${heldOfTenant(accountId, tenant, sql`state <> 'disabled'`)}
    update connection as c set state = 'disabled', problem_kind = ${shut.problemKind}, problem_code = ${shut.problemCode},
      problem_at = ${shut.now.toString()}
    from held where c.account_id = held.account_id and c.connection_id = held.connection_id
    returning c.connection_id, c.user_id, held.was`.execute(tx)
  return rows
}

async function reopenTenant(
  tx: Transaction<Database>,
  accountId: AccountId,
  { tenant, now }: { readonly tenant: TenantName; readonly now: Temporal.Instant },
): Promise<readonly MovedConnection[]> {
  const { rows } = await sql<MovedConnection>`
    ${heldOfTenant(accountId, tenant, sql`state = 'disabled'`)}
    , due as (
      update calendar as k set due_at = ${now.toString()}, failure_count = 0
      from held where k.account_id = held.account_id and k.connection_id = held.connection_id
    )
    update connection as c set state = 'connecting', problem_kind = null, problem_code = null, problem_at = null
    from held where c.account_id = held.account_id and c.connection_id = held.connection_id
    returning c.connection_id, c.user_id, held.was`.execute(tx)
  return rows
}

/** Connections across accounts. */
export function createSystemOverview(tx: Transaction<Database>): SystemOverviewTables {
  return {
    async listAccountsOfTenant({ provider, tenantId }) {
      const rows = await tx
        .selectFrom("connection")
        .select("accountId")
        .distinct()
        .where("provider", "=", provider)
        .where("tenantId", "=", tenantId)
        .execute()
      return rows.map(({ accountId }) => accountId)
    },
  }
}
