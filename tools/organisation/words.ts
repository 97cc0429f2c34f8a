import type { CheckupView, CheckView } from "@kalends/protocol/checkup"
import type { RolloutView, StepsView, TenantView } from "@kalends/protocol/tenants"
import { filled, readable } from "../../apps/portal/src/checkup.ts"
import type { CheckWords } from "../../apps/portal/src/messages-checkup.ts"
import { checkupEnglish } from "../../apps/portal/src/messages-checkup-en.ts"
import { problemTexts } from "../../apps/portal/src/messages-problems.ts"
import { tenantProblemTexts } from "../../apps/portal/src/messages-tenant-problems.ts"

const words: Readonly<Record<string, CheckWords>> = checkupEnglish

/** What a problem's code means, in a sentence. */
export function problemText(problem: { readonly kind: string; readonly code: string | null }): string {
  const texts = { ...problemTexts.en, ...tenantProblemTexts.en }
  return texts[problem.code ?? ""] ?? texts[problem.kind] ?? problem.code ?? problem.kind
}

/** The line of an organisation in a list. */
export function tenantLine(tenant: TenantView): string {
  const state = tenant.problem === null ? "well" : problemText(tenant.problem)
  return `${tenant.tenantConnectionId}  ${tenant.providerLabel}  ${tenant.tenantId}  ${tenant.connectionCount} people  ${state}`
}

/** Where work over many people stands, in one line. */
export function progressLine({ kind, state, counts }: RolloutView): string {
  const { all, waiting, checked, done, skipped, failed, undone } = counts
  const attention = failed > 0 ? `, ${failed} need attention` : ""
  const rest = skipped > 0 ? `, ${skipped} with nothing to do` : ""
  switch (state) {
    case "checking":
      return `Looked at ${all - waiting} of ${all}${attention}`
    case "checked":
      return `${checked} of ${all} can be moved${rest}${attention}`
    case "undoing":
    case "undone":
      return `${undone} of ${undone + done} moved back${attention}`
    case "stopped":
      return `Stopped: ${done} of ${all} ${kind === "migrate" ? "moved" : "connected"}${attention}`
    default:
      return `${done} of ${all} ${kind === "migrate" ? "moved" : "connected"}${rest}${attention}`
  }
}

/** One line for everybody of a page who could not be done. */
export function failureLines({ steps }: Pick<StepsView, "steps">): readonly string[] {
  return steps.flatMap(({ email, problem, meetings }) => {
    if (problem === null) return []
    const missing = meetings !== null && meetings.missing > 0 ? ` (${meetings.missing} meetings)` : ""
    return [`  ${email}: ${problemText(problem)}${missing}`]
  })
}

const marks: Readonly<Record<CheckView["outcome"], string>> = {
  wrong: "WRONG",
  doubtful: "DOUBTFUL",
  "not-checked": "NOT CHECKED",
  right: "right",
}

/** What the doctor found: wrong settings with their fix, then the others in a line each; how many are right. */
export function checkupLines({ checks }: CheckupView): readonly string[] {
  const bad = checks.filter(({ outcome }) => outcome === "wrong" || outcome === "doubtful")
  const unknown = checks.filter(({ outcome }) => outcome === "not-checked")
  const right = checks.filter(({ outcome }) => outcome === "right").length
  return [
    ...bad.flatMap(findingLines),
    ...unknown.map((check) => `${marks["not-checked"]}  ${nameOf(check)}${because(check)}`),
    `${right} ${right === 1 ? "setting is" : "settings are"} right${bad.length === 0 ? ", none is wrong" : ""}.`,
  ]
}

function findingLines(check: CheckView): readonly string[] {
  const { outcome, code } = check
  const text = words[code]
  if (text === undefined) return [`${marks[outcome]}  ${nameOf(check)}`]
  const facts = { ...readable(check.facts, "en"), ...(check.mailbox === null ? {} : { mailbox: check.mailbox }) }
  return [
    `${marks[outcome]}  ${nameOf(check)}`,
    `  ${filled(text.wrong, facts)}`,
    `  ${filled(text.fix, facts)}`,
    ...(text.steps ?? []).map((step, index) => `  ${index + 1}. ${filled(step, facts)}`),
    ...(text.lines === undefined
      ? []
      : filled(text.lines, facts)
          .split("\n")
          .map((line) => `      ${line}`)),
  ]
}

function nameOf({ code, mailbox }: CheckView): string {
  const name = words[code]?.name ?? code
  return mailbox === null ? name : `${name} (${mailbox})`
}

function because({ facts }: CheckView): string {
  const code = facts.because
  return typeof code === "string" ? `: first mend ${words[code]?.name ?? code}` : ""
}
