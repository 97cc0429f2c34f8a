import type { EventTime } from "./event.ts"
import type { WallStart } from "./recurrence.ts"
import type { Schedule, Series } from "./schedule.ts"
import { startSeconds } from "./series-rule.ts"
import { cutSeries } from "./series-split.ts"
import { rezone, shiftSeries, type ZoneKeeps } from "./series-zone.ts"

/**
 * One thing that became different between two schedules of one meeting. `applyChange` says exactly what each means. An
 * occurrence is named by its original start as it is when the change is applied: after a shift, the shifted one.
 */
export type ScheduleChange =
  | { readonly kind: "moved"; readonly time: EventTime }
  /** A series where there was a single event, or an all-day series where there was one with times (or the other way round). */
  | { readonly kind: "became-series"; readonly series: Series }
  | { readonly kind: "became-single"; readonly time: EventTime }
  | { readonly kind: "zone-changed"; readonly zone: string | null; readonly keeps: ZoneKeeps }
  /** The whole series starts at another time or day. What goes along: its rules and exceptions, exceptions alone, or neither. */
  | { readonly kind: "shifted"; readonly start: WallStart; readonly carries: ShiftCarries }
  | { readonly kind: "length-changed"; readonly length: number; readonly isLengthNominal: boolean }
  /** "This and following" taken away: no occurrence from `before` on. */
  | { readonly kind: "cut"; readonly before: WallStart; readonly rules: readonly string[] }
  | { readonly kind: "rules-changed"; readonly rules: readonly string[] }
  | { readonly kind: "exceptions-dropped" }
  | OccurrenceChange

export type ShiftCarries = "everything" | "exceptions" | "nothing"

export type OccurrenceChange = ExceptionChange | DateChange

type ExceptionChange =
  | { readonly kind: "occurrence-moved"; readonly originalStart: WallStart; readonly time: EventTime }
  | { readonly kind: "occurrence-cancelled"; readonly originalStart: WallStart }
  | { readonly kind: "occurrence-restored"; readonly originalStart: WallStart }

/** A date beside the rule (RDATE). */
type DateChange =
  | { readonly kind: "occurrence-added"; readonly originalStart: WallStart }
  | { readonly kind: "occurrence-removed"; readonly originalStart: WallStart }

/** The schedule after a change. A change that does not fit the kind of schedule leaves it as it is. */
export function applyChange(schedule: Schedule, change: ScheduleChange): Schedule {
  switch (change.kind) {
    case "became-series":
      return change.series
    case "moved":
    case "became-single":
      return { kind: "single", time: change.time }
    case "zone-changed":
      return rezone(schedule, change.zone, change.keeps)
    default:
      return schedule.kind === "series" ? applyToSeries(schedule, change) : schedule
  }
}

/** The schedule after changes, in their order. `applyChanges(a, diffSchedule(a, b))` is the same schedule as b. */
export function applyChanges(schedule: Schedule, changes: readonly ScheduleChange[]): Schedule {
  let changed = schedule
  for (let from = 0, to = 0; from < changes.length; from = to) {
    // Changes of single occurrences are made at once: a thousand of them one by one would copy the series a thousand times.
    to = endOfOccurrences(changes, from)
    if (to > from && changed.kind === "series")
      changed = applyToOccurrences(changed, changes.slice(from, to).filter(isOfOccurrence))
    const next = changes[to]
    if (next !== undefined) changed = applyChange(changed, next)
    to++
  }
  return changed
}

function endOfOccurrences(changes: readonly ScheduleChange[], from: number): number {
  const end = changes.findIndex((change, index) => index >= from && !isOfOccurrence(change))
  return end < 0 ? changes.length : end
}

function isOfOccurrence(change: ScheduleChange): change is OccurrenceChange {
  return "originalStart" in change
}

type SeriesChange = Exclude<ScheduleChange, { kind: "became-series" | "moved" | "became-single" | "zone-changed" }>

function applyToSeries(series: Series, change: SeriesChange): Series {
  const { recurrence } = series
  switch (change.kind) {
    case "shifted":
      return shifted(series, change.start, change.carries)
    case "length-changed":
      return withLength(series, change.length, change.isLengthNominal)
    case "cut": {
      const cut = cutSeries(series, change.before) ?? series
      return { ...cut, recurrence: { ...cut.recurrence, rules: change.rules } }
    }
    case "rules-changed":
      return { ...series, recurrence: { ...recurrence, rules: change.rules } }
    case "exceptions-dropped":
      return { ...series, moved: [], recurrence: { ...recurrence, excludedStarts: [] } }
    default:
      return applyToOccurrences(series, [change])
  }
}

function applyToOccurrences(series: Series, changes: readonly OccurrenceChange[]): Series {
  const { moved, recurrence } = series
  const exceptions = latest(changes.filter(isOfException))
  const dates = latest(changes.filter(isOfDate))
  const untouched = (start: WallStart, touched: ReadonlyMap<string, unknown>) => !touched.has(start.toString())
  const { excludedStarts, extraStarts } = recurrence
  return {
    ...series,
    moved: [
      ...moved.filter(({ originalStart }) => untouched(originalStart, exceptions)),
      ...[...exceptions.values()]
        .filter((one) => one.kind === "occurrence-moved")
        .map(({ originalStart, time }) => ({ originalStart, time })),
    ],
    recurrence: {
      ...recurrence,
      excludedStarts: [
        ...excludedStarts.filter((start) => untouched(start, exceptions)),
        ...startsOf(exceptions, "occurrence-cancelled"),
      ],
      extraStarts: [...extraStarts.filter((start) => untouched(start, dates)), ...startsOf(dates, "occurrence-added")],
    },
  }
}

function isOfDate(change: OccurrenceChange): change is DateChange {
  return change.kind === "occurrence-added" || change.kind === "occurrence-removed"
}

function isOfException(change: OccurrenceChange): change is ExceptionChange {
  return !isOfDate(change)
}

/** The last change of each occurrence: an occurrence is as it was left. */
function latest<Change extends OccurrenceChange>(changes: readonly Change[]): ReadonlyMap<string, Change> {
  return new Map(changes.map((change) => [change.originalStart.toString(), change]))
}

function startsOf(
  changes: ReadonlyMap<string, OccurrenceChange>,
  kind: OccurrenceChange["kind"],
): readonly WallStart[] {
  return [...changes.values()].filter((change) => change.kind === kind).map(({ originalStart }) => originalStart)
}

function withLength(series: Series, length: number, isLengthNominal: boolean): Series {
  const { isLengthNominal: _, ...rest } = series
  return isLengthNominal ? { ...rest, length, isLengthNominal } : { ...rest, length }
}

function shifted(series: Series, start: WallStart, carries: ShiftCarries): Series {
  const bySeconds = startSeconds(start) - startSeconds(series.recurrence.start)
  if (carries === "everything") return shiftSeries(series, bySeconds)
  const { rules } = series.recurrence
  const moved =
    carries === "nothing"
      ? series
      : shiftSeries({ ...series, recurrence: { ...series.recurrence, rules: [] } }, bySeconds)
  return { ...moved, recurrence: { ...moved.recurrence, start, rules } }
}
