import type { EventTime } from "./event.ts"
import { isProblem } from "./problem.ts"
import type { WallStart } from "./recurrence.ts"
import { firstFrom, lastOf } from "./rule-times.ts"
import { isSameSchedule, momentText, movedElsewhere, type Schedule, type Series } from "./schedule.ts"
import { applyChange, type OccurrenceChange, type ScheduleChange } from "./series-change.ts"
import { ruleMeaning, ruleOf, startAt, startSeconds, withEnd } from "./series-rule.ts"

/**
 * What became of a schedule, told in as few changes as it takes; none exactly when both are the same schedule. The zone
 * comes first, then the whole series, then single occurrences. `applyChanges(before, diffSchedule(before, after))` is the
 * same schedule as `after`.
 */
export function diffSchedule(before: Schedule, after: Schedule): readonly ScheduleChange[] {
  if (isSameSchedule(before, after)) return []
  if (after.kind === "single") {
    if (before.kind === "series") return [{ kind: "became-single", time: after.time }]
    return zoneChangeOnly(before, after.time) ?? [{ kind: "moved", time: after.time }]
  }
  if (before.kind === "single" || isAllDay(before) !== isAllDay(after))
    return [{ kind: "became-series", series: after }]
  const ways = zoneSteps(before, after).flatMap((step) => shiftSteps(step, after))
  const diffs = ways.map((step) => exceptionStep(dateStep(ruleStep(lengthStep(step, after), after), after), after))
  return diffs.toSorted((a, b) => a.length - b.length)[0] ?? []
}

function isAllDay({ recurrence }: Series): boolean {
  return recurrence.start instanceof Temporal.PlainDate
}

function zoneChangeOnly(before: Schedule, time: EventTime): readonly ScheduleChange[] | null {
  const zone = time.kind === "timed" ? time.zone : null
  for (const keeps of ["instant", "wall-clock"] as const) {
    const change: ScheduleChange = { kind: "zone-changed", zone, keeps }
    if (isSameSchedule(applyChange(before, change), { kind: "single", time })) return [change]
  }
  return null
}

/** A series on its way from what it was to what it became. */
type Step = { readonly series: Series; readonly changes: readonly ScheduleChange[] }

function changed(step: Step, change: ScheduleChange): Step {
  const series = applyChange(step.series, change)
  return series.kind === "series" ? { series, changes: [...step.changes, change] } : step
}

/** The step after a change; none where the series cannot be changed so. */
function tried(step: Step, change: ScheduleChange): readonly Step[] {
  try {
    return [changed(step, change)]
  } catch (error) {
    if (!isProblem(error, "unsupported")) throw error
    return []
  }
}

function zoneSteps(before: Series, after: Series): readonly Step[] {
  const first: Step = { series: before, changes: [] }
  const { zone } = after
  if (before.zone === zone) return [first]
  return (["wall-clock", "instant"] as const).flatMap((keeps) => tried(first, { kind: "zone-changed", zone, keeps }))
}

function shiftSteps(step: Step, after: Series): readonly Step[] {
  const { start } = after.recurrence
  const from = step.series.recurrence.start
  if (from.toString() === start.toString()) return [step]
  const ways = ["everything", "exceptions", "nothing"] as const
  return ways.flatMap((carries) => tried(step, { kind: "shifted", start, carries }))
}

function lengthStep(step: Step, { length, isLengthNominal: nominal }: Series): Step {
  const isLengthNominal = nominal ?? false
  if (step.series.length === length && (step.series.isLengthNominal ?? false) === isLengthNominal) return step
  return changed(step, { kind: "length-changed", length, isLengthNominal })
}

function ruleStep(step: Step, after: Series): Step {
  const { start, rules } = after.recurrence
  const meaning = (texts: readonly string[]) =>
    [...new Set(texts.map((text) => ruleMeaning(text, start)))].sort().join("\n")
  if (meaning(step.series.recurrence.rules) === meaning(rules)) return step
  const before = cutAt(step.series, after)
  return changed(step, before === null ? { kind: "rules-changed", rules } : { kind: "cut", before, rules })
}

/** The first occurrence that is no more, when the one rule of a series only ends earlier than it did; otherwise null. */
function cutAt(series: Series, after: Series): WallStart | null {
  const { start } = after.recurrence
  const [was, ...others] = series.recurrence.rules
  const [is, ...more] = after.recurrence.rules
  if (was === undefined || is === undefined || others.length + more.length > 0) return null
  if (ruleMeaning(withEnd(was, null), start) !== ruleMeaning(withEnd(is, null), start)) return null
  const [whole, part] = [ruleOf(was, start), ruleOf(is, start)]
  const last = part === null ? null : lastOf(part, startSeconds(start))
  if (whole === null || last === null || last === undefined) return null
  const gone = firstFrom(whole, startSeconds(start), last + 1)
  return gone === null ? null : startAt(gone, start)
}

function dateStep(step: Step, after: Series): Step {
  const { extraStarts } = after.recurrence
  const series = { ...step.series, recurrence: { ...step.series.recurrence, extraStarts } }
  return { series, changes: [...step.changes, ...dateChanges(step.series, after)] }
}

function exceptionStep({ series, changes }: Step, after: Series): readonly ScheduleChange[] {
  const [was, is] = [exceptionsOf(series), exceptionsOf(after)]
  if (was.size > 0 && is.size === 0 && (was.size > 1 || changes.length > 0))
    return [...changes, { kind: "exceptions-dropped" }]
  return [...changes, ...exceptionChanges(was, is)]
}

/** A hole where `time` is null. */
type Exception = { readonly originalStart: WallStart; readonly time: EventTime | null }

function exceptionsOf(series: Series): ReadonlyMap<string, Exception> {
  const movedNames = new Set(series.moved.map(({ originalStart }) => originalStart.toString()))
  const holes = series.recurrence.excludedStarts.filter((one) => !movedNames.has(one.toString()))
  const all: readonly Exception[] = [
    ...holes.map((originalStart) => ({ originalStart, time: null })),
    ...movedElsewhere(series),
  ]
  return new Map(all.map((one) => [one.originalStart.toString(), one]))
}

function exceptionChanges(
  was: ReadonlyMap<string, Exception>,
  is: ReadonlyMap<string, Exception>,
): readonly OccurrenceChange[] {
  const restored = [...was.values()].flatMap(({ originalStart }): readonly OccurrenceChange[] =>
    is.has(originalStart.toString()) ? [] : [{ kind: "occurrence-restored", originalStart }],
  )
  const made = [...is.values()].flatMap(({ originalStart, time }): readonly OccurrenceChange[] => {
    const known = was.get(originalStart.toString())
    if (known !== undefined && textOf(known.time) === textOf(time)) return []
    return [
      time === null
        ? { kind: "occurrence-cancelled", originalStart }
        : { kind: "occurrence-moved", originalStart, time },
    ]
  })
  return [...restored, ...made]
}

function textOf(time: EventTime | null): string | null {
  return time === null ? null : momentText(time)
}

function dateChanges(series: Series, after: Series): readonly OccurrenceChange[] {
  const datesOf = ({ recurrence: { start, extraStarts } }: Series) =>
    new Map(extraStarts.filter((one) => one.toString() !== start.toString()).map((one) => [one.toString(), one]))
  const [was, is] = [datesOf(series), datesOf(after)]
  const only = (some: typeof was, others: typeof was) =>
    [...some].filter(([name]) => !others.has(name)).map(([, one]) => one)
  return [
    ...only(was, is).map((originalStart) => ({ kind: "occurrence-removed", originalStart }) as const),
    ...only(is, was).map((originalStart) => ({ kind: "occurrence-added", originalStart }) as const),
  ]
}
