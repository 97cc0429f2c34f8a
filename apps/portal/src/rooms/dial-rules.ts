import { parseDialPattern } from "@kalends/domain/dial-pattern"
import { builtInDialRules, type DialFinding, type DialRule, dialStringsFrom } from "@kalends/domain/dial-rule"

/** A rule as it is typed: lists are lines, and nothing is null. */
export type TypedRule = {
  readonly name: string
  readonly patterns: string
  readonly also: string
  readonly sip: string
  readonly h323: string
}

export const emptyRule: TypedRule = { name: "", patterns: "", also: "", sip: "", h323: "" }

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
const orNull = (text: string) => (text.trim() === "" ? null : text.trim())

/** The rule that was typed; null where it has no name, no pattern, a pattern that cannot be read, or leads nowhere. */
export function ruleOf({ name, patterns, also, sip, h323 }: TypedRule): DialRule | null {
  const rule = {
    ...{ name: name.trim(), patterns: linesOf(patterns), also: linesOf(also) },
    ...{ sip: orNull(sip), h323: orNull(h323) },
  }
  const isReadable = [...rule.patterns, ...rule.also].every((pattern) => parseDialPattern(pattern) !== null)
  const leadsSomewhere = rule.sip !== null || rule.h323 !== null
  return rule.name !== "" && rule.patterns.length > 0 && isReadable && leadsSomewhere ? rule : null
}

/** With the rule at `index` moved by so many places; as it was where there is no such place. */
export function moved<Item>(items: readonly Item[], index: number, by: number): readonly Item[] {
  const item = items[index]
  const to = index + by
  if (item === undefined || to < 0 || to >= items.length) return items
  const others = items.filter((_, at) => at !== index)
  return [...others.slice(0, to), item, ...others.slice(to)]
}

/** What a text leads to, by one's own rules and then those that are built in. */
export function tried(sample: string, own: readonly DialRule[]): DialFinding | null {
  return dialStringsFrom([sample], [...own, ...builtInDialRules])
}
