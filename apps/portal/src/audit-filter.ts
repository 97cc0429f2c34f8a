import { auditActions } from "@kalends/domain/audit"
import type { AuditQuery } from "@kalends/protocol/audit"
import { addressOf, chosenIn } from "./chosen.ts"

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

export const choiceOfAddress = (address: string): AuditChoice => chosenIn(address, anything)

/** The text behind the # for a choice. */
export const addressOfChoice = (choice: Partial<AuditChoice>): string => addressOf("audit", choice)
