import type { Role } from "@kalends/domain/ability"
import type { InvitationOutcome } from "@kalends/protocol/persons"
import type { Invitee } from "../api-people.ts"
import { inParts } from "../directory.ts"

/** People in one call: few enough that the bar moves. */
const atOnce = 20

type Invite = (people: readonly Invitee[], role: Role) => Promise<readonly InvitationOutcome[]>

/** Invites all of them, a part at a time, and tells after each what came of everybody so far. */
export async function inviteAll(
  invite: Invite,
  people: readonly Invitee[],
  { role, tell }: { readonly role: Role; readonly tell: (outcomes: readonly InvitationOutcome[]) => void },
): Promise<void> {
  let outcomes: readonly InvitationOutcome[] = []
  for (const part of inParts(people, atOnce)) {
    outcomes = [...outcomes, ...(await invite(part, role))]
    tell(outcomes)
  }
}

/** All links, a line each, as they are pasted into a table. */
export function linksText(outcomes: readonly InvitationOutcome[]): string {
  return outcomes
    .flatMap((one) => (one.outcome === "invited" ? [`${one.user.displayName}\t${one.email}\t${one.link.url}`] : []))
    .join("\n")
}
