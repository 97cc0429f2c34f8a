import { expect, test } from "vitest"
import { type RoomsPlace, roomsPlaceOf, roomsPlaceText } from "./place.ts"

const places: readonly RoomsPlace[] = [
  { kind: "list", search: "" },
  { kind: "list", search: "北 3" },
  { kind: "list", search: "北 3", show: "trouble" },
  { kind: "list", search: "", show: "trouble" },
  { kind: "video" },
  { kind: "video", show: "trouble" },
  { kind: "add" },
  { kind: "import" },
  { kind: "many" },
  { kind: "devices" },
  { kind: "dial-rules" },
  { kind: "setup" },
  { kind: "room", roomId: "0198f7a0-0000-7000-8000-000000000001" },
]

test("every page about rooms is found again by its address", () => {
  for (const place of places) expect(roomsPlaceOf(roomsPlaceText(place))).toEqual(place)
})

test("an address that names nothing is the list", () => {
  expect(roomsPlaceOf("rooms/nothing")).toEqual({ kind: "list", search: "" })
})
