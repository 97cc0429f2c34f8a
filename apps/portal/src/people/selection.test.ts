import { sampleUser } from "@kalends/ui/testing/sample-views"
import { expect, test } from "vitest"
import { movedMost } from "./group-move.ts"
import { type Selection, toggled, toggledAll } from "./selection.ts"

const people = Array.from({ length: movedMost + 5 }, (_, index) => ({
  ...{ ...sampleUser, userId: `person-${index}`, connectionState: null },
}))
const nobody: Selection = new Map()
const idsOf = (selection: Selection) => [...selection.keys()]

test("one is selected, and not any more", () => {
  const [one = people[0], other = people[1]] = people
  if (one === undefined || other === undefined) throw new Error("there are two")
  const both = toggled(toggled(nobody, one), other)
  expect(idsOf(both)).toEqual(["person-0", "person-1"])
  expect(idsOf(toggled(both, one))).toEqual(["person-1"])
})

test("all that are shown are selected, then none of them, and whoever is not shown stays", () => {
  const shown = people.slice(1, 3)
  const some = toggledAll(nobody, people.slice(0, 2))
  const more = toggledAll(some, shown)
  expect(idsOf(more)).toEqual(["person-0", "person-1", "person-2"])
  expect(idsOf(toggledAll(more, shown))).toEqual(["person-0"])
})

test("no more are selected than one call moves", () => {
  expect(toggledAll(nobody, people).size).toBe(movedMost)
})
