import { parseMeetingId } from "@kalends/domain/ids"
import { bigBlueButtonSecret, startBigBlueButton } from "@kalends/simulator/bigbluebutton/bigbluebutton"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { z } from "zod"
import { createBigBlueButtonBackend } from "../meeting-backends/bigbluebutton/index.ts"
import { createDoors } from "../meetings/doors.ts"
import { createHttpClient } from "../platform/http-client.ts"
import type { GuestRule } from "../ports/meeting-backend.ts"
import type { MeetingRow, MeetingState } from "../ports/meeting-tables.ts"
import type { SessionRow } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { createApp } from "./app.ts"
import { edgeLimits } from "./edge-limits.ts"
import { joinRoute } from "./join-route.ts"
import { limits } from "./limits.ts"
import { createVisitorGuard } from "./session-guard.ts"

const key = "1".repeat(32)
const { account, user } = sampleRows(1)
const stranger = sampleRows(2)
const colleague = { ...stranger.user, accountId: account.accountId, displayName: "Grace" }
const people = new Map([
  ["o".repeat(43), user],
  ["c".repeat(43), colleague],
  ["s".repeat(43), stranger.user],
])
const session = z.custom<SessionRow>().parse({})

async function start(guests: GuestRule = "enter") {
  const clock = fakeClock()
  const store = createMemoryStore()
  const bbb = await startBigBlueButton({ clock: () => clock.now() })
  const http = createHttpClient({ allowedPrivateHosts: [] })
  const backend = createBigBlueButtonBackend(
    { http, clock, codes: new Uint8Array(32).fill(7) },
    { url: bbb.url, secret: bigBlueButtonSecret, guests, publicUrl: "http://localhost:8080" },
  )
  const code = (await backend.find(key)) ?? ""
  await store.asSystem(async (tables) => {
    await tables.insertAccount(account)
    await tables.insertAccount(stranger.account)
  })
  const meetingId = parseMeetingId("0198f7a0-0000-7000-8000-000000000001")
  const row: MeetingRow = {
    ...{ accountId: account.accountId, meetingId, userId: user.userId, backend: "bigbluebutton", backendId: code },
    ...{
      state: "live",
      key,
      revision: 1,
      isRecurring: false,
      scheduledUntil: null,
      lastStartedAt: null,
      templateId: null,
      givenUpAt: null,
      settlingUntil: null,
    },
    ...{ createdAt: clock.now(), reviewAt: clock.now() },
  }
  await store.inAccount(account.accountId, (tables) => tables.meetings.insertMeeting(row))
  const found = () => store.inAccount(account.accountId, (tables) => tables.meetings.findMeeting(meetingId))
  const logged: unknown[] = []
  const note = (...line: unknown[]) => void logged.push(line)
  const log = { info: note, warn: note, error: note }
  const doors = createDoors({ store, backends: new Map([[backend.name, backend]]), clock })
  const findSignedIn = async (token: string) => {
    const known = people.get(token)
    return known === undefined ? null : { user: known, session, asksEverybody: false }
  }
  const app = await createApp({
    ...{ log, clock, hosts: new Set(["localhost"]), behindProxy: true, tls: null },
    service: () => Promise.reject(new Error("not asked")),
    isReady: async () => {},
    ...{ edge: edgeLimits, requireUser: () => Promise.reject(new Error("not asked")) },
    routes: async (all) =>
      void (await all.register(async (own) =>
        joinRoute(own, {
          ...{ doors, clock, log, signInUrl: "http://localhost:8080/" },
          visitorOf: createVisitorGuard({ findSignedIn }, ["http://localhost:8080"]),
        }),
      )),
  })
  return {
    ...{ app, bbb, clock, code, doors, logged, found, store, row },
    setState: async (state: MeetingState) =>
      store.inAccount(account.accountId, async (tables) =>
        tables.meetings.updateMeeting(meetingId, (await found())?.revision ?? 0, { state }),
      ),
    async close() {
      await app.close()
      await http.close()
      await bbb.close()
    },
  }
}

let here: Awaited<ReturnType<typeof start>>
beforeEach(async () => {
  here = await start()
})
afterEach(() => here.close())

type Person = { readonly token?: string; readonly language?: string; readonly headers?: Record<string, string> }

function headersOf({ token, language = "en", headers = {} }: Person): Record<string, string> {
  const cookie = token === undefined ? {} : { cookie: `kalends_session=${token}` }
  return { host: "localhost", "accept-language": language, ...cookie, ...headers }
}
const look = (code = here.code, person: Person = {}) =>
  here.app.inject({ method: "GET", url: `/m/${code}`, headers: headersOf(person) })
const join = (name: string, person: Person = {}, code = here.code) =>
  here.app.inject({
    ...{ method: "POST", url: `/m/${code}`, payload: new URLSearchParams({ name }).toString() },
    headers: { "content-type": "application/x-www-form-urlencoded", ...headersOf(person) },
  })
const inMeeting = () => here.bbb.meetings.find(here.code)?.attendees.map(({ fullName, role }) => [fullName, role]) ?? []
/** Does as a browser does that is sent there. */
async function follow(answer: Awaited<ReturnType<typeof join>>): Promise<void> {
  expect(answer.statusCode).toBe(303)
  await fetch(String(answer.headers.location), { redirect: "manual" })
}
const headingOf = (html: string) => /<h1>([^<]*)<\/h1>/.exec(html)?.[1]

describe("the way into a meeting", () => {
  test("asks for a name and opens nothing until one is given; the first opens the meeting, the next ones enter it", async () => {
    const { bbb } = here
    expect((await look()).statusCode).toBe(200)
    expect(bbb.meetings.all()).toEqual([])
    expect((await here.found())?.lastStartedAt).toBeNull()
    await follow(await join("Grace Hopper"))
    await follow(await join("葛飾 北斎"))
    expect(inMeeting()).toEqual([
      ["Grace Hopper", "VIEWER"],
      ["葛飾 北斎", "VIEWER"],
    ])
    expect(bbb.meetings.all().length).toBe(1)
    const { lastStartedAt, revision } = (await here.found()) ?? {}
    expect([String(lastStartedAt), revision]).toEqual([String(here.clock.now()), 2])
  })

  test("makes the owner moderator, who is signed in, and nobody else", async () => {
    expect((await look(here.code, { token: "o".repeat(43) })).body).toContain('value="Ada"')
    await follow(await join("Ada", { token: "o".repeat(43) }))
    await follow(await join("Grace", { token: "c".repeat(43) }))
    await follow(await join("Eve", { token: "s".repeat(43) }))
    await follow(await join("Mallory", { token: "x".repeat(43) }))
    expect(inMeeting().map(([, role]) => role)).toEqual(["MODERATOR", "VIEWER", "VIEWER", "VIEWER"])
  })

  test("is for the owner of the meeting that was made first, whoever makes another one with its key", async () => {
    const meetingId = parseMeetingId("0198f7a0-0000-7000-8000-000000000002")
    await here.clock.advance(1000)
    const copy = { ...here.row, meetingId, accountId: stranger.account.accountId, userId: stranger.user.userId }
    await here.store.inAccount(stranger.account.accountId, (tables) =>
      tables.meetings.insertMeeting({ ...copy, createdAt: here.clock.now() }),
    )
    await follow(await join("Eve", { token: "s".repeat(43) }))
    expect(inMeeting()).toEqual([["Eve", "VIEWER"]])
  })

  test("names the meeting in the language of who opens it, and tells nothing of its event", async () => {
    await join("北斎", { language: "ja" })
    expect(here.bbb.meetings.find(here.code)?.name).toBe("会議")
  })

  test("where guests are refused, lets in the organisation's people alone", async () => {
    await here.close()
    here = await start("refuse")
    expect((await look()).statusCode).toBe(403)
    const refused = await join("Eve")
    expect([refused.statusCode, headingOf(refused.body)]).toEqual([403, "Sign in to join"])
    expect(here.bbb.meetings.all()).toEqual([])
    await follow(await join("Grace", { token: "c".repeat(43) }))
  })

  test("says in words when the server is down, and when to come again", async () => {
    here.bbb.knobs.isDown = true
    const down = await join("Ada")
    expect([down.statusCode, headingOf(down.body)]).toEqual([503, "The meeting cannot be opened right now"])
    expect(Number(down.headers["retry-after"])).toBeGreaterThan(0)
    here.bbb.knobs.isDown = false
    await follow(await join("Ada"))
  })

  test("says in words that a meeting has ended, and opens it no more", async () => {
    for (const state of ["ending", "ended"] as const) {
      await here.setState(state)
      const answers = [await look(), await join("Ada")]
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([410, 410])
      expect(answers.map(({ body }) => headingOf(body))).toEqual(["This meeting has ended", "This meeting has ended"])
    }
    expect((await look(here.code, { language: "ja-JP" })).body).toContain("この会議は終了しました")
    expect(here.bbb.meetings.all()).toEqual([])
  })

  test.each(["a".repeat(24), "A".repeat(24), "x", "%00", "..%2f..%2f", `${"a".repeat(24)}%27--`, "%F0%9F%94%AD"])(
    "of the code %s is not known, and that looks as for any other",
    async (code) => {
      const shape = ({ statusCode, body, headers }: Awaited<ReturnType<typeof look>>) => [
        statusCode,
        body.replace(/nonce="[^"]*"/, ""),
        Object.keys(headers).sort(),
      ]
      const unknown = await look("b".repeat(24))
      expect(unknown.statusCode).toBe(404)
      expect(shape(await look(code))).toEqual(shape(unknown))
      expect((await join("Ada", {}, code)).statusCode).toBe(404)
    },
  )

  test.each(["", "   ", "\u202e\u0000\n", "x".repeat(65)])("takes no name such as %j, and asks again", async (name) => {
    const answer = await join(name)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('role="alert"')
    expect(here.bbb.meetings.all()).toEqual([])
  })

  test.each([
    ["<script>alert(1)</script>", "<script>alert(1)</script>"],
    ["Ada\r\nLocation: https://evil.example", "Ada Location: https://evil.example"],
    ["\u202eadA\u200b\u0007 Lovelace ", "adA Lovelace"],
    ["Ada&role=MODERATOR&guest=false", "Ada&role=MODERATOR&guest=false"],
    ["👩\u200d🚀 Mae", "👩\u200d🚀 Mae"],
    ["\ud800Ada", "\ufffdAda"],
  ])("takes the hostile name %j as one line of text", async (sent, shown) => {
    await follow(await join(sent))
    expect(inMeeting()).toEqual([[shown, "VIEWER"]])
  })

  test("takes no other site's form, no other kind of body, and none that is too large", async () => {
    const forged = await join("Ada", { token: "o".repeat(43), headers: { "sec-fetch-site": "cross-site" } })
    expect([forged.statusCode, headingOf(forged.body)]).toEqual([403, "That came from another page"])
    expect((await join("Ada", { headers: { "content-type": "application/json" } })).statusCode).toBe(422)
    expect((await join("x".repeat(5000))).statusCode).toBe(403)
    expect(here.bbb.meetings.all()).toEqual([])
    await follow(await join("Ada", { headers: { "sec-fetch-site": "same-origin", origin: "null" } }))
  })

  test("lets one network try only so often, and says so in words", async () => {
    for (let count = 0; count < limits.joinsPerNetwork.count; count++) await look("x")
    const crowded = await look()
    expect([crowded.statusCode, headingOf(crowded.body)]).toEqual([429, "One moment, please"])
    expect(Number(crowded.headers["retry-after"])).toBeGreaterThan(0)
    expect((await look(here.code, { headers: { "x-forwarded-for": "198.51.100.7" } })).statusCode).toBe(200)
    await here.clock.advance(600_000)
    expect((await look()).statusCode).toBe(200)
  })

  test("leaves the code and the signed address in no log, cache or referrer, and runs no script", async () => {
    const page = await look()
    expect(page.headers).toMatchObject({
      ...{ "cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex" },
      "content-type": "text/html; charset=utf-8",
    })
    const policy = String(page.headers["content-security-policy"])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain("unsafe")
    expect(policy).not.toContain("script-src")
    const entered = await join("Ada")
    expect(entered.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" })
    here.doors.look = () => Promise.reject(new Error(`a bug at ${here.code}`))
    const broken = await look()
    expect([broken.statusCode, headingOf(broken.body)]).toEqual([500, "Something went wrong on our side"])
    expect(here.logged.length).toBe(1)
    expect(JSON.stringify(here.logged)).toContain("/m/:code")
    expect(JSON.stringify(here.logged)).not.toContain(here.code)
    expect(broken.body).not.toContain(here.code)
  })
})
