import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { openClient } from "./client.ts"
import { createClientLog } from "./log.ts"
import { type Asked, type Fault, scriptedPlatform, settled } from "./testing/scripted-platform.ts"

const id = (number: number) => `00000000-0000-4000-8000-00000000000${number}`
const canary = "canary-9d1c"
const user = {
  userId: id(1),
  accountId: id(2),
  email: "ada@example.org",
  displayName: "Ada",
  role: "user",
  abilities: ["own"],
}
const connection = {
  connectionId: id(3),
  provider: "google",
  providerLabel: "Google",
  permission: "read",
  state: "healthy",
  subjectEmail: "ada@example.org",
  createdAt: "2026-11-01T09:00:00Z",
  lastOkAt: null,
  lastChangeAt: null,
  hears: "push",
  nextRenewalAt: null,
  stalenessBoundSeconds: 900,
  grantExpiresAt: null,
  problem: null,
  calendarCount: 1,
}
const event = (name: string, dateTime = "2026-11-23T10:00:00Z") => ({
  id: name,
  etag: "1",
  status: "confirmed",
  summary: `${canary} ${name}`,
  location: `${canary} room`,
  description: `${canary} agenda`,
  organizer: { displayName: `${canary} organizer`, email: `${canary}@example.org` },
  attendees: [{ displayName: `${canary} guest`, email: `${canary}-guest@example.org`, responseStatus: "accepted" }],
  start: { dateTime },
  end: { dateTime },
})

/** A service with one Google calendar, and Google; a test changes what they say. */
function world(reach: "browser" | "native" = "browser") {
  const says = {
    events: [event("one")] as readonly object[],
    provider: null as (() => Response) | null,
    tokens: 0,
    kind: "bearer" as "bearer" | "read-through" | "password",
    isConnected: true,
    isSignedIn: true,
    /** The session's token that is good; with a second factor still to be shown, nothing is read. */
    session: null as string | null,
    needsFactor: false,
  }
  const problem = (status: number, kind: string, code: string) =>
    Response.json({ type: "about:blank", title: code, status, kind, code, requestId: "r" }, { status })
  const access = () => ({
    connectionId: id(3),
    provider: "google",
    permission: "read",
    calendars: [{ calendarId: id(4), providerCalendarId: "primary", isPrimary: true, canWrite: false }],
    access:
      says.kind === "bearer"
        ? {
            kind: "bearer",
            token: `${canary}-token-${says.tokens}`,
            expiresAt: "2026-11-24T09:00:00Z",
            apiBase: "https://provider.example/v3",
          }
        : says.kind === "password"
          ? {
              kind: "password",
              server: "https://provider.example",
              username: `${canary}-user`,
              password: `${canary}-password`,
              apiBase: "https://provider.example/v3",
            }
          : { kind: "read-through", apiBase: "" },
  })
  const scripted = scriptedPlatform(({ method, url, body, headers }: Asked) => {
    const isOther = says.session !== null && url.includes("/v1/") && headers.authorization !== `Bearer ${says.session}`
    if (!says.isSignedIn || isOther) return problem(401, "auth-expired", "signed-out")
    const path = `${method} ${new URL(url).pathname}`
    if (path === "POST /v1/sessions/second-factor") {
      if (!body.includes("123456")) return problem(403, "forbidden", "wrong-code")
      Object.assign(says, { session: `${canary}-raised`, needsFactor: false })
      return Response.json({ token: says.session, expiresAt: "2026-12-23T09:00:00Z" })
    }
    if (says.needsFactor && path !== "POST /v1/sessions") return problem(403, "forbidden", "second-factor-needed")
    if (url.startsWith("https://provider.example") || path.endsWith("/window"))
      return says.provider?.() ?? Response.json({ items: says.events })
    if (path === "POST /v1/sessions")
      return Response.json({ token: `${canary}-session`, expiresAt: "2026-12-23T09:00:00Z", user })
    if (path === "GET /v1/connections") return Response.json({ connections: says.isConnected ? [connection] : [] })
    if (path.endsWith("/access")) {
      if (body.includes("refusedTokenDigest")) says.tokens++
      return Response.json(access())
    }
    return new Response(null, { status: 204 })
  })
  const lines: string[] = []
  const client = openClient({
    service: "https://kalends.example",
    zone: "Europe/Berlin",
    reach,
    platform: scripted.platform,
    log: createClientLog((line) => lines.push(line)),
  })
  const reads = () =>
    scripted.asked.filter(({ url }) => url.startsWith("https://provider.example") || url.includes("/window?")).length
  const signIn = async () => {
    await client.signIn({ email: "ada@example.org", password: `${canary}-secret`, deviceName: "test" })
    scripted.tell(hello(false))
    await settled()
  }
  return { ...scripted, client, says, lines, reads, signIn }
}

const hello = (missed: boolean, watermarkMs = 100) => ({
  kind: "hello",
  watermarkMs,
  missed,
  heartbeatSeconds: 25,
  protocolVersion: 1,
})
const changed = (watermarkMs = 200) => ({ kind: "calendar-changed", calendarId: id(4), watermarkMs })
const subjects = ({ client }: ReturnType<typeof world>) => client.state.events.map(({ subject }) => subject)

describe("a client that signs in", () => {
  test("reads the window once, from the provider itself", async () => {
    const here = world()
    await here.signIn()
    expect(subjects(here)).toEqual([`${canary} one`])
    expect(here.client.state).toMatchObject({ phase: "signed-in", stream: "live", isRefreshing: false, problem: null })
    expect(here.reads()).toBe(1)
    const read = here.asked.find(({ url }) => url.startsWith("https://provider.example"))
    expect(read?.headers.authorization).toBe(`Bearer ${canary}-token-0`)
  })

  test("reads through the service where a browser cannot reach the provider, and native apps go direct", async () => {
    const browser = world("browser")
    browser.says.kind = "read-through"
    await browser.signIn()
    expect(subjects(browser)).toEqual([`${canary} one`])
    expect(browser.asked.some(({ url }) => url.startsWith("https://provider.example"))).toBe(false)
    const native = world("native")
    native.says.kind = "password"
    await native.signIn()
    expect(subjects(native)).toEqual([`${canary} one`])
    expect(native.asked.some(({ url }) => url.includes("/window?"))).toBe(false)
    expect(native.asked.find(({ url }) => url.endsWith("/access"))?.body).toBe('{"reach":"native"}')
  })

  test("goes on under another token once a second factor is shown, and listens with that one alone", async () => {
    const here = world()
    here.says.needsFactor = true
    await here.signIn()
    expect(here.client.state).toMatchObject({ phase: "signed-in", problem: { code: "second-factor-needed" } })
    await expect(here.client.showSecondFactor("654321")).rejects.toMatchObject({ code: "wrong-code" })
    await here.client.showSecondFactor("123456")
    expect([subjects(here), here.client.state.problem]).toEqual([[`${canary} one`], null])
    const streams = here.asked.filter(({ url }) => url.endsWith("/v1/changes"))
    expect(streams.at(-1)?.headers.authorization).toBe(`Bearer ${canary}-raised`)
    expect(here.left().streams).toBe(1)
    here.tell(hello(false))
    await settled()
    expect(here.client.state).toMatchObject({ phase: "signed-in", stream: "live" })
  })

  test("shows that no calendar is connected, rather than an empty one", async () => {
    const here = world()
    here.says.isConnected = false
    await here.signIn()
    expect(here.client.state).toMatchObject({ isLoaded: true, connection: null, events: [], readAt: null })
  })
})

describe("a change notice", () => {
  test("is read at once", async () => {
    const here = world()
    await here.signIn()
    here.says.events = [event("two")]
    here.tell(changed())
    await settled()
    expect(subjects(here)).toEqual([`${canary} two`])
  })

  test("in a burst is read at most once more than what was under way", async () => {
    const here = world()
    await here.signIn()
    here.tell(...Array.from({ length: 20 }, (_, notice) => changed(200 + notice)))
    await settled()
    expect(here.reads()).toBe(3)
  })

  test("missed while the line was down is made up for, and the service is told what was seen last", async () => {
    const here = world()
    await here.signIn()
    here.tell(changed(777))
    await settled()
    const before = here.reads()
    here.cut()
    await here.advance(5)
    expect(here.asked.findLast(({ url }) => url.endsWith("/v1/changes"))?.headers["last-event-id"]).toBe("777")
    here.tell(hello(true, 800))
    await settled()
    expect(here.reads()).toBe(before + 1)
  })

  test("of a kind that only newer clients know is passed over", async () => {
    const here = world()
    await here.signIn()
    here.tell({ kind: "weather-changed", watermarkMs: 5 })
    await settled()
    expect(here.client.state).toMatchObject({ phase: "signed-in", stream: "live" })
  })
})

describe("without a notice", () => {
  test.each([0, 0.5, 0.999])("the calendar is read again after about 30 minutes (chance %d)", async (fraction) => {
    const here = world()
    here.script.fraction = fraction
    await here.signIn()
    const afterSeconds = 1800 * (0.9 + 0.2 * fraction)
    // Heartbeats keep the line alive meanwhile.
    for (let elapsed = 0; elapsed + 30 < afterSeconds; elapsed += 30) {
      await here.advance(30)
      here.tell({ kind: "nothing" })
      await settled()
    }
    expect(here.reads()).toBe(1)
    await here.advance(31)
    expect(here.reads()).toBe(2)
  })

  test("a silent line is taken for broken and opened again", async () => {
    const here = world()
    await here.signIn()
    await here.advance(80)
    expect(here.asked.filter(({ url }) => url.endsWith("/v1/changes")).length).toBeGreaterThan(1)
  })
})

describe("a provider that refuses", () => {
  test("the token gets another one from the service, once", async () => {
    const here = world()
    await here.signIn()
    let refusals = 1
    here.says.provider = () =>
      refusals-- > 0 ? new Response("{}", { status: 401 }) : Response.json({ items: [event("after")] })
    here.tell(changed())
    await settled()
    expect(subjects(here)).toEqual([`${canary} after`])
    const asked = here.asked.findLast(({ url }) => url.endsWith("/access"))
    expect(asked?.body).toContain(`digest of ${canary}-token-0`)
    expect(asked?.body).not.toContain(`"${canary}-token-0"`)
  })

  test("every token is told to the person, and not asked in a loop", async () => {
    const here = world()
    await here.signIn()
    here.says.provider = () => new Response("{}", { status: 401 })
    here.tell(changed())
    await settled()
    expect(here.client.state).toMatchObject({ problem: { kind: "auth-expired" }, phase: "signed-in" })
    expect(subjects(here)).toEqual([`${canary} one`])
    const asked = here.asked.length
    await here.advance(2)
    expect(here.asked.length).toBe(asked)
  })

  test.each([429, 503])("with %d is asked again when it said, and what was read stays with its age", async (status) => {
    const here = world()
    await here.signIn()
    const { readAt } = here.client.state
    here.says.provider = () => new Response("{}", { status, headers: { "retry-after": "120" } })
    here.tell(changed())
    await settled()
    const reads = here.reads()
    expect(here.client.state).toMatchObject({ problem: { kind: status === 429 ? "rate-limited" : "unavailable" } })
    expect(here.client.state.readAt?.equals(readAt ?? "1970-01-01T00:00Z")).toBe(true)
    expect(subjects(here)).toEqual([`${canary} one`])
    here.says.provider = null
    await here.advance(115)
    here.tell({ kind: "nothing" })
    expect(here.reads()).toBe(reads)
    await here.advance(70)
    expect(here.client.state.problem).toBeNull()
  })

  test("to make sense in one event loses that one, and counts it", async () => {
    const here = world()
    here.says.events = [event("good"), { ...event("bad"), start: { dateTime: "soon" } }]
    await here.signIn()
    expect(subjects(here)).toEqual([`${canary} good`])
    expect(here.client.state.malformedCount).toBe(1)
  })
})

describe("the end", () => {
  test.each(["signOut", "close"] as const)("%s forgets everything and leaves nothing running", async (end) => {
    const here = world()
    await here.signIn()
    await here.client[end]()
    await settled()
    expect(here.client.state).toMatchObject({
      phase: "signed-out",
      events: [],
      user: null,
      connection: null,
      readAt: null,
    })
    expect(here.left()).toEqual({ timers: 0, streams: 0 })
    if (end === "signOut") expect(here.asked.at(-1)).toMatchObject({ method: "DELETE" })
  })

  test("said by the service, on the stream or to a read, is the end here, too", async () => {
    const told = world()
    await told.signIn()
    told.tell({ kind: "signed-out", watermarkMs: 0 })
    await settled()
    expect(told.client.state.phase).toBe("signed-out")
    const refused = world()
    await refused.signIn()
    refused.says.isSignedIn = false
    await refused.client.refresh()
    expect(refused.client.state).toMatchObject({ phase: "signed-out", events: [] })
    expect(refused.left()).toEqual({ timers: 0, streams: 0 })
  })

  test("in the middle of a read lets nothing come back after it", async () => {
    const here = world()
    await here.signIn()
    const late = here.client.refresh()
    here.client.close()
    await late
    await settled()
    expect(here.client.state).toMatchObject({ phase: "signed-out", events: [] })
  })
})

describe("each outside call that fails once", () => {
  test.each<Fault>(["throws", "answers 500", "hangs"])("%s: the client is right again by itself", async (fault) => {
    const calls = world()
    await calls.signIn()
    const count = calls.asked.length
    expect(count).toBeGreaterThan(4)
    for (let call = 1; call <= count; call++) {
      const here = world()
      here.script.failing = { call, fault }
      const signing = here.signIn()
      await settled()
      await here.advance(61)
      await signing
      // A person whose sign-in failed is told, and tries again.
      if (here.client.state.phase === "signed-out") await here.signIn()
      await here.advance(90)
      for (let tries = 0; tries < 5 && here.client.state.stream !== "live"; tries++) {
        await here.advance(2)
        here.tell(hello(false))
        await settled()
      }
      expect({ call, problem: here.client.state.problem, subjects: subjects(here) }).toEqual({
        call,
        problem: null,
        subjects: [`${canary} one`],
      })
      expect({ call, stream: here.client.state.stream }).toEqual({ call, stream: "live" })
    }
  })
})

describe("what a client leaves behind", () => {
  test("no token, credential or content is in a log line, a problem or an address it asks", async () => {
    const here = world()
    await here.signIn()
    here.says.provider = () => new Response(JSON.stringify({ error: { message: canary } }), { status: 500 })
    here.tell(changed())
    await settled()
    here.says.provider = () => {
      throw new Problem("malformed", "It cannot be read.", { context: { body: canary } })
    }
    await here.client.refresh()
    await here.client.signOut()
    const left = JSON.stringify([here.lines, here.asked.map(({ url }) => url), here.client.state])
    expect(here.lines.length).toBeGreaterThan(2)
    expect(left).not.toContain(canary)
    // A look that could not find anything would prove nothing.
    expect(JSON.stringify([...here.lines, `${canary} planted`])).toContain(canary)
  })
})
