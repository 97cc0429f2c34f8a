import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { accessAnswerSchema, type ConnectionView } from "@kalends/protocol/api"
import { caldavReader } from "@kalends/readers/caldav/window"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findOptionalServer, type RunningServer, startRadicale } from "../../../../../tools/optional-server.ts"
import { setUpNode, startTestNode } from "../../testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../../testing/postgres.ts"

const isInstalled = findOptionalServer("radicale") !== null
if (!isInstalled) process.stdout.write("skipped: CalDAV against Radicale (install the package radicale)\n")

describe.skipIf(!isInstalled)("a calendar on a real CalDAV server", () => {
  let radicale: RunningServer
  let base: TestDatabase
  let node: Awaited<ReturnType<typeof startTestNode>>
  let call: Awaited<ReturnType<typeof setUpNode>>["call"]
  let token = ""
  const basic = `Basic ${btoa("ada:app password")}`
  const dav = (method: string, path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${radicale.url}${path}`, {
      method,
      body,
      headers: { authorization: basic, "content-type": "text/calendar", ...headers },
    })

  beforeAll(async () => {
    radicale = await startRadicale(await mkdtemp(join(tmpdir(), "kalends-radicale-")), [
      { name: "ada", password: "app password" },
    ])
    await dav("MKCALENDAR", "/ada/work/", "")
    await dav("PUT", "/ada/work/one.ics", event("Observation night"))
    base = await cloneDatabase()
    node = await startTestNode(base.url, {
      KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(radicale.url).host,
      KALENDS_RECONCILE_POLL_SECONDS: "5",
    })
    const ready = await setUpNode(node)
    call = ready.call
    token = ready.token
  })
  afterAll(async () => {
    await node?.stop()
    await base?.drop()
    await radicale?.stop()
  })

  test("a wrong password is said as such, and nothing is stored", async () => {
    const answer = await connect("wrong")
    expect(answer).toMatchObject({ status: 401, body: { code: "wrong-password" } })
    expect((await call("GET", "/v1/connections")).body).toMatchObject({ connections: [] })
  })

  test("connects, and is healthy after its first pass", async () => {
    expect(await connect("app password")).toMatchObject({
      status: 200,
      body: { next: "done", connection: { provider: "caldav", hears: "polling", calendarCount: 1 } },
    })
    const view = await eventually(async () => (await firstConnection()).state === "healthy")
    expect(view).toBe(true)
  })

  test("a browser reads through the service, which shows it no password", async () => {
    const connection = await firstConnection()
    const answer = await call("POST", `/v1/connections/${connection.connectionId}/access`, { reach: "browser" })
    const access = accessAnswerSchema.parse(answer.body)
    expect(answer.text).not.toContain("app password")
    expect(access.access.kind).toBe("read-through")
    const calendarId = access.calendars[0]?.calendarId
    const read = await call(
      "GET",
      `/v1/connections/${connection.connectionId}/calendars/${calendarId}/window?from=2026-11-23T00:00:00Z&to=2026-11-30T00:00:00Z&zone=UTC`,
    )
    const query = {
      apiBase: radicale.url,
      calendarId: access.calendars[0]?.providerCalendarId as never,
      window: {
        startsAt: Temporal.Instant.from("2026-11-23T00:00Z"),
        endsAt: Temporal.Instant.from("2026-11-30T00:00Z"),
      },
      zone: "UTC",
    }
    expect(
      caldavReader
        .parsePage({ status: 207, headers: {}, body: read.text }, query, caldavReader.firstPage(query))
        .events.map(({ subject }) => subject),
    ).toEqual(["Observation night"])
  })

  test("another client's edit reaches a listening app without any push", async () => {
    const stream = await fetch(`${node.url}/v1/changes`, { headers: { authorization: `Bearer ${token}` } })
    const messages = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await dav("PUT", "/ada/work/one.ics", event("Observation night moved"))).ok).toBe(true)
    let text = ""
    for (let isEnded = false; !isEnded && !text.includes("calendar-changed"); ) {
      const part = await messages?.read()
      isEnded = part?.done ?? true
      text += part?.value ?? ""
    }
    expect(text).toContain("calendar-changed")
    await messages?.cancel()
    expect((await firstConnection()).lastChangeAt).not.toBeNull()
  })

  test("removing deletes the secret at once and says what was done", async () => {
    const connection = await firstConnection()
    const removed = await call("DELETE", `/v1/connections/${connection.connectionId}`)
    expect(removed.body).toEqual({
      secretsDeleted: true,
      subscriptionsStopped: 0,
      subscriptionsLeftToExpire: 0,
      grantRevoked: "not-possible",
    })
    expect((await call("POST", `/v1/connections/${connection.connectionId}/access`, { reach: "native" })).status).toBe(
      404,
    )
  })

  const connect = (password: string) =>
    call("POST", "/v1/connections", {
      signIn: "password",
      provider: "caldav",
      permission: "read",
      server: radicale.url,
      username: "ada",
      password,
    })
  async function firstConnection(): Promise<ConnectionView> {
    const { connections } = (await call("GET", "/v1/connections")).body as { connections: ConnectionView[] }
    const [first] = connections
    if (first === undefined) throw new Error("no connection")
    return first
  }
})

function event(summary: string): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    "UID:one",
    "DTSTAMP:20261101T000000Z",
    "DTSTART:20261124T200000Z",
    "DTEND:20261124T230000Z",
    `SUMMARY:${summary}`,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n")
}

/** Waits for what other processes do; bounded by the test's own limit. */
async function eventually(isSo: () => Promise<boolean>): Promise<boolean> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50))
  return true
}
