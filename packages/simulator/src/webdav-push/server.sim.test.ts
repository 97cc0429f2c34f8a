import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { systemPlatform } from "../platform.ts"
import type { Collection } from "./collections.ts"
import { startWebdavPush, type WebdavPushServer } from "./server.ts"

// The double against the draft's own words: each test is one of its demands, spoken in plain HTTP.

type Sent = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }

let server: WebdavPushServer
let calendar: Collection
let now: Temporal.Instant
let sent: Sent[]
let answers: number

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T09:00:00Z")
  sent = []
  answers = 201
  const platform = {
    ...systemPlatform(1),
    now: () => now,
    post: async (url: string, headers: Sent["headers"], body: string | Uint8Array) => {
      sent.push({ url, headers, body: typeof body === "string" ? Buffer.from(body) : body })
      return { status: answers, text: "" }
    },
  }
  server = await startWebdavPush({ username: "ada", password: "secret", platform })
  calendar = server.addCalendar("work")
})
afterEach(() => server.close())

async function call(method: string, path: string, body: string | null = null, headers: Record<string, string> = {}) {
  const authorization = `Basic ${btoa("ada:secret")}`
  const answer = await fetch(`${server.url}${path}`, { method, body, headers: { authorization, ...headers } })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

/** The draft's own example of a registration. */
function pushRegister({
  expires = "Wed, 25 Nov 2026 10:03:31 GMT",
  resource = "https://up.example.net/yohd4yai5Phiz1wi",
} = {}) {
  return `<?xml version="1.0" encoding="utf-8" ?>
<push-register xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:">
  <subscription><web-push-subscription>
    <push-resource>${resource}</push-resource>
    <content-encoding>aes128gcm</content-encoding>
    <subscription-public-key type="p256dh">BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4</subscription-public-key>
    <auth-secret>BTBZMqHH6r4Tts7J_aSIgg</auth-secret>
  </web-push-subscription></subscription>
  <trigger><content-update><D:depth>infinity</D:depth></content-update><property-update><D:depth>0</D:depth><D:prop><D:displayname/><D:owner/></D:prop></property-update></trigger>
  <expires>${expires}</expires>
</push-register>`
}

const register = (body = pushRegister()) =>
  call("POST", calendar.path, body, { "content-type": "application/xml; charset=utf-8" })
const pathOf = (location: string | null) => new URL(location ?? "").pathname

async function put(headers: Record<string, string> = {}): Promise<number> {
  const before = sent.length
  await call("PUT", `${calendar.path}one.ics`, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", headers)
  await server.registrations.delivered()
  return sent.length - before
}

describe("a server with WebDAV-Push", () => {
  test("says so to OPTIONS and by the properties of a calendar, and not where it has none", async () => {
    const ask = `<propfind xmlns="DAV:" xmlns:P="https://bitfire.at/webdav-push"><prop><P:transports/><P:topic/><P:supported-triggers/></prop></propfind>`
    expect((await call("OPTIONS", calendar.path)).headers.get("dav")).toContain("webdav-push")
    const offered = await call("PROPFIND", calendar.path, ask, { depth: "0" })
    expect(offered.status).toBe(207)
    for (const part of ["web-push", 'type="p256ecdsa"', calendar.topic, "content-update"])
      expect(offered.text).toContain(part)
    server.faults.isPushOffered = false
    expect((await call("OPTIONS", calendar.path)).headers.get("dav")).not.toContain("webdav-push")
    const without = await call("PROPFIND", calendar.path, ask, { depth: "0" })
    expect([without.text.includes("404 Not Found"), without.text.includes(calendar.topic)]).toEqual([true, false])
  })

  test("registers the draft's example with an absolute address and what it grants", async () => {
    const { status, headers } = await register()
    expect([status, headers.get("expires")]).toEqual([204, "Wed, 25 Nov 2026 10:03:31 GMT"])
    expect(headers.get("location")).toMatch(new RegExp(`^${server.url}/subscriptions/[\\w-]{20,}$`))
    const longer = await register(pushRegister({ expires: "Wed, 25 Nov 2099 10:03:31 GMT" }))
    expect(longer.headers.get("expires")).toBe("Mon, 30 Nov 2026 09:00:00 GMT")
  })

  test("updates one that it has, and keeps as many as there are push resources", async () => {
    const first = await register()
    const again = await register()
    const other = await register(pushRegister({ resource: "https://up.example.net/another" }))
    expect(again.headers.get("location")).toBe(first.headers.get("location"))
    expect(other.headers.get("location")).not.toBe(first.headers.get("location"))
    expect(await put()).toBe(2)
  })

  test("refuses by the draft's preconditions what it cannot register", async () => {
    const refusals = [
      ["invalid-subscription", pushRegister({ resource: "nowhere" })],
      ["invalid-subscription", pushRegister().replace("p256dh", "x25519")],
      ["invalid-subscription", pushRegister().replace("aes128gcm", "aesgcm")],
      ["no-supported-trigger", pushRegister().replaceAll("content-update", "some-update")],
    ] as const
    for (const [precondition, body] of refusals) {
      const { status, text } = await register(body)
      expect([status, text.includes(precondition)]).toEqual([403, true])
    }
    server.faults.isPushOffered = false
    expect((await register()).text).toContain("push-not-available")
    expect((await register("<nothing/>")).status).toBe(415)
    expect(server.registrations.all()).toEqual([])
  })

  test("writes to the push resource on each change, encrypted and signed, until it is removed", async () => {
    const location = (await register()).headers.get("location")
    expect(await put()).toBe(1)
    expect(sent[0]).toMatchObject({
      url: "https://up.example.net/yohd4yai5Phiz1wi",
      headers: {
        "content-encoding": "aes128gcm",
        ttl: "86400",
        authorization: expect.stringMatching(/^vapid t=/),
      },
    })
    expect(Buffer.from(sent[0]?.body ?? []).includes("topic")).toBe(false)
    expect((await call("DELETE", pathOf(location))).status).toBe(204)
    expect((await call("DELETE", pathOf(location))).status).toBe(404)
    expect(await put()).toBe(0)
  })

  test("writes to none that has expired, and forgets one that the push service does not know", async () => {
    await register()
    answers = 410
    expect([await put(), await put()]).toEqual([1, 0])
    answers = 201
    await register()
    now = now.add({ hours: 24 * 3 })
    expect(await put()).toBe(0)
  })

  test("keeps quiet towards the client that asks for it", async () => {
    const location = (await register()).headers.get("location")
    expect(await put({ "push-dont-notify": "*" })).toBe(0)
    expect(await put({ "push-dont-notify": `"https://elsewhere.example/1", "${location}"` })).toBe(0)
    expect(await put({ "push-dont-notify": '"https://elsewhere.example/1"' })).toBe(1)
  })

  test("asks for the password at every address", async () => {
    for (const path of ["/", calendar.path, "/subscriptions/1"])
      expect((await fetch(`${server.url}${path}`, { method: "PROPFIND" })).status).toBe(401)
  })
})
