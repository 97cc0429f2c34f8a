import type { CalendarEvent } from "@kalends/domain/event"
import { isProblem, Problem } from "@kalends/domain/problem"
import { timeWindow } from "@kalends/domain/window"
import type { RoomCheckupView, roomFindingCodes } from "@kalends/protocol/rooms"
import type { Clock } from "../ports/clock.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import { type RoomPlace, type RoomPlaceDeps, requireRoomPlace, withRoomAccess } from "./room-place.ts"

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
export function createRoomDoctor(deps: RoomPlaceDeps & { readonly clock: Clock }) {
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

  return async (ref: RoomRef): Promise<RoomCheckupView> => {
    const at = deps.clock.now().toString()
    const look = await deps.store
      .inAccount(ref.accountId, (tables) => requireRoomPlace(tables, ref, deps.providerOf))
      .catch((error: unknown) => asProblem(error))
    if (look instanceof Problem) {
      if (look.code === "no-room") throw look
      return {
        at,
        looked: 0,
        findings: [{ code: "room-not-connected", outcome: "wrong", line: null, problem: look.code }],
      }
    }
    const meetings = await meetingsOf(look).catch((error: unknown) => asProblem(error))
    const isRead = !(meetings instanceof Problem)
    const found: readonly Found[] = [
      isRead
        ? { code: "room-readable", outcome: "right" }
        : { code: "room-unreadable", outcome: "wrong", problem: meetings.code ?? meetings.kind },
      writable(look),
      ...(isRead ? inferred(meetings) : []),
    ]
    const lineOf = (code: string) => look.provider.rooms?.mendingLine(code, look.room.address) ?? null
    // What cannot be looked at is told only where a line could mend it.
    const findings = found
      .map(({ code, outcome, problem = null }) => ({ code, outcome, line: lineOf(code), problem }))
      .filter(({ outcome, line }) => outcome !== "not-checked" || line !== null)
    return { at, looked: isRead ? meetings.filter(isMeeting).length : 0, findings }
  }
}

function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error
  throw error
}

function writable({ calendar, connection }: RoomPlace): Found {
  return calendar.canWrite && connection.permission === "read-write"
    ? { code: "room-writable", outcome: "right" }
    : { code: "room-read-only", outcome: "wrong" }
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
