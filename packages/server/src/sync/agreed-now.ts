import type { MeetingReason } from "@kalends/domain/audit-reason"
import type { Digests } from "../meetings/digest.ts"
import type { MeetingBackend, MeetingFace, ShownFace } from "../ports/meeting-backend.ts"
import type { LinkRow, MeetingRow } from "../ports/meeting-tables.ts"
import { shownAfter } from "./shown-after.ts"

type Known = { readonly meeting: MeetingRow; readonly backend: MeetingBackend; readonly digests: Digests }

/** What was just done to a meeting: it was to have `face`, showed `before`, and was told so or not. */
type Step = { readonly face: MeetingFace; readonly before: ShownFace | null; readonly isTold: boolean }

type AgreedNow = {
  readonly agreed: Pick<LinkRow, "agreedTopic" | "agreedSchedule" | "shownTopic" | "shownSchedule">
  /** Why to look again at once: somebody changed the meeting in its service meanwhile. */
  readonly again: { readonly next?: MeetingReason }
}

/**
 * What both sides have once they are in step. A service that was told something is asked again, for it may show something
 * else than that; one that was told nothing has what it had `before`.
 */
export async function agreedNow({ meeting, backend, digests }: Known, step: Step): Promise<AgreedNow> {
  const { accountId, backendId } = meeting
  const written = backend.shown(step.face)
  const isAsked = step.isTold && backend.limits.isEditableElsewhere
  const now = isAsked ? ((await backend.fetch(backendId ?? ""))?.shown ?? null) : step.before
  const { shown, isEdited } = shownAfter({ written, before: step.before, now })
  const isGone = isAsked && now === null
  const [event, service] = [digests.of(accountId, written), digests.of(accountId, shown)]
  return {
    agreed: {
      ...{ agreedTopic: event.topic, agreedSchedule: event.schedule },
      ...{ shownTopic: service.topic, shownSchedule: service.schedule },
    },
    again: isEdited || isGone ? { next: "meeting-edited" } : {},
  }
}
