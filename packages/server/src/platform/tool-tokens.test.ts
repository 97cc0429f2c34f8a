import { generateKeyPair, importPKCS8, SignJWT, UnsecuredJWT } from "jose"
import { beforeAll, describe, expect, test } from "vitest"
import { createDoors } from "../people/doors/registry.ts"
import type { HttpClient } from "../ports/http-client.ts"
import { testCertificate, testPrivateKey } from "../testing/certificate.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createIssuer } from "../testing/issuer.ts"
import { createToolTokens } from "./tool-tokens.ts"

const tenant = "7d1f3c4e-0000-4000-8000-000000000001"
const addIn = "11111111-0000-4000-8000-000000000002"
const metadataUrl = "https://mail.example.org/autodiscover/metadata/json/1"
const settings = {
  ...{ publicUrl: "https://kalends.example", microsoftLoginUrl: "https://login.example" },
  ...{ googleAccountsUrl: "https://accounts.example", toolMicrosoftClientIds: [addIn], toolMicrosoftTenant: tenant },
  ...{ toolGoogleClientIds: ["addon.apps.example"], toolGoogleDomain: "example.org" },
  ...{ toolExchangeServers: ["mail.example.org"], toolAddresses: true },
}
const doors = createDoors(settings)
const door = (name: string) => {
  const found = doors.get(name)
  if (found === undefined) throw new Error("no such door")
  return found
}
const issuerUrl = `https://login.example/${tenant}/v2.0`
let issuer: Awaited<ReturnType<typeof createIssuer>>
beforeAll(async () => {
  issuer = await createIssuer()
})

function world() {
  const clock = fakeClock()
  const asked: string[] = []
  const description = (url: string) => ({ issuer: url, jwks_uri: `${url}/keys` })
  const certificate = testCertificate.replaceAll(/-----[A-Z ]+-----|\s/g, "")
  const pages: Record<string, unknown> = {
    [`${issuerUrl}/.well-known/openid-configuration`]: description(issuerUrl),
    [`${issuerUrl}/keys`]: issuer.jwks,
    "https://accounts.example/.well-known/openid-configuration": description("https://accounts.example"),
    "https://accounts.example/keys": issuer.jwks,
    [metadataUrl]: {
      keys: [
        { usage: "signing", keyinfo: { x5t: "thumb" }, keyvalue: { type: "x509Certificate", value: certificate } },
      ],
    },
  }
  const http: HttpClient = {
    async send({ url }) {
      asked.push(url)
      return { status: url in pages ? 200 : 404, headers: {}, body: JSON.stringify(pages[url] ?? {}) }
    },
    stream: () => Promise.reject(new Error("nothing is streamed here")),
  }
  return { clock, asked, pages, tokens: createToolTokens({ http, clock }) }
}

const person = {
  ...{ iss: issuerUrl, aud: addIn, tid: tenant, oid: "ada-oid", sub: "pairwise", azp: addIn },
  preferred_username: "Ada@Example.org",
}
const badToken = { kind: "auth-revoked", code: "bad-tool-token" }

describe("a token that an OpenID issuer made for the add-in", () => {
  test("says who its person is, as their connection does, too", async () => {
    const { tokens, clock, asked } = world()
    const read = async (more: object) =>
      tokens.read(door("entra"), await issuer.sign({ ...person, ...more }, clock.now()))
    expect(await read({})).toMatchObject({
      ...{ issuer: `${issuerUrl}#oid`, subject: "ada-oid", connectionSubject: `${tenant}/ada-oid`, tenant },
      email: "ada@example.org",
    })
    expect(await read({ aud: `api://${addIn}` })).toMatchObject({ subject: "ada-oid" })
    // What the issuer shows is not read for every token.
    expect(asked.length).toBe(2)
  })

  test.each<[string, object]>([
    ["for another application", { aud: "22222222-0000-4000-8000-000000000003" }],
    ["for another application's interface", { aud: "api://somebody-else" }],
    ["that another application was given for this one", { azp: "22222222-0000-4000-8000-000000000003" }],
    ["of another issuer", { iss: "https://login.example/other/v2.0" }],
    ["that is over", { exp: 1 }],
    ["that is not good yet", { nbf: 4_000_000_000 }],
    ["that never ends", { exp: undefined }],
    ["that names nobody", { oid: undefined }],
    ["that names somebody at great length", { oid: "x".repeat(300) }],
  ])("does not hold %s", async (_what, more) => {
    const { tokens, clock } = world()
    const token = await issuer.sign({ ...person, ...more }, clock.now())
    await expect(tokens.read(door("entra"), token)).rejects.toMatchObject(badToken)
  })

  test("does not hold unsigned, with a key of somebody else's, or a public key taken for a secret", async () => {
    const { tokens, clock } = world()
    const seconds = Math.floor(clock.now().epochMilliseconds / 1000)
    const claims = { iat: seconds, exp: seconds + 60, ...person }
    const { privateKey } = await generateKeyPair("RS256")
    const secret = new TextEncoder().encode(JSON.stringify(issuer.jwks))
    const forged = [
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "test-key" }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "no-such-key" }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "test-key" }).sign(secret),
      ...["", "x", "a.b.c", `${"x".repeat(5_000)}.y.z`],
    ]
    for (const token of forged) await expect(tokens.read(door("entra"), token)).rejects.toMatchObject(badToken)
  })

  test("with a key that is not listed has the list read again, and not more than once a minute", async () => {
    const { tokens, clock, asked, pages } = world()
    const other = await createIssuer()
    pages[`${issuerUrl}/keys`] = { keys: [{ ...other.jwks.keys[0], kid: "old-key" }] }
    const read = async () => tokens.read(door("entra"), await issuer.sign(person, clock.now()))
    for (let count = 0; count < 5; count++) await expect(read()).rejects.toMatchObject(badToken)
    expect(asked.length).toBe(2)
    pages[`${issuerUrl}/keys`] = issuer.jwks
    await clock.advance(60_000)
    expect(await read()).toMatchObject({ subject: "ada-oid" })
    expect(asked.length).toBe(3)
  })

  test("waits where the issuer is away, or describes itself as another", async () => {
    for (const page of [undefined, { issuer: "https://evil.example", jwks_uri: "https://evil.example/keys" }]) {
      const { tokens, clock, pages, asked } = world()
      pages[`${issuerUrl}/.well-known/openid-configuration`] = page
      const token = await issuer.sign(person, clock.now())
      await expect(tokens.read(door("entra"), token)).rejects.toMatchObject({ code: "issuer-away" })
      expect(asked.length).toBe(1)
    }
  })

  test("is read of the other issuer by the name that lasts there", async () => {
    const { tokens, clock } = world()
    const claims = { iss: "https://accounts.example", aud: "addon.apps.example", sub: "1234", hd: "example.org" }
    const token = await issuer.sign({ ...claims, email: "ada@example.org", email_verified: true }, clock.now())
    expect(await tokens.read(door("google"), token)).toMatchObject({
      ...{ subject: "1234", connectionSubject: "1234", hostedDomain: "example.org", isEmailVerified: true },
    })
    await expect(tokens.read(door("entra"), token)).rejects.toMatchObject(badToken)
    const elsewhere = await issuer.sign({ ...claims, aud: "other.apps.example" }, clock.now())
    await expect(tokens.read(door("google"), elsewhere)).rejects.toMatchObject(badToken)
  })
})

describe("a token that a mail server has signed", () => {
  const context = { msexchuid: "ada-uid", version: "ExIdTok.V1", amurl: metadataUrl }
  async function signed(
    now: Temporal.Instant,
    { header = {}, claims = {}, appctx = context }: { header?: object; claims?: object; appctx?: object | string } = {},
  ): Promise<string> {
    const seconds = Math.floor(now.epochMilliseconds / 1000)
    const usual = { aud: "https://kalends.example/addin/pane.html", nbf: seconds, exp: seconds + 3600, appctx }
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ typ: "JWT", alg: "RS256", x5t: "thumb", ...header })
      .sign(await importPKCS8(testPrivateKey, "RS256"))
  }

  test("names its mailbox by the server and the server's own name, however the context is written", async () => {
    const { tokens, clock, asked } = world()
    const known = { issuer: metadataUrl, subject: "ada-uid", email: null, connectionSubject: null }
    expect(await tokens.read(door("exchange"), await signed(clock.now()))).toMatchObject(known)
    const asText = await signed(clock.now(), { appctx: JSON.stringify(context) })
    expect(await tokens.read(door("exchange"), asText)).toMatchObject(known)
    expect(asked).toEqual([metadataUrl])
  })

  test.each<[string, Parameters<typeof signed>[1]]>([
    ["for another page", { claims: { aud: "https://evil.example/pane.html" } }],
    ["for nobody", { claims: { aud: undefined } }],
    ["for ours and another's", { claims: { aud: ["https://kalends.example/a", "https://evil.example/b"] } }],
    ["that is over", { claims: { exp: 1 } }],
    ["that is not good yet", { claims: { nbf: 4_000_000_000 } }],
    ["of a server that is not listed", { appctx: { ...context, amurl: metadataUrl.replace("mail.", "evil.") } }],
    ["of another page of the server", { appctx: { ...context, amurl: "https://mail.example.org/upload/keys.json" } }],
    [
      "of a listed name before another's",
      { appctx: { ...context, amurl: metadataUrl.replace("//", "//mail.example.org@evil.") } },
    ],
    ["over plain http", { appctx: { ...context, amurl: metadataUrl.replace("https", "http") } }],
    ["with a question in the address", { appctx: { ...context, amurl: `${metadataUrl}?next=evil` } }],
    ["of another kind", { appctx: { ...context, version: "ExCallback.V1" } }],
    ["that names nobody", { appctx: { ...context, msexchuid: "" } }],
    ["with a key that is not listed", { header: { x5t: "other" } }],
    ["without a context", { appctx: "nothing" }],
  ])("does not hold %s", async (_what, given) => {
    const { tokens, clock } = world()
    await expect(tokens.read(door("exchange"), await signed(clock.now(), given))).rejects.toMatchObject(badToken)
  })

  test("does not hold unsigned or with another's key, and no other server is ever asked", async () => {
    const { tokens, clock, asked } = world()
    const { privateKey } = await generateKeyPair("RS256")
    const claims = { aud: "https://kalends.example/", nbf: 1, exp: 4_000_000_000, appctx: context }
    const other = await new SignJWT(claims).setProtectedHeader({ alg: "RS256", x5t: "thumb" }).sign(privateKey)
    const evil = { ...context, amurl: "https://169.254.169.254/autodiscover/metadata/json/1" }
    for (const token of [new UnsecuredJWT(claims).encode(), other, await signed(clock.now(), { appctx: evil })])
      await expect(tokens.read(door("exchange"), token)).rejects.toMatchObject(badToken)
    expect(new Set(asked)).toEqual(new Set([metadataUrl]))
  })
})
