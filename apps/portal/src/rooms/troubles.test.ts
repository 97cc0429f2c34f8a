import type { RoomTroublesView } from "@kalends/protocol/room-troubles"
import { expect, test } from "vitest"
import { roomTroubleWords } from "../messages-room-troubles.ts"
import { troublesView } from "./troubles.ts"

const at = "2026-11-30T09:00:00Z"
const roomId = "00000000-0000-4000-8000-000000000001"
const one = { id: roomId, name: "Lyra", roomId, since: at }
const well: RoomTroublesView = {
  at,
  rooms: { total: 40, kinds: [] },
  devices: { total: 0, kinds: [] },
  displays: { total: 1, kinds: [] },
}
const view = (found: Partial<RoomTroublesView>) => troublesView({ ...well, ...found }, roomTroubleWords.en)

test("where nothing is wrong it is said in one line of what there is, and of nothing where there is nothing", () => {
  expect(view({})).toEqual({ items: [], moreCount: 0, well: "All is well in 40 rooms and 1 screen." })
  expect(view({ rooms: { total: 0, kinds: [] }, displays: { total: 0, kinds: [] } }).well).toBeNull()
})

test("what passes by itself comes last, each with the way to what it is about", () => {
  const { items, moreCount } = view({
    rooms: {
      total: 40,
      kinds: [
        { kind: "needs-consent", count: 2, some: [one] },
        { kind: "none", count: 1, some: [one] },
        { kind: "unreachable", count: 1, some: [one] },
      ],
    },
    devices: {
      total: 3,
      kinds: [
        { kind: "left", count: 1, some: [{ ...one, roomId: null }] },
        { kind: "unread", count: 1, some: [one] },
      ],
    },
    displays: { total: 1, kinds: [{ kind: "gone", count: 1, some: [{ ...one, name: "Door & hall" }] }] },
  })
  expect(items.map(({ key }) => key)).toEqual([
    ...["rooms needs-consent", "rooms none", "devices left", "displays gone", "rooms unreachable"],
  ])
  expect(moreCount).toBe(1)
  expect(items.map(({ href, some }) => [href, some[0]?.href])).toEqual([
    ["rooms?show=trouble", `rooms/${roomId}`],
    ["rooms?show=trouble", `rooms/${roomId}`],
    ["rooms/video?show=trouble", "rooms"],
    ["displays?show=trouble", "displays?search=Door+%26+hall"],
    ["rooms?show=trouble", `rooms/${roomId}`],
  ])
})

test("one is spoken of as one", () => {
  const { needsConsent, gone } = {
    needsConsent: roomTroubleWords.en.rooms["needs-consent"],
    gone: roomTroubleWords.en.displays.gone,
  }
  expect([needsConsent.what(1), gone.what(2)]).toEqual([
    "1 room no longer lets Kalends read its calendar.",
    "2 screens have gone silent.",
  ])
})
