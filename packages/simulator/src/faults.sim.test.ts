import { createHash } from "node:crypto"
import { createServer, type Server } from "node:http"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Person } from "./org.ts"
import { type Simulator, startSimulator } from "./simulator.ts"

// Sign-in, notifications and each fault, over HTTP and by a clock that stands until it is moved.

let simulator: Simulator
let ada: Person
let vera: Person
let now: Temporal.Instant
let receiver: Server
let hookUrl: string
let received: { readonly url: string; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }[]
let refusals: number

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T12:00:00Z")
  received = []
  refusals = 0
  simulator = await startSimulator({ clock: () => now })
  ada = simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@northwind.example")
  vera = simulator.org.addPerson(simulator.tenants.google, "Vera", "vera@northwind-labs.example")
  receiver = createServer((request, response) => {
    const token = new URL(request.url ?? "/", "http://receiver").searchParams.get("validationToken")
    let body = ""
    request.on("data", (part) => {
      body += String(part)
    })
    request.on("end", () => {
      if (token === null) received.push({ url: request.url ?? "", headers: request.headers, body })
      response
        .writeHead(token === null && refusals-- > 0 ? 503 : 200, { "content-type": "text/plain" })
        .end(token ?? "")
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
  hookUrl = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/hook`
})
afterEach(async () => {
  await simulator.close()
  await new Promise((resolve) => receiver.close(resolve))
})

type Service = "microsoft" | "google"
const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" } as const
const personOf = (service: Service) => (service === "microsoft" ? ada : vera)
const accessOf = (service: Service, scope = "Calendars.Read https://www.googleapis.com/auth/calendar.readonly") =>
  simulator.grants[service].newAccessToken(simulator.grants[service].newGrant(personOf(service), scope))
const listOf = (service: Service) =>
  service === "microsoft"
    ? `${simulator.baseUrls.microsoftApi}/me/events`
    : `${simulator.baseUrls.googleApi}/calendars/primary/events`
const call = (url: string, access: string, body?: object, method = body === undefined ? "GET" : "POST") =>
  fetch(url, {
    method,
    headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const verifier = "v".repeat(43)
const endpoints = (service: Service) =>
  service === "microsoft"
    ? {
        authorize: `${simulator.baseUrls.microsoftLogin}/common/oauth2/v2.0/authorize`,
        token: `${simulator.baseUrls.microsoftLogin}/common/oauth2/v2.0/token`,
      }
    : {
        authorize: `${simulator.baseUrls.googleAccounts}/o/oauth2/v2/auth`,
        token: `${simulator.baseUrls.googleToken}/token`,
      }

async function authorize(service: Service, more: Readonly<Record<string, string>> = {}): Promise<URL> {
  simulator.knobs(service).approvesAll = true
  const url = new URL(endpoints(service).authorize)
  const challenge = createHash("sha256").update(verifier).digest("base64url")
  url.search = new URLSearchParams({
    client_id: simulator.clients[service].id,
    redirect_uri: "http://localhost/back",
    response_type: "code",
    scope: "openid offline_access Calendars.Read https://www.googleapis.com/auth/calendar.readonly",
    state: "s",
    nonce: "n",
    code_challenge: challenge,
    code_challenge_method: "S256",
    login_hint: personOf(service).email,
    access_type: "offline",
    ...more,
  }).toString()
  const answer = await fetch(url, { redirect: "manual" })
  return new URL(answer.headers.get("location") ?? "none:")
}

async function token(service: Service, form: Readonly<Record<string, string>>) {
  const { id, secret } = simulator.clients[service]
  const answer = await fetch(endpoints(service).token, {
    method: "POST",
    body: new URLSearchParams({ client_id: id, client_secret: secret, ...form }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function signIn(service: Service, more: Readonly<Record<string, string>> = {}) {
  const code = (await authorize(service, more)).searchParams.get("code") ?? ""
  return token(service, {
    grant_type: "authorization_code",
    code,
    code_verifier: verifier,
    redirect_uri: "http://localhost/back",
  })
}

describe.each(["microsoft", "google"] as const)("signing in with %s", (service) => {
  test("gives tokens for a proven code, once", async () => {
    const back = await authorize(service)
    const form = {
      grant_type: "authorization_code",
      code: back.searchParams.get("code") ?? "",
      redirect_uri: "http://localhost/back",
    }
    expect(back.searchParams.get("state")).toBe("s")
    expect((await token(service, { ...form, code_verifier: "wrong" })).body.error).toBe("invalid_grant")
    const { body } = await signIn(service)
    expect((await call(listOf(service), String(body.access_token))).status).toBe(200)
  })

  test("refuses a wrong client secret", async () => {
    expect(
      await token(service, { grant_type: "refresh_token", refresh_token: "x", client_secret: "wrong" }),
    ).toMatchObject({ status: 401, body: { error: "invalid_client" } })
  })

  test("ends access tokens after an hour, and refresh tokens when the grant is revoked", async () => {
    const { body } = await signIn(service)
    now = now.add({ minutes: 61 })
    expect((await call(listOf(service), String(body.access_token))).status).toBe(401)
    const form = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) }
    expect((await token(service, form)).status).toBe(200)
    simulator.grants[service].revoke(personOf(service).email)
    expect(await token(service, form)).toMatchObject({ status: 400, body: { error: "invalid_grant" } })
  })

  test("refuses a good refresh token as often as asked to", async () => {
    const { body } = await signIn(service)
    simulator.knobs(service).refuseTokenNext = 1
    const form = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) }
    expect((await token(service, form)).body.error).toBe("invalid_grant")
    expect((await token(service, form)).status).toBe(200)
  })

  test("can give a new refresh token with each use", async () => {
    const { body } = await signIn(service)
    simulator.knobs(service).rotatesRefresh = true
    expect(
      (await token(service, { grant_type: "refresh_token", refresh_token: String(body.refresh_token) })).body
        .refresh_token,
    ).toBeDefined()
  })

  test("refuses everything once the application was removed", async () => {
    const { body } = await signIn(service)
    simulator.knobs(service).isRemoved = true
    expect(
      (await token(service, { grant_type: "refresh_token", refresh_token: String(body.refresh_token) })).status,
    ).toBe(400)
  })

  test("withholds the calendar where the person does", async () => {
    simulator.knobs(service).withholdsCalendar = true
    expect(String((await signIn(service)).body.scope)).not.toMatch(/calendar/i)
  })

  test("shows a page to a person who has not chosen", async () => {
    const answer = await fetch(`${endpoints(service).authorize}?client_id=${simulator.clients[service].id}`)
    expect(await answer.text()).toContain("This is a simulation")
  })
})

test("Microsoft's refresh tokens rotate and the old one stays good; Google's come with consent only", async () => {
  const first = await signIn("microsoft")
  const second = await token("microsoft", {
    grant_type: "refresh_token",
    refresh_token: String(first.body.refresh_token),
  })
  expect(second.body.refresh_token).not.toBe(first.body.refresh_token)
  expect(
    (await token("microsoft", { grant_type: "refresh_token", refresh_token: String(first.body.refresh_token) })).status,
  ).toBe(200)
  const refreshes = [await signIn("google"), await signIn("google"), await signIn("google", { prompt: "consent" })].map(
    ({ body }) => body.refresh_token !== undefined,
  )
  expect(refreshes).toEqual([true, false, true])
})

describe.each(["microsoft", "google"] as const)("the faults of %s", (service) => {
  test("throttle as often as asked to, with and without a time to come back", async () => {
    const [knobs, access] = [simulator.knobs(service), accessOf(service)]
    Object.assign(knobs, { throttleNext: 1, throttleRetryAfterSeconds: 7 })
    const first = await call(listOf(service), access)
    expect([first.status, first.headers.get("retry-after")]).toEqual([service === "microsoft" ? 429 : 403, "7"])
    Object.assign(knobs, { throttleNext: 1, throttleRetryAfterSeconds: null })
    expect((await call(listOf(service), access)).headers.get("retry-after")).toBeNull()
    expect((await call(listOf(service), access)).status).toBe(200)
  })

  test("fail a burst, cut a page in half, or be down", async () => {
    const [knobs, access] = [simulator.knobs(service), accessOf(service)]
    knobs.failNext = 1
    expect((await call(listOf(service), access)).status).toBe(500)
    knobs.cutNext = 1
    await expect(call(listOf(service), access).then((answer) => answer.text())).rejects.toThrow()
    knobs.isDown = true
    expect((await call(listOf(service), access)).status).toBe(503)
  })

  test("send an event that cannot be read", async () => {
    personOf(service).calendar.create({ subject: "Odd", time }).isMalformed = true
    expect(await (await call(listOf(service), accessOf(service))).text()).toContain("not a time")
  })

  test("leave one tenant alone when another is at fault", async () => {
    simulator.knobs(service === "microsoft" ? "google" : "microsoft").isDown = true
    expect((await call(listOf(service), accessOf(service))).status).toBe(200)
  })

  test("count each call by operation and person", async () => {
    const [access, operation] = [accessOf(service), service === "microsoft" ? "events" : "listEvents"]
    await call(listOf(service), access)
    await call(listOf(service), access)
    expect(simulator.calls.count(operation, personOf(service).email)).toBe(2)
    expect(simulator.calls.count(operation, "nobody")).toBe(0)
  })
})

async function subscribe(access: string, more: object = {}) {
  const body = {
    changeType: "created,updated,deleted",
    notificationUrl: hookUrl,
    lifecycleNotificationUrl: `${hookUrl}/lifecycle`,
    resource: "me/events",
    clientState: "secret",
    expirationDateTime: now.add({ hours: 24 }).toString(),
    ...more,
  }
  return call(`${simulator.baseUrls.microsoftApi}/subscriptions`, access, body)
}
const watch = (access: string) =>
  call(`${listOf("google")}/watch`, access, { id: "c1", type: "web_hook", address: hookUrl, token: "secret" })

describe("Microsoft's notifications", () => {
  test("come after the handshake with the client's state, and not after the end", async () => {
    expect((await subscribe(accessOf("microsoft"))).status).toBe(201)
    const event = ada.calendar.create({ subject: "Talk", time })
    await simulator.deliverPushes()
    expect(JSON.parse(received[0]?.body ?? "{}").value).toMatchObject([
      { clientState: "secret", changeType: "created", resourceData: { id: event.id } },
    ])
    now = now.add({ hours: 25 })
    ada.calendar.remove(event)
    await simulator.deliverPushes()
    expect(received).toHaveLength(1)
  })

  test("are refused without the handshake, beyond seven days, and twice for one thing", async () => {
    const access = accessOf("microsoft")
    expect((await subscribe(access, { notificationUrl: `${simulator.url}/nowhere` })).status).toBe(400)
    expect((await subscribe(access, { expirationDateTime: now.add({ minutes: 10_081 }).toString() })).status).toBe(400)
    expect((await subscribe(access)).status).toBe(201)
    expect((await subscribe(access)).status).toBe(409)
  })

  test("tell at the lifecycle address that a subscription is gone", async () => {
    const access = accessOf("microsoft")
    await subscribe(access)
    simulator.subscriptions.tell(ada, "subscriptionRemoved")
    await simulator.deliverPushes()
    expect(received.map(({ url, body }) => [url, JSON.parse(body).value[0].lifecycleEvent])).toEqual([
      ["/hook/lifecycle", "subscriptionRemoved"],
    ])
    expect(await (await call(`${simulator.baseUrls.microsoftApi}/subscriptions`, access)).json()).toEqual({ value: [] })
  })
})

describe("Google's notifications", () => {
  test("begin with sync, carry headers only, and number upwards", async () => {
    expect((await watch(accessOf("google"))).status).toBe(200)
    vera.calendar.create({ subject: "Talk", time })
    vera.calendar.create({ subject: "Talk", time })
    await simulator.deliverPushes()
    expect(received.map(({ headers }) => headers["x-goog-resource-state"]).sort()).toEqual(["exists", "exists", "sync"])
    expect(received.every(({ headers, body }) => headers["x-goog-channel-token"] === "secret" && body === "")).toBe(
      true,
    )
    expect(new Set(received.map(({ headers }) => headers["x-goog-message-number"])).size).toBe(3)
  })

  test("end without a word", async () => {
    await watch(accessOf("google"))
    await simulator.deliverPushes()
    simulator.channels.expire(vera)
    vera.calendar.create({ subject: "Talk", time })
    await simulator.deliverPushes()
    expect(received).toHaveLength(1)
  })
})

describe("notifications with faults", () => {
  beforeEach(() => subscribe(accessOf("microsoft")))
  const subjects = ["one", "two"]
  const change = async () => {
    for (const subject of subjects) ada.calendar.create({ subject, time }, { id: subject })
    await simulator.deliverPushes()
    return received.flatMap(({ body }) =>
      JSON.parse(body).value.map((item: { resourceData: { id: string } }) => item.resourceData.id),
    )
  }

  test("are dropped", async () => {
    simulator.knobs("microsoft").dropPushes = 1
    expect(await change()).toEqual([])
  })

  test("come twice", async () => {
    simulator.knobs("microsoft").doublePushes = 1
    expect((await change()).toSorted()).toEqual(["one", "one", "two", "two"])
  })

  test("all come when they are out of order", async () => {
    simulator.knobs("microsoft").reorderPushes = true
    expect((await change()).toSorted()).toEqual(subjects)
  })

  test("wait for a receiver that cannot take them now", async () => {
    refusals = 1
    ada.calendar.create({ subject: "late", time })
    await simulator.deliverPushes()
    await simulator.deliverPushes()
    expect(received).toHaveLength(2)
  })
})
