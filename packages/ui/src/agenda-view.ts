import type { ClientState } from "@kalends/client/types"
import { type Agenda, type AgendaEntry, agendaOf, isJoinDue } from "@kalends/domain/agenda"

/** What the agenda shows, from the client's state and the time. Pure. */
export type AgendaView = {
  readonly agenda: Agenda
  /** What stands on top: the meeting that is on, or the next one. Null when there is none. */
  readonly top: AgendaEntry | null
  /** The big button joins this one. */
  readonly joinable: AgendaEntry | null
  readonly condition: "reading" | "not-connected" | "needs-reauth" | "needs-consent" | "stale" | "unread" | "fine"
  /** The selectable entries in the order they are shown. */
  readonly order: readonly string[]
  readonly today: Temporal.PlainDate
  /** How many of today's entries stand above the line that says what time it is; null when today has no timed entry. */
  readonly nowLineAfter: number | null
}

/** Days shown, today included. */
export const dayCount = 30

/** A client reads every 30 minutes at least, give or take three; what is older than this is told to be old. */
const freshMinutes = 35

/** What is shown of a state at a time, to somebody in `zone`. */
export function agendaView(state: ClientState, now: Temporal.Instant, zone: string): AgendaView {
  const agenda = agendaOf({ events: state.events, now, zone, dayCount })
  const today = now.toZonedDateTimeISO(zone).toPlainDate()
  const current = [...agenda.now, ...(agenda.next === null ? [] : [agenda.next])]
  return {
    agenda,
    top: current[0] ?? null,
    joinable: current.find((entry) => isJoinDue(entry, now)) ?? null,
    condition: conditionOf(state, now),
    order: agenda.days.flatMap(({ entries }) => entries.map(({ key }) => key)),
    today,
    nowLineAfter: nowLineAfter(agenda.days.find(({ date }) => date.equals(today))?.entries ?? []),
  }
}

function nowLineAfter(entries: readonly AgendaEntry[]): number | null {
  if (entries.every(({ isAllDay }) => isAllDay)) return null
  const ahead = entries.findIndex((entry) => !entry.isAllDay && entry.phase === "ahead")
  return ahead === -1 ? entries.length : ahead
}

function conditionOf(
  { isLoaded, connection, readAt, problem }: ClientState,
  now: Temporal.Instant,
): AgendaView["condition"] {
  if (!isLoaded) return problem === null ? "reading" : "unread"
  if (connection === null) return "not-connected"
  if (connection.state === "needs-reauth" || problem?.kind === "auth-revoked") return "needs-reauth"
  if (connection.state === "needs-consent" || connection.state === "disabled" || problem?.kind === "forbidden")
    return "needs-consent"
  if (problem !== null) return readAt === null ? "unread" : "stale"
  if (readAt === null) return "reading"
  return readAt.until(now).total("minutes") > freshMinutes ? "stale" : "fine"
}

/** The entry before or after the selected one; the first when nothing is selected. */
export function moved(order: readonly string[], selected: string | null, by: 1 | -1): string | null {
  const at = selected === null ? -1 : order.indexOf(selected)
  if (at === -1) return order[0] ?? null
  return order[Math.min(order.length - 1, Math.max(0, at + by))] ?? null
}
