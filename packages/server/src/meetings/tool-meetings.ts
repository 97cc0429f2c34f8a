import type { AuditAction } from "@kalends/domain/audit"
import type { MeetingReason } from "@kalends/domain/audit-reason"
import { type MeetingId, parseMeetingId } from "@kalends/domain/ids"
import { linkedMarkup } from "@kalends/domain/markup"
import { lifeOf, meetingEnd } from "@kalends/domain/meeting-life"
import { isProblem, Problem } from "@kalends/domain/problem"
import { lastEnd, type Schedule } from "@kalends/domain/schedule"
import type { ToolMeetingChange, ToolMeetingInput, ToolMeetingState } from "@kalends/protocol/tools"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { MadeMeeting, MeetingBackend } from "../ports/meeting-backend.ts"
import type { MeetingRow } from "../ports/meeting-tables.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, UserRow } from "../ports/store.ts"
import type { TemplateRow } from "../ports/tool-tables.ts"
import { joinBlock } from "./block.ts"
import { requireHostFor } from "./delegates.ts"
import type { EventAccessDeps } from "./event-access.ts"
import { createToolReach, type ToolMeetingKnown as Known, withParts } from "./tool-reach.ts"
import { scheduleAfter, scheduleOf } from "./tool-schedule.ts"
import { chosenTemplate, isToolsOn, requireTemplate } from "./tool-settings.ts"

export type ToolMeetingsDeps = EventAccessDeps & {
  readonly backends: ReadonlyMap<string, MeetingBackend>
  readonly world: { readonly clock: Clock; readonly random: Random }
}

/** A tool that asked for a meeting and vanished before it was made is taken for gone; the sync looks then. */
const abandonedMinutes = 15
const reviewHours = 24

/** As tools are told of it. */
export type ToldMeeting = ToolMeetingState & { readonly meetingId: MeetingId }

/**
 * Meetings as scheduling tools make, change and give them up, for events that are being written elsewhere. What tools say
 * of an event goes to the meeting service and is kept nowhere. Once the event is saved the sync finds its link there, and
 * from then on the event is what the meeting follows: what a tool says then is a reason to look, and no instruction.
 */
export function createToolMeetings(deps: ToolMeetingsDeps) {
  const { store, backends, world } = deps
  const { clock } = world
  const findFor = createToolReach(deps)

  function requireBackend(name: string | null): MeetingBackend {
    const backend = (name === null ? undefined : backends.get(name)) ?? [...backends.values()][0]
    if (backend === undefined)
      throw new Problem("unsupported", "No meeting service is set up here.", { code: "no-meeting-service" })
    return backend
  }

  type Entry = { readonly action: AuditAction; readonly why: MeetingReason; readonly meetingId: MeetingId }
  async function audit(tables: AccountTables, by: Caller, { action, why, meetingId }: Entry): Promise<void> {
    const actor = { kind: "user", userId: by.userId } as const
    await tables.appendAudit({ actor, action, subjectId: meetingId, reason: why }, clock.now())
  }

  /** The meeting of this key, as far as it got; a new one where there is none. */
  function begin(by: Caller, { key, templateId, ...input }: ToolMeetingInput, schedule: Schedule): Promise<Known> {
    return store.inAccount(by.accountId, async (tables) => {
      const host = await requireHostFor(tables, by, input.for)
      await requireOn(tables, [by, host])
      const known = await tables.meetings.findMeetingByKey(host.userId, key)
      if (known !== null) return withParts(tables, known)
      await tables.lockAccount()
      const template = await templateFor(tables, by, templateId)
      const backend = requireBackend(template?.backend ?? null)
      const row = newRow(host, world, { key, template, backend: backend.name })
      // A service that is told nothing of a meeting is not asked over the wire: it is made in the same transaction.
      const made = backend.limits.keepsFace ? null : await backend.create({ key, face: { topic: "", schedule } })
      const meeting = { ...row, ...toolLife(input.isRecurring, schedule), ...(made === null ? {} : madeNow(made)) }
      await tables.meetings.insertMeeting(meeting)
      const entry = { actor: { kind: "user", userId: by.userId }, subjectId: row.meetingId, reason: "tool" } as const
      const actions =
        made === null ? (["meeting-asked-for"] as const) : (["meeting-asked-for", "meeting-made"] as const)
      await tables.appendAudits(
        actions.map((action) => ({ ...entry, action })),
        clock.now(),
      )
      return { meeting, links: [], template }
    })
  }

  const madeNow = ({ backendId }: MadeMeeting) =>
    ({ state: "live", backendId, reviewAt: clock.now().add({ hours: reviewHours }) }) as const

  /** Has the meeting service make it. Sent twice at once, it is made once, and whoever comes later finds it made. */
  async function make(by: Caller, { meeting, ...rest }: Known, topic: string, schedule: Schedule): Promise<Known> {
    const { meetingId, key, revision } = meeting
    const changes = madeNow(await requireBackend(meeting.backend).create({ key, face: { topic, schedule } }))
    return store.inAccount(by.accountId, async (tables) => {
      await tables.lockAccount()
      if (await tables.meetings.updateMeeting(meetingId, revision, changes)) {
        await audit(tables, by, { action: "meeting-made", why: "tool", meetingId })
        return { ...rest, meeting: { ...meeting, ...changes, revision: revision + 1 } }
      }
      return withParts(tables, await requireMeeting(tables, meetingId))
    })
  }

  /** Tells the meeting service of an event that is not saved yet; one that knows no titles and times is told nothing. */
  async function tell({ meeting }: Known, change: ToolMeetingChange): Promise<Partial<MeetingRow>> {
    const backend = requireBackend(meeting.backend)
    const { backendId } = meeting
    const known = backendId === null ? null : await backend.fetch(backendId)
    const schedule = scheduleAfter(known?.schedule ?? null, change)
    const topic = change.subject ?? known?.topic
    if (backendId !== null && known !== null && schedule !== null && topic !== undefined)
      await backend.update(backendId, { topic, schedule }, null)
    const isRecurring = change.isRecurring ?? meeting.isRecurring
    return schedule === null ? { isRecurring } : toolLife(isRecurring, schedule)
  }

  async function settleSoon(tables: AccountTables, { accountId, meetingId }: MeetingRow, cause: MeetingReason) {
    await tables.addJobs([{ kind: "settle", accountId, meetingId, cause }])
  }

  return {
    /**
     * Throws Problem "forbidden" (codes "tool-off", "not-delegate"), "not-found" (code "no-template"), "conflict" (code
     * "key-used", when the meeting of this key was given up), "unsupported" (codes "unknown-zone", "no-meeting-service").
     */
    async schedule(by: Caller, input: ToolMeetingInput): Promise<ToldMeeting> {
      const schedule = scheduleOf(input)
      const known = await begin(by, input, schedule).catch((error: unknown) => {
        // The same request sent twice at once: whoever was faster has begun.
        if (isProblem(error, "conflict") && error.code === "key-taken") return begin(by, input, schedule)
        throw error
      })
      const { state } = known.meeting
      if (state === "ending" || state === "ended")
        throw new Problem("conflict", "The meeting of this key was given up; ask with another.", { code: "key-used" })
      return viewOf(state === "making" ? await make(by, known, input.subject, schedule) : known)
    },

    /** Throws Problem "not-found" (code "no-meeting"), "forbidden" (codes "not-yours", "private-not-allowed", "tool-off"). */
    async change(by: Caller, meetingId: MeetingId, change: ToolMeetingChange): Promise<ToldMeeting> {
      const known = await findFor(by, meetingId)
      if (known === null || known.meeting.state !== "live") throw gone()
      await store.inAccount(by.accountId, (tables) => requireOn(tables, [by]))
      const told = known.links.length > 0 ? {} : await tell(known, change)
      return store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        const { revision } = known.meeting
        const isWritten = await tables.meetings.updateMeeting(meetingId, revision, { ...told, givenUpAt: null })
        if (!isWritten) throw new Problem("conflict", "The meeting is being changed; try again.", { code: "revision" })
        await audit(tables, by, { action: "meeting-changed", why: "tool-edited", meetingId })
        if (known.links.length > 0) await settleSoon(tables, known.meeting, "tool-edited")
        return viewOf({ ...known, meeting: { ...known.meeting, ...told } })
      })
    },

    /**
     * Ends it once no event carries its link: at once where none was ever saved. A link that stays in an event, because the
     * person thought better of it, stays good.
     */
    async remove(by: Caller, meetingId: MeetingId): Promise<void> {
      const known = await findFor(by, meetingId)
      if (known === null || known.meeting.state === "ended" || known.meeting.state === "ending") return
      const isLinked = known.links.length > 0
      await store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        const changes = isLinked ? { givenUpAt: clock.now() } : ({ state: "ending" } as const)
        const isWritten = await tables.meetings.updateMeeting(meetingId, known.meeting.revision, changes)
        if (!isWritten) throw new Problem("conflict", "The meeting is being changed; try again.", { code: "revision" })
        await audit(tables, by, { action: "meeting-note", why: "tool-removed", meetingId })
        await settleSoon(tables, known.meeting, "tool-removed")
      })
    },

    /** Throws Problem "not-found" (code "no-meeting"), "forbidden" (codes "not-yours", "private-not-allowed"). */
    async find(by: Caller, meetingId: MeetingId): Promise<ToldMeeting> {
      const known = await findFor(by, meetingId)
      if (known === null || known.meeting.backendId === null) throw gone()
      return viewOf(known)
    },
  }

  async function viewOf({ meeting, links, template }: Known): Promise<ToldMeeting> {
    const joinUrl = await requireBackend(meeting.backend).joinUrl(meeting.backendId ?? "")
    const lines = [joinBlock(joinUrl), ...(template === null || template.text === "" ? [] : template.text.split("\n"))]
    return {
      ...{ meetingId: meeting.meetingId, joinUrl, location: joinUrl, state: meeting.state },
      block: { text: lines.join("\n"), html: lines.map(linkedMarkup).join("<br>\n") },
      expiresAt: meetingEnd({ ...meeting, hasEvent: links.length > 0 })?.toString() ?? null,
    }
  }
}

export type ToolMeetings = ReturnType<typeof createToolMeetings>

type New = { readonly key: string; readonly template: TemplateRow | null; readonly backend: string }
type Begun = Omit<MeetingRow, "isRecurring" | "scheduledUntil">

function newRow(
  { accountId, userId }: UserRow,
  { clock, random }: ToolMeetingsDeps["world"],
  { key, template, backend }: New,
): Begun {
  const createdAt = clock.now()
  return {
    ...{ accountId, meetingId: parseMeetingId(random.uuid()), userId, backend, backendId: null, key },
    ...{ state: "making", revision: 1, lastStartedAt: null, createdAt, givenUpAt: null, settlingUntil: null },
    ...{ templateId: template?.templateId ?? null, reviewAt: createdAt.add({ minutes: abandonedMinutes }) },
  }
}

const gone = () => new Problem("not-found", "There is no such meeting.", { code: "no-meeting" })

async function requireMeeting(tables: AccountTables, meetingId: MeetingId): Promise<MeetingRow> {
  const meeting = await tables.meetings.findMeeting(meetingId)
  if (meeting === null) throw gone()
  return meeting
}

/** Throws Problem "forbidden" (code "tool-off") where policy switches tools off for one of them. */
async function requireOn(tables: AccountTables, people: readonly UserRow[]): Promise<void> {
  for (const person of new Set(people))
    if (!(await isToolsOn(tables, person)))
      throw new Problem("forbidden", "Scheduling tools are switched off here.", { code: "tool-off" })
}

async function templateFor(
  tables: AccountTables,
  { userId }: Caller,
  templateId: string | undefined,
): Promise<TemplateRow | null> {
  if (templateId !== undefined) return requireTemplate(tables, templateId)
  const templates = await tables.tools.listTemplates()
  if (templates.length === 0) return null
  return chosenTemplate(templates, (await tables.tools.findDefault(userId))?.templateId ?? null)
}

/** As long as no event says more: a series whose rule is not known has no end. */
function toolLife(isRecurring: boolean, schedule: Schedule): Pick<MeetingRow, "isRecurring" | "scheduledUntil"> {
  return isRecurring
    ? { isRecurring, scheduledUntil: null }
    : { ...lifeOf(schedule), scheduledUntil: lastEnd(schedule) }
}
