import { relativeTime } from "@kalends/ui/words"
import type { PageProps } from "../page-parts.tsx"

/** How long ago something was. The page's clock goes on in steps: what happened since the last one is not in the future. */
export function agoText(at: string, { now, locale }: Pick<PageProps, "now" | "locale">): string {
  const instant = Temporal.Instant.from(at)
  return relativeTime(instant, Temporal.Instant.compare(instant, now) > 0 ? instant : now, locale)
}
