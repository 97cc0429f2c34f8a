import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId, parseProviderEventId, parseSubscriptionId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { describe, expect, test } from "vitest"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { createIssuer } from "../../testing/issuer.ts"
import { scriptedHttp } from "../../testing/scripted-http.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { toldSecrets } from "../../testing/told-secrets.ts"
import { problemOf } from "../conformance/drain.ts"
import { createGoogleProvider } from "./index.ts"

const settings = {
  clientId: "app",
  clientSecret: "canary-client-secret",
  accountsUrl: "https://accounts.google.com",
  tokenUrl: "https://oauth2.example",
  apiUrl: "https://google.example/calendar/v3",
  peopleUrl: "https://people.example",
  directoryUrl: "https://directory.example",
}
const clock = fakeClock()
const access: Access = { kind: "bearer", token: "token", expiresAt: clock.now().add({ hours: 1 }) }
const signal = new AbortController().signal
const calendarId = parseProviderCalendarId("ada@northwind.example")
const window = timeWindow(Temporal.Instant.from("2026-05-01T00:00Z"), Temporal.Instant.from("2028-06-01T00:00Z"))

function provide(answers: Parameters<typeof scriptedHttp>[0]) {
  const http = scriptedHttp(answers)
  const provider = createGoogleProvider(
    { http, clock, random: seededRandom(1), oauth: createOAuthClient({ http, clock }) },
    settings,
  )
  if (provider.signIn.kind !== "oauth" || provider.push === null) throw new Error("OAuth and push are expected")
  return { http, provider, signIn: provider.signIn, push: provider.push }
}

async function changesOf(answers: Parameters<typeof scriptedHttp>[0], cursor: string | null = null) {
  const { http, provider } = provide(answers)
  const pages = []
  for await (const page of provider.changes({ access, calendarId, cursor, window, signal, lookout: null }))
    pages.push(page)
  return { http, pages }
}

describe("changes", () => {
  test("cancelled-hole: series and exceptions are told, cancelled ones as removed, and the cursor comes with the last page", async () => {
    const { pages } = await changesOf([
      {
        json: {
          items: [
            { id: "m", status: "confirmed", etag: '"1"', updated: "2026-11-23T09:00:00.250Z" },
            { status: "confirmed" },
          ],
          nextPageToken: "p2",
          nextSyncToken: "too early",
        },
      },
      { json: { items: [{ id: "m_1", status: "cancelled", recurringEventId: "m" }], nextSyncToken: "t2" } },
    ])
    expect(pages).toEqual([
      {
        changes: [{ kind: "upserted", eventId: "m", seriesId: null, version: '"1"', finds: [] }],
        modifiedAtMs: [Date.parse("2026-11-23T09:00:00.250Z")],
        malformedCount: 1,
        cursor: null,
      },
      {
        changes: [{ kind: "removed", eventId: "m_1", seriesId: "m" }],
        modifiedAtMs: [],
        malformedCount: 0,
        cursor: "t2",
      },
    ])
  })

  test("every page of a pass, and every pass, asks with the same parameters and never with one that a token forbids", async () => {
    const first = await changesOf([
      { json: { items: [], nextPageToken: "p2" } },
      { json: { items: [], nextSyncToken: "t1" } },
    ])
    const second = await changesOf([{ json: { items: [], nextSyncToken: "t2" } }], "t1")
    const parameters = [...first.http.asked, ...second.http.asked].map(({ url }) => {
      const { searchParams } = new URL(url)
      for (const name of ["syncToken", "pageToken"]) searchParams.delete(name)
      return [...searchParams.keys()].sort().join()
    })
    expect(new Set(parameters)).toEqual(new Set(["fields,maxResults,showDeleted,singleEvents"]))
    expect(new URL(second.http.asked[0]?.url ?? "").searchParams.get("syncToken")).toBe("t1")
  })

  test("out-of-window: the stream has no window, so a series that reaches into it later needs no new cursor", async () => {
    const { http } = await changesOf([{ json: { items: [], nextSyncToken: "t1" } }])
    expect(http.asked[0]?.url).not.toMatch(/timeM(in|ax)/)
    expect(provide([]).provider.limits.isCursorBoundToWindow).toBe(false)
  })

  test.each([
    [410, "fullSyncRequired"],
    [400, "invalid"],
  ])("cursor-lost: %i %s to a token asks to list anew", async (status, reason) => {
    expect((await problemOf(changesOf([{ status, json: { error: { errors: [{ reason }] } } }], "t1"))).kind).toBe(
      "cursor-lost",
    )
  })

  test("cursor-lost: a refused first listing is no lost cursor, or it would be tried for ever", async () => {
    expect(
      (await problemOf(changesOf([{ status: 400, json: { error: { errors: [{ reason: "invalid" }] } } }]))).kind,
    ).toBe("unsupported")
  })

  test("page-interrupted: a listing that is cut off, or ends without a token, gives none", async () => {
    expect((await problemOf(changesOf([{ json: { items: [], nextPageToken: "p2" } }, { status: 500 }]))).kind).toBe(
      "unavailable",
    )
    expect((await problemOf(changesOf([{ json: { items: [] } }]))).kind).toBe("malformed")
  })
})

describe("one event", () => {
  const fetch = (answer: Parameters<typeof scriptedHttp>[0][number]) =>
    provide([answer]).provider.fetchEvent({
      access,
      calendarId,
      eventId: parseProviderEventId("a"),
      zone: "UTC",
      signal,
    })

  test("that is gone, deleted or cancelled is null, and one that cannot be read is a problem", async () => {
    expect([
      await fetch({ status: 404 }),
      await fetch({ status: 410, json: { error: { errors: [{ reason: "deleted" }] } } }),
      await fetch({ json: { id: "a", status: "cancelled" } }),
    ]).toEqual([null, null, null])
    expect((await problemOf(fetch({ json: { id: "a" } }))).kind).toBe("malformed")
  })

  test("is asked for with its used attributes only", async () => {
    const { http, provider } = provide([
      { json: { id: "a", start: { date: "2026-11-25" }, end: { date: "2026-11-26" } } },
    ])
    await provider.fetchEvent({ access, calendarId, eventId: parseProviderEventId("a"), zone: "UTC", signal })
    expect(new URL(http.asked[0]?.url ?? "").searchParams.get("fields")).toMatch(
      /^id,etag,.*entryPoints\(entryPointType,uri\)\)$/,
    )
  })
})

describe("push", () => {
  const input = {
    access,
    calendarId,
    subscriptionId: parseSubscriptionId("11111111-2222-4333-8444-555555555555"),
    secret: "canary-hook-secret",
    hookUrl: "https://kalends.example/hooks/google",
    signal,
  }

  test("a channel bears our id and secret, and lives as long as was granted", async () => {
    const { push, http } = provide([
      { json: { id: input.subscriptionId, resourceId: "res", expiration: "1796000000000" } },
    ])
    expect(await push.subscribe(input)).toEqual({
      providerSubscriptionId: input.subscriptionId,
      providerResourceId: "res",
      expiresAt: Temporal.Instant.fromEpochMilliseconds(1796000000000),
    })
    expect(JSON.parse(http.asked[0]?.body ?? "")).toEqual({
      id: input.subscriptionId,
      type: "web_hook",
      address: input.hookUrl,
      token: input.secret,
      params: { ttl: "604800" },
    })
  })

  test("a calendar that cannot be watched is unsupported, and an answer that is no channel malformed", async () => {
    const { push } = provide([
      { status: 400, json: { error: { errors: [{ reason: "pushNotSupportedForRequestedResource" }] } } },
      { json: {} },
    ])
    expect((await problemOf(push.subscribe(input))).kind).toBe("unsupported")
    expect((await problemOf(push.subscribe(input))).kind).toBe("malformed")
  })

  test("push-renewed: a channel is not renewed but replaced; stopping a lost one is no trouble", async () => {
    const { push, http } = provide([{ status: 404 }])
    expect(push.renew).toBeNull()
    await push.stop({ access, providerSubscriptionId: "c1", providerResourceId: "res", signal })
    expect(http.asked[0]).toMatchObject({
      url: `${settings.apiUrl}/channels/stop`,
      body: '{"id":"c1","resourceId":"res"}',
    })
  })
})

describe("sign-in", () => {
  const asked = {
    contacts: "none",
    redirectUri: "https://kalends.example/oauth/callback",
    nonce: "nonce",
    permission: "read",
  } as const
  const all =
    "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/calendar.calendarlist.readonly https://www.googleapis.com/auth/calendar.events.readonly"
  const granted = (more: object = {}) => ({
    json: { access_token: "a1", refresh_token: "r1", expires_in: 3599, scope: all, ...more },
  })

  async function exchange(token: object, answer: object = {}) {
    const issuer = await createIssuer()
    const idToken = await issuer.sign(
      {
        iss: "https://accounts.google.com",
        aud: "app",
        nonce: "nonce",
        sub: "1234",
        email: "ada@northwind.example",
        hd: "northwind.example",
        ...token,
      },
      clock.now(),
    )
    const { signIn } = provide([
      granted({ id_token: idToken, ...answer }),
      { json: issuer.jwks },
      { json: issuer.jwks },
    ])
    return signIn.exchangeCode({ ...asked, code: "code", codeVerifier: "verifier" })
  }

  test.each(["https://accounts.google.com", "accounts.google.com"])(
    "the person is who the token of %s names",
    async (iss) => {
      expect((await exchange({ iss })).subject).toEqual({
        id: "1234",
        email: "ada@northwind.example",
        tenantId: "northwind.example",
      })
    },
  )

  test.each([
    ["another nonce", { nonce: "other" }],
    ["another audience", { aud: "other" }],
    ["another issuer", { iss: "https://evil.example" }],
  ])("a token with %s is refused", async (_name, token) => {
    expect((await problemOf(exchange(token))).code).toBe("bad-id-token")
  })

  test("least-scope: Read asks for reading; what was unticked is withheld", async () => {
    const { signIn } = provide([])
    const url = signIn.authorizeUrl({ ...asked, state: "s", codeChallenge: "c", loginHint: "ada@northwind.example" })
    expect(url.searchParams.get("scope")).toBe(
      "openid email https://www.googleapis.com/auth/calendar.calendarlist.readonly https://www.googleapis.com/auth/calendar.events.readonly",
    )
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      access_type: "offline",
      code_challenge_method: "S256",
      login_hint: "ada@northwind.example",
    })
    for (const scope of ["openid", all.replace(/\S+events.readonly/, ""), all.replace(/\S+calendarlist.readonly/, "")])
      expect((await problemOf(exchange({}, { scope }))).code).toBe("permission-withheld")
  })

  test("reauthorize: a refresh keeps the token it has, tells a life that was granted for a time, and a dead grant asks to sign in again", async () => {
    const { signIn } = provide([
      granted({ refresh_token: undefined, refresh_token_expires_in: 604_800 }),
      { status: 400, json: { error: "invalid_grant" } },
    ])
    const refreshed = await signIn.refresh("r1", { permission: "read", contacts: "none" })
    expect([refreshed.refreshToken, refreshed.refreshExpiresAt?.toString()]).toEqual([null, "2026-11-30T09:00:00Z"])
    expect((await problemOf(signIn.refresh("r1", { permission: "read", contacts: "none" }))).kind).toBe("auth-revoked")
  })

  test("revoke: a token is given back, one that was dead counts as given back, and no answer is told", async () => {
    const { signIn } = provide([{}, { status: 400, json: { error: "invalid_token" } }, { status: 503 }])
    expect([await signIn.revoke("r1"), await signIn.revoke("r1")]).toEqual([true, true])
    expect((await problemOf(signIn.revoke("r1"))).kind).toBe("unavailable")
  })
})

test("secrets-unlogged: no problem shows the token, the client's secret or a hook's, however it is printed", async () => {
  expect(await toldSecrets(provide)).toEqual({ count: 15, told: [] })
})
