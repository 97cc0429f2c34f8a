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
import { createGraphProvider } from "./index.ts"

const tenantId = "84bd8158-6d4d-4958-8b9f-9d6445542f95"
const settings = {
  clientId: "app",
  clientSecret: "canary-client-secret",
  tenant: "common",
  loginUrl: "https://login.example",
  apiUrl: "https://graph.example/v1.0",
}
const clock = fakeClock()
const access: Access = { kind: "bearer", token: "token", expiresAt: clock.now().add({ hours: 1 }) }
const signal = new AbortController().signal
const calendarId = parseProviderCalendarId("cal/1")
const window = timeWindow(Temporal.Instant.from("2026-05-01T00:00Z"), Temporal.Instant.from("2028-06-01T00:00Z"))
const link = (name: string) => `${settings.apiUrl}/me/calendars/cal%2F1/calendarView/delta?${name}`

function provide(answers: Parameters<typeof scriptedHttp>[0], more: Partial<typeof settings> = {}) {
  const http = scriptedHttp(answers)
  const provider = createGraphProvider(
    { http, clock, random: seededRandom(1), oauth: createOAuthClient({ http, clock }) },
    { ...settings, ...more },
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
  test("a first listing is frozen to its window, follows empty pages, and gives the cursor with the last", async () => {
    const { http, pages } = await changesOf([
      {
        json: {
          value: [
            { id: "a", changeKey: "1" },
            { id: "a", changeKey: "2", lastModifiedDateTime: "2026-11-23T09:00:00.1234567Z" },
          ],
          "@odata.nextLink": link("$skiptoken=1"),
        },
      },
      { json: { value: [], "@odata.nextLink": link("$skiptoken=2") } },
      {
        json: {
          value: [{ id: "b", seriesMasterId: "m", "@removed": { reason: "deleted" } }, { noId: true }],
          "@odata.deltaLink": link("$deltatoken=3"),
        },
      },
    ])
    expect(pages).toEqual([
      {
        changes: [{ kind: "upserted", eventId: "a", seriesId: null, version: "2", finds: [] }],
        modifiedAtMs: [Date.parse("2026-11-23T09:00:00.123Z")],
        malformedCount: 0,
        cursor: null,
      },
      { changes: [], modifiedAtMs: [], malformedCount: 0, cursor: null },
      {
        changes: [{ kind: "removed", eventId: "b", seriesId: "m" }],
        modifiedAtMs: [],
        malformedCount: 1,
        cursor: link("$deltatoken=3"),
      },
    ])
    expect(http.asked[0]?.url).toBe(
      `${link("startDateTime=2026-05-01T00%3A00%3A00Z&endDateTime=2028-06-01T00%3A00%3A00Z")}`,
    )
    expect(new Set(http.asked.map(({ headers }) => headers.prefer)).size).toBe(1)
    expect(http.asked.every(({ url }) => !url.includes("select"))).toBe(true)
  })

  test("out-of-window: an item outside the window comes as removed and is told as removed", async () => {
    const { pages } = await changesOf(
      [
        {
          json: {
            value: [{ id: "far", "@removed": { reason: "deleted" } }],
            "@odata.deltaLink": link("$deltatoken=2"),
          },
        },
      ],
      link("$deltatoken=1"),
    )
    expect(pages[0]?.changes).toEqual([{ kind: "removed", eventId: "far", seriesId: null }])
  })

  test.each([
    [410, "resyncRequired"],
    [400, "SyncStateNotFound"],
    [400, "SomethingNew"],
  ])("cursor-lost: %i %s to a cursor asks to list anew", async (status, code) => {
    expect((await problemOf(changesOf([{ status, json: { error: { code } } }], link("$deltatoken=1")))).kind).toBe(
      "cursor-lost",
    )
  })

  test("cursor-lost: a refused first listing is no lost cursor, or it would be tried for ever", async () => {
    expect((await problemOf(changesOf([{ status: 400, json: { error: { code: "SomethingNew" } } }]))).kind).toBe(
      "unsupported",
    )
  })

  test("a link to another server is never followed, be it a next page or a cursor", async () => {
    expect(
      (await problemOf(changesOf([{ json: { value: [], "@odata.nextLink": "https://evil.example/x" } }]))).kind,
    ).toBe("malformed")
    expect(
      (
        await problemOf(
          changesOf([{ json: { value: [], "@odata.deltaLink": "https://graph.example.evil.example/x" } }]),
        )
      ).kind,
    ).toBe("malformed")
    expect((await problemOf(changesOf([], "https://evil.example/delta"))).kind).toBe("cursor-lost")
  })

  test("page-interrupted: a listing that is cut off, or ends without a cursor, gives none", async () => {
    expect(
      (
        await problemOf(
          changesOf([{ json: { value: [{ id: "a" }], "@odata.nextLink": link("$skiptoken=1") } }, { status: 503 }]),
        )
      ).kind,
    ).toBe("unavailable")
    expect((await problemOf(changesOf([{ json: { value: [] } }]))).kind).toBe("malformed")
    expect((await problemOf(changesOf([{ body: '{"value":[{"id":"a"' }]))).kind).toBe("malformed")
  })
})

describe("one event, and calendars", () => {
  const fetch = (answer: Parameters<typeof scriptedHttp>[0][number]) =>
    provide([answer]).provider.fetchEvent({
      access,
      calendarId,
      eventId: parseProviderEventId("a/b"),
      zone: "UTC",
      signal,
    })

  test("an event that is gone is null, and one that cannot be read is a problem", async () => {
    expect(await fetch({ status: 404, json: { error: { code: "ErrorItemNotFound" } } })).toBeNull()
    expect((await problemOf(fetch({ json: { id: "a" } }))).kind).toBe("malformed")
  })

  test("a calendar that cannot be read is left out", async () => {
    const { provider } = provide([
      { json: { value: [{ id: "one", isDefaultCalendar: true, canEdit: true }, { id: 7 }, null] } },
    ])
    expect(await provider.listCalendars(access, signal)).toEqual([{ id: "one", isPrimary: true, canWrite: true }])
  })
})

describe("push", () => {
  const input = {
    access,
    calendarId,
    subscriptionId: parseSubscriptionId("11111111-2222-4333-8444-555555555555"),
    secret: "canary-hook-secret",
    hookUrl: "https://kalends.example/hooks/graph",
    signal,
  }
  const made = { status: 201, json: { id: "s1", expirationDateTime: "2026-11-30T08:45:00Z" } }

  test("a subscription is asked for just under seven days, with immutable ids and lifecycle events; what is granted counts", async () => {
    const { push, http } = provide([{ ...made, json: { id: "s1", expirationDateTime: "2026-11-26T08:45:00Z" } }])
    expect((await push.subscribe(input)).expiresAt.toString()).toBe("2026-11-26T08:45:00Z")
    expect(http.asked[0]?.headers.prefer).toContain('IdType="ImmutableId"')
    expect(JSON.parse(http.asked[0]?.body ?? "")).toEqual({
      changeType: "created,updated,deleted",
      notificationUrl: input.hookUrl,
      lifecycleNotificationUrl: `${input.hookUrl}/lifecycle`,
      resource: "me/events",
      expirationDateTime: "2026-11-30T08:45:00Z",
      clientState: input.secret,
    })
  })

  test("one that stands already is replaced, also where it was made for another address", async () => {
    const rows = {
      value: [
        { id: "other", resource: "me/messages", notificationUrl: "https://else.example" },
        { id: "old", resource: "/me/events", notificationUrl: "https://old.example" },
        null,
      ],
    }
    const { push, http } = provide([
      { status: 409, json: { error: { code: "Conflict" } } },
      { json: rows },
      { status: 404, json: {} },
      made,
    ])
    expect((await push.subscribe(input)).providerSubscriptionId).toBe("s1")
    expect(http.asked.map(({ method, url }) => `${method} ${url.slice(settings.apiUrl.length)}`)).toEqual([
      "POST /subscriptions",
      "GET /subscriptions",
      "DELETE /subscriptions/old",
      "POST /subscriptions",
    ])
  })

  test("push-renewed: renewal extends, a lost one is not found, and stopping a lost one is no trouble", async () => {
    const live = { access, providerSubscriptionId: "s1", providerResourceId: null, signal }
    const { push, http } = provide([{ json: made.json }, { status: 404, json: {} }, { status: 404, json: {} }])
    expect((await push.renew?.(live))?.expiresAt.toString()).toBe("2026-11-30T08:45:00Z")
    expect(http.asked[0]).toMatchObject({ method: "PATCH", body: '{"expirationDateTime":"2026-11-30T08:45:00Z"}' })
    expect((await problemOf(Promise.resolve(push.renew?.(live)))).kind).toBe("not-found")
    await push.stop(live)
  })
})

describe("sign-in", () => {
  const asked = {
    contacts: "none",
    redirectUri: "https://kalends.example/oauth/callback",
    nonce: "nonce",
    permission: "read",
  } as const
  const granted = (more: object = {}) => ({
    json: {
      token_type: "Bearer",
      access_token: "a1",
      refresh_token: "r1",
      expires_in: 3600,
      scope: "openid https://graph.microsoft.com/Calendars.Read User.Read",
      ...more,
    },
  })
  const claims = (more: object = {}) => ({
    iss: `https://login.example/${tenantId}/v2.0`,
    aud: "app",
    nonce: "nonce",
    tid: tenantId,
    oid: "person",
    preferred_username: "ada@northwind.example",
    ...more,
  })

  async function exchange(token: object, more: Partial<typeof settings> = {}, answer: object = {}) {
    const issuer = await createIssuer()
    const idToken = await issuer.sign(claims(token), clock.now())
    const { signIn, http } = provide(
      [granted({ id_token: idToken, ...answer }), { json: issuer.jwks }, { json: issuer.jwks }],
      more,
    )
    return { http, result: await signIn.exchangeCode({ ...asked, code: "code", codeVerifier: "verifier" }) }
  }

  test("a code is exchanged with its verifier, and the person is who the signed token names", async () => {
    const { http, result } = await exchange({})
    expect(result.subject).toEqual({ id: `${tenantId}/person`, email: "ada@northwind.example", tenantId })
    expect([result.grant.permission, result.grant.accessExpiresAt.toString()]).toEqual(["read", "2026-11-23T10:00:00Z"])
    expect(Object.fromEntries(new URLSearchParams(http.asked[0]?.body ?? ""))).toMatchObject({
      grant_type: "authorization_code",
      code: "code",
      code_verifier: "verifier",
    })
  })

  test.each([
    ["another nonce", { nonce: "other" }, {}],
    ["another audience", { aud: "other" }, {}],
    ["an issuer that is not Entra", { iss: `https://evil.example/${tenantId}/v2.0` }, {}],
    ["an issuer that is not its tenant", { tid: "11111111-6d4d-4958-8b9f-9d6445542f95" }, {}],
    ["a tenant that is not the configured one", {}, { tenant: "11111111-6d4d-4958-8b9f-9d6445542f95" }],
    ["one that is over", { exp: 1 }, {}],
  ])("a token with %s is refused", async (_name, token, more) => {
    const problem = await problemOf(exchange(token, more))
    expect([problem.kind, problem.code]).toEqual(["malformed", "bad-id-token"])
  })

  test("least-scope: what was granted counts, and less than was asked for is withheld", async () => {
    const problem = await problemOf(exchange({}, {}, { scope: "openid User.Read" }))
    expect([problem.kind, problem.code]).toEqual(["forbidden", "permission-withheld"])
    const { signIn } = provide([granted()])
    expect((await problemOf(signIn.refresh("r0", { permission: "read-write", contacts: "none" }))).code).toBe(
      "permission-withheld",
    )
    const scopeOf = (permission: "read" | "read-write") =>
      signIn
        .authorizeUrl({ ...asked, permission, state: "s", codeChallenge: "c", loginHint: null })
        .searchParams.get("scope")
    expect([scopeOf("read"), scopeOf("read-write")]).toEqual([
      "openid profile email offline_access User.Read Calendars.Read",
      "openid profile email offline_access User.Read Calendars.ReadWrite",
    ])
  })

  test("reauthorize: a refresh takes the new token when there is one, and a dead grant asks to sign in again", async () => {
    const { signIn } = provide([
      granted({ refresh_token: "r2" }),
      granted({ refresh_token: undefined }),
      { status: 400, json: { error: "invalid_grant", error_codes: [50173] } },
    ])
    expect([
      (await signIn.refresh("r1", { permission: "read", contacts: "none" })).refreshToken,
      (await signIn.refresh("r2", { permission: "read", contacts: "none" })).refreshToken,
    ]).toEqual(["r2", null])
    expect((await problemOf(signIn.refresh("r2", { permission: "read", contacts: "none" }))).kind).toBe("auth-revoked")
  })

  test("revoke: Entra takes no single grant back, and no call is made", async () => {
    expect(await provide([]).signIn.revoke("r1")).toBe(false)
  })

  test("an administrator's form names the application and comes back with the state", () => {
    const url = provide([]).signIn.adminConsentUrl({ redirectUri: asked.redirectUri, state: "s" })
    expect(url?.href.startsWith("https://login.example/organizations/v2.0/adminconsent?client_id=app&")).toBe(true)
    expect(url?.searchParams.get("state")).toBe("s")
  })
})

test("secrets-unlogged: no problem shows the token, the client's secret or a hook's, however it is printed", async () => {
  expect(await toldSecrets(provide)).toEqual({ count: 15, told: [] })
})
