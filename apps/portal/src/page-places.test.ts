import type { Ability } from "@kalends/domain/ability"
import { expect, test } from "vitest"
import { pageAt, pagesFor } from "./page-places.ts"

const page = (place: string, needs: Ability) => ({ place, needs })
const pages = [page("", "own"), page("people", "read-people"), page("audit", "read-audit")]
const places = (abilities: readonly Ability[]) => pagesFor(pages, abilities).map(({ place }) => place)

test("whoever may read the log and nothing of people has no page of people", () => {
  expect(places(["own", "read-audit"])).toEqual(["", "audit"])
})

test.each([
  ["", ""],
  ["people", "people"],
  ["people/0198/edit", "people"],
  ["audit?actor=1", "audit"],
  ["peoples", ""],
  ["no-such-page", ""],
])("the address %j leads to the page %j", (address, place) => {
  expect(pageAt(pages, address)?.place).toBe(place)
})

test("an address of a page that somebody does not have leads home", () => {
  expect(pageAt(pagesFor(pages, ["own"]), "audit")?.place).toBe("")
})
