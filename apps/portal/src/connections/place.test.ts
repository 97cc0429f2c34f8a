import { expect, test } from "vitest"
import { type ConnectionsPlace, connectionsPlaceOf, connectionsPlaceText } from "./place.ts"

const id = "00000000-0000-4000-8000-000000000001"
const places: readonly ConnectionsPlace[] = [
  { kind: "list", filter: {} },
  { kind: "list", filter: { state: "needs-reauth", provider: "graph", search: "ada & bo", endsWithinDays: 30 } },
  { kind: "list", filter: { group: id, tenant: "tenant/1" } },
  { kind: "one", connectionId: id },
  { kind: "forecast" },
  { kind: "revocations" },
  { kind: "revocation", revocationId: id },
  { kind: "revoke", scope: { kind: "connection", connectionId: id } },
  { kind: "revoke", scope: { kind: "group", groupId: id } },
  { kind: "revoke", scope: { kind: "tenant", provider: "google", tenantId: "example.org/ä" } },
]

test.each(places)("is found again by its address: %j", (place) => {
  expect(connectionsPlaceOf(connectionsPlaceText(place))).toEqual(place)
})

test.each([
  "connections/one/x",
  "connections/revoke/tenant/graph",
  "connections?state=odd",
  "connections?endsWithinDays=x",
])("what is not known is the whole list: %s", (address) => {
  expect(connectionsPlaceOf(address)).toEqual({ kind: "list", filter: {} })
})
