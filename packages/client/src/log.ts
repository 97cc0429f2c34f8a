import type { ProblemKind } from "@kalends/domain/problem"

/** What a client may say for a log: counts and words of closed lists, so that no event, token or credential can be in it. */
export interface ClientLog {
  read(calendars: number, events: number): void
  failed(kind: ProblemKind): void
}

/** Writes lines to `sink`, e.g. a file of the app's own. */
export function createClientLog(sink: (line: string) => void): ClientLog {
  return {
    read: (calendars, events) => sink(`read ${Math.trunc(calendars)} calendars, ${Math.trunc(events)} events`),
    failed: (kind) => sink(`read failed: ${kind}`),
  }
}
