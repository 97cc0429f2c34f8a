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

/** A change of one occurrence. "added" and "removed" are of dates beside the rule (RDATE). */
export type OccurrenceChange =
  | { readonly kind: "occurrence-moved"; readonly originalStart: WallStart; readonly time: EventTime }
  | { readonly kind: "occurrence-cancelled"; readonly originalStart: WallStart }
  | { readonly kind: "occurrence-restored"; readonly originalStart: WallStart }
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
  return changes.reduce(applyChange, schedule)
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
    case "occurrence-added":
      return {
        ...series,
        recurrence: { ...recurrence, extraStarts: [...recurrence.extraStarts, change.originalStart] },
      }
    case "occurrence-removed": {
      const extraStarts = recurrence.extraStarts.filter((extra) => !isSame(extra, change.originalStart))
      return { ...series, recurrence: { ...recurrence, extraStarts } }
    }
    case "occurrence-restored":
      return withoutOccurrence(series, change.originalStart)
    case "occurrence-moved": {
      const { originalStart, time } = change
      const rest = withoutOccurrence(series, originalStart)
      return { ...rest, moved: [...rest.moved, { originalStart, time }] }
    }
    case "occurrence-cancelled": {
      const rest = withoutOccurrence(series, change.originalStart)
      const excludedStarts = [...rest.recurrence.excludedStarts, change.originalStart]
      return { ...rest, recurrence: { ...rest.recurrence, excludedStarts } }
    }
  }
}

function isSame(a: WallStart, b: WallStart): boolean {
  return a.toString() === b.toString()
}

/** The series as if nobody had moved or cancelled the occurrence. */
function withoutOccurrence(series: Series, originalStart: WallStart): Series {
  const name = originalStart.toString()
  const excludedStarts = series.recurrence.excludedStarts.filter((one) => one.toString() !== name)
  const moved = series.moved.filter((one) => one.originalStart.toString() !== name)
  return { ...series, moved, recurrence: { ...series.recurrence, excludedStarts } }
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
