import type { PolicySetting } from "@kalends/domain/policy"
import type { PolicyWords } from "../messages-policy.ts"
import type { Standing } from "./policy-view.ts"

type Value = string | readonly string[]
type Word = { readonly value: Value; readonly isLocked: boolean }
type Labels = readonly { readonly provider: string; readonly label: string }[]

/** A value in words; calendar services by their labels. */
export function valueText(setting: PolicySetting, value: Value, words: PolicyWords, labels: Labels): string {
  const texts: Readonly<Record<string, string>> = words.values[setting]
  if (typeof value === "string") return texts[value] ?? value
  if (value.length === 0) return words.noService
  const labelOf = (name: string) => labels.find(({ provider }) => provider === name)?.label ?? name
  return value.map(labelOf).join(words.comma)
}

/** What a level says, in words. */
export function wordText(setting: PolicySetting, word: Word | null, words: PolicyWords, labels: Labels): string {
  if (word === null) return words.noWord
  const text = valueText(setting, word.value, words, labels)
  return word.isLocked ? words.locked(text) : text
}

/** How it stands with a setting, in words: the value, whose word it is, and whether it is locked. */
export function standingText(setting: PolicySetting, standing: Standing, words: PolicyWords, labels: Labels): string {
  const text = valueText(setting, standing.value, words, labels)
  switch (standing.kind) {
    case "default":
      return words.standard(text)
    case "follows":
      return words.follows(text)
    case "own":
      return standing.isLocked ? words.locked(text) : text
    case "overruled":
      return standing.own === null
        ? words.follows(words.locked(text))
        : words.overruled(text, valueText(setting, standing.own, words, labels))
  }
}
