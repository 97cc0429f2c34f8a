import {
  type DisplayKind,
  type DisplaySettings,
  parsePairingCode,
  roomsMostOf,
  usualDisplaySettings,
} from "@kalends/domain/display"
import { quietDisplayMinutes } from "@kalends/domain/in-trouble"
import type { DisplayView, PairInput } from "@kalends/protocol/display"

export type ChosenRoom = { readonly roomId: string; readonly name: string }

/** What somebody has put in about a screen so far. */
export type DisplayForm = {
  readonly code: string
  readonly name: string
  readonly kind: DisplayKind
  readonly rooms: readonly ChosenRoom[]
  readonly settings: DisplaySettings
}

/** A new screen, in the language of whoever pairs it. */
export function emptyForm(language: DisplaySettings["language"]): DisplayForm {
  return { code: "", name: "", kind: "door", rooms: [], settings: { ...usualDisplaySettings, language } }
}

export function formOf({ name, kind, rooms, settings }: DisplayView): DisplayForm {
  return { code: "", name, kind, rooms, settings }
}

/** Chooses a room or lets go of it. A screen of one room shows the one that was chosen last. */
export function withRoom(form: DisplayForm, room: ChosenRoom): DisplayForm {
  const others = form.rooms.filter(({ roomId }) => roomId !== room.roomId)
  if (others.length < form.rooms.length) return { ...form, rooms: others }
  const most = roomsMostOf[form.kind]
  return { ...form, rooms: most === 1 ? [room] : [...others, room].slice(0, most) }
}

/** Another kind keeps as many of the rooms as it shows. */
export function withKind(form: DisplayForm, kind: DisplayKind): DisplayForm {
  return { ...form, kind, rooms: form.rooms.slice(0, roomsMostOf[kind]) }
}

/** What is to be sent; null while something is missing. A screen without a name is called after its room. */
export function pairInputOf(form: DisplayForm): PairInput | null {
  const [first] = form.rooms
  const code = parsePairingCode(form.code)
  if (first === undefined || code === null) return null
  const { kind, settings } = form
  return { code, name: nameOf(form), kind, roomIds: form.rooms.map(({ roomId }) => roomId), settings }
}

export function nameOf({ name, rooms }: Pick<DisplayForm, "name" | "rooms">): string {
  return name.trim() || (rooms[0]?.name ?? "")
}

export function seenOf(
  lastSeenAt: string | null,
  now: Temporal.Instant,
): { readonly kind: "here" | "never" } | { readonly kind: "gone"; readonly since: Temporal.Instant } {
  if (lastSeenAt === null) return { kind: "never" }
  const since = Temporal.Instant.from(lastSeenAt)
  return since.until(now).total("minutes") <= quietDisplayMinutes ? { kind: "here" } : { kind: "gone", since }
}
