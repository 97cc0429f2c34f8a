import { statesForPerson } from "@kalends/domain/connection"
import type { AccountId } from "@kalends/domain/ids"
import type { FigureGrain, FigureRow, FigureTables, KnownAges, SystemFigureTables } from "../ports/figure-tables.ts"
import { isListenedTo } from "../ports/listening-tables.ts"
import type { CalendarRow, ConnectionRow } from "../ports/store.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const keyOf = ({ accountId, measure, at, provider, slot, grain }: FigureRow) =>
  [accountId, measure, at, provider, String(slot).padStart(2, "0"), grain].join(" ")

const spanMs: Readonly<Record<FigureGrain, number>> = {
  minute: 60_000,
  "five-minutes": 300_000,
  hour: 3_600_000,
  day: 86_400_000,
}

const beginning = (at: Temporal.Instant, ms: number) =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(at.epochMilliseconds / ms) * ms)

/** Figures within one account, in memory. */
export function memoryFigures(tx: MemoryTransaction, accountId: AccountId): FigureTables {
  const mine = <Row extends { readonly accountId: AccountId }>(rows: readonly Row[]) =>
    rows.filter((row) => row.accountId === accountId)

  function age(connection: ConnectionRow, calendar: CalendarRow, now: Temporal.Instant) {
    const knownAt = calendar.failureCount === 0 ? calendar.lastPassAt : connection.lastOkAt
    const isSubscribed = tx
      .list("subscription")
      .some(
        ({ calendarId, expiresAt }) =>
          calendarId === calendar.calendarId && Temporal.Instant.compare(expiresAt, now) > 0,
      )
    return {
      provider: connection.provider,
      isPushed: isSubscribed || isListenedTo(tx.find("listening", connection.connectionId), now),
      ageMs: (knownAt ?? connection.createdAt).until(now).total("milliseconds"),
    }
  }

  return {
    async sum({ measures, from, to, stepSeconds }) {
      const sums = new Map<string, FigureRow>()
      for (const row of mine(tx.list("figure"))) {
        const isAsked = measures.includes(row.measure) && row.count > 0 && isBetween(row.at, from, to)
        if (!isAsked) continue
        const sum: FigureRow = { ...row, at: beginning(row.at, stepSeconds * 1000), grain: "minute" }
        const key = keyOf(sum)
        sums.set(key, { ...sum, count: (sums.get(key)?.count ?? 0) + row.count })
      }
      const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
      const byProvider = Map.groupBy(sorted, ({ measure, provider }) => `${measure} ${provider}`)
      return [...byProvider]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, rows]) => {
          const [first] = rows
          const byTime = Map.groupBy(rows, ({ at }) => at.epochMilliseconds)
          const points = [...byTime].map(([ms, ofStep]) => ({
            at: Temporal.Instant.fromEpochMilliseconds(ms),
            counts: ofStep.map(({ slot, count }): [number, number] => [slot, count]),
          }))
          return first === undefined ? [] : [{ measure: first.measure, provider: first.provider, points }]
        })
    },
    async knownAges(now, { pushedMs, polledMs }) {
      const found = new Map<string, KnownAges>()
      for (const calendar of mine(tx.list("calendar"))) {
        const connection = tx.find("connection", calendar.connectionId)
        if (connection === null || statesForPerson.includes(connection.state)) continue
        const { provider, isPushed, ageMs } = age(connection, calendar, now)
        const key = `${provider} ${isPushed}`
        const known = found.get(key) ?? { provider, isPushed, count: 0, lateCount: 0, oldestMs: 0 }
        const isLate = ageMs > (isPushed ? pushedMs : polledMs)
        const counts = { count: known.count + 1, lateCount: known.lateCount + (isLate ? 1 : 0) }
        found.set(key, { ...known, ...counts, oldestMs: Math.max(known.oldestMs, Math.round(ageMs)) })
      }
      return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ages]) => ages)
    },
    async countConnections() {
      const counts = new Map<string, Awaited<ReturnType<FigureTables["countConnections"]>>[number]>()
      for (const { provider, state } of mine(tx.list("connection"))) {
        const key = `${provider} ${state}`
        counts.set(key, { provider, state, count: (counts.get(key)?.count ?? 0) + 1 })
      }
      return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count)
    },
  }
}

/** Figures across accounts, in memory. */
export function memorySystemFigures(tx: MemoryTransaction): SystemFigureTables {
  async function add(row: FigureRow): Promise<void> {
    const key = keyOf(row)
    await tx.lock("figure", key)
    await tx.put("figure", key, { ...row, count: (tx.find("figure", key)?.count ?? 0) + row.count })
  }

  async function take(grain: FigureGrain, before: Temporal.Instant, limit: number): Promise<readonly FigureRow[]> {
    const due = tx
      .list("figure")
      .filter((row) => row.grain === grain && Temporal.Instant.compare(row.at, before) < 0)
      .sort((a, b) => Temporal.Instant.compare(a.at, b.at))
      .slice(0, limit)
    const taken: FigureRow[] = []
    for (const { key } of due.map((row) => ({ key: keyOf(row) }))) {
      // Read again once it is held: another node may have taken it meanwhile.
      await tx.lock("figure", key)
      const row = tx.find("figure", key)
      if (row === null) continue
      await tx.remove("figure", key)
      taken.push(row)
    }
    return taken
  }

  async function rollUp(grain: FigureGrain, taken: readonly FigureRow[]): Promise<number> {
    for (const row of taken) await add({ ...row, grain, at: beginning(row.at, spanMs[grain]) })
    return taken.length
  }

  return {
    async addFigures(rows) {
      const known = rows.filter(({ accountId }) => tx.find("account", accountId) !== null)
      for (const row of [...known].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) await add(row)
    },
    async keepUpFigures({ minutesBefore, fiveMinutesBefore, hoursBefore, daysBefore, limit }) {
      const fives = await rollUp("five-minutes", await take("minute", minutesBefore, limit))
      const hours = await rollUp("hour", await take("five-minutes", fiveMinutesBefore, limit))
      const days = await rollUp("day", await take("hour", hoursBefore, limit))
      return fives + hours + days + (await take("day", daysBefore, limit)).length
    },
  }
}

function isBetween(at: Temporal.Instant, from: Temporal.Instant, to: Temporal.Instant): boolean {
  return Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) < 0
}
