import type { ConnectionView } from "@kalends/protocol/api"
import { startWebdavPush, type WebdavPushServer } from "@kalends/simulator/webdav-push/server"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { freePort } from "../../platform/free-port.ts"
import { setUpNode, startTestNode } from "../../testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../../testing/postgres.ts"

const account = { username: "ada", password: "app password" }

describe("a calendar on a server with WebDAV-Push", () => {
  let server: WebdavPushServer
  let base: TestDatabase
  let node: Awaited<ReturnType<typeof startTestNode>>
  let call: Awaited<ReturnType<typeof setUpNode>>["call"]
  let token = ""
  const put = (subject: string) =>
    fetch(`${server.url}/calendars/ada/work/one.ics`, {
      method: "PUT",
      body: event(subject),
      headers: { authorization: `Basic ${btoa(`${account.username}:${account.password}`)}` },
    })

  beforeAll(async () => {
    server = await startWebdavPush(account)
    server.addCalendar("work")
    await put("Observation night")
    base = await cloneDatabase()
    const port = await freePort()
    // Nobody looks by the clock for an hour: what is seen was pushed.
    node = await startTestNode(base.url, {
      KALENDS_PORT: String(port),
      KALENDS_HOOK_URL: `http://127.0.0.1:${port}`,
      KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(server.url).host,
      KALENDS_RECONCILE_POLL_SECONDS: "3600",
      KALENDS_RECONCILE_PUSH_SECONDS: "3600",
    })
    const ready = await setUpNode(node)
    call = ready.call
    token = ready.token
  })
  afterAll(async () => {
    await node?.stop()
    await base?.drop()
    await server?.close()
  })

  test("push-verified: hears of another client's edit from the server itself, and shows it to a listening app", async () => {
    const connected = await call("POST", "/v1/connections", {
      signIn: "password",
      provider: "caldav",
      permission: "read",
      server: server.url,
      ...account,
    })
    expect(connected.status).toBe(200)
    await until(async () => (await connection()).hears === "push" && (await connection()).state === "healthy")
    const before = (await connection()).lastChangeAt
    const stream = await fetch(`${node.url}/v1/changes`, { headers: { authorization: `Bearer ${token}` } })
    const messages = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await put("Observation night moved")).ok).toBe(true)
    await server.registrations.delivered()
    let text = ""
    for (let isEnded = false; !isEnded && !text.includes("calendar-changed"); ) {
      const part = await messages?.read()
      isEnded = part?.done ?? true
      text += part?.value ?? ""
    }
    await messages?.cancel()
    await until(async () => (await connection()).lastChangeAt !== before)
    expect((await connection()).state).toBe("healthy")
  })

  test("push-verified: answers a forged push as it does a genuine one", async () => {
    const [registration] = server.registrations.all()
    const forged = await fetch(`${registration?.pushResource ?? ""}x`, { method: "POST", body: "anything" })
    expect([forged.status, await forged.text()]).toEqual([202, ""])
  })

  test("push-renewed: registers anew when the server's key changes, at another address, before it lets go of the old one", async () => {
    const old = server.registrations.all().map(({ pushResource }) => pushResource)
    server.requests.splice(0)
    server.registrations.keyRotated()
    await server.registrations.delivered()
    await until(async () => server.requests.some((request) => request.startsWith("DELETE /subscriptions/")))
    await until(async () => server.registrations.all().length === 1)
    const renewed = server.registrations.all().map(({ pushResource }) => pushResource)
    expect([old.length, renewed.length, renewed[0] === old[0]]).toEqual([1, 1, false])
    const told = server.requests
      .filter((request) => /^(POST|DELETE)/.test(request))
      .map((request) => request.split("/")[1])
    expect(told).toEqual(["calendars", "subscriptions"])
  })

  test("is told no more once the connection is removed", async () => {
    expect(server.registrations.all()).toHaveLength(1)
    const removed = await call("DELETE", `/v1/connections/${(await connection()).connectionId}`)
    // How many were stopped is not asked: the one that was replaced may be on its way out still.
    expect(removed.body).toMatchObject({ subscriptionsLeftToExpire: 0 })
    expect(server.registrations.all()).toEqual([])
  })

  async function connection(): Promise<ConnectionView> {
    const { connections } = (await call("GET", "/v1/connections")).body as { connections: ConnectionView[] }
    const [first] = connections
    if (first === undefined) throw new Error("no connection")
    return first
  }
})

function event(summary: string): string {
  const lines = ["BEGIN:VEVENT", "UID:one", "DTSTAMP:20261101T000000Z", "DTSTART:20261124T200000Z", "DURATION:PT3H"]
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, `SUMMARY:${summary}`, "END:VEVENT", "END:VCALENDAR", ""].join(
    "\r\n",
  )
}

/** Asks until it is so, giving way to others in between; bounded by the test's own limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise<void>((resolve) => setImmediate(resolve))
}
