import { isProblem, Problem } from "@kalends/domain/problem"
import type { IpcMeeting } from "@kalends/protocol/ipc"
import type { Language } from "@kalends/ui/words"
import type { AgentDoor } from "./agent-door.ts"
import { type Appointment, changeOf, type Face, faceOf, type Marks } from "./appointment.ts"
import { messages } from "./messages.ts"

/** One appointment in Outlook, as the shell offers it. */
export interface AppointmentItem {
  readonly appointment: Appointment
  readonly marks: Marks
  /** Keeps the marks with the item. Resolved: they are kept, whatever happens then. */
  mark(marks: Marks): Promise<void>
  /** Writes the location and, at the end of the body, the block; instead of those that were there. */
  write(parts: Pick<IpcMeeting, "location" | "block">): Promise<void>
  /** For the person, in a bar above the appointment. */
  say(text: string, isProblem: boolean): void
}

export type PluginDeps = {
  readonly agent: AgentDoor
  readonly language: Language
  /** 32 random hexadecimal digits. */
  readonly newKey: () => string
}

/** Appointments whose last word is known; of others everything is told. */
const toldMost = 200

/** What the plugin does when somebody presses its button, and when an appointment was saved or deleted. Nothing of it throws. */
export function createPlugin({ agent, language, newKey }: PluginDeps) {
  const words = messages[language]
  const told = new Map<string, Face>()

  function remember(meetingId: string, face: Face): void {
    told.delete(meetingId)
    told.set(meetingId, face)
    const [oldest] = told.keys()
    if (told.size > toldMost && oldest !== undefined) told.delete(oldest)
  }

  async function add(item: AppointmentItem): Promise<void> {
    const face = faceOf(item.appointment, words.unnamed)
    if (face === null) return item.say(words.unknownZone, true)
    const key = item.marks.key ?? newKey()
    // Kept before it is used: however this ends, the next press asks for the same meeting.
    await item.mark({ ...item.marks, key })
    const { host } = item.appointment
    const input = { key, ...face, ...(host === null ? {} : { for: host }) }
    const answer = await agent.ask({ action: "schedule", input })
    if (answer.kind !== "meeting") throw unexpected()
    const { meetingId, location, block } = answer.meeting
    await item.write({ location, block })
    await item.mark({ key, meetingId })
    remember(meetingId, face)
    item.say(words.added, false)
  }

  async function saved({ appointment, marks: { meetingId }, say }: AppointmentItem): Promise<void> {
    // One date of a series that was moved: the service finds it in the calendar, and the series stays as it is.
    if (meetingId === null || appointment.recurrence === "occurrence") return
    const face = faceOf(appointment, words.unnamed)
    const change = face === null ? null : changeOf(meetingId, told.get(meetingId) ?? null, face)
    if (face === null || change === null) return
    await agent.ask({ action: "update", input: change })
    remember(meetingId, face)
    say(words.updated, false)
  }

  async function deleted({ marks: { meetingId }, say }: AppointmentItem): Promise<void> {
    if (meetingId === null) return
    await agent.ask({ action: "remove", input: { meetingId } })
    told.delete(meetingId)
    say(words.removed, false)
  }

  /** A meeting that is gone is forgotten, so that the next press makes another. */
  async function explain(item: AppointmentItem, error: unknown): Promise<void> {
    if (!isProblem(error)) throw error
    if (error.code === "no-meeting" || error.code === "key-used") await item.mark({ key: null, meetingId: null })
    item.say(words.problems[error.code ?? ""] ?? error.message, true)
  }

  return {
    /** Somebody pressed "Add meeting". */
    add: (item: AppointmentItem): Promise<void> => add(item).catch((error: unknown) => explain(item, error)),
    /** After the item was saved: the meeting gets a new time or title. */
    saved: (item: AppointmentItem): Promise<void> =>
      saved(item).catch(async (error: unknown) => {
        await explain(item, error)
        if (isProblem(error) && passing.has(error.code ?? "")) item.say(words.followsLater, false)
      }),
    deleted: (item: AppointmentItem): Promise<void> => deleted(item).catch((error: unknown) => explain(item, error)),
  }
}

/** What the service makes up for by itself where it sees the calendar. */
const passing: ReadonlySet<string> = new Set([
  "no-agent",
  "agent-signed-out",
  "service-unreachable",
  "timeout",
  "revision",
])

const unexpected = () =>
  new Problem("malformed", "The desktop agent answered something else.", { code: "not-the-agent" })

export type Plugin = ReturnType<typeof createPlugin>
