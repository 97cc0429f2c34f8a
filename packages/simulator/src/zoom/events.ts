import { type Meeting, type Occurrence, type Wire, wireMeeting, type ZoomUser } from "./meeting.ts"

/** Something that happened to a meeting, as Zoom tells it to webhooks. */
export type ZoomEvent = {
  readonly name: "meeting.created" | "meeting.updated" | "meeting.deleted"
  readonly host: ZoomUser
  /** Whether it was one occurrence: `operation` of created and deleted ones, `scope` of updated ones. */
  readonly reach: { readonly operation?: "all" | "single"; readonly scope?: "all" | "single" }
  readonly object: Wire
  /** Of an update: what was there before. */
  readonly old?: Wire
}

/** A meeting as events tell it: without what only its host may know. */
export function wireOf(
  meeting: Meeting,
  linkBase: string,
  occurrences: readonly Occurrence[] = meeting.occurrences,
): Wire {
  const { start_url, encrypted_password, host_email, status, creation_source, ...told } = wireMeeting(
    meeting,
    occurrences,
    linkBase,
  )
  return told
}

/** The id, and what is not as it was: events of updates hold no more (payloads captured by users of Zoom's webhooks). */
export function wireDifference(before: Wire, after: Wire): { readonly object: Wire; readonly old: Wire } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
  const only = (whole: Wire): Wire => ({
    id: after.id,
    ...Object.fromEntries(names.filter((name) => name in whole).map((name) => [name, whole[name]])),
  })
  return { object: only(after), old: only(before) }
}
