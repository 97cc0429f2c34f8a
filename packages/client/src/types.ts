import type { CalendarEvent } from "@kalends/domain/event"
import type { ProblemKind } from "@kalends/domain/problem"
import type { ConnectionView, UserView } from "@kalends/protocol/api"

/** What went wrong, for people. */
export type ClientProblem = { readonly kind: ProblemKind; readonly code: string | null; readonly message: string }

/** Everything an app shows; a new object at each change. In memory only. */
export type ClientState = {
  readonly phase: "signed-out" | "signing-in" | "signed-in"
  readonly user: UserView | null
  /** Null: no calendar is connected (once `isLoaded`). */
  readonly connection: ConnectionView | null
  /** True once the connection, or its absence, is known. */
  readonly isLoaded: boolean
  /** Of the window, by start. Kept, with its age, when a later read fails: unreadable is never shown as empty. */
  readonly events: readonly CalendarEvent[]
  /** When the events were last read whole; null when never. */
  readonly readAt: Temporal.Instant | null
  readonly isRefreshing: boolean
  readonly stream: "closed" | "connecting" | "live"
  /** Of the last read or sign-in; null when it went well. */
  readonly problem: ClientProblem | null
  /** Events that could not be understood, and are missing. */
  readonly malformedCount: number
}

export const signedOut: ClientState = {
  phase: "signed-out",
  user: null,
  connection: null,
  isLoaded: false,
  events: [],
  readAt: null,
  isRefreshing: false,
  stream: "closed",
  problem: null,
  malformedCount: 0,
}
