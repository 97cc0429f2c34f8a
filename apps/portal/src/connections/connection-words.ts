import type { ConnectionOverview } from "@kalends/protocol/overview"
import { relativeTime } from "@kalends/ui/words"
import type { Messages } from "../messages.ts"

/** What every page about connections is given. */
export type ConnectionsProps = {
  readonly words: Messages
  readonly locale: string
  readonly now: Temporal.Instant
  readonly canRevoke: boolean
}

/** How long ago, or in how long; the word for never where there is no time. */
export function whenText(at: string | null, { words, locale, now }: Omit<ConnectionsProps, "canRevoke">): string {
  return at === null ? words.connections.never : relativeTime(Temporal.Instant.from(at), now, locale)
}

/** The state, and whether it was looked at in time. */
export function stateText({ state, isWithinBound }: ConnectionOverview, words: Messages): string {
  const late = isWithinBound === false && (state === "healthy" || state === "connecting")
  return late ? `${words.states[state]} · ${words.connections.late}` : (words.states[state] ?? state)
}

/** Which sign shows it beside the word. */
export function dotOf({ state, isWithinBound }: ConnectionOverview): "well" | "waiting" | "broken" {
  if (state === "healthy") return isWithinBound === false ? "waiting" : "well"
  return state === "connecting" || state === "unreachable" ? "waiting" : "broken"
}
