import { type Agenda, type AgendaEntry, agendaOf, isJoinDue } from "@kalends/domain/agenda"
import type { ClientState } from "@kalends/client/types"

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
}

/** Data older than this, with a problem, is told to be old. */
const dayCount = 30

export function agendaView(state: ClientState, now: Temporal.Instant, zone: string): AgendaView {
  const agenda = agendaOf({ events: state.events, now, zone, dayCount })
  const current = [...agenda.now, ...(agenda.next === null ? [] : [agenda.next])]
  return {
    agenda,
    top: current[0] ?? null,
    joinable: current.find((entry) => isJoinDue(entry, now)) ?? null,
    condition: conditionOf(state),
    order: agenda.days.flatMap(({ entries }) => entries.map(({ key }) => key)),
  }
}

function conditionOf({ isLoaded, connection, readAt, problem }: ClientState): AgendaView["condition"] {
  if (!isLoaded) return problem === null ? "reading" : "unread"
  if (connection === null) return "not-connected"
  if (connection.state === "needs-reauth" || problem?.kind === "auth-revoked") return "needs-reauth"
  if (connection.state === "needs-consent" || connection.state === "disabled" || problem?.kind === "forbidden") return "needs-consent"
  if (problem !== null) return readAt === null ? "unread" : "stale"
  return readAt === null ? "reading" : "fine"
}

/** The entry before or after the selected one; the first when nothing is selected. */
export function moved(order: readonly string[], selected: string | null, by: 1 | -1): string | null {
  const at = selected === null ? -1 : order.indexOf(selected)
  if (at === -1) return order[0] ?? null
  return order[Math.min(order.length - 1, Math.max(0, at + by))] ?? null
}
