import { isProblem, type Problem } from "@kalends/domain/problem"
import type { Finding } from "../ports/tenant-source.ts"

type Facts = Finding["facts"]

/** A setting of the whole organisation, as it was found. */
export const ofTenant = (outcome: Finding["outcome"], code: string, facts: Facts = {}): Finding => ({
  ...{ code, outcome, subject: "tenant", mailbox: null, facts },
})

/** A setting of one mailbox. */
export const ofMailbox = (mailbox: string, outcome: Finding["outcome"], code: string, facts: Facts = {}): Finding => ({
  ...{ code, outcome, subject: "mailbox", mailbox, facts },
})

/** Settings that cannot be looked at before `because` is right. */
export const behind = (because: string, codes: readonly string[]): readonly Finding[] =>
  codes.map((code) => ofTenant("not-checked", code, { because }))

/** What a call came to. Throws what is no Problem. */
export async function tried<Result>(
  work: Promise<Result>,
): Promise<{ readonly value: Result } | { readonly problem: Problem }> {
  try {
    return { value: await work }
  } catch (error) {
    if (isProblem(error)) return { problem: error }
    throw error
  }
}

/** Two clocks that differ by more than this make assertions fail (RFC 7523 leaves the leeway to the server; five minutes are common). */
const skewMostSeconds = 120

/** What the Date of an answer says of our clock; null where it says nothing. */
export function clockFinding(date: string | undefined, now: Temporal.Instant): Finding | null {
  const theirs = Date.parse(date ?? "")
  if (Number.isNaN(theirs)) return null
  const seconds = Math.round((now.epochMilliseconds - theirs) / 1000)
  return Math.abs(seconds) > skewMostSeconds
    ? ofTenant("wrong", "clock-skew", { seconds: Math.abs(seconds), direction: seconds > 0 ? "ahead" : "behind" })
    : ofTenant("right", "clock-skew")
}
