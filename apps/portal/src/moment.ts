import { momentWords } from "@kalends/ui/words"
import { platform } from "./platform.ts"

/** When something was, to the second, in the reader's zone and with its name: to be compared with other records. */
export function momentText(at: string, locale: string): string {
  return momentWords(Temporal.Instant.from(at), platform.zone, locale)
}
