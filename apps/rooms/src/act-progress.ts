import type { DisplayActInput } from "@kalends/protocol/display"
import type { Format } from "./format.ts"
import type { RoomWords } from "./messages.ts"

/**
 * What becomes of something that was pressed. Nothing is shown as done before the service has said that the calendar has it.
 * idle → working → done | failed → idle.
 */
export type ActProgress =
  | { readonly kind: "idle" }
  | { readonly kind: "working"; readonly roomId: string; readonly act: DisplayActInput["act"] }
  | {
      readonly kind: "done"
      readonly roomId: string
      readonly act: DisplayActInput["act"]
      readonly endsAt: string | null
    }
  /** code: of the service's problem; null where there was no answer. */
  | {
      readonly kind: "failed"
      readonly roomId: string
      readonly code: string | null
      readonly problemKind: string | null
    }

export const idle: ActProgress = { kind: "idle" }

/** How long an outcome is shown. A failure is read and thought about. */
export const shownMsOf = { done: 6_000, failed: 15_000 } as const

/** What the screen says of it; null where there is nothing to say. */
export function progressText(
  progress: ActProgress,
  roomId: string,
  { format, words }: { readonly format: Format; readonly words: RoomWords },
): { readonly text: string; readonly isFailure: boolean } | null {
  if (progress.kind === "idle" || progress.roomId !== roomId) return null
  if (progress.kind === "working") return { text: words.acts[progress.act], isFailure: false }
  if (progress.kind === "done") {
    const time = progress.endsAt === null ? "" : format.time(Temporal.Instant.from(progress.endsAt))
    return { text: words.done[progress.act](time), isFailure: false }
  }
  const { code, problemKind } = progress
  const known = words.failures[code ?? ""] ?? words.failures[problemKind ?? ""]
  // A calendar that did not answer may have it nevertheless, as the service may that did not.
  const isUnanswered = problemKind === null || problemKind === "unavailable"
  return { text: known ?? (isUnanswered ? words.noAnswer : words.otherFailure), isFailure: true }
}
