import type { ConnectionView, ServiceView, UserView } from "@kalends/protocol/api"
import type { OwnSignInView } from "@kalends/protocol/sign-in"

/** What a healthy service answers, at its plainest; a test changes what it is about. */
export const sampleUser: UserView = {
  userId: "00000000-0000-4000-8000-000000000001",
  accountId: "00000000-0000-4000-8000-000000000002",
  email: "ada@example.org",
  displayName: "Ada",
  role: "user",
  abilities: ["own"],
}

export const sampleService: ServiceView = {
  name: "Kalends",
  version: "1",
  protocolVersion: 1,
  needsSetup: false,
  demoUrl: null,
  providers: [],
}

export const sampleConnection: ConnectionView = {
  connectionId: "00000000-0000-4000-8000-000000000003",
  provider: "any",
  providerLabel: "Any",
  permission: "read",
  state: "healthy",
  subjectEmail: null,
  createdAt: "2026-11-23T09:00:00Z",
  lastOkAt: null,
  lastChangeAt: null,
  hears: "push",
  nextRenewalAt: null,
  stalenessBoundSeconds: 60,
  grantExpiresAt: null,
  problem: null,
  calendarCount: 1,
}

/** Somebody with a second factor, which this session has shown. */
export const sampleSignIn: OwnSignInView = {
  secondFactor: "shown",
  totpSince: "2026-11-20T09:00:00Z",
  passkeys: [],
  recoveryCodesLeft: 9,
  hasPassword: true,
  asksEverybody: false,
  identities: [],
}
