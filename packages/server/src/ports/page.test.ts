import { expect, test } from "vitest"
import { pageOf } from "./page.ts"

test.each([
  [[], [], null],
  [[1], [1], null],
  [[1, 2], [1, 2], null],
  [[1, 2, 3], [1, 2], 2],
])("of %j two are shown: %j, and another page goes on behind %j", (found, shown, last) => {
  expect(pageOf(found, 2)).toEqual({ shown, last })
})
