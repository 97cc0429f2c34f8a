import type { CalendarId } from "@kalends/domain/ids"
import type { Clock } from "../ports/clock.ts"
import type { FigureOwner } from "../ports/metrics.ts"
import type { Announce } from "./announce.ts"
import { quietMs } from "./listen-pace.ts"

/**
 * Announces what one connection's stream tells; `ownerOf` says whose connection it is. One act of a user makes several notices: the first is announced at once,
 * those that follow closely together a moment later, so that nothing is announced before it happened. What could not be
 * made durable is tried again.
 */
export function createNoticeTeller(announce: Announce, ownerOf: () => FigureOwner, clock: Clock) {
  /** Calendars that were announced a moment ago; when the last notice since then came, if one did (epoch ms). */
  const recent = new Map<CalendarId, number | null>()
  const timers = new Set<() => void>()
  const underWay = new Set<Promise<void>>()
  let isEnded = false

  async function tell(calendarId: CalendarId, noticedAtMs: number): Promise<void> {
    recent.set(calendarId, null)
    try {
      const { accountId, provider } = ownerOf()
      await announce([{ provider, notice: { kind: "changed" }, subject: { accountId, calendarId } }], noticedAtMs)
    } catch {
      // The database is away. Its error's text may name rows; that it is away is told by whatever else needs it.
      recent.set(calendarId, recent.get(calendarId) ?? noticedAtMs)
    }
    if (isEnded) return
    const cancel = clock.after(quietMs, () => {
      timers.delete(cancel)
      const laterMs = recent.get(calendarId) ?? null
      recent.delete(calendarId)
      if (laterMs !== null) begin(calendarId, laterMs)
    })
    timers.add(cancel)
  }

  function begin(calendarId: CalendarId, noticedAtMs: number): void {
    const telling = tell(calendarId, noticedAtMs).finally(() => underWay.delete(telling))
    underWay.add(telling)
  }

  return {
    note(calendarId: CalendarId): void {
      const noticedAtMs = clock.now().epochMilliseconds
      if (isEnded) return
      if (recent.has(calendarId)) recent.set(calendarId, noticedAtMs)
      else begin(calendarId, noticedAtMs)
    },
    /** Announces no more; resolves when what is under way has come to its end. Whoever listens next reconciles. */
    async end(): Promise<void> {
      isEnded = true
      for (const cancel of timers) cancel()
      timers.clear()
      await Promise.allSettled(underWay)
    },
  }
}

export type NoticeTeller = ReturnType<typeof createNoticeTeller>
