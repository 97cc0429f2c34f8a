import {
  type ManySettings,
  manyRoomsMost,
  type RoomChoice,
  type RoomSetOutcome,
  type SetRoomsInput,
  type SomeSettings,
} from "@kalends/protocol/many-rooms"
import { type Selection, selectingBy } from "../selection.ts"

/** Rooms that are chosen, by id; as many as are set at once. */
export type Chosen = Selection<RoomChoice>
export const selecting = selectingBy<RoomChoice>(({ roomId }) => roomId, manyRoomsMost)
export const { toggled, toggledAll } = selecting

/** What is to be set, as it is typed; empty for what stays as it is. */
export type TypedSettings = {
  readonly building: string
  readonly floor: string
  readonly capacity: number | null
  readonly zone: string
  readonly language: "" | "en" | "ja"
  readonly clock: "" | "12" | "24"
  readonly titles: "" | ManySettings["hidesTitles"]
  readonly hosts: "" | "hidden" | "shown"
  readonly checkIn: "" | "off" | "on"
  readonly within: number | null
  readonly early: number | null
  readonly misses: "" | "never" | "after"
  readonly missesMost: number | null
}
export const nothingTyped: TypedSettings = {
  ...{ building: "", floor: "", capacity: null, zone: "", language: "", clock: "", titles: "", hosts: "" },
  ...{ checkIn: "", within: 10, early: null, misses: "", missesMost: 3 },
}

/** What is sent of what was typed; null while a number is missing that it needs. */
export function settingsTyped(typed: TypedSettings): SomeSettings | null {
  const { capacity, early, checkIn, within, misses, missesMost } = typed
  const [building, floor, zone] = [typed.building, typed.floor, typed.zone].map((one) => one.trim())
  if ((checkIn === "on" && within === null) || (misses === "after" && missesMost === null)) return null
  return {
    ...(building ? { building } : {}),
    ...(floor ? { floor } : {}),
    ...(capacity === null ? {} : { capacity }),
    ...(zone ? { zone } : {}),
    ...(typed.language === "" ? {} : { language: typed.language }),
    ...(typed.clock === "" ? {} : { clockHours: typed.clock === "12" ? 12 : 24 }),
    ...(typed.titles === "" ? {} : { hidesTitles: typed.titles }),
    ...(typed.hosts === "" ? {} : { hidesHostsOfPrivate: typed.hosts === "hidden" }),
    ...(checkIn === "" ? {} : { withinMinutes: checkIn === "on" ? within : null }),
    ...(early === null ? {} : { earlyMinutes: early }),
    ...(misses === "" ? {} : { missesMost: misses === "after" ? missesMost : null }),
  }
}

const hasAll = (room: RoomChoice, settings: SomeSettings): boolean => {
  const now = new Map(Object.entries(room.settings))
  return Object.entries(settings).every(([name, value]) => now.get(name) === value)
}

/** What comes of it, as far as it is known before: which change, and how many are so already. */
export function planOf(chosen: Chosen, settings: SomeSettings): { readonly changing: number; readonly same: number } {
  const same = [...chosen.values()].filter((room) => hasAll(room, settings)).length
  return { changing: chosen.size - same, same }
}

/** What was set, and what came of it. */
export type RoomsSet = {
  readonly input: SetRoomsInput
  readonly outcomes: readonly RoomSetOutcome[]
  /** As they were called. */
  readonly names: ReadonlyMap<string, string>
}

const settingsIn = ({ changes }: SetRoomsInput): ReadonlyMap<string, SomeSettings> =>
  new Map(changes.flatMap(({ roomIds, settings }) => roomIds.map((roomId) => [roomId, settings])))

/** The chosen rooms as they are after it, without those that are gone. */
export function chosenAfter(chosen: Chosen, { input, outcomes }: RoomsSet): Chosen {
  const given = settingsIn(input)
  const came = new Map(outcomes.map((one) => [one.roomId, one]))
  const after = [...chosen.values()].flatMap((room) => {
    const one = came.get(room.roomId)
    if (one?.outcome === "refused" && one.code === "no-room") return []
    if (one?.outcome !== "changed") return [room]
    return [{ ...room, settings: { ...room.settings, ...definedOf(given.get(room.roomId) ?? {}) } }]
  })
  return new Map(after.map((room) => [room.roomId, room]))
}

/** Without names that have no value. */
const definedOf = (settings: SomeSettings): Partial<ManySettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))

/** What takes it back: each room as it was before, while it is as it was set. Null where nothing was changed. */
export function backOf({ input, outcomes }: RoomsSet): SetRoomsInput | null {
  const changed = outcomes.flatMap((one) => (one.outcome === "changed" ? [one] : []))
  const [first] = input.changes
  if (changed.length === 0 || first === undefined || input.kind === "back") return null
  const alike = Map.groupBy(changed, ({ before }) => JSON.stringify(before))
  const changes = [...alike.values()].map((rooms) => ({
    roomIds: rooms.map(({ roomId }) => roomId),
    settings: rooms[0]?.before ?? {},
  }))
  return { kind: "back", ifNow: first.settings, changes }
}

/** How many came to what, and who was refused, by name. */
export function countsOf({ outcomes, names }: RoomsSet) {
  const refused = outcomes.flatMap((one) => (one.outcome === "refused" ? [one] : []))
  return {
    changed: outcomes.filter(({ outcome }) => outcome === "changed").length,
    same: outcomes.filter(({ outcome }) => outcome === "same").length,
    refused: refused.map(({ roomId, code }) => ({ roomId, code, name: names.get(roomId) ?? roomId })),
  }
}
