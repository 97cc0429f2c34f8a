import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import { encryptPush } from "@kalends/simulator/webdav-push/web-push"
import { describe, expect, test } from "vitest"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { createHookSecrets, hookSecretChars } from "../../subscriptions/hook-secret.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { scriptedHttp } from "../../testing/scripted-http.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { problemOf } from "../conformance/drain.ts"
import { createCaldavProvider } from "./index.ts"
import { recognise } from "./push.ts"
import { webPushKeys } from "./web-push.ts"

const signal = new AbortController().signal
const calendarId = parseProviderCalendarId("/calendars/ada/work/")
const access: Access = {
  kind: "password",
  server: "https://dav.example/calendars/ada/",
  username: "ada",
  password: "canary-password",
}
const random = seededRandom(3)
const subscriptionId = parseSubscriptionId(random.uuid())
const secret = createHookSecrets(random.bytes(32)).write({
  accountId: random.uuid() as never,
  calendarId: random.uuid() as never,
  subscriptionId,
})
const registered = { status: 204, headers: { location: "/subscriptions/1", expires: "Mon, 30 Nov 2026 09:00:00 GMT" } }

function provide(answers: Parameters<typeof scriptedHttp>[0]) {
  const http = scriptedHttp(answers)
  const clock = fakeClock("2026-11-23T09:00:00Z")
  const provider = createCaldavProvider({ http, clock, random, oauth: createOAuthClient({ http, clock }) })
  const { push, detectPush } = provider
  if (push === null || detectPush === null) throw new Error("push is expected")
  const hookUrl = "https://kalends.example/hooks/caldav"
  return {
    http,
    subscribe: () => push.subscribe({ access, calendarId, subscriptionId, secret, hookUrl, signal }),
    stop: (providerSubscriptionId: string) =>
      push.stop({ access, providerSubscriptionId, providerResourceId: null, signal }),
    detect: () => detectPush(access, calendarId, signal),
  }
}

describe("registering for push", () => {
  test("gives the server our address with the secret in it, the keys drawn from it, and a week", async () => {
    const { http, subscribe } = provide([registered])
    expect(await subscribe()).toEqual({
      providerSubscriptionId: "https://dav.example/subscriptions/1",
      providerResourceId: null,
      expiresAt: Temporal.Instant.from("2026-11-30T09:00:00Z"),
    })
    const [request] = http.asked
    expect([request?.method, request?.url, request?.isUserGiven]).toEqual([
      "POST",
      "https://dav.example/calendars/ada/work/",
      true,
    ])
    expect(request?.headers["content-type"]).toMatch(/^application\/xml/)
    for (const part of [
      `<p:push-resource>https://kalends.example/hooks/caldav/${secret}</p:push-resource>`,
      "<p:content-update><d:depth>1</d:depth></p:content-update>",
      "<p:expires>Mon, 30 Nov 2026 09:00:00 GMT</p:expires>",
      Buffer.from(webPushKeys(secret).publicKey).toString("base64url"),
      Buffer.from(webPushKeys(secret).authSecret).toString("base64url"),
    ])
      expect(request?.body).toContain(part)
  })

  test("believes what is granted, within bounds: shorter, a month at most, three days where nothing is said", async () => {
    const daysFor = async (expires: string | undefined) => {
      const { location } = registered.headers
      const answer = { status: 201, headers: expires === undefined ? { location } : { location, expires } }
      const { expiresAt } = await provide([answer]).subscribe()
      return Temporal.Instant.from("2026-11-23T09:00:00Z").until(expiresAt).total("days")
    }
    expect(await daysFor("Tue, 24 Nov 2026 09:00:00 +0000")).toBe(1)
    expect(await daysFor("Mon, 30 Nov 2099 09:00:00 GMT")).toBe(30)
    expect([await daysFor(undefined), await daysFor("soon")]).toEqual([3, 3])
  })

  test("is no push, and so polling, where the server refuses or what it grants is of no use", async () => {
    const { location, expires } = registered.headers
    const answers = [
      { status: 403, body: "<error><push-not-available/></error>" },
      { status: 405 },
      { status: 501 },
      { status: 204, headers: { expires } },
      { status: 204, headers: { expires, location: "https://[" } },
      { status: 204, headers: { expires, location: `/${"x".repeat(3_000)}` } },
      { status: 204, headers: { location, expires: "Mon, 23 Nov 2026 08:59:59 GMT" } },
    ]
    for (const answer of answers)
      expect(await problemOf(provide([answer]).subscribe())).toMatchObject({
        kind: "unsupported",
        code: "push-refused",
      })
  })

  test("tells of a server that is away or busy as such", async () => {
    const kinds = [401, 429, 503].map(async (status) => (await problemOf(provide([{ status }]).subscribe())).kind)
    expect(await Promise.all(kinds)).toEqual(["auth-revoked", "rate-limited", "unavailable"])
  })
})

describe("removing a registration", () => {
  test("asks the server that the password belongs to, also when it wrote another scheme or port", async () => {
    const location = "http://dav.example:4000/subscriptions/1"
    const { http, subscribe, stop } = provide([
      { ...registered, headers: { ...registered.headers, location } },
      { status: 204 },
    ])
    await stop((await subscribe()).providerSubscriptionId)
    expect([http.asked[1]?.method, http.asked[1]?.url]).toEqual(["DELETE", "https://dav.example/subscriptions/1"])
  })

  test("never sends the password to another host: that registration is left to expire", async () => {
    const location = "https://evil.example/subscriptions/1"
    const { http, subscribe, stop } = provide([{ ...registered, headers: { ...registered.headers, location } }])
    const { providerSubscriptionId } = await subscribe()
    expect(await problemOf(stop(providerSubscriptionId))).toMatchObject({ kind: "malformed", code: "other-server" })
    expect(http.asked).toHaveLength(1)
  })
})

describe("looking whether a server pushes", () => {
  test("is answered no by servers that stumble over the question, and left open by those that are away", async () => {
    const no = [{ status: 400 }, { status: 403 }, { status: 207, body: "not XML" }, { status: 207, body: "<a/>" }]
    for (const answer of no) expect(await provide([answer]).detect()).toBe(false)
    expect((await problemOf(provide([{ status: 503 }]).detect())).kind).toBe("unavailable")
  })
})

describe("recognising a push", () => {
  const said = `<push-message xmlns="https://bitfire.at/webdav-push"><topic>t</topic><content-update/></push-message>`
  const rotated = `<push-message xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:"><property-update><D:prop><transports/></D:prop></property-update></push-message>`
  const posted = (message: string, path = `/${secret}`, to = secret) =>
    recognise({ method: "POST", path, query: {}, headers: {}, body: encryptPush(message, webPushKeys(to)) })

  test("push-verified: a secret of full length fits the path, and what it was encrypted to must be the same", () => {
    expect(secret).toHaveLength(hookSecretChars)
    expect(posted(said)).toMatchObject({ kind: "notices", notices: [{ secret, kind: "changed" }] })
    const strangers = [
      posted(said, `/${secret}`, `${secret}x`),
      posted(said, `/${secret}x`),
      posted(said, secret),
      posted(said, `/${secret}/`),
      posted(said, `/a/${secret}`),
      posted(said, "/short", "short"),
      posted(said, `/${"x".repeat(200)}`, "x".repeat(200)),
      posted("<a/>"),
      posted(""),
    ]
    expect(strangers).toEqual(strangers.map(() => ({ kind: "unrecognised" })))
  })

  test("a server's new key is a call to register again", () => {
    expect(posted(rotated)).toMatchObject({ kind: "notices", notices: [{ secret, kind: "reauthorize" }] })
  })

  test("a calendar that comes back to what it was is told again: the same words are another delivery", () => {
    const prints = [posted(said), posted(said)].map((one) =>
      one.kind === "notices" ? one.notices[0]?.fingerprint : "",
    )
    expect(new Set(prints).size).toBe(2)
  })
})
