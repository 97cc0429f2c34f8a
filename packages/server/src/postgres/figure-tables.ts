import { statesForPerson } from "@kalends/domain/connection"
import {
  type FigureCounter,
  type FigureMeasure,
  type FigureSpread,
  figureCounters,
  figureSpreads,
  slotLast,
} from "@kalends/domain/figures"
import type { AccountId } from "@kalends/domain/ids"
import { type RawBuilder, sql, type Transaction } from "kysely"
import type {
  FigureGrain,
  FigureRow,
  FigureSeries,
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
      const asked = inOrder(measures)
      const { rows } = await sql<KeptCounts>`
        select at, provider, counters::text, (${sql.join([sql`'{}'::bigint[]`, ...asked.spreads.map(slotsOf)], sql` || `)})::text as spreads
        from figure where account_id = ${accountId} and at >= ${from} and at < ${to}`.execute(tx)
      return seriesOf(rows, asked, stepSeconds * 1000)
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

/** One row's numbers, as PostgreSQL writes an array: all at once it is read in a tenth of the time. */
type KeptCounts = {
  readonly at: Temporal.Instant
  readonly provider: string
  readonly counters: string
  /** Of the spreads that are asked for. */
  readonly spreads: string
}

const slots = slotLast + 1

/** What is asked for, in the order of its places. A row from before there was a measure has nothing at the end. */
type Asked = { readonly counters: readonly FigureCounter[]; readonly spreads: readonly FigureSpread[] }

function inOrder(measures: readonly FigureMeasure[]): Asked {
  return {
    counters: figureCounters.filter((measure) => measures.includes(measure)),
    spreads: figureSpreads.filter((measure) => measures.includes(measure)),
  }
}

function slotsOf(spread: FigureSpread): RawBuilder<unknown> {
  const from = figureSpreads.indexOf(spread) * slots
  return sql`spreads[${from + 1}::int : ${from + slots}::int]`
}

function seriesOf(rows: readonly KeptCounts[], asked: Asked, stepMs: number): readonly FigureSeries[] {
  const byProvider = [...Map.groupBy(rows, ({ provider }) => provider)].sort(([a], [b]) => (a < b ? -1 : 1))
  const summed = byProvider.map(([provider, own]) => ({ provider, steps: stepsOf(own, asked, stepMs) }))
  const places = [
    ...asked.counters.map((measure) => ({ measure, from: figureCounters.indexOf(measure), length: 1 })),
    ...asked.spreads.map((measure, index) => ({ measure, from: figureCounters.length + index * slots, length: slots })),
  ].sort((a, b) => (a.measure < b.measure ? -1 : 1))
  const series = places.flatMap(({ measure, ...place }) =>
    summed.map(({ provider, steps }) => ({ measure, provider, points: pointsAt(steps, place) })),
  )
  return series.filter(({ points }) => points.length > 0)
}

function pointsAt(steps: ReturnType<typeof stepsOf>, { from, length }: { from: number; length: number }) {
  const points: FigureSeries["points"][number][] = []
  for (const { at, sums } of steps) {
    const counts: [number, number][] = []
    for (let slot = 0; slot < length; slot++) {
      const count = sums[from + slot] ?? 0
      if (count > 0) counts.push([slot, count])
    }
    if (counts.length > 0) points.push({ at, counts })
  }
  return points
}

/** What was counted in each step, the oldest first: all counters, and then the spreads that are asked for. Times are few, and one object each. */
function stepsOf(rows: readonly KeptCounts[], asked: Asked, stepMs: number) {
  const steps = new Map<number, Float64Array>()
  for (const { at, counters, spreads } of rows) {
    const beginMs = Math.floor(at.epochMilliseconds / stepMs) * stepMs
    const counts = steps.get(beginMs) ?? new Float64Array(figureCounters.length + asked.spreads.length * slots)
    steps.set(beginMs, counts)
    if (asked.counters.length > 0) addTo(counts.subarray(0, figureCounters.length), counters)
    addTo(counts.subarray(figureCounters.length), spreads)
  }
  return [...steps]
    .sort(([a], [b]) => a - b)
    .map(([beginMs, sums]) => ({ at: Temporal.Instant.fromEpochMilliseconds(beginMs), sums }))
}

/** Numbers that are not there are of a row from before, and those that are too many of a newer version. */
function addTo(sums: Float64Array, array: string): void {
  const counts: readonly unknown[] = JSON.parse(`[${array.slice(1, -1)}]`)
  const length = Math.min(sums.length, counts.length)
  for (let place = 0; place < length; place++) sums[place] = (sums[place] ?? 0) + Number(counts[place])
}

/** Where the first number of a measure stands in a row. */
function placeOf(measure: FigureMeasure) {
  const counter = figureCounters.findIndex((name) => name === measure)
  if (counter >= 0) return { column: "counters", from: counter } as const
  return { column: "spreads", from: figureSpreads.findIndex((name) => name === measure) * slots } as const
}

/** Rows of one span and provider as the one row in which they are kept. */
function keptRows(rows: readonly FigureRow[]) {
  const keyOf = ({ accountId, at, provider, grain }: FigureRow) => [accountId, at, provider, grain].join(" ")
  return [...Map.groupBy(rows, keyOf).values()].flatMap((together) => {
    const [first] = together
    if (first === undefined) return []
    const counts = {
      counters: figureCounters.map(() => 0),
      spreads: Array.from({ length: figureSpreads.length * slots }, () => 0),
    }
    for (const { measure, slot, count } of together) {
      const { column, from } = placeOf(measure)
      counts[column][from + slot] = (counts[column][from + slot] ?? 0) + count
    }
    const { accountId, at, provider, grain } = first
    return [{ account_id: accountId, at: at.toString(), provider, grain, ...counts }]
  })
}

/** Figures across accounts. */
export function createSystemFigures(tx: Transaction<Database>): SystemFigureTables {
  return {
    async addFigures(rows) {
      // In one order for all nodes, so that two that write the same rows do not wait for each other in a circle.
      await sql`
        insert into figure (account_id, at, provider, grain, counters, spreads)
        select account_id, at, provider, grain, counters, spreads
        from jsonb_to_recordset(${JSON.stringify(keptRows(rows))}::jsonb) as told
          (account_id uuid, at timestamptz, provider text, grain text, counters bigint[], spreads bigint[])
          join account using (account_id)
        order by 1, 2, 3, 4
        on conflict (account_id, at, provider, grain) do update
          set counters = each_added(figure.counters, excluded.counters), spreads = each_added(figure.spreads, excluded.spreads)
      `.execute(tx)
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
      returning account_id, at, provider, counters, spreads
    ), added as (
      insert into figure (account_id, at, provider, grain, counters, spreads)
      select account_id, date_bin(${spans[to]}::interval, at, 'epoch'), provider, ${to}::text, each_sum(counters), each_sum(spreads)
      from taken group by 1, 2, 3 order by 1, 2, 3
      on conflict (account_id, at, provider, grain) do update
        set counters = each_added(figure.counters, excluded.counters), spreads = each_added(figure.spreads, excluded.spreads)
    )
    select count(*) as count from taken`.execute(tx)
  return rows[0]?.count ?? 0
}
