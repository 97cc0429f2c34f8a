import type { ProblemKind } from "./problem.ts"

/**
 * Why a room's calendar cannot be read, as whoever stands before its door is told: few words, none of them of what lies
 * behind. Passing trouble of one kind is one word, so that a screen does not change while it is tried again.
 */
export const roomTroubles = [
  "silent", // the calendar service does not answer, or asks to wait
  "not-allowed", // the permission is missing or was withdrawn, the password is wrong
  "gone", // the calendar, or its mailbox, is not there
  "not-connected", // nobody has connected the room's calendar
  "own", // our keys or our set-up: the calendar service is not to blame
  "unreadable", // what came cannot be understood
] as const
export type RoomTrouble = (typeof roomTroubles)[number]

type Met = { readonly kind: ProblemKind; readonly code: string | null }

export function roomTroubleOf({ kind, code }: Met): RoomTrouble {
  if (code === "room-not-connected") return "not-connected"
  if (code?.startsWith("custody-")) return "own"
  switch (kind) {
    case "unavailable":
    case "rate-limited":
      return "silent"
    case "auth-expired":
    case "auth-revoked":
    case "forbidden":
      return "not-allowed"
    case "not-found":
      return "gone"
    case "misconfigured":
      return "own"
    case "conflict":
    case "cursor-lost":
    case "malformed":
    case "unsupported":
      return "unreadable"
  }
}
