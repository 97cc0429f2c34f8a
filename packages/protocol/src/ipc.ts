import { z } from "zod"

/**
 * What the desktop agent and a scheduling tool on the same computer say to each other: one JSON object a line, over a Unix
 * socket or a named pipe. The agent speaks first (challenge), the tool says who it is and proves that it could read the
 * agent's secret (hello), the agent proves the same (welcome) or says why not (refused). Then the tool asks, by number.
 */

/** Of these messages, apart from protocolVersion: a plugin that an MSI brought is not renewed with the agent. */
export const ipcVersion = 1
/** The oldest that this agent still understands. */
export const ipcOldestVersion = 1
/** Bytes of a line that a tool sends, its end not counted. */
export const ipcRequestMost = 8_192
/** Bytes of a line that the agent sends: whatever fits the schemas below, in whatever script. */
export const ipcAnswerMost = 262_144
/** Requests of one tool that wait for their answer. */
export const ipcWaitingMost = 8

const nonce = z.string().regex(/^[0-9a-f]{64}$/)
const proof = z.string().regex(/^[0-9a-f]{64}$/)
const versions = z.object({ from: z.int(), to: z.int() })

/** Agent's first line. Tells nothing of who is signed in: any program may open a connection. */
export const ipcChallengeSchema = z.object({
  kind: z.literal("challenge"),
  protocol: z.literal("kalends-agent"),
  versions,
  nonce,
})
export type IpcChallenge = z.infer<typeof ipcChallengeSchema>

/** Tool's first line. The secret itself never crosses: `proof` is an HMAC over both nonces. */
export const ipcHelloSchema = z.object({
  kind: z.literal("hello"),
  version: z.int().min(0).max(1_000_000),
  tool: z.object({ name: z.string().min(1).max(60), version: z.string().max(40) }),
  nonce,
  proof,
})
export type IpcHello = z.infer<typeof ipcHelloSchema>

/** Agent's answer to a hello. A tool that finds the proof wrong is not talking to the agent, and hangs up. */
export const ipcWelcomeSchema = z.object({ kind: z.literal("welcome"), version: z.int(), proof })

/** Why the agent hangs up, with words for a tool that does not know the code. */
export const ipcRefusalSchema = z.object({
  kind: z.literal("refused"),
  /** "wrong-secret", "tool-too-old", "tool-too-new", "too-many-tools", "not-understood", "too-slow"; a newer agent may have more. */
  code: z.string().max(60),
  message: z.string().max(500),
  versions,
})
export type IpcRefusal = z.infer<typeof ipcRefusalSchema>

const meetingId = z.uuid()
const when = {
  date: z.iso.date(),
  /** On the clock of `zone`; null for a whole day. */
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .nullable(),
  zone: z.string().min(1).max(60),
  isRecurring: z.boolean(),
}
const subject = z.string().trim().min(1).max(255)

/** All that leaves the computer when something is scheduled. Strict: a field that is not here is refused, not dropped. */
export const ipcScheduleSchema = z.strictObject({
  /** 32 random hexadecimal digits of the tool's own; asked again with the same, the first meeting is given back. */
  key: z.string().regex(/^[0-9a-f]{32}$/),
  subject,
  ...when,
  templateId: z.uuid().optional(),
  /** E-mail address of whom the meeting is for, where somebody schedules for another person. */
  for: z.email().max(254).optional(),
})
export type IpcSchedule = z.infer<typeof ipcScheduleSchema>

/** What of a meeting's event has changed. */
export const ipcChangeSchema = z.strictObject({
  meetingId,
  subject: subject.optional(),
  date: when.date.optional(),
  time: when.time.optional(),
  zone: when.zone.optional(),
  isRecurring: when.isRecurring.optional(),
})
export type IpcChange = z.infer<typeof ipcChangeSchema>

const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER)
const request = { kind: z.literal("request"), id }
export const ipcRequestSchema = z.discriminatedUnion("action", [
  z.strictObject({ ...request, action: z.literal("settings") }),
  z.strictObject({ ...request, action: z.literal("schedule"), input: ipcScheduleSchema }),
  z.strictObject({ ...request, action: z.literal("update"), input: ipcChangeSchema }),
  z.strictObject({ ...request, action: z.literal("remove"), input: z.strictObject({ meetingId }) }),
])
export type IpcRequest = z.infer<typeof ipcRequestSchema>

/** A meeting as a tool needs it: what to write into the event. */
export const ipcMeetingSchema = z.object({
  meetingId,
  joinUrl: z.string().max(2_000),
  location: z.string().max(2_000),
  block: z.object({ text: z.string().max(4_000), html: z.string().max(16_000) }),
  expiresAt: z.string().max(40).nullable(),
})
export type IpcMeeting = z.infer<typeof ipcMeetingSchema>

const name = z.string().max(255)
export const ipcSettingsSchema = z.object({
  person: z.object({ displayName: name, email: name }),
  /** False where policy says that this person may not. */
  isOn: z.boolean(),
  templates: z.array(z.object({ templateId: z.string().max(100), name, isDefault: z.boolean() })).max(20),
  defaults: z.object({ templateId: z.string().max(100).nullable(), addsToEveryEvent: z.boolean() }),
  mayScheduleFor: z.array(z.object({ email: name, displayName: name, managesPrivate: z.boolean() })).max(50),
})
export type IpcSettings = z.infer<typeof ipcSettingsSchema>

export const ipcAnswerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("settings"), id, settings: ipcSettingsSchema }),
  z.object({ kind: z.literal("meeting"), id, meeting: ipcMeetingSchema }),
  z.object({ kind: z.literal("removed"), id }),
  z.object({
    kind: z.literal("problem"),
    /** Null where the line that it answers had no number that could be read. */
    id: id.nullable(),
    /** Machine word that chooses the message shown; the list grows. */
    code: z.string().max(60),
    /** For people, without content; shown where the code is not known. */
    message: z.string().max(500),
    retryAt: z.string().max(40).optional(),
  }),
])
export type IpcAnswer = z.infer<typeof ipcAnswerSchema>

/** What a tool reads while it waits to be let in. */
export const ipcEntrySchema = z.discriminatedUnion("kind", [ipcWelcomeSchema, ipcRefusalSchema])

export type LineReader = {
  /** The lines that are whole now. Throws RangeError for one that is too long, and TypeError for what is not UTF-8. */
  read(part: Uint8Array): readonly string[]
}

const lineEnd = 10

/** Puts lines together from whatever pieces they come in; holds at most one line of `most` bytes and the piece at hand. */
export function createLineReader(most: number): LineReader {
  let held: Uint8Array[] = []
  let heldBytes = 0

  function take(part: Uint8Array): void {
    heldBytes += part.length
    if (heldBytes > most) throw new RangeError(`a line of more than ${most} bytes`)
    if (part.length > 0) held.push(part)
  }

  function line(): string {
    const bytes = new Uint8Array(heldBytes)
    let at = 0
    for (const part of held) {
      bytes.set(part, at)
      at += part.length
    }
    held = []
    heldBytes = 0
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  }

  return {
    read(part) {
      const lines: string[] = []
      let from = 0
      for (let end = part.indexOf(lineEnd); end >= 0; end = part.indexOf(lineEnd, from)) {
        take(part.subarray(from, end))
        lines.push(line())
        from = end + 1
      }
      take(part.slice(from))
      return lines
    },
  }
}

/** A message as a line; JSON has no line end of its own. */
export const lineOf = (
  message: IpcChallenge | IpcHello | IpcRequest | IpcAnswer | z.infer<typeof ipcEntrySchema>,
): string => `${JSON.stringify(message)}\n`

/** What a line says, or null where it is no JSON at all. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
