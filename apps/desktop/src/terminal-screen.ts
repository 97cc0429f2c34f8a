import type { ClientState } from "@kalends/client/types"
import type { AgendaDay, AgendaEntry } from "@kalends/domain/agenda"
import { type AgendaView, agendaView } from "@kalends/ui/agenda-view"
import { clockTime, dayName, type Language, relativeTime } from "@kalends/ui/words"
import { columnsOf, fit, plainLine, spread, wrap } from "./cells.ts"
import { messages } from "./messages.ts"

export type ScreenLine = { readonly text: string; readonly style: "plain" | "strong" | "dim" | "selected" | "notice" }

export type ScreenInput = {
  readonly state: ClientState
  readonly now: Temporal.Instant
  readonly zone: string
  readonly language: Language
  readonly locale: string
  readonly columns: number
  readonly rows: number
  readonly selected: string | null
  readonly showsKeys: boolean
  /** Scheduling tools that use the agent. */
  readonly tools: number
  /** What the last key did, for people; empty when nothing is to be said. */
  readonly notice: string
}

type Frame = ScreenInput & { readonly view: AgendaView }

/** The screen, line by line, exactly as many as it has rows. Pure. */
export function terminalScreen(input: ScreenInput): readonly ScreenLine[] {
  const frame = { ...input, view: agendaView(input.state, input.now, input.zone) }
  const head = [title(frame), ...notices(frame), blank]
  const foot = [
    blank,
    dim(spread(messages[input.language].foot, messages[input.language].tools(input.tools), input.columns)),
  ]
  const body = input.showsKeys ? keyLines(frame) : [...topLines(frame), ...dayLines(frame)]
  const room = Math.max(1, input.rows - head.length - foot.length)
  const shown = around(body, room)
  const filled = [...shown, ...Array.from({ length: Math.max(0, room - shown.length) }, () => blank)]
  return [...head, ...filled, ...foot]
    .slice(0, input.rows)
    .map(({ text, style }) => ({ text: fit(text, input.columns), style }))
}

const blank: ScreenLine = { text: "", style: "plain" }
const dim = (text: string): ScreenLine => ({ text, style: "dim" })
const strong = (text: string): ScreenLine => ({ text, style: "strong" })

/** So many lines, with the selected one among them. */
function around(lines: readonly ScreenLine[], room: number): readonly ScreenLine[] {
  const at = Math.max(
    0,
    lines.findIndex(({ style }) => style === "selected"),
  )
  const from = Math.max(0, Math.min(lines.length - room, at - Math.floor(room / 2)))
  return lines.slice(from, from + room)
}

function title({ state, now, language, locale, columns }: Frame): ScreenLine {
  const words = messages[language]
  const read = state.readAt === null ? [] : [words.read(relativeTime(state.readAt, now, locale))]
  const parts = [
    plainLine(state.user?.displayName ?? ""),
    state.stream === "live" ? words.live : words.reconnecting,
    ...read,
  ]
  return strong(spread(words.title, parts.join(" · "), columns))
}

function notices({ state, now, view, notice, language, locale, columns }: Frame): readonly ScreenLine[] {
  const words = messages[language]
  const age = state.readAt === null ? "" : relativeTime(state.readAt, now, locale)
  const texts = {
    fine: "",
    reading: words.reading,
    stale: words.stale(age),
    unread: words.unread,
    "not-connected": words.notConnected,
    "needs-reauth": words.needsReauth,
    "needs-consent": words.needsConsent,
  }
  const all = [texts[view.condition], state.malformedCount > 0 ? words.malformed(state.malformedCount) : "", notice]
  const lines = all.flatMap((text) => wrap(plainLine(text), columns))
  return lines.map((text) => ({ text, style: "notice" as const }))
}

function keyLines({ language, columns }: Frame): readonly ScreenLine[] {
  const width = Math.max(...messages[language].keys.map(([key = ""]) => columnsOf(key)))
  return [
    ...messages[language].keys.map(([key = "", what = ""]) => ({
      text: `  ${key}${" ".repeat(width - columnsOf(key) + 2)}${what}`,
      style: "plain" as const,
    })),
    blank,
    ...wrap(messages[language].forgets, columns).map(dim),
  ]
}

const titleOf = ({ event }: AgendaEntry, language: Language): string =>
  event.subject === "" ? messages[language].noSubject : plainLine(event.subject)

function topLines({ view, now, zone, language, locale }: Frame): readonly ScreenLine[] {
  const words = messages[language]
  const { top, joinable } = view
  if (top === null) return []
  const when =
    top.phase === "now"
      ? `${words.now} · ${words.until(clockTime(top.endsAt, zone, locale))}`
      : `${words.next} · ${words.starts(relativeTime(top.startsAt, now, locale))}`
  const name = joinable === null || joinable.key === top.key ? "" : ` (${titleOf(joinable, language)})`
  const join = joinable?.join ? [strong(`  ${words.join(joinable.join.vendor)}${name}`)] : []
  return [dim(when), strong(`  ${titleOf(top, language)}`), ...join, blank]
}

function dayLines(frame: Frame): readonly ScreenLine[] {
  const { view, language } = frame
  const words = messages[language]
  if (view.order.length === 0) return view.condition === "fine" ? [dim(words.nothingAhead)] : []
  return view.agenda.days.flatMap((day) => [strong(dayTitle(day, frame)), ...entryLines(day, frame), blank])
}

function dayTitle({ date }: AgendaDay, { view, language, locale }: Frame): string {
  const ahead = view.today.until(date).days
  const { today, tomorrow } = messages[language]
  const day = dayName(date, locale)
  return ahead === 0 ? today(day) : ahead === 1 ? tomorrow(day) : day
}

function entryLines({ entries }: AgendaDay, frame: Frame): readonly ScreenLine[] {
  if (entries.length === 0) return [dim(`  ${messages[frame.language].nothingToday}`)]
  return entries.map((entry) => {
    const isSelected = entry.key === frame.selected
    const isDone = entry.phase === "over" || entry.event.isCancelled || entry.event.myResponse === "declined"
    // Told by a sign as well as by how it looks.
    const text = `${isSelected ? "›" : " "} ${entryText(entry, frame)}`
    return { text, style: isSelected ? "selected" : isDone ? "dim" : "plain" }
  })
}

function entryText(entry: AgendaEntry, { zone, language, locale }: Frame): string {
  const words = messages[language]
  const { event } = entry
  const span = entry.isAllDay
    ? words.allDay
    : `${clockTime(entry.startsAt, zone, locale)} – ${clockTime(entry.endsAt, zone, locale)}`
  const marks = [
    ...(event.isCancelled ? [words.cancelled] : []),
    ...(event.myResponse === "declined" ? [words.declined] : []),
    ...(event.isPrivate ? [words.private] : []),
    ...(event.location === null || event.location.startsWith("https://") ? [] : [plainLine(event.location)]),
    ...(entry.join === null ? [] : [entry.join.vendor]),
  ]
  const padded = `${span}${" ".repeat(Math.max(0, 15 - columnsOf(span)))}`
  return [`${padded}  ${titleOf(entry, language)}`, ...marks].join(" · ")
}
