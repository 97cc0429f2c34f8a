import { expect, test } from "vitest"
import { listKey } from "./list-keys.ts"

const place = { current: 5, count: 8, perPage: 4 }

test("arrows, page, home and end go through the rows and stop at both ends", () => {
  const goes = (key: string, at = place) => listKey(key, at)
  expect(goes("ArrowDown")).toEqual({ kind: "go", index: 6 })
  expect(goes("ArrowUp")).toEqual({ kind: "go", index: 4 })
  expect(goes("PageDown")).toEqual({ kind: "go", index: 7 })
  expect(goes("PageUp")).toEqual({ kind: "go", index: 1 })
  expect(goes("Home")).toEqual({ kind: "go", index: 0 })
  expect(goes("End")).toEqual({ kind: "go", index: 7 })
  expect(goes("ArrowUp", { ...place, current: 0 })).toEqual({ kind: "go", index: 0 })
  expect(goes("End", { ...place, current: 0, count: 0 })).toEqual({ kind: "go", index: 0 })
})

test("letters of any script and digits jump; other keys are left alone", () => {
  expect(listKey("M", place)).toEqual({ kind: "jump", letter: "m" })
  expect(listKey("や", place)).toEqual({ kind: "jump", letter: "や" })
  expect(listKey("7", place)).toEqual({ kind: "jump", letter: "7" })
  for (const key of ["Tab", "Escape", "F5", "-", "Shift"]) expect(listKey(key, place)).toBeNull()
})
