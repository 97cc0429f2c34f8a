import type { MeetingId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Caller } from "../ports/call.ts"
import type { LinkRow, MeetingRow } from "../ports/meeting-tables.ts"
import type { AccountTables } from "../ports/store.ts"
import type { TemplateRow } from "../ports/tool-tables.ts"
import { createEventAccess, type EventAccessDeps } from "./event-access.ts"

/** A meeting, and what its event is to say. */
export type ToolMeetingKnown = {
  readonly meeting: MeetingRow
  readonly links: readonly LinkRow[]
  readonly template: TemplateRow | null
}

/**
 * The meeting, if whoever asks may have to do with it: whose it is, and who may schedule for them. Null where there is none.
 * Throws Problem "forbidden" (codes "not-yours", "private-not-allowed").
 */
export function createToolReach(deps: EventAccessDeps) {
  /**
   * The event itself says whether it is private, whatever the tool thinks; nothing else of it is kept or answered. Throws
   * Problem "forbidden" (code "private-not-allowed"), also where it cannot be seen, and what the calendar service answers.
   */
  async function refusePrivate(by: Caller, links: readonly LinkRow[]): Promise<void> {
    const wish = { actor: { kind: "user", userId: by.userId }, reason: "delegate", call: by.call } as const
    const { isPrivate } = createEventAccess(deps, wish)
    for (const link of links)
      if (await isPrivate(link))
        throw new Problem("forbidden", "This event is private, and you may not manage private events.", {
          code: "private-not-allowed",
        })
  }

  return async (by: Caller, meetingId: MeetingId): Promise<ToolMeetingKnown | null> => {
    const found = await deps.store.inAccount(by.accountId, async (tables) => {
      const meeting = await tables.meetings.findMeeting(meetingId)
      if (meeting === null) return null
      const isOwn = meeting.userId === by.userId
      const given = isOwn ? null : await tables.tools.findDelegate(meeting.userId, by.userId)
      if (!isOwn && given === null)
        throw new Problem("forbidden", "This meeting is somebody else's.", { code: "not-yours" })
      return { ...(await withParts(tables, meeting)), mayBePrivate: isOwn || given?.managesPrivate === true }
    })
    if (found === null) return null
    if (!found.mayBePrivate) await refusePrivate(by, found.links)
    return found
  }
}

export async function withParts(tables: AccountTables, meeting: MeetingRow): Promise<ToolMeetingKnown> {
  const templates = meeting.templateId === null ? [] : await tables.tools.listTemplates()
  const template = templates.find(({ templateId }) => templateId === meeting.templateId) ?? null
  return { meeting, template, links: await tables.meetings.listLinksOfMeetings([meeting.meetingId]) }
}
