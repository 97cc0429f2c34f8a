import type { CheckupView, CheckView } from "@kalends/protocol/checkup"
import { dateWords } from "@kalends/ui/words"

export type Facts = CheckView["facts"]

/** The same finding on everything it was found on: one card, whatever the number of mailboxes. */
export type Finding = {
  readonly code: string
  readonly outcome: CheckView["outcome"]
  readonly subject: CheckView["subject"]
  readonly mailboxes: readonly string[]
  readonly facts: Facts
}

/** Findings of one outcome, in the service's order. What differs in more than the mailbox stays apart. */
export function findingsOf({ checks }: CheckupView, outcome: CheckView["outcome"]): readonly Finding[] {
  const found = new Map<string, Finding>()
  for (const check of checks) {
    if (check.outcome !== outcome) continue
    const { mailbox, ...rest } = check
    const key = JSON.stringify([rest.code, rest.subject, Object.entries(rest.facts).toSorted()])
    const before = found.get(key)?.mailboxes ?? []
    found.set(key, { ...rest, mailboxes: mailbox === null ? before : [...before, mailbox] })
  }
  return [...found.values()]
}

/** `{fact|else}`: the fact where there is one of that name, what stands after the line otherwise. */
const place = /\{(\w+)\|([^{}]*)\}/g

/** A text with what was found put in. */
export function filled(text: string, facts: Facts): string {
  return text.replace(place, (_whole, name: string, otherwise: string) =>
    facts[name] === undefined ? otherwise : String(facts[name]),
  )
}

/** Days and instants as people write them; everything else as it is. */
export function readable(facts: Facts, locale: string): Facts {
  const shown = (value: string | number) => {
    const day = /^(\d{4}-\d\d-\d\d)(T|$)/.exec(String(value))?.[1]
    return day === undefined ? value : dateWords(Temporal.Instant.from(`${day}T00:00:00Z`), locale)
  }
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, shown(value)]))
}

/** Lines to copy, with each that is about a mailbox once for every one of them. */
export function linesFor(lines: string, facts: Facts, mailboxes: readonly string[]): string {
  const each = (line: string) =>
    mailboxes.length > 1 && line.includes("{mailbox|")
      ? mailboxes.map((mailbox) => filled(line, { ...facts, mailbox }))
      : [filled(line, facts)]
  return lines.split("\n").flatMap(each).join("\n")
}

/** Told in another way: why something could not be looked at, and which mailbox it was. */
const hidden = new Set(["because", "mailbox"])

/** What was found and is named in none of the texts. */
export function untold(texts: readonly string[], facts: Facts): readonly string[] {
  const named = new Set(texts.flatMap((text) => [...text.matchAll(place)].map(([, name]) => name)))
  return Object.entries(facts).flatMap(([name, value]) => (named.has(name) || hidden.has(name) ? [] : [String(value)]))
}

const mailboxesMost = 20
const address = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/

export type Typed =
  | { readonly kind: "good"; readonly mailboxes: readonly string[] }
  | { readonly kind: "too-many" }
  | { readonly kind: "no-address"; readonly text: string }

/** Addresses as they were typed or pasted: on lines of their own, or with commas between them. */
export function readMailboxes(text: string): Typed {
  const mailboxes = [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ""))]
  const wrong = mailboxes.find((one) => !address.test(one))
  if (wrong !== undefined) return { kind: "no-address", text: wrong }
  return mailboxes.length > mailboxesMost ? { kind: "too-many" } : { kind: "good", mailboxes }
}
