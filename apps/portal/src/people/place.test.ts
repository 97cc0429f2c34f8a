import { expect, test } from "vitest"
import { peoplePlaceOf, peoplePlaceText } from "./place.ts"

const userId = "00000000-0000-4000-8000-000000000001"

test("a person's page has an address, and whatever else leads to the list", () => {
  expect(peoplePlaceOf(`people/${userId}`)).toEqual({ kind: "one", userId })
  for (const text of ["people", "people/", "people/x", `people/${userId}/more`, ""])
    expect(peoplePlaceOf(text)).toEqual({ kind: "list" })
  for (const place of [{ kind: "list" }, { kind: "one", userId }] as const)
    expect(peoplePlaceOf(peoplePlaceText(place))).toEqual(place)
})
