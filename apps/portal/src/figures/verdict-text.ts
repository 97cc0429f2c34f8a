import type { Messages } from "../messages.ts"
import { platform } from "../platform.ts"
import { createFormat } from "./format.ts"
import type { Verdict } from "./verdict.ts"

/** The one sentence on top: whether all is within what is promised. */
export function verdictText(verdict: Verdict, { figures }: Messages, locale: string): string {
  const { kind, count, lateCount, boundSeconds, oldestSeconds } = verdict
  const format = createFormat(locale, platform.zone)
  const time = (seconds: number) => format.time(seconds * 1000, "long")
  switch (kind) {
    case "empty":
      return figures.verdictEmpty
    case "within":
      return figures.verdictWithin(format.count(count), format.bound(boundSeconds * 1000), time(oldestSeconds))
    case "late":
      return figures.verdictLate(lateCount, count, time(oldestSeconds))
  }
}
