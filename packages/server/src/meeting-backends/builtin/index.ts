import { createHmac } from "node:crypto"
import { ownCodePattern } from "@kalends/domain/join-link"
import type { MeetingBackend } from "../../ports/meeting-backend.ts"
import { codeOf, faceless } from "../own-codes.ts"

export const builtinName = "builtin"
const place = "{code}"

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
  const shape = new RegExp(`^${template.split(place).map(escaped).join(`(${ownCodePattern})`)}(?:[?#].*)?$`)
  return {
    ...faceless,
    name: builtinName,
    door: null,
    async create({ key }) {
      const backendId = codeFor(key)
      return { backendId, joinUrl: urlOf(backendId) }
    },
    find: async (key) => codeFor(key),
    end: async () => {},
    recognise: (link) => shape.exec(link.href)?.[1] ?? null,
    joinUrl: async (backendId) => urlOf(backendId),
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
