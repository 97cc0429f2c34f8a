import { Problem } from "./problem.ts"
import type { WallStart } from "./recurrence.ts"
import type { Rule } from "./recurrence-rule.ts"
import type { WallSeconds } from "./recurrence-walk.ts"
import { countBefore, firstFrom, lastBefore } from "./rule-times.ts"
import type { Series } from "./schedule.ts"
import { explicitRule, formatRule, ruleOf, startAt, startSeconds, untilText, wallAt, withEnd } from "./series-rule.ts"

const daySeconds = 86_400

/** A series divided: `head` is what starts before the cut, `tail` the rest; null where nothing is left. */
export type SplitSeries = { readonly head: Series | null; readonly tail: Series | null }

/**
 * "This and following": the series before, and the series from, an original start (which need not be one of the series).
 * Every occurrence, moved or cancelled, goes where its original start goes; occurrences of head and tail together are
 * those of the whole. A COUNT is divided, an end by date or none becomes UNTIL at the head's last time.
 * Throws Problem "unsupported" for a series too long to count, or of several rules that no one start can carry on.
 */
export function splitSeries(series: Series, from: WallStart): SplitSeries {
  return { head: cutSeries(series, from), tail: tailOf(series, from) }
}

/** The series ended before an original start; null when nothing is left of it. Throws as `splitSeries`. */
export function cutSeries(series: Series, before: WallStart): Series | null {
  const cut = startSeconds(before)
  const { start, rules, extraStarts } = series.recurrence
  const isBefore = (one: WallStart) => startSeconds(one) < cut
  const moved = series.moved.filter(({ originalStart }) => isBefore(originalStart))
  const extras = extraStarts.filter(isBefore)
  const first = isBefore(start) ? start : (earliest(extras) ?? earliest(moved.map((one) => one.originalStart)))
  if (first === null) return null
  return {
    ...series,
    moved,
    recurrence: {
      start: first,
      rules: isBefore(start) ? rules.flatMap((rule) => endedBefore(rule, start, cut)) : [],
      extraStarts: extras.filter((extra) => startSeconds(extra) !== startSeconds(first)),
      excludedStarts: series.recurrence.excludedStarts.filter(isBefore),
    },
  }
}

function tailOf(series: Series, from: WallStart): Series | null {
  const cut = startSeconds(from)
  const { start, rules, extraStarts, excludedStarts } = series.recurrence
  const isAfter = (one: WallStart) => startSeconds(one) >= cut
  const moved = series.moved.filter(({ originalStart }) => isAfter(originalStart))
  const extras = extraStarts.filter(isAfter)
  const carried = isAfter(start) ? { start, rules } : carryOn(rules, start, cut)
  const first = carried?.start ?? earliest(extras) ?? earliest(moved.map((one) => one.originalStart))
  if (first === null) return null
  return {
    ...series,
    moved,
    recurrence: {
      start: first,
      rules: carried?.rules ?? [],
      extraStarts: extras.filter((extra) => startSeconds(extra) !== startSeconds(first)),
      // A date that takes away a whole day of timed occurrences may lie on the day of the cut.
      excludedStarts: excludedStarts.filter((one) => isAfter(one) || startSeconds(one) + daySeconds > cut),
    },
  }
}

function earliest(starts: readonly WallStart[]): WallStart | null {
  return starts.toSorted((a, b) => startSeconds(a) - startSeconds(b))[0] ?? null
}

/** The rule without its times from `cut` on; none where no time is left. One that nobody can read stays as it is. */
function endedBefore(text: string, start: WallStart, cut: WallSeconds): readonly string[] {
  const rule = ruleOf(text, start)
  if (rule === null) return [text]
  const isAllDay = start instanceof Temporal.PlainDate
  if (rule.count !== null) {
    const count = countBefore(rule, startSeconds(start), cut)
    if (count === 0) return []
    return [count === rule.count ? text : withEnd(text, `COUNT=${count}`)]
  }
  if (rule.until !== null && startSeconds(rule.until) < cut) return [text]
  const last = lastBefore(rule, startSeconds(start), cut)
  if (last === null) return []
  // The last time itself, not a second before the cut: that second may be in an hour that the clocks leave out.
  const until = wallAt(last ?? cut - (isAllDay ? daySeconds : 1))
  return [withEnd(text, `UNTIL=${untilText(until, isAllDay)}`)]
}

/** The rules as they go on from `cut`, and the first time of any of them; null when all have ended. */
function carryOn(
  rules: readonly string[],
  start: WallStart,
  cut: WallSeconds,
): { readonly start: WallStart; readonly rules: readonly string[] } | null {
  const going = rules.flatMap((text) => rest(text, start, cut))
  const firsts = going.map(({ first }) => first)
  if (firsts.length === 0) return null
  const next = startAt(Math.min(...firsts), start)
  const [only, ...others] = going
  if (only !== undefined && others.length === 0) return { start: next, rules: [only.text] }
  return { start: next, rules: going.map((one) => fitted(one, start, next)) }
}

type Rest = { readonly text: string; readonly rule: Rule; readonly first: WallSeconds }

/** The rule with what is left of its COUNT, and its first time from `cut` on. */
function rest(text: string, start: WallStart, cut: WallSeconds): readonly Rest[] {
  const rule = ruleOf(text, start)
  if (rule === null) return []
  const first = firstFrom(rule, startSeconds(start), cut)
  if (first === null) return []
  if (rule.count === null) return [{ text, rule, first }]
  const count = rule.count - countBefore(rule, startSeconds(start), cut)
  const until = rule.until === null ? "" : `;UNTIL=${untilText(rule.until, start instanceof Temporal.PlainDate)}`
  return [{ text: withEnd(text, `COUNT=${count}${until}`), rule: { ...rule, count }, first }]
}

/**
 * A rule beside others starts where the first of them does, which may not be a time of its own: it has to say what it took
 * from its start, and its steps have to fall on the same periods.
 */
function fitted({ rule, first }: Rest, start: WallStart, next: WallStart): string {
  const explicit = explicitRule(rule, start)
  const from = startSeconds(next)
  if (firstFrom(explicit, from, from) !== first)
    throw new Problem("unsupported", "the rules of the series cannot start on one day")
  return formatRule(explicit, start instanceof Temporal.PlainDate)
}
