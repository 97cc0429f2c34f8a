import { parseProviderName } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { ToolClaims, ToolDoor } from "../ports/tool-tokens.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { tokenHash } from "./session-token.ts"
import { createToolDoors } from "./tool-doors.ts"

const issuer = {
  ...{ name: "tools", url: "https://issuer.example", label: "Works", clientId: "", clientSecret: null, domains: [] },
  ...{
    tenant: "tenant-1",
    hostedDomain: null,
    makesUsers: false,
    factorMethods: [],
    factorClasses: [],
    maxAgeMinutes: null,
  },
}
const claims: ToolClaims = {
  ...{
    issuer: "https://issuer.example#oid",
    subject: "ada-oid",
    connectionSubject: "nobody",
    email: "ada1@example.org",
  },
  ...{
    isEmailVerified: false,
    displayName: null,
    methods: [],
    authenticationClass: null,
    authenticatedAt: null,
    hostedDomain: null,
  },
  tenant: "tenant-1",
}
const provider = parseProviderName("memory")

async function world(trust: "no" | "always" = "no", says: Partial<ToolClaims> = {}) {
  const connected = await connectedWorld()
  const { store, clock, random, asker } = connected
  const doors = new Map<string, ToolDoor>([
    [
      "works",
      { ...{ kind: "issued", clientIds: ["a"], names: "oid", provider }, issuer: { ...issuer, emailTrust: trust } },
    ],
    ["mail", { kind: "server", label: "Mail", hosts: ["mail.example"], audienceOrigin: "https://kalends.example" }],
  ])
  const tokens = { read: async () => ({ ...claims, ...says }) }
  const sessions = { clock, random, lives: sessionLives }
  const made = createToolDoors({ store, tokens, doors, sessions })
  const open = (door = "works") => made.open(door, { token: "x", deviceName: "Add-in in Outlook" })
  const sessionOf = async (token: string) =>
    (await store.asSystem((tables) => tables.findSession(tokenHash("session", token), clock.now())))?.session
  return { ...connected, ...made, open, sessionOf, by: asker }
}

describe("a tool that is signed in elsewhere", () => {
  test("is its person's by the connection that they made there, for what is for tools alone", async () => {
    const { open, connect, sessionOf, see, by } = await world("no", { connectionSubject: "subject-of-ada" })
    await expect(open()).rejects.toMatchObject({ code: "not-a-user" })
    await connect()
    const { connection } = await see()
    const again = await world("no", { connectionSubject: connection?.subjectId ?? "" })
    await again.connect()
    const { token } = await again.open()
    expect(await again.sessionOf(token)).toMatchObject({
      ...{ kind: "tool", signedInBy: "provider", issuer: "Works", awaitsSecondFactor: false, userId: by.user.userId },
    })
    expect(await sessionOf(token)).toBeUndefined()
  })

  test("is its person's by their address only where the operator trusts it, and from then on by its own name", async () => {
    await expect((await world("no")).open()).rejects.toMatchObject({ kind: "forbidden", code: "not-a-user" })
    const { open, sessionOf, by } = await world("always")
    expect(await sessionOf((await open()).token)).toMatchObject({ userId: by.user.userId, kind: "tool" })
    const moved = await world("always", { email: "somebody.else@example.org" })
    await expect(moved.open()).rejects.toMatchObject({ code: "not-a-user" })
  })

  test("of another organisation is nobody's, whatever it says", async () => {
    const { open, linkTo, by } = await world("always", { tenant: "tenant-2" })
    await expect(open()).rejects.toMatchObject({ code: "domain-refused" })
    await expect(linkTo(by, "works", "x")).rejects.toMatchObject({ code: "domain-refused" })
  })

  test("of a mail server is linked once by whoever is signed in, and nobody else's then", async () => {
    const { open, linkTo, by, sessionOf } = await world()
    await expect(open("mail")).rejects.toMatchObject({ kind: "forbidden", code: "not-linked" })
    await linkTo(by, "mail", "x")
    await linkTo(by, "mail", "x")
    expect(await sessionOf((await open("mail")).token)).toMatchObject({ userId: by.user.userId, kind: "tool" })
  })

  test("finds no way in that is not set up", async () => {
    const { open } = await world()
    await expect(open("nowhere")).rejects.toMatchObject({ kind: "not-found", code: "no-door" })
  })
})
