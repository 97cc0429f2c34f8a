import { statesForPerson } from "@kalends/domain/connection"
import type { FiguresNow } from "@kalends/protocol/figures"

/** Whether what is promised is kept. */
export type Verdict = {
  readonly kind: "empty" | "within" | "late"
  /** Calendars that are watched. */
  readonly count: number
  readonly lateCount: number
  readonly oldestSeconds: number
  /** The longer of the bounds that concern them. */
  readonly boundSeconds: number
  /** Connections that a person must mend before anything can be read. */
  readonly waitingCount: number
}

export function verdictOf({ ages, bounds, connections }: FiguresNow): Verdict {
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
  const count = sum(ages.map((age) => age.count))
  const lateCount = sum(ages.map((age) => age.lateCount))
  const waiting = connections.filter(({ state }) => statesForPerson.includes(state))
  return {
    kind: count === 0 ? "empty" : lateCount === 0 ? "within" : "late",
    ...{ count, lateCount },
    oldestSeconds: Math.max(0, ...ages.map((age) => age.oldestSeconds)),
    boundSeconds: Math.max(0, ...ages.map(({ isPushed }) => (isPushed ? bounds.pushedSeconds : bounds.polledSeconds))),
    waitingCount: sum(waiting.map((one) => one.count)),
  }
}
