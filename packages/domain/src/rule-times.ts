import { Problem } from "./problem.ts"
import { type Recurrence, ruleStepsMost } from "./recurrence.ts"
import type { Rule } from "./recurrence-rule.ts"
import { type WallSeconds, walkRule } from "./recurrence-walk.ts"
import { ruleOf, startSeconds } from "./series-rule.ts"

const daySeconds = 86_400
/** How far ahead a rule's next time is looked for: no calendar plans further. */
const reachSeconds = 1_000 * 366 * daySeconds
/** How far back a rule's last time is looked for, the nearest first: it may be an hour ago, or years. */
const looksBackSeconds = [1, 40, 800, 12_000, 120_000].map((days) => days * daySeconds)
const most = { stepsMost: ruleStepsMost, timesMost: ruleStepsMost }

/** The first time of a rule that begins at `start`, from `from` on; null when there is none, or none in a thousand years. */
export function firstFrom(rule: Rule, start: WallSeconds, from: WallSeconds): WallSeconds | null {
  const limits = { from, to: from + reachSeconds, stepsMost: ruleStepsMost, timesMost: 1 }
  return walkRule(rule, start, limits).times[0] ?? null
}

/** The last time of a rule before `to`; null when there is none, undefined when it is too far to be found. */
export function lastBefore(rule: Rule, start: WallSeconds, to: WallSeconds): WallSeconds | null | undefined {
  for (const back of looksBackSeconds) {
    const from = Math.max(start, to - back)
    const { times, isComplete } = walkRule(rule, start, { ...most, from, to })
    if (!isComplete) return undefined
    const last = times.at(-1)
    if (last !== undefined) return last
    if (from === start) return null
  }
  return undefined
}

/** How many times of a rule lie before `to`. Throws Problem "unsupported" when they are too many to be counted. */
export function countBefore(rule: Rule, start: WallSeconds, to: WallSeconds): number {
  const { times, isComplete } = walkRule(rule, start, { ...most, from: start, to })
  if (!isComplete) throw new Problem("unsupported", "the series is too long to be counted")
  return times.length
}

/** The last time of a rule; null when it names none, undefined when it has no end or is too long to be walked to it. */
export function lastOf(rule: Rule, start: WallSeconds): WallSeconds | null | undefined {
  if (rule.count === null) {
    return rule.until === null ? undefined : lastBefore(rule, start, startSeconds(rule.until) + 1)
  }
  const { times, isComplete } = walkRule(rule, start, { ...most, from: start, to: start + reachSeconds })
  return isComplete ? (times.at(-1) ?? null) : undefined
}

/** The times that the rules of a series name in [from, to), as far as they can be walked. */
export function timesBetween({ start, rules }: Recurrence, from: WallSeconds, to: WallSeconds): Set<WallSeconds> {
  const times = new Set<WallSeconds>()
  for (const text of rules) {
    const rule = ruleOf(text, start)
    const walk = rule === null ? null : walkRule(rule, startSeconds(start), { ...most, from, to })
    for (const time of walk?.times ?? []) times.add(time)
  }
  return times
}
