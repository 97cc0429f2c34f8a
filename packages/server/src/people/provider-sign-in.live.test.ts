import { generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { freePort } from "../platform/free-port.ts"
import { setUpNode, startTestNode, type TestSession } from "../testing/node.ts"
import { type Forge, type OpenIssuer, openIssuer } from "../testing/openid-issuer.ts"
import { createPlainBrowser, type PlainBrowser } from "../testing/plain-browser.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"
import type { Node } from "../wire.ts"

// Signing in at an OpenID provider that is not ours, over real HTTP.

let base: TestDatabase
let node: Node
let ada: TestSession
let works: OpenIssuer
let club: OpenIssuer
let home: string
const callback = "/v1/sign-in/callback"

beforeAll(async () => {
  const [port, nobody] = [await freePort(), await freePort()]
  home = `http://localhost:${port}`
  const redirectUri = `${home}${callback}`
  base = await cloneDatabase()
  works = await openIssuer({ clientId: "kalends", redirectUri })
  club = await openIssuer({ clientId: "kalends", redirectUri })
  node = await startTestNode(base.url, {
    KALENDS_PORT: String(port),
    KALENDS_OIDC_ISSUERS: "works,club,down",
    KALENDS_OIDC_WORKS_URL: works.url,
    KALENDS_OIDC_WORKS_CLIENT_ID: "kalends",
    KALENDS_OIDC_WORKS_CLIENT_SECRET: works.clientSecret,
    KALENDS_OIDC_WORKS_LABEL: "The works",
    KALENDS_OIDC_WORKS_EMAIL_TRUST: "verified",
    KALENDS_OIDC_WORKS_FACTOR_AMR: "mfa",
    KALENDS_OIDC_WORKS_MAX_AGE_MINUTES: "60",
    KALENDS_OIDC_CLUB_URL: club.url,
    KALENDS_OIDC_CLUB_CLIENT_ID: "kalends",
    KALENDS_OIDC_CLUB_CLIENT_SECRET: club.clientSecret,
    KALENDS_OIDC_CLUB_EMAIL_TRUST: "verified",
    KALENDS_OIDC_CLUB_DOMAINS: "club.example",
    KALENDS_OIDC_CLUB_MAKES_USERS: "yes",
    KALENDS_OIDC_DOWN_URL: `http://127.0.0.1:${nobody}`,
    KALENDS_OIDC_DOWN_CLIENT_ID: "kalends",
  })
  ada = await setUpNode(node)
  for (const [email, displayName] of [
    ["bo@example.org", "Bo"],
    ["cy@example.org", "Cy"],
    ["dee@example.org", "Dee"],
  ])
    await ada.call("POST", "/v1/users", { email, displayName, role: "user", password: "battery staple" })
})
afterAll(async () => {
  await node.stop()
  await works.close()
  await club.close()
  await base.drop()
})

let browser: PlainBrowser
beforeEach(() => {
  browser = createPlainBrowser()
})
afterEach(() => works.forge(null))

type Begun = { readonly issuer?: string; readonly returnTo?: string }
const post = (path: string, body: object, more: Record<string, string> = {}) =>
  browser.ask(`${home}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-kalends-request": "1", origin: home, ...more },
    body: JSON.stringify(body),
  })
async function begin({ issuer = "works", returnTo = "/#home" }: Begun = {}): Promise<string> {
  const answer = await post("/v1/sign-in/provider", { issuer, returnTo, deviceName: "Test" })
  return ((await answer.json()) as { url: string }).url
}

/** Signs in at the issuer's own pages, and agrees there; where the browser is then sent. */
async function atIssuer(url: string, login: string): Promise<string> {
  const isBack = (next: string) => next.startsWith(`${home}${callback}`)
  let shown = await browser.follow(url, isBack)
  while (typeof shown !== "string") {
    const page = await shown.text()
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1]
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    if (action === undefined || prompt === undefined) throw new Error(`no form on the page: ${shown.status}`)
    const body = new URLSearchParams({ prompt, ...(prompt === "login" ? { login, password: "any" } : {}) })
    const headers = { "content-type": "application/x-www-form-urlencoded" }
    shown = await browser.follow(new URL(action, url).href, isBack, { method: "POST", headers, body: body.toString() })
  }
  return shown
}
/** Comes back to the service; where it sends the browser. */
const comeBack = async (url: string) => (await browser.ask(url)).headers.get("location")
const signIn = async (login: string, begun: Begun = {}) => comeBack(await atIssuer(await begin(begun), login))
const me = async () => (await (await browser.ask(`${home}/v1/me`)).json()) as { email?: string; code?: string }
const ownSignIn = async () =>
  (await (await browser.ask(`${home}/v1/me/sign-in`)).json()) as {
    secondFactor: string
    identities: { identityId: string; label: string }[]
  }
const known = (email: string, isVerified = true) => ({ email, email_verified: isVerified, name: "Somebody" })

async function lastAudit(count: number): Promise<readonly string[]> {
  const { body } = await ada.call("GET", "/v1/audit?limit=100")
  const { entries } = body as { entries: { action: string; reason: string }[] }
  return entries.slice(0, count).map(({ action, reason }) => `${action} ${reason}`)
}

describe("somebody whom an issuer vouches for", () => {
  test("is found by their verified address once, comes back to the page they asked for, and is then known by the issuer's name for them", async () => {
    works.people.set("bo-1", known("Bo@Example.org"))
    expect(await signIn("bo-1", { returnTo: "/?a=1#people" })).toBe("/?a=1#people")
    expect(await me()).toMatchObject({ email: "bo@example.org" })
    expect((await ownSignIn()).identities).toMatchObject([{ label: "The works" }])
    works.people.set("bo-1", known("cy@example.org"))
    browser = createPlainBrowser()
    expect(await signIn("bo-1")).toBe("/#home")
    expect(await me()).toMatchObject({ email: "bo@example.org" })
  })

  test("is not let in with an address that is not verified, or that nobody has here", async () => {
    works.people.set("cy-unverified", known("cy@example.org", false))
    expect(await signIn("cy-unverified")).toBe("/?problem=email-unverified")
    works.people.set("stranger", known("stranger@example.org"))
    browser = createPlainBrowser()
    expect(await signIn("stranger")).toBe("/?problem=not-a-user")
    expect(await me()).toMatchObject({ code: "signed-out" })
  })

  test("is not let in with an address that was somebody else's at that issuer", async () => {
    works.people.set("dee-1", known("dee@example.org"))
    expect(await signIn("dee-1")).toBe("/#home")
    works.people.set("dee-2", known("dee@example.org"))
    browser = createPlainBrowser()
    expect(await signIn("dee-2")).toBe("/?problem=other-identity")
  })

  test("becomes a user where the issuer's people are, with an address of the organisation alone", async () => {
    club.people.set("eve", known("eve@elsewhere.example"))
    expect(await signIn("eve", { issuer: "club" })).toBe("/?problem=domain-refused")
    club.people.set("fay", known("fay@club.example"))
    browser = createPlainBrowser()
    expect(await signIn("fay", { issuer: "club" })).toBe("/#home")
    expect(await me()).toMatchObject({ email: "fay@club.example", role: "user" })
    const [{ identityId } = { identityId: "" }] = (await ownSignIn()).identities
    const unlinked = await browser.ask(`${home}/v1/me/identities/${identityId}`, {
      ...{ method: "DELETE", headers: { "x-kalends-request": "1", origin: home } },
    })
    expect(await unlinked.json()).toMatchObject({ status: 409, code: "last-way-in" })
  })
})

test("the log says who was let in by whom, and why somebody was not", async () => {
  // Of the stranger above: each refusal here counts towards a limit that the last test reaches.
  expect(await lastAudit(100)).toContain("sign-in-refused not-a-user")
  club.people.set("hal", known("hal@club.example"))
  await signIn("hal", { issuer: "club" })
  expect(await lastAudit(3)).toEqual([
    "signed-in provider",
    "identity-linked made-by-provider",
    "user-created made-by-provider",
  ])
})

describe("an ID token", () => {
  const issuedTo: readonly (readonly [string, Forge])[] = [
    ["with another attempt's nonce", (claims, sign) => sign({ ...claims, nonce: "other" })],
    ["without a nonce", ({ nonce: _nonce, ...claims }, sign) => sign(claims)],
    ["for another client", (claims, sign) => sign({ ...claims, aud: "another" })],
    ["of another issuer", (claims, sign) => sign({ ...claims, iss: club.url })],
    ["that is over", (claims, sign) => sign({ ...claims, exp: (claims.iat ?? 0) - 3600 })],
    ["of somebody who was asked too long ago", (claims, sign) => sign({ ...claims, auth_time: asked(claims) - 4200 })],
    ["that nobody signed", async (claims) => new UnsecuredJWT(claims).encode()],
    ["signed with the client's secret", async (claims) => byHand(claims, "HS256", Buffer.from(works.clientSecret))],
    [
      "signed with another's key",
      async (claims) => byHand(claims, "RS256", (await generateKeyPair("RS256")).privateKey),
    ],
  ]
  for (const [what, forge] of issuedTo)
    test(`${what} lets nobody in`, async () => {
      works.people.set("cy", known("cy@example.org"))
      works.forge(forge)
      expect(await signIn("cy")).toBe("/?problem=bad-id-token")
      expect(await me()).toMatchObject({ code: "signed-out" })
    })
})
const asked = ({ iat = 0 }: JWTPayload) => iat
const byHand = (claims: JWTPayload, alg: string, key: Parameters<SignJWT["sign"]>[0]) =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: "issuer-key" }).sign(key)

describe("what comes back", () => {
  beforeAll(() => void works.people.set("bo-1", known("bo@example.org")))

  test("with a state that is not ours, or that was another browser's, lets nobody in", async () => {
    const back = await atIssuer(await begin(), "bo-1")
    const bent = new URL(back)
    bent.searchParams.set("state", "x".repeat(400))
    expect(await comeBack(bent.href)).toBe("/?problem=sign-in-expired")
    browser = createPlainBrowser()
    expect(await comeBack(back)).toBe("/?problem=sign-in-expired")
    await begin()
    expect(await comeBack(back)).toBe("/?problem=sign-in-expired")
  })

  test("is taken once: neither its state nor its code serves again", async () => {
    const back = await atIssuer(await begin(), "bo-1")
    expect(await comeBack(back)).toBe("/#home")
    expect(await comeBack(back)).toBe("/?problem=sign-in-expired")
    const again = new URL(await atIssuer(await begin(), "bo-1"))
    again.searchParams.set("code", new URL(back).searchParams.get("code") ?? "")
    expect(await comeBack(again.href)).toBe("/?problem=bad-id-token")
  })

  test("from another issuer than it was sent to is refused", async () => {
    const back = new URL(await atIssuer(await begin(), "bo-1"))
    expect(back.searchParams.get("iss")).toBe(works.url)
    back.searchParams.set("iss", club.url)
    expect(await comeBack(back.href)).toBe("/?problem=bad-id-token")
  })

  test("without a code says why in our words, and never the issuer's", async () => {
    const state = new URL(await begin()).searchParams.get("state")
    const left = await comeBack(`${home}${callback}?state=${state}&error=access_denied&error_description=%3Cb%3E`)
    expect(left).toBe("/?problem=sign-in-left")
  })
})

describe("beginning a sign-in", () => {
  test("another site's page is no page to come back to", async () => {
    for (const returnTo of ["//evil.example", "/\\evil.example", "https://evil.example/", "evil", "/\t/evil.example"]) {
      const answer = await post("/v1/sign-in/provider", { issuer: "works", returnTo, deviceName: "Test" })
      expect([returnTo, answer.status]).toEqual([returnTo, 400])
    }
  })

  test("another site cannot begin one, and an issuer that is away is said to be", async () => {
    const input = { issuer: "works", deviceName: "Test" }
    const forged = await post("/v1/sign-in/provider", input, { origin: "https://evil.example" })
    expect(await forged.json()).toMatchObject({ code: "forged" })
    const down = await post("/v1/sign-in/provider", { ...input, issuer: "down" })
    expect(await down.json()).toMatchObject({ status: 503, code: "issuer-away" })
    const unknown = await post("/v1/sign-in/provider", { ...input, issuer: "nobody" })
    expect(await unknown.json()).toMatchObject({ status: 404, code: "no-issuer" })
    const service = (await (await browser.ask(`${home}/v1/service`)).json()) as object
    expect(service).toMatchObject({ signInIssuers: [{ name: "works", label: "The works" }, { name: "club" }, {}] })
  })
})

describe("a second factor at the issuer", () => {
  const withFactor: Forge = (claims, sign) => sign({ ...claims, amr: ["pwd", "mfa"] })

  test("counts where the operator says so, but not for an administrator who was found by an address, until they link it themselves", async () => {
    works.people.set("ada-1", known("ada@example.org"))
    works.forge(withFactor)
    for (const time of ["first", "second"]) {
      browser = createPlainBrowser()
      expect([time, await signIn("ada-1")]).toEqual([time, "/#home"])
      expect((await ownSignIn()).secondFactor).toBe("awaited")
    }
    await post("/v1/sessions/second-factor", { code: await ada.nextCode() })
    expect((await ownSignIn()).secondFactor).toBe("shown")
    const sent = (await (await post("/v1/me/identities", { issuer: "works" })).json()) as { url: string }
    expect(await comeBack(await atIssuer(sent.url, "ada-1"))).toBe("/#sign-in")
    expect(await lastAudit(1)).toEqual(["identity-linked linked-by-person"])
    browser = createPlainBrowser()
    expect(await signIn("ada-1")).toBe("/#home")
    expect((await ownSignIn()).secondFactor).toBe("shown")
    // What was shown there twenty minutes ago is as old here.
    works.forge((claims, sign) => withFactor({ ...claims, auth_time: asked(claims) - 1200 }, sign))
    browser = createPlainBrowser()
    await signIn("ada-1")
    expect((await ownSignIn()).secondFactor).toBe("shown")
    expect(await (await post("/v1/me/recovery-codes", {})).json()).toMatchObject({ code: "fresh-factor-needed" })
    works.forge(null)
    browser = createPlainBrowser()
    await signIn("ada-1")
    expect((await ownSignIn()).secondFactor).toBe("awaited")
  })

  test("a link is finished by the session that asked for it alone", async () => {
    const signInHere = { email: "cy@example.org", password: "battery staple", deviceName: "Test", keep: "cookie" }
    await post("/v1/sessions", signInHere)
    works.people.set("cy-own", known("cy@elsewhere.example", false))
    const { url } = (await (await post("/v1/me/identities", { issuer: "works" })).json()) as { url: string }
    const back = await atIssuer(url, "cy-own")
    await post("/v1/sessions", signInHere)
    expect(await comeBack(back)).toBe("/?problem=sign-in-expired")
    expect((await ownSignIn()).identities).toEqual([])
  })
})

test("who fails too often waits, whatever they come back with", async () => {
  let outcome: string | null = null
  for (let tried = 0; tried < 25 && outcome !== "/?problem=too-many-attempts"; tried++)
    outcome = await comeBack(`${home}${callback}?state=guess&code=guess`)
  expect(outcome).toBe("/?problem=too-many-attempts")
})
