import { faceOf } from "./event-face.ts"
import { dropKnown, findKnown } from "./known.ts"
import type { Answer, EventResource, Services } from "./services.ts"
import { ask } from "./session.ts"

export type Place = { readonly calendarId: string; readonly eventId: string }

/** What the person chose on the card; empty for what holds without a choice. */
export type Choice = {
  readonly templateId: string
  /** E-mail address of whose meeting it is to be. */
  readonly host: string
}

export const noChoice: Choice = { templateId: "", host: "" }

type Written = Place & { readonly event: EventResource | null }

/** Asked for again, an event's meeting is the one it had, unless that was given up. Null: nobody is signed in. */
export function schedule(
  services: Services,
  { calendarId, eventId, event }: Written,
  { templateId, host }: Choice,
): (Answer & { readonly key: string }) | null {
  const whose = host === "" ? hostOf(services, calendarId) : host
  const body = {
    ...faceOf(event, services),
    ...(templateId === "" ? {} : { templateId }),
    ...(whose === null ? {} : { for: whose }),
  }
  const known = findKnown(services, eventId)
  for (const key of known === null ? [services.newKey()] : [known.key, services.newKey()]) {
    const answer = ask(services, "POST", "/v1/tools/meetings", { key, ...body })
    if (answer === null) return null
    if (answer.status !== 409 || key !== known?.key) return { ...answer, key }
    dropKnown(services, eventId)
  }
  return null
}

/**
 * Whose calendar it is, by its address; null for one's own, and for calendars that are nobody's. Who may schedule for them
 * is the service's to say.
 */
export function hostOf({ calendar }: Services, calendarId: string): string | null {
  if (!calendarId.includes("@") || /[@.]calendar\.google\.com$/.test(calendarId)) return null
  return calendar.ownId()?.toLowerCase() === calendarId.toLowerCase() ? null : calendarId
}
