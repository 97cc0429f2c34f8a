import type { CalendarEvent } from "@kalends/domain/event"
import { isProblem, Problem } from "@kalends/domain/problem"
import { timeWindow } from "@kalends/domain/window"
import type { RoomCheckupView, roomFindingCodes } from "@kalends/protocol/rooms"
import type { TenantBroker } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { callOf, noRoom, type RoomPlace, type RoomPlaceDeps, requireRoomPlace, withRoomAccess } from "./room-place.ts"

export type RoomDoctorDeps = RoomPlaceDeps & { readonly broker: TenantBroker; readonly clock: Clock }

type Code = (typeof roomFindingCodes)[number]
type Outcome = RoomCheckupView["findings"][number]["outcome"]
type Found = { readonly code: Code; readonly outcome: Outcome; readonly problem?: string }

const daysBack = 60
const daysAhead = 60
const pagesMost = 50
const timeoutMs = 30_000
/** From fewer meetings nothing is concluded. */
const enough = 3

/**
 * What a room's mailbox does to its meetings, by what they look like in its calendar: Exchange's settings themselves can
 * be read by PowerShell alone. In memory only; what is answered are words.
 */
export function createRoomDoctor(deps: RoomDoctorDeps) {
  async function meetingsOf({ provider, calendar, connection, room }: RoomPlace): Promise<readonly CalendarEvent[]> {
    const now = deps.clock.now()
    const window = timeWindow(now.subtract({ hours: 24 * daysBack }), now.add({ hours: 24 * daysAhead }))
    return withRoomAccess(deps, connection, async (access) => {
      const signal = AbortSignal.timeout(timeoutMs)
      const events: CalendarEvent[] = []
      let pages = 0
      const asked = { access, calendarId: calendar.providerCalendarId, window, zone: room.zone, signal }
      for await (const page of provider.readWindow(asked)) {
        events.push(...page.events)
        if (++pages === pagesMost) break
      }
      return events
    })
  }

  /** What opening it for the first time meets; null where it opens. */
  async function tryOpening({ room, tenant, provider }: Waiting): Promise<Problem | null> {
    const { accountId, address } = room
    const { tenantConnectionId, permission } = tenant
    const wish = { actor: { kind: "service", part: "rooms" }, reason: "room", call: callOf(room) } as const
    const target = { accountId, tenantConnectionId, permission, mailbox: address }
    return deps.broker
      .accessByTenant(target, wish)
      .then((access) => provider.listCalendars(access, AbortSignal.timeout(timeoutMs)))
      .then(() => null, asProblem)
  }

  async function ofConnected(place: RoomPlace, lineOf: LineOf): Promise<Looked> {
    const meetings = await meetingsOf(place).catch(asProblem)
    if (meetings instanceof Problem) return { looked: 0, found: [unreadable(meetings, lineOf), writable(place)] }
    const found: readonly Found[] = [
      { code: "room-readable", outcome: "right" },
      writable(place),
      ...inferred(meetings),
      { code: "room-send-as-unread", outcome: "not-checked" },
    ]
    return { looked: meetings.filter(isMeeting).length, found }
  }

  /** Why it is not connected: nobody asked for that, or the calendar does not open. */
  async function ofUnconnected(waiting: Waiting | null, lineOf: LineOf): Promise<Looked> {
    const problem = waiting === null ? null : await tryOpening(waiting)
    const found: Found =
      problem === null ? { code: "room-not-connected", outcome: "wrong" } : unreadable(problem, lineOf)
    return { looked: 0, found: [found] }
  }

  return async (ref: RoomRef): Promise<RoomCheckupView> => {
    const at = deps.clock.now().toString()
    const { room, tenant, place, provider } = await seen(deps, ref)
    const by = tenant === null ? null : { method: tenant.method, identity: tenant.identity }
    const { address } = room
    const lineOf = (code: string) => provider?.rooms?.mendingLine(code, { address, by }) ?? null
    const waiting = tenant === null || provider === null ? null : { room, tenant, provider }
    const { looked, found } = await (place === null ? ofUnconnected(waiting, lineOf) : ofConnected(place, lineOf))
    // What cannot be looked at is told only where a line could mend it.
    const findings = found
      .map(({ code, outcome, problem = null }) => ({
        ...{ code, outcome, problem },
        line: outcome === "right" ? null : lineOf(code),
      }))
      .filter(({ outcome, line }) => outcome !== "not-checked" || line !== null)
    return { at, looked, findings }
  }
}

type LineOf = (code: string) => string | null
type Looked = { readonly looked: number; readonly found: readonly Found[] }
/** A room whose calendar a tenant connection is to open. */
type Waiting = { readonly room: RoomRow; readonly tenant: TenantConnectionRow; readonly provider: CalendarProvider }

/** The room, what opens it, and its calendar where that is connected. Throws Problem "not-found" (code "no-room"). */
async function seen({ store, providerOf }: RoomDoctorDeps, ref: RoomRef) {
  return store.inAccount(ref.accountId, async (tables) => {
    const room = await tables.rooms.find(ref.roomId)
    if (room === null) throw noRoom()
    const { tenantConnectionId } = room
    const tenant = tenantConnectionId === null ? null : await tables.tenants.find(tenantConnectionId)
    const place = await requireRoomPlace(tables, ref, providerOf).catch((error: unknown) => {
      if (isProblem(error, "unavailable")) return null
      throw error
    })
    const provider = place?.provider ?? (tenant === null ? null : providerOf(tenant))
    return { room, tenant, place, provider }
  })
}

/** A mailbox that does not open to a service account, but would if it were shared with it, or another trouble. */
function unreadable(problem: Problem, lineOf: LineOf): Found {
  const isRefused = problem.kind === "forbidden" || problem.kind === "not-found"
  const isUnshared = isRefused && !problem.isTenantWide && lineOf("room-not-shared") !== null
  const code = isUnshared ? "room-not-shared" : "room-unreadable"
  return { code, outcome: "wrong", ...(isUnshared ? {} : { problem: problem.code ?? problem.kind }) }
}

function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error
  throw error
}

function writable({ calendar, connection }: RoomPlace): Found {
  if (connection.permission !== "read-write") return { code: "room-connected-to-read", outcome: "wrong" }
  return calendar.canWrite ? { code: "room-writable", outcome: "right" } : { code: "room-read-only", outcome: "wrong" }
}

const isMeeting = ({ organizer, myResponse }: CalendarEvent) => organizer !== null && myResponse !== "organizer"

/** Pure: what meetings that others organised say of the mailbox that took them. */
export function inferred(events: readonly CalendarEvent[]): readonly Found[] {
  // Of a series all occurrences look alike: one of them is enough.
  const meetings = [...new Map(events.filter(isMeeting).map((one) => [one.series?.seriesId ?? one.id, one])).values()]
  const unread: readonly Found[] = [
    { code: "room-window-unread", outcome: "not-checked" },
    { code: "room-private-unread", outcome: "not-checked" },
  ]
  if (meetings.length < enough) return [{ code: "room-too-few", outcome: "doubtful" }, ...unread]
  return [subjects(meetings), bodies(meetings), answers(meetings), ...unread]
}

function subjects(meetings: readonly CalendarEvent[]): Found {
  const shown = meetings.filter(({ isPrivate }) => !isPrivate)
  const empty = shown.filter(({ subject }) => subject.trim() === "")
  const named = shown.filter(({ subject, organizer }) => {
    const name = organizer?.name?.trim() ?? ""
    return name !== "" && subject.trim().startsWith(name)
  })
  if (shown.length >= enough && named.length === shown.length)
    return { code: "room-subject-organizer", outcome: "wrong" }
  if (shown.length >= enough && empty.length + named.length === shown.length)
    return { code: "room-subject-stripped", outcome: "wrong" }
  return { code: "room-subject-kept", outcome: "right" }
}

function bodies(meetings: readonly CalendarEvent[]): Found {
  const withBody = meetings.filter(({ description }) => (description ?? "").trim() !== "")
  return withBody.length === 0
    ? { code: "room-body-stripped", outcome: "doubtful" }
    : { code: "room-body-kept", outcome: "right" }
}

function answers(meetings: readonly CalendarEvent[]): Found {
  const open = meetings.filter(({ myResponse }) => myResponse === "none" || myResponse === "tentative")
  return open.length * 2 > meetings.length
    ? { code: "room-not-accepted", outcome: "wrong" }
    : { code: "room-accepted", outcome: "right" }
}
