import { expect, test } from "vitest"
import { type Place, placeOf, placeText } from "./place.ts"

const id = "00000000-0000-4000-8000-000000000001"
const places: readonly Place[] = [
  { kind: "list" },
  { kind: "connect", method: null },
  { kind: "connect", method: "service-sign-in" },
  { kind: "tenant", tenantConnectionId: id },
  { kind: "secret", tenantConnectionId: id },
  { kind: "directory", tenantConnectionId: id },
  { kind: "checkup", tenantConnectionId: id },
  { kind: "rollout", rolloutId: id },
  { kind: "begin", work: "connect", tenantConnectionId: id },
  { kind: "begin", work: "migrate", tenantConnectionId: id },
]

test("every page is found again by its address", () => {
  for (const place of places) expect(placeOf(placeText(place))).toEqual(place)
})

test("an address that nobody knows leads to the list", () => {
  expect(placeOf("organisation/work/../../etc")).toEqual({ kind: "list" })
  expect(placeOf("organisation/nothing")).toEqual({ kind: "list" })
})
