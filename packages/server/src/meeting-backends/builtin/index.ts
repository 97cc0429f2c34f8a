import { createHmac } from "node:crypto"
import { scheduleText } from "@kalends/domain/schedule"
import type { MeetingBackend } from "../../ports/meeting-backend.ts"

export const builtinName = "builtin"
const place = "{code}"
const codeShape = "[a-z2-7]{24}"
/** RFC 4648 base 32, in lower case: no two letters that a person on the phone mixes up with digits. */
const letters = "abcdefghijklmnopqrstuvwxyz234567"

/**
 * Our own meetings: a join link that nobody can guess, of whatever shape a meeting place has ("https://meet.jit.si/{code}").
 * The place needs no registration and knows neither titles nor times, so nothing is told to anybody; when a meeting
 * begins and ends to be ours is a row of our own (ports/meeting-tables.ts). The code comes of the key, so that asking
 * twice gives one meeting. `template`: https, with {code} once in its path.
 */
export function createBuiltinBackend({
  template,
  secret,
}: {
  readonly template: string
  readonly secret: Uint8Array
}): MeetingBackend {
  const codeFor = (key: string) => codeOf(createHmac("sha256", secret).update(`meeting ${key}`).digest())
  const urlOf = (code: string) => template.replace(place, code)
  const shape = new RegExp(`^${template.split(place).map(escaped).join(`(${codeShape})`)}(?:[?#].*)?$`)
  return {
    name: builtinName,
    limits: { isEditableElsewhere: false, keepsFace: false },
    door: null,
    async create({ key }) {
      const backendId = codeFor(key)
      return { backendId, joinUrl: urlOf(backendId) }
    },
    find: async (key) => codeFor(key),
    fetch: async () => null,
    shown: ({ topic, schedule }) => ({ topic, schedule: scheduleText(schedule) }),
    update: async () => {},
    end: async () => {},
    recognise: (link) => shape.exec(link.href)?.[1] ?? null,
    joinUrl: async (backendId) => urlOf(backendId),
  }
}

/** 24 letters of five bits: 120 bits. */
function codeOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 24), (byte) => letters[byte % 32]).join("")
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
