import type { ConnectionView, ServiceView, UserView } from "@kalends/protocol/api"
import { expect, test } from "vitest"
import { homeView } from "./home.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const user: UserView = {
  userId: "00000000-0000-4000-8000-000000000001",
  accountId: "00000000-0000-4000-8000-000000000002",
  email: "ada@example.org",
  displayName: "Ada",
  role: "user",
}
const service: ServiceView = {
  name: "Kalends",
  version: "1",
  protocolVersion: 1,
  needsSetup: false,
  demoUrl: null,
  providers: [{ name: "any", label: "Any", signIn: "oauth", isConfigured: true, hasAdminConsent: false }],
}
const bare: ServiceView = {
  ...service,
  providers: service.providers.map((provider) => ({ ...provider, isConfigured: false })),
}
const connection: ConnectionView = {
  connectionId: "00000000-0000-4000-8000-000000000003",
  provider: "any",
  providerLabel: "Any",
  permission: "read",
  state: "healthy",
  subjectEmail: null,
  createdAt: now.toString(),
  lastOkAt: null,
  lastChangeAt: null,
  hears: "push",
  nextRenewalAt: null,
  stalenessBoundSeconds: 60,
  grantExpiresAt: null,
  problem: null,
  calendarCount: 1,
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
  expect(kinds({ connection: null, service: bare, user: { ...user, role: "administrator" } })).toEqual([
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
