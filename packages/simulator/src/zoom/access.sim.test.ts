import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { startZoom, type Zoom, zoomApp } from "./zoom.ts"

let now: Temporal.Instant
let zoom: Zoom
let bearer: string

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T22:00:00Z")
  zoom = await startZoom({ clock: () => now })
  zoom.account.addUser("ada@northwind.example")
  zoom.account.addUser("bob@northwind.example")
  bearer = zoom.tokens.newToken()
})
afterEach(() => zoom.close())

const basic = (secret: string) => `Basic ${btoa(`${zoomApp.clientId}:${secret}`)}`

async function token(query: string, { secret = zoomApp.clientSecret, form = "" } = {}) {
  const answer = await fetch(`${zoom.baseUrls.oauth}${query}`, {
    method: "POST",
    headers: { authorization: basic(secret), "content-type": "application/x-www-form-urlencoded" },
    body: form,
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(`${zoom.baseUrls.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const parsed: Record<string, unknown> = text.startsWith("{") ? JSON.parse(text) : {}
  return { status: answer.status, headers: answer.headers, body: parsed }
}

const meeting = { topic: "Review", type: 2, start_time: "2026-12-01T09:00:00Z" }
const granted = `?grant_type=account_credentials&account_id=${zoomApp.accountId}`

describe("a token", () => {
  test("is given for an hour, asked for in the query or in the body", async () => {
    const given = await token(granted)
    expect(given.body).toMatchObject({ token_type: "bearer", expires_in: 3_600, api_url: zoom.url })
    expect(given.body.scope).toContain("meeting:write:meeting:admin")
    expect((await token("", { form: granted.slice(1) })).status).toBe(200)
    bearer = String(given.body.access_token)
    now = now.add({ seconds: 3_599 })
    expect((await call("GET", "/users/me")).status).toBe(200)
    now = now.add({ seconds: 1 })
    const late = await call("GET", "/users/me")
    expect(late.status).toBe(401)
    expect(late.body).toEqual({ code: 124, message: "Access token is expired." })
  })

  test("does not end an earlier one", async () => {
    await token(granted)
    expect((await call("GET", "/users/me")).status).toBe(200)
  })

  test("is refused to a wrong secret, grant or account", async () => {
    expect(await token(granted, { secret: "wrong" })).toEqual({
      status: 400,
      body: { reason: "Invalid client_id or client_secret", error: "invalid_client" },
    })
    const other = await token(granted.replace("account_credentials", "client_credentials"))
    expect(other.body.error).toBe("unsupported_grant_type")
    expect((await token(granted.replace(zoomApp.accountId, "other"))).body.error).toBe("invalid_request")
  })

  test("that is unknown or expired before its time is refused with 124", async () => {
    zoom.tokens.expireAll()
    expect((await call("GET", "/users/me")).body.message).toBe("Access token is expired.")
    bearer = "nobody's"
    expect(await call("GET", "/users/me")).toMatchObject({
      status: 401,
      body: { code: 124, message: "Invalid access token." },
    })
  })

  test("reaches no further than its scopes", async () => {
    await zoom.close()
    zoom = await startZoom({ clock: () => now, scope: "meeting:read:meeting:admin" })
    zoom.account.addUser("ada@northwind.example")
    bearer = zoom.tokens.newToken()
    const refused = await call("POST", "/users/me/meetings", meeting)
    expect(refused.status).toBe(400)
    expect(refused.body.code).toBe(4711)
    expect(refused.body.message).toContain("meeting:write:meeting:admin")
  })
})

describe("a day's creations and updates", () => {
  test("are a hundred for each host, until midnight GMT; deletions and reading are free", async () => {
    const { id } = (await call("POST", "/users/ada@northwind.example/meetings", meeting)).body
    for (let count = 1; count < 100; count++)
      expect((await call("PATCH", `/meetings/${id}`, { topic: `Review ${count}` })).status).toBe(204)
    const refused = await call("PATCH", `/meetings/${id}`, { topic: "One too many" })
    expect(refused.status).toBe(429)
    expect(refused.body.message).toBe(
      "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user. You may resume these requests at GMT 00:00:00.",
    )
    expect(refused.headers.get("retry-after")).toBeNull()
    expect((await call("POST", "/users/ada@northwind.example/meetings", meeting)).status).toBe(429)
    expect((await call("POST", "/users/bob@northwind.example/meetings", meeting)).status).toBe(201)
    expect((await call("GET", `/meetings/${id}`)).body.topic).toBe("Review 99")
    now = Temporal.Instant.from("2026-11-24T00:00:00Z")
    bearer = zoom.tokens.newToken()
    expect((await call("PATCH", `/meetings/${id}`, { topic: "Tomorrow" })).status).toBe(204)
    expect((await call("DELETE", `/meetings/${id}`)).status).toBe(204)
  })
})

describe("faults", () => {
  test("throttle with an instant to come back at, or without a word when", async () => {
    zoom.knobs.throttleNext = 2
    zoom.knobs.throttleRetryAfterSeconds = 90
    const first = await call("GET", "/users/me")
    expect(first.status).toBe(429)
    expect(first.headers.get("retry-after")).toBe("2026-11-23T22:01:30Z")
    expect(first.headers.get("x-ratelimit-type")).toBe("Daily-limit")
    zoom.knobs.throttleRetryAfterSeconds = null
    const second = await call("GET", "/users/me")
    expect(second.headers.get("retry-after")).toBeNull()
    expect(second.headers.get("x-ratelimit-type")).toBe("QPS")
    expect((await call("GET", "/users/me")).status).toBe(200)
  })

  test("fail a burst, or be down with the place for tokens", async () => {
    zoom.knobs.failNext = 2
    expect((await call("GET", "/users/me")).status).toBe(500)
    expect((await call("GET", "/users/me")).status).toBe(500)
    expect((await call("GET", "/users/me")).status).toBe(200)
    zoom.knobs.isDown = true
    expect((await call("GET", "/users/me")).status).toBe(503)
    expect(zoom.calls.count("getUser")).toBe(4)
  })

  test("lose the answer to what was done, with a body and without", async () => {
    zoom.knobs.cutNext = 1
    await expect(call("POST", "/users/me/meetings", meeting)).rejects.toThrow()
    const [made] = zoom.account.meetingsOf(zoom.account.users[0] ?? { id: "", email: "", zone: "" })
    expect(made?.topic).toBe("Review")
    zoom.knobs.cutNext = 1
    await expect(call("DELETE", `/meetings/${made?.id}`)).rejects.toThrow()
    expect((await call("DELETE", `/meetings/${made?.id}`)).status).toBe(404)
    expect(zoom.calls.count("createMeeting")).toBe(1)
    expect(zoom.calls.count("deleteMeeting")).toBe(2)
  })

  test("refuse a token once, or for as long as the application is deactivated", async () => {
    zoom.knobs.refuseTokenNext = 1
    expect((await token(granted)).status).toBe(400)
    expect((await token(granted)).status).toBe(200)
    zoom.knobs.isRemoved = true
    expect((await token(granted)).body.error).toBe("invalid_client")
    expect((await call("GET", "/users/me")).body.code).toBe(124)
    expect(zoom.calls.count("token")).toBe(3)
  })

  test("are counted with the host they were about", async () => {
    await call("POST", "/users/bob@northwind.example/meetings", meeting)
    expect(zoom.calls.count("createMeeting", "bob@northwind.example")).toBe(1)
    expect(zoom.calls.count("createMeeting", "ada@northwind.example")).toBe(0)
  })
})
