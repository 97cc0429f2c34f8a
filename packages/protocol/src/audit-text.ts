import type { AuditEntryView } from "./audit.ts"
import type { AuditEntryWords } from "./messages-audit-entries.ts"

// How entries of the log are told, on its page and in a table of it. The words come from whoever tells: apps load one language.

/** Who did it. */
export function actorText(
  actor: AuditEntryView["actor"],
  { serviceFor, parts, somebodyGone }: AuditEntryWords,
): string {
  if (actor.kind === "service") return serviceFor(parts[actor.part] ?? actor.part)
  return actor.displayName ?? somebodyGone
}

/** What it was done to, by its name. */
export const subjectText = (
  { kind, name }: NonNullable<AuditEntryView["about"]>,
  { subjectOf }: AuditEntryWords,
): string => subjectOf[kind](name)
