import { parseUserId, type RoomId } from "@kalends/domain/ids"
import {
  type ManySettings,
  manyRoomsMost,
  type RoomChoicesView,
  type RoomSetOutcome,
  type RoomsSetView,
  type SetRoomsInput,
  type SomeSettings,
} from "@kalends/protocol/many-rooms"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { ManyRoomChanges, RoomChoiceQuery } from "../ports/many-room-tables.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { zoned } from "./new-room.ts"
import type { OwnRoomAgendas } from "./room-agendas.ts"

export type ManyRoomsDeps = {
  readonly store: Store
  readonly agendas: Pick<OwnRoomAgendas, "tellChanged" | "touch">
  readonly world: { readonly clock: Clock }
}

const placesMost = 1000

/** Rooms that administrators set together. */
export function createManyRooms({ store, agendas, world }: ManyRoomsDeps) {
  return {
    choices: (user: Caller, query: Omit<RoomChoiceQuery, "limit">): Promise<RoomChoicesView> =>
      store.inAccount(user.accountId, async ({ manyRooms }) => {
        const found = await manyRooms.choose({ ...query, limit: manyRoomsMost + 1 })
        const rooms = found.slice(0, manyRoomsMost).map((row) => {
          const { roomId, name, address } = row
          return { roomId, name, address, settings: settingsOf(row) }
        })
        const places = await manyRooms.places(placesMost)
        return { rooms, isWhole: found.length <= manyRoomsMost, places: places.map((place) => ({ ...place })) }
      }),

    /** Throws Problem "malformed" (code "zone") before anything is set. */
    async set(user: Caller, { kind, ifNow: given = {}, changes }: SetRoomsInput): Promise<RoomsSetView> {
      const ifNow = zoned(given)
      const asked = changes.flatMap(({ roomIds, ...change }) => {
        const settings = zoned(change.settings)
        return roomIds.map((roomId) => ({ roomId, settings, ifNow }))
      })
      const { changed, outcomes, calendars } = await store.inAccount(user.accountId, async (tables) => {
        // Until the end: nobody else changes a room in between.
        await tables.lockAccount()
        const rows = await tables.manyRooms.findAll(asked.map(({ roomId }) => parseUserId(roomId)))
        const known = new Map<string, RoomRow>(rows.map((row) => [row.roomId, row]))
        const planned = asked.map((one) => planOf(one, known.get(one.roomId)))
        const changing = planned.flatMap(({ next }) => next ?? [])
        await update(tables, changing)
        const actor = { kind: "user", userId: user.userId } as const
        const reason = kind === "set" ? "rooms-set" : "rooms-set-back"
        await tables.appendAudits(
          changing.map(({ roomId }) => ({ actor, action: "room-changed", subjectId: roomId, reason }) as const),
          world.clock.now(),
        )
        return {
          changed: changing,
          outcomes: planned.map(({ outcome }) => outcome),
          calendars: await tables.manyRooms.calendarsOf(changing.map(({ roomId }) => roomId)),
        }
      })
      const { accountId } = user
      for (const { roomId } of changed) agendas.tellChanged({ accountId, roomId })
      for (const { roomId, calendarId } of calendars) agendas.touch({ accountId, roomId }, { calendarId })
      return { outcomes }
    },
  }
}

export type ManyRooms = ReturnType<typeof createManyRooms>

type Asked = { readonly roomId: string; readonly settings: SomeSettings; readonly ifNow: SomeSettings }
type Next = { readonly roomId: RoomId; readonly changes: ManyRoomChanges }
type Planned = { readonly outcome: RoomSetOutcome; readonly next: Next | null }

/** What becomes of one room. */
function planOf({ roomId, settings, ifNow }: Asked, row: RoomRow | undefined): Planned {
  const refused = (code: "no-room" | "changed-since"): Planned => ({
    outcome: { roomId, outcome: "refused", code },
    next: null,
  })
  if (row === undefined) return refused("no-room")
  const now = settingsOf(row)
  if (differing(now, ifNow).length > 0) return refused("changed-since")
  const names = differing(now, settings)
  if (names.length === 0) return { outcome: { roomId, outcome: "same" }, next: null }
  return {
    outcome: { roomId, outcome: "changed", before: Object.fromEntries(names.map((name) => [name, now[name]])) },
    next: { roomId: row.roomId, changes: changesOf(now, settings) },
  }
}

const settingNames = [
  ...(["building", "floor", "capacity", "zone", "language", "clockHours"] as const),
  ...(["hidesTitles", "hidesHostsOfPrivate", "withinMinutes", "earlyMinutes", "missesMost"] as const),
] satisfies readonly (keyof ManySettings)[]

const differing = (now: ManySettings, wanted: SomeSettings) =>
  settingNames.filter((name) => wanted[name] !== undefined && wanted[name] !== now[name])

/** In one statement for all that become the same. */
async function update(tables: AccountTables, changing: readonly Next[]): Promise<void> {
  for (const alike of Map.groupBy(changing, ({ changes }) => JSON.stringify(changes)).values()) {
    const [first] = alike
    if (first === undefined) continue
    await tables.manyRooms.updateAll(
      alike.map(({ roomId }) => roomId),
      first.changes,
    )
  }
}

function settingsOf({
  building,
  floor,
  capacity,
  zone,
  language,
  clockHours,
  privacy,
  checkIn,
}: RoomRow): ManySettings {
  return { building, floor, capacity, zone, language, clockHours, ...privacy, ...checkIn }
}

const or = <Value>(wanted: Value | undefined, now: Value): Value => (wanted === undefined ? now : wanted)

/** What is another, and no more, so that rooms which change alike can be changed together. */
function changesOf(now: ManySettings, wanted: SomeSettings): ManyRoomChanges {
  const isOther = (...names: readonly (keyof ManySettings)[]) =>
    names.some((name) => wanted[name] !== undefined && wanted[name] !== now[name])
  const privacy = {
    hidesTitles: or(wanted.hidesTitles, now.hidesTitles),
    hidesHostsOfPrivate: or(wanted.hidesHostsOfPrivate, now.hidesHostsOfPrivate),
  }
  const checkIn = {
    withinMinutes: or(wanted.withinMinutes, now.withinMinutes),
    earlyMinutes: or(wanted.earlyMinutes, now.earlyMinutes),
    missesMost: or(wanted.missesMost, now.missesMost),
  }
  return {
    ...(isOther("building") ? { building: or(wanted.building, now.building) } : {}),
    ...(isOther("floor") ? { floor: or(wanted.floor, now.floor) } : {}),
    ...(isOther("capacity") ? { capacity: or(wanted.capacity, now.capacity) } : {}),
    ...(isOther("zone") ? { zone: or(wanted.zone, now.zone) } : {}),
    ...(isOther("language") ? { language: or(wanted.language, now.language) } : {}),
    ...(isOther("clockHours") ? { clockHours: or(wanted.clockHours, now.clockHours) } : {}),
    ...(isOther("hidesTitles", "hidesHostsOfPrivate") ? { privacy } : {}),
    ...(isOther("withinMinutes", "earlyMinutes", "missesMost") ? { checkIn } : {}),
  }
}
