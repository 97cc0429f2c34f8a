import type { ConnectionState } from "@kalends/domain/connection"
import type { FigureMeasure } from "@kalends/domain/figures"
import type { AccountId, ProviderName } from "@kalends/domain/ids"

/** How long a time one row stands for. Rows grow coarser as they age, and are deleted in the end. */
export type FigureGrain = "minute" | "five-minutes" | "hour" | "day"

/**
 * How often something was counted in one span of time, for one organisation and provider. `slot`: of a spread the one
 * of domain/figures.ts; 0 for a counter. No row names a user, a calendar or an event.
 */
export type FigureRow = {
  readonly accountId: AccountId
  readonly measure: FigureMeasure
  readonly provider: string
  readonly grain: FigureGrain
  /** Beginning of the span, in UTC. */
  readonly at: Temporal.Instant
  readonly slot: number
  readonly count: number
}

export type FigureQuery = {
  readonly measures: readonly FigureMeasure[]
  readonly from: Temporal.Instant
  /** Exclusive. */
  readonly to: Temporal.Instant
  readonly stepSeconds: number
}

/** What was counted of one measure at one provider, the oldest step first; only what was counted at all. */
export type FigureSeries = Pick<FigureRow, "measure" | "provider"> & {
  readonly points: readonly {
    /** Beginning of the step, counted in whole steps from 1970 in UTC. */
    readonly at: Temporal.Instant
    /** Slots, and how often each was counted. */
    readonly counts: [slot: number, count: number][]
  }[]
}

/** After how long a calendar that is pushed, and one that is polled, must have been looked at again. */
export type AgeBounds = { readonly pushedMs: number; readonly polledMs: number }

/** How old what is known of calendars is now, of those that need no person first. */
export type KnownAges = {
  readonly provider: ProviderName
  readonly isPushed: boolean
  readonly count: number
  readonly lateCount: number
  readonly oldestMs: number
}

/** Figures within one account. */
export interface FigureTables {
  /** Ordered by measure and provider. */
  sum(query: FigureQuery): Promise<readonly FigureSeries[]>
  knownAges(now: Temporal.Instant, bounds: AgeBounds): Promise<readonly KnownAges[]>
  countConnections(): Promise<
    readonly { readonly provider: ProviderName; readonly state: ConnectionState; readonly count: number }[]
  >
}

/** What the upkeep of figures does in one go: each is one statement. */
export type FigureUpkeep = {
  /** Minutes that began before it become five minutes; the beginning of such. */
  readonly minutesBefore: Temporal.Instant
  /** Five minutes that began before it become hours; the beginning of an hour. */
  readonly fiveMinutesBefore: Temporal.Instant
  /** Hours that began before it become days; the beginning of a day. */
  readonly hoursBefore: Temporal.Instant
  /** Days that began before it are deleted. */
  readonly daysBefore: Temporal.Instant
  /** Rows that each of the four takes at most. */
  readonly limit: number
}

/** Figures across accounts. */
export interface SystemFigureTables {
  /** Adds to what is there: several nodes add up. Of accounts that are gone nothing is written. */
  addFigures(rows: readonly FigureRow[]): Promise<void>
  /** Rolls up and deletes; how many rows were taken. No count is lost or doubled, however many nodes do it at once. */
  keepUpFigures(upkeep: FigureUpkeep): Promise<number>
}
