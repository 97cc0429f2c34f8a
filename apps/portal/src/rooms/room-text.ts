import type { UserView } from "@kalends/protocol/api"
import type { RoomMethodsView, RoomView } from "@kalends/protocol/rooms"
import { relativeTime } from "@kalends/ui/words"
import type { Messages } from "../messages.ts"

/** What every page about rooms is given. */
export type RoomsProps = {
  /** Who looks. */
  readonly user: Pick<UserView, "userId">
  readonly words: Messages
  readonly locale: string
  readonly now: Temporal.Instant
  readonly canChange: boolean
  /** Whether they may connect a whole organisation. */
  readonly canConnect: boolean
}

type Telling = Omit<RoomsProps, "user" | "canChange" | "canConnect">

/** What is known of the room now, and until when. Nothing known is never free. */
export function stateText({ agenda, zone }: RoomView, { words, locale, now }: Telling): string {
  const text = words.rooms
  if (agenda === null) return text.states.unknown
  const until =
    agenda.until === null ? null : clockText(Temporal.Instant.from(agenda.until).toZonedDateTimeISO(zone), now, locale)
  return until === null ? text.states[agenda.state] : `${text.states[agenda.state]} ${text.until(until)}`
}

/** On the room's own clock, with the day where it is another one. */
function clockText(at: Temporal.ZonedDateTime, now: Temporal.Instant, locale: string): string {
  const isToday = now.toZonedDateTimeISO(at.timeZoneId).toPlainDate().equals(at.toPlainDate())
  return at.toLocaleString(locale, { ...(isToday ? {} : { weekday: "short" }), hour: "2-digit", minute: "2-digit" })
}

/** How old what is known is. */
export function ageText({ agenda }: RoomView, { words, locale, now }: Telling): string {
  return agenda === null ? words.rooms.notRead : relativeTime(Temporal.Instant.from(agenda.readAt), now, locale)
}

/** How the calendar is: its service and state, or what stands in the way. */
export function calendarText({ connection, problem, tenantConnectionId }: RoomView, words: Messages): string {
  if (connection !== null) {
    const isUnread = problem !== null && connection.state === "healthy"
    const how = isUnread ? problemWords(problem, words) : (words.states[connection.state] ?? connection.state)
    return `${connection.providerLabel} · ${how}`
  }
  if (problem !== null) return problemWords(problem, words)
  return tenantConnectionId === null ? words.rooms.notConnected : words.rooms.waiting
}

export function problemWords({ kind, code }: NonNullable<RoomView["problem"]>, words: Messages): string {
  return (code === null ? undefined : words.tenantProblems[code]) ?? words.tenantProblems[kind] ?? kind
}

/** Which sign shows it beside the word. */
export function dotOf({ agenda, connection, problem }: RoomView): "well" | "waiting" | "broken" {
  if (connection === null || problem !== null) return "broken"
  if (agenda === null || agenda.state === "unknown") return "waiting"
  return connection.state === "healthy" ? "well" : "waiting"
}

/** Where it is, and how many it seats. */
export function placeText({ building, floor, capacity }: RoomView, words: Messages): string {
  const seats = capacity === null ? null : `${words.rooms.capacity}: ${capacity}`
  return [building, floor, seats].filter((part) => part !== null).join(" · ")
}

type Tenant = RoomMethodsView["tenants"][number]

/** What an organisation's connection is called where one is chosen; of service accounts there may be several. */
export const tenantLabel = ({ providerLabel, tenantId, method, identity }: Tenant): string =>
  [providerLabel, tenantId, ...(method === "service-sign-in" ? [identity] : [])].join(" · ")
