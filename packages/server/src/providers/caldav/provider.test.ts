import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId, parseProviderEventId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { describe, expect, test } from "vitest"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { scriptedHttp } from "../../testing/scripted-http.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { problemOf } from "../conformance/drain.ts"
import { createCaldavProvider } from "./index.ts"

const signal = new AbortController().signal
const clock = fakeClock()
const home = "https://dav.example/calendars/ada/"
const access: Access = { kind: "password", server: home, username: "ada", password: "canary-password" }
const calendarId = parseProviderCalendarId("/calendars/ada/work/")
const window = timeWindow(Temporal.Instant.from("2026-05-01T00:00Z"), Temporal.Instant.from("2028-06-01T00:00Z"))
const lookout = null
const abroad = ["https://evil.example/x.ics", "//evil.example/x.ics", "http://["]

function provide(answers: Parameters<typeof scriptedHttp>[0]) {
  const http = scriptedHttp(answers)
  const provider = createCaldavProvider({
    http,
    clock,
    random: seededRandom(1),
    oauth: createOAuthClient({ http, clock }),
  })
  return { http, provider }
}

function multistatus(members: Readonly<Record<string, string>>, more = "") {
  const responses = Object.entries(members).map(
    ([href, properties]) =>
      `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`,
  )
  return {
    status: 207,
    body: `<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">${responses.join("")}${more}</d:multistatus>`,
  }
}

const tags = (hrefs: readonly string[]) =>
  Object.fromEntries(hrefs.map((href) => [href, "<d:getetag>1</d:getetag><d:resourcetype/>"]))

describe("a server that names addresses on another one", () => {
  test("shows its own calendars and not those, also where it does not know its own scheme", async () => {
    const calendar = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>"
    const named = [
      "/calendars/ada/work/",
      "http://dav.example:8008/calendars/ada/home/",
      "https://evil.example/c/",
      "http://[",
    ]
    const { provider, http } = provide([multistatus(Object.fromEntries(named.map((href) => [href, calendar])))])
    const listed = await provider.listCalendars(access, signal)
    expect(listed.map(({ id }) => id)).toEqual(["/calendars/ada/work/", "/calendars/ada/home/"])
    expect(http.asked).toHaveLength(1)
  })

  test("has those events set aside and counted, whether it has sync tokens or not", async () => {
    const hrefs = ["/calendars/ada/work/1.ics", ...abroad]
    const ways = [
      [multistatus(tags(hrefs), "<d:sync-token>t2</d:sync-token>")],
      [multistatus({ "/calendars/ada/work/": "" }), multistatus(tags(hrefs))],
    ]
    const cursors = ['{"kind":"token","token":"t1"}', '{"kind":"tags","ctag":null,"tags":{}}']
    for (const [index, answers] of ways.entries()) {
      const { provider } = provide(answers)
      const cursor = cursors[index] ?? null
      const pages = await Array.fromAsync(provider.changes({ access, calendarId, cursor, window, signal, lookout }))
      expect(pages.flatMap(({ changes }) => changes.map(({ eventId }) => eventId))).toEqual([hrefs[0]])
      expect(pages.map(({ malformedCount }) => malformedCount)).toEqual([abroad.length])
    }
  })

  test("gets no request there, whoever asks for such an event or calendar", async () => {
    for (const href of abroad) {
      const { provider, http } = provide([])
      const foreign = parseProviderCalendarId(href)
      const input = { access, calendarId: foreign, window, zone: "UTC", signal }
      const works = [
        provider.fetchEvent({ access, calendarId, eventId: parseProviderEventId(href), zone: "UTC", signal }),
        Array.fromAsync(provider.changes({ ...input, cursor: null, lookout })),
        Array.fromAsync(provider.readWindow(input)),
      ]
      for (const work of works) expect(await problemOf(work)).toMatchObject({ kind: "malformed", code: "other-server" })
      expect(http.asked).toEqual([])
    }
  })

  test("is not followed when it answers with a redirect", async () => {
    const { provider, http } = provide([{ status: 301, headers: { location: "https://evil.example/" } }])
    expect((await problemOf(provider.listCalendars(access, signal))).kind).toBe("unsupported")
    expect(http.asked.map(({ url }) => url)).toEqual([home])
  })
})
