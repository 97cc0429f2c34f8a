import type { roomFindingCodes, roomMethodNames } from "@kalends/protocol/rooms"
import type { Language } from "@kalends/ui/words"
import { english } from "./messages-rooms-en.ts"
import { japanese } from "./messages-rooms-ja.ts"

type Method = (typeof roomMethodNames)[number]
type Finding = (typeof roomFindingCodes)[number]

/** What a code of the service's is called, in words that are complete. */
export type RoomCodeWords = {
  readonly methods: Readonly<Record<Method, { readonly name: string; readonly text: string }>>
  readonly findings: Readonly<Record<Finding, string>>
  readonly holders: Readonly<Record<"application" | "service-account" | "administrator", string>>
}
export type RoomWords = typeof english & RoomCodeWords

export const roomWords: Readonly<Record<Language, RoomWords>> = { en: english, ja: japanese }
