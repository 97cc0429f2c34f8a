import { abilitiesOf } from "@kalends/domain/ability"
import type { ServiceView } from "@kalends/protocol/api"
import { sampleConnection as connection, sampleService, sampleUser as user } from "@kalends/ui/testing/sample-views"
import { expect, test } from "vitest"
import { homeView } from "./home.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const service: ServiceView = {
  ...sampleService,
  providers: [{ name: "any", label: "Any", signIn: "oauth", isConfigured: true, hasAdminConsent: false }],
}
const bare: ServiceView = {
  ...service,
  providers: service.providers.map((provider) => ({ ...provider, isConfigured: false })),
}
const kinds = (changes: Partial<Parameters<typeof homeView>[0]>) =>
  homeView({ user, service, connection, now, ...changes }).toDo.map(({ kind }) => kind)

test("a healthy connection leaves nothing to do", () => {
  expect(homeView({ user, service, connection, now })).toEqual({ isWell: true, toDo: [] })
  expect(kinds({ connection: { ...connection, state: "connecting" } })).toEqual([])
})

test("without a connection the thing to do is to connect", () => {
  expect(kinds({ connection: null })).toEqual(["connect"])
})

test("where no calendar service is set up, the administrator does it and the others ask", () => {
  expect(kinds({ connection: null, service: bare })).toEqual(["ask-administrator"])
  expect(kinds({ connection: null, service: bare, user: { ...user, abilities: [...abilitiesOf.owner] } })).toEqual([
    "set-up-provider",
  ])
})

test("what passes by itself is not asked of anybody", () => {
  expect(kinds({ connection: { ...connection, state: "unreachable" } })).toEqual(["wait"])
})

test("a grant that is dead, withheld or removed is given again, with the reason", () => {
  const problem = { kind: "auth-revoked", code: "grant-revoked", at: now.toString() }
  for (const state of ["needs-reauth", "needs-consent", "disabled"] as const)
    expect(homeView({ user, service, connection: { ...connection, state, problem }, now }).toDo).toEqual([
      { kind: "reconnect", code: "grant-revoked" },
    ])
})

test("a permission that dies within three days is renewed in time", () => {
  const withGrant = (hours: number) => ({ ...connection, grantExpiresAt: now.add({ hours }).toString() })
  expect([kinds({ connection: withGrant(71) }), kinds({ connection: withGrant(73) })]).toEqual([["renew"], []])
})
