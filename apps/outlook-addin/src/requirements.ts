import type { Office } from "./office.ts"

/** What the add-in can do beyond adding, changing and removing a meeting by hand. */
export type Feature =
  | "series"
  | "shared-calendars"
  | "every-new-event"
  | "follows-time"
  | "follows-series"
  | "checks-at-send"
  | "text-at-send"
  | "single-sign-on"

type Requirement = {
  /** Office's name for the group of functions. */
  readonly set: "Mailbox" | "NestedAppAuth"
  /** The first version of it that has what is needed. */
  readonly since: string
  /** The event that Outlook wakes the add-in for; null where it is no such thing. */
  readonly event: string | null
}

/**
 * Which set has what, by Microsoft's own tables (seen 2026-11-30):
 * - recurrence in 1.7, shared folders in 1.8, event-based activation with OnNewAppointmentOrganizer in 1.10, the changed
 *   time and recurrence in 1.11, OnAppointmentSend (with SendMode) in 1.12, prependOnSendAsync in 1.13:
 *   https://learn.microsoft.com/en-us/office/dev/add-ins/outlook/autolaunch and
 *   https://learn.microsoft.com/en-us/javascript/api/requirement-sets/outlook/outlook-api-requirement-sets
 * - NestedAppAuth 1.1 is a set of its own, not for Outlook.com and Gmail mailboxes and not to be named in a manifest:
 *   https://learn.microsoft.com/en-us/javascript/api/requirement-sets/common/nested-app-auth-requirement-sets
 */
export const requirements: Readonly<Record<Feature, Requirement>> = {
  series: { set: "Mailbox", since: "1.7", event: null },
  "shared-calendars": { set: "Mailbox", since: "1.8", event: null },
  "every-new-event": { set: "Mailbox", since: "1.10", event: "OnNewAppointmentOrganizer" },
  "follows-time": { set: "Mailbox", since: "1.11", event: "OnAppointmentTimeChanged" },
  "follows-series": { set: "Mailbox", since: "1.11", event: "OnAppointmentRecurrenceChanged" },
  "checks-at-send": { set: "Mailbox", since: "1.12", event: "OnAppointmentSend" },
  "text-at-send": { set: "Mailbox", since: "1.13", event: null },
  "single-sign-on": { set: "NestedAppAuth", since: "1.1", event: null },
}

/** What the add-in cannot do without: function commands and custom properties. Everything above is asked for when needed. */
export const leastSet = "1.3"

/**
 * An Exchange server of one's own declares no more than this, whatever the client knows: 2016 and 2019 alike
 * (outlook-api-requirement-sets, "Exchange server support"). Clients that have more offer it there nevertheless, so the client is asked, and this says only what an administrator may expect.
 */
export const ownServerMost = "1.5"

const officeParts = (version: string) => version.split(".").map(Number)

/** Whether `version` has all that `since` brought. */
export function reaches(version: string, since: string): boolean {
  const [major = 0, minor = 0] = officeParts(version)
  const [wantedMajor = 0, wantedMinor = 0] = officeParts(since)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/** Whether this Outlook can do it. Clients that do not know the question know none of the answers. */
export function can(office: Pick<Office, "context">, feature: Feature): boolean {
  const { set, since } = requirements[feature]
  try {
    return office.context.requirements.isSetSupported(set, since)
  } catch {
    return false
  }
}

const told: readonly Feature[] = [
  "every-new-event",
  "follows-time",
  "follows-series",
  "checks-at-send",
  "shared-calendars",
]

/** What this Outlook lacks that its user would notice, in the order in which it matters to them. */
export function missing(office: Pick<Office, "context">): readonly Feature[] {
  return told.filter((feature) => !can(office, feature))
}
