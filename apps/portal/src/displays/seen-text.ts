import type { DisplayView } from "@kalends/protocol/display"
import { relativeTime } from "@kalends/ui/words"
import type { PageProps } from "../page-parts.tsx"
import { seenOf } from "./display-form.ts"

type Seen = Pick<DisplayView, "lastSeenAt">

/** Whether a screen is there, in words. */
export function seenText({ lastSeenAt }: Seen, { words, locale, now }: PageProps): string {
  const text = words.displays
  const seen = seenOf(lastSeenAt, now)
  if (seen.kind === "gone") return text.seenAgo(relativeTime(seen.since, now, locale))
  return seen.kind === "here" ? text.seenNow : text.seenNever
}

export function seenDot({ lastSeenAt }: Seen, now: Temporal.Instant): string {
  const { kind } = seenOf(lastSeenAt, now)
  return kind === "here" ? "well" : kind === "gone" ? "broken" : "unknown"
}
