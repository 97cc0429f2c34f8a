import { statesForPerson } from "@kalends/domain/connection"
import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type {
  FigureGrain,
  FigureSum,
  FigureTables,
  FigureUpkeep,
  KnownAges,
  SystemFigureTables,
} from "../ports/figure-tables.ts"
import type { Database } from "./database.ts"

/** Figures within one account. */
export function createFigureTables(tx: Transaction<Database>, accountId: AccountId): FigureTables {
  return {
    async sum({ measures, from, to, stepSeconds }) {
      // Added up by time as it is kept; what is dear for each row, numbers of seconds and orders of words, is done to the
      // sums alone. They come as one text for each measure and provider: tens of thousands of rows, read one by one, cost
      // several times as much; so do sums of bigints.
      const { rows } = await sql<SumsOfMeasure>`
        select measure, provider,
          json_agg(json_build_array(extract(epoch from step_at)::bigint * 1000, slot, count) order by step_at, slot) as cells
        from (
          select measure, provider, slot, sum(count::float8) as count,
            date_bin(make_interval(secs => ${stepSeconds}::float8), at, 'epoch') as step_at
          from figure
          where account_id = ${accountId} and measure = any(${measures}) and at >= ${from} and at < ${to}
          group by measure, provider, step_at, slot
        ) as sums
        group by measure, provider order by measure collate "C", provider collate "C"`.execute(tx)
      return sumsOf(rows)
    },
    async knownAges(now, { pushedMs, polledMs }) {
      const { rows } = await sql<KnownAges>`
        with subscribed as (
          select distinct calendar_id from subscription where account_id = ${accountId} and expires_at > ${now}
        ), listened as (
          select connection_id from listening
          where account_id = ${accountId} and listening_since is not null and leased_until > ${now}
        ), looked as (
          select connection.provider,
            subscribed.calendar_id is not null or listened.connection_id is not null as is_pushed,
            coalesce(
              case when calendar.failure_count = 0 then calendar.last_pass_at else connection.last_ok_at end,
              connection.created_at) as looked_at
          from calendar join connection using (account_id, connection_id)
            left join subscribed on subscribed.calendar_id = calendar.calendar_id
            left join listened on listened.connection_id = calendar.connection_id
          where calendar.account_id = ${accountId} and not connection.state = any(${statesForPerson})
        )
        select provider, is_pushed, count(*) as count,
          count(*) filter (where looked_at < case when is_pushed
            then ${now.subtract({ milliseconds: pushedMs })}::timestamptz
            else ${now.subtract({ milliseconds: polledMs })}::timestamptz end) as late_count,
          greatest(0, extract(epoch from ${now}::timestamptz - min(looked_at)) * 1000)::bigint as oldest_ms
        from looked group by provider, is_pushed order by provider, is_pushed`.execute(tx)
      return rows
    },
    countConnections: () =>
      tx
        .selectFrom("connection")
        .where("accountId", "=", accountId)
        .select(["provider", "state", ({ fn }) => fn.countAll<number>().as("count")])
        .groupBy(["provider", "state"])
        .orderBy("provider")
        .orderBy("state")
        .execute(),
  }
}

type SumsOfMeasure = Pick<FigureSum, "measure" | "provider"> & {
  /** When (epoch ms), slot, count. */
  readonly cells: readonly (readonly [number, number, number])[]
}

/** The same time is one object in all of them: there are few times, and many sums. */
function sumsOf(rows: readonly SumsOfMeasure[]): readonly FigureSum[] {
  const times = new Map<number, Temporal.Instant>()
  const timeOf = (ms: number) => {
    const known = times.get(ms) ?? Temporal.Instant.fromEpochMilliseconds(ms)
    times.set(ms, known)
    return known
  }
  return rows.flatMap(({ measure, provider, cells }) =>
    cells.map(([ms, slot, count]) => ({ measure, provider, at: timeOf(ms), slot, count })),
  )
}

/** Figures across accounts. */
export function createSystemFigures(tx: Transaction<Database>): SystemFigureTables {
  return {
    async addFigures(rows) {
      const told = rows.map(({ accountId, at, ...row }) => ({ account_id: accountId, at: at.toString(), ...row }))
      // In one order for all nodes, so that two that write the same rows do not wait for each other in a circle.
      await sql`
        insert into figure (account_id, measure, at, provider, slot, grain, count)
        select account_id, measure, at, provider, slot, grain, sum(count)
        from jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as told
          (account_id uuid, measure text, at timestamptz, provider text, slot smallint, grain text, count bigint)
          join account using (account_id)
        group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
        on conflict (account_id, measure, at, provider, slot, grain)
          do update set count = figure.count + excluded.count`.execute(tx)
    },
    async keepUpFigures(upkeep) {
      const { minutesBefore, fiveMinutesBefore, hoursBefore, daysBefore, limit } = upkeep
      const fives = await rollUp(tx, { from: "minute", to: "five-minutes", before: minutesBefore, limit })
      const hours = await rollUp(tx, { from: "five-minutes", to: "hour", before: fiveMinutesBefore, limit })
      const days = await rollUp(tx, { from: "hour", to: "day", before: hoursBefore, limit })
      const { numAffectedRows = 0n } = await sql`
        delete from figure where ctid = any(array(
          select ctid from figure where grain = 'day' and at < ${daysBefore} order by at limit ${limit} for update skip locked
        ))`.execute(tx)
      return fives + hours + days + Number(numAffectedRows)
    },
  }
}

type RollUp = Pick<FigureUpkeep, "limit"> & {
  readonly from: Exclude<FigureGrain, "day">
  readonly to: Exclude<FigureGrain, "minute">
  readonly before: Temporal.Instant
}

const spans = { "five-minutes": "5 minutes", hour: "1 hour", day: "1 day" } as const

/** Whoever deletes a row adds it: a row that another node holds is left to it. */
async function rollUp(tx: Transaction<Database>, { from, to, before, limit }: RollUp): Promise<number> {
  const { rows } = await sql<{ readonly count: number }>`
    with taken as (
      delete from figure where ctid = any(array(
        select ctid from figure where grain = ${from} and at < ${before} order by at limit ${limit} for update skip locked
      ))
      returning account_id, measure, at, provider, slot, count
    ), added as (
      insert into figure (account_id, measure, at, provider, slot, grain, count)
      select account_id, measure, date_bin(${spans[to]}::interval, at, 'epoch'), provider, slot, ${to}::text, sum(count)
      from taken group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
      on conflict (account_id, measure, at, provider, slot, grain)
        do update set count = figure.count + excluded.count
    )
    select count(*) as count from taken`.execute(tx)
  return rows[0]?.count ?? 0
}
