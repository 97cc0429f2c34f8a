import { expect, test } from "vitest"
import { displaysPlaceOf, displaysPlaceText } from "./place.ts"

test("which screens are listed stands in the address, and comes back from it", () => {
  const roomId = "00000000-0000-4000-8000-0000000000a1"
  for (const place of [
    {},
    { roomId },
    { search: "a & b" },
    { show: "trouble" },
    { roomId, search: "x", show: "trouble" },
  ] as const)
    expect(displaysPlaceOf(displaysPlaceText(place))).toEqual(place)
})

test("what is none of that is passed over", () => {
  expect(displaysPlaceOf("displays?room=1&show=all&search=")).toEqual({})
})
