import { expect, test } from "vitest"
import { optionsPerIssuer, readConfig } from "./config.ts"

const works = {
  KALENDS_OIDC_ISSUERS: "works",
  KALENDS_OIDC_WORKS_URL: "https://login.example.org/realms/works/",
  KALENDS_OIDC_WORKS_CLIENT_ID: "kalends",
}

test("a sign-in service has settings of its own name, and trusts nothing that was not said", () => {
  for (const { env } of optionsPerIssuer) expect(env).toMatch(/^KALENDS_OIDC_NAME_[A-Z_]+$/)
  expect(readConfig({}).issuers).toEqual([])
  expect(readConfig({ ...works, KALENDS_OIDC_WORKS_FACTOR_AMR: "mfa, hwk" }).issuers).toEqual([
    {
      ...{ name: "works", label: "works", url: "https://login.example.org/realms/works" },
      ...{ clientId: "kalends", clientSecret: null, emailTrust: "no", domains: [], tenant: null, hostedDomain: null },
      ...{ makesUsers: false, factorMethods: ["mfa", "hwk"], factorClasses: [], maxAgeMinutes: null },
    },
  ])
})

test("what would let in more than was meant is refused, each with its setting", () => {
  const settings = (more: Record<string, string>) => () => readConfig({ ...works, ...more })
  expect(settings({ KALENDS_OIDC_ISSUERS: "works,club" })).toThrow("KALENDS_OIDC_CLUB_URL is missing")
  expect(settings({ KALENDS_OIDC_ISSUERS: "works,a_b" })).toThrow('"a_b"')
  expect(settings({ KALENDS_OIDC_ISSUERS: "works,works" })).toThrow("twice")
  expect(settings({ KALENDS_OIDC_CLUB_URL: "https://club.example" })).toThrow("KALENDS_OIDC_CLUB_URL is not a setting")
  expect(settings({ KALENDS_OIDC_WORKS_DOMAINS: "example.org" })).toThrow("KALENDS_OIDC_WORKS_EMAIL_TRUST is no")
  expect(settings({ KALENDS_OIDC_WORKS_EMAIL_TRUST: "always" })).toThrow("KALENDS_OIDC_WORKS_DOMAINS is missing")
  expect(settings({ KALENDS_OIDC_WORKS_EMAIL_TRUST: "verified", KALENDS_OIDC_WORKS_MAKES_USERS: "yes" })).toThrow(
    "would make users of everybody",
  )
  expect(settings({ KALENDS_OIDC_WORKS_URL: "http://login.example.org" })).toThrow("plain http")
})
