import { auditActions } from "@kalends/domain/audit"
import type { AuditQuery } from "@kalends/protocol/audit"

/** What somebody chose to see; empty texts for anything. */
export type AuditChoice = {
  /** A person's id. */
  readonly actor: string
  readonly action: string
  readonly subject: string
  /** A machine word. */
  readonly reason: string
  /** Days as date fields write them; both are within. */
  readonly fromDay: string
  readonly toDay: string
}

export const anything: AuditChoice = { actor: "", action: "", subject: "", reason: "", fromDay: "", toDay: "" }

/** True where something is chosen. */
export const isNarrowed = (choice: AuditChoice): boolean => Object.values(choice).some((text) => text !== "")

/** The choice as the service is asked for it; days begin and end in the reader's zone. */
export function auditQueryOf(
  { actor, action, subject, reason, fromDay, toDay }: AuditChoice,
  zone: string,
): AuditQuery {
  const known = auditActions.find((one) => one === action)
  const from = startOf(fromDay, 0, zone)
  const to = startOf(toDay, 1, zone)
  return {
    ...(actor === "" ? {} : { actor }),
    ...(known === undefined ? {} : { action: known }),
    ...(subject === "" ? {} : { subject }),
    ...(reason === "" ? {} : { reason }),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  }
}

/** Null for a day that is not written out, or that there is not. */
function startOf(day: string, later: number, zone: string): string | null {
  try {
    return Temporal.PlainDate.from(day).add({ days: later }).toZonedDateTime(zone).toInstant().toString()
  } catch {
    return null
  }
}

const names = ["actor", "action", "subject", "reason", "fromDay", "toDay"] as const
const longest = 120

/** What the address says, so that a choice can be sent to a colleague, and a page lead to what the log has of it. */
export function choiceOfAddress(address: string): AuditChoice {
  const query = new URLSearchParams(address.split("?")[1] ?? "")
  const said = names.map((name) => [name, (query.get(name) ?? "").slice(0, longest)])
  return { ...anything, ...Object.fromEntries(said) }
}

/** The text behind the # for a choice. */
export function addressOfChoice(choice: Partial<AuditChoice>): string {
  const said = names.flatMap((name) => ((choice[name] ?? "") === "" ? [] : [[name, choice[name] ?? ""]]))
  return said.length === 0 ? "audit" : `audit?${new URLSearchParams(said)}`
}
