import type { RoomChoice } from "@kalends/protocol/many-rooms"
import { expect, test } from "vitest"
import {
  backOf,
  type Chosen,
  chosenAfter,
  countsOf,
  nothingTyped,
  planOf,
  type RoomsSet,
  settingsTyped,
  toggled,
  toggledAll,
} from "./many-rooms.ts"

const room = (roomId: string, settings: Partial<RoomChoice["settings"]> = {}): RoomChoice => ({
  ...{ roomId, name: `Room ${roomId}`, address: `${roomId}@example.org` },
  settings: {
    ...{ building: null, floor: null, capacity: null, zone: "UTC", language: "en", clockHours: 24 },
    ...{ hidesTitles: "private", hidesHostsOfPrivate: true, withinMinutes: null, earlyMinutes: 10, missesMost: null },
    ...settings,
  },
})
const chosenOf = (...rooms: readonly RoomChoice[]): Chosen => new Map(rooms.map((one) => [one.roomId, one]))

test("rooms are chosen one by one or all that are shown, as many as are set at once", () => {
  const many = Array.from({ length: 501 }, (_, index) => room(String(index)))
  const all = toggledAll(new Map(), many)
  expect(all.size).toBe(500)
  expect(toggled(all, room("more")).has("more")).toBe(false)
  expect(toggled(all, room("0")).has("0")).toBe(false)
  const two = [room("a"), room("b")]
  expect([...toggledAll(chosenOf(room("b"), room("c")), two).keys()]).toEqual(["b", "c", "a"])
  expect([...toggledAll(chosenOf(...two, room("c")), two).keys()]).toEqual(["c"])
})

test("what is left empty stays as it is; a number that is needed is waited for", () => {
  expect(settingsTyped(nothingTyped)).toEqual({})
  expect(settingsTyped({ ...nothingTyped, zone: " Asia/Tokyo ", titles: "all", hosts: "shown", clock: "12" })).toEqual({
    ...{ zone: "Asia/Tokyo", hidesTitles: "all", hidesHostsOfPrivate: false, clockHours: 12 },
  })
  expect(settingsTyped({ ...nothingTyped, checkIn: "off", misses: "never", early: 0 })).toEqual({
    ...{ withinMinutes: null, missesMost: null, earlyMinutes: 0 },
  })
  expect(settingsTyped({ ...nothingTyped, checkIn: "on", within: 5 })).toEqual({ withinMinutes: 5 })
  expect(settingsTyped({ ...nothingTyped, checkIn: "on", within: null })).toBeNull()
  expect(settingsTyped({ ...nothingTyped, misses: "after", missesMost: null })).toBeNull()
})

test("it is known before how many change and how many are so already", () => {
  const chosen = chosenOf(room("a"), room("b", { zone: "Asia/Tokyo" }), room("c", { withinMinutes: 5 }))
  expect(planOf(chosen, { zone: "Asia/Tokyo" })).toEqual({ changing: 2, same: 1 })
  expect(planOf(chosen, { withinMinutes: null })).toEqual({ changing: 1, same: 2 })
})

const set: RoomsSet = {
  input: { kind: "set", changes: [{ roomIds: ["a", "b", "c", "d"], settings: { zone: "Asia/Tokyo" } }] },
  outcomes: [
    { roomId: "a", outcome: "changed", before: { zone: "UTC" } },
    { roomId: "b", outcome: "changed", before: { zone: "UTC" } },
    { roomId: "c", outcome: "same" },
    { roomId: "d", outcome: "refused", code: "no-room" },
  ],
  names: new Map([["d", "Draco"]]),
}

test("what was set is counted, shows in what is chosen, and is taken back for those that changed", () => {
  expect(countsOf(set)).toEqual({ changed: 2, same: 1, refused: [{ roomId: "d", code: "no-room", name: "Draco" }] })
  const after = chosenAfter(chosenOf(room("a"), room("d"), room("e")), set)
  expect([...after].map(([roomId, { settings }]) => `${roomId} ${settings.zone}`)).toEqual(["a Asia/Tokyo", "e UTC"])
  const back = backOf(set)
  expect(back).toEqual({
    ...{ kind: "back", ifNow: { zone: "Asia/Tokyo" } },
    changes: [{ roomIds: ["a", "b"], settings: { zone: "UTC" } }],
  })
  const undone = { ...set, input: back ?? set.input }
  expect(backOf(undone)).toBeNull()
  expect(chosenAfter(after, undone).get("a")?.settings.zone).toBe("UTC")
  expect(backOf({ ...set, outcomes: set.outcomes.slice(2) })).toBeNull()
})
