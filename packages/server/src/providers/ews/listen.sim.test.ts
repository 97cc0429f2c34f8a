import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId } from "@kalends/domain/ids"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createHttpClient } from "../../platform/http-client.ts"
import type { StreamNotice } from "../../ports/calendar-provider.ts"
import type { HttpClient } from "../../ports/http-client.ts"
import { type FakeClock, fakeClock } from "../../testing/fake-clock.ts"
import { createEwsCalls } from "./calls.ts"
import { createEwsStreams } from "./listen.ts"

// What conformance does not show of listening: streams that do not get through.

let simulator: Simulator
let http: ReturnType<typeof createHttpClient>
let person: Person
let clock: FakeClock
let controller: AbortController
const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" } as const

beforeEach(async () => {
  simulator = await startSimulator()
  person = simulator.org.addPerson(simulator.tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  http = createHttpClient({ allowedPrivateHosts: [new URL(simulator.url).host] })
  clock = fakeClock()
  controller = new AbortController()
})
afterEach(async () => {
  controller.abort()
  await http.close()
  await simulator.close()
})

async function listen(client: HttpClient) {
  const calls = createEwsCalls({ http: client, clock })
  const { login: username, password } = simulator.exchange.credentialsOf(person)
  const access: Access = { kind: "password", server: simulator.baseUrls.exchange, username, password }
  const folder = await calls.getCalendarFolder({ access, signal: controller.signal })
  const calendarId = parseProviderCalendarId(folder?.id ?? "")
  const input = { access, calendarIds: [calendarId], signal: controller.signal }
  const notices = createEwsStreams(calls, clock).listen(input)[Symbol.asyncIterator]()
  /** The next notice; time goes on while it is waited for. */
  async function next(): Promise<StreamNotice | undefined> {
    let isThere = false
    const asked = notices.next().finally(() => {
      isThere = true
    })
    while (!isThere) await clock.advance(1_000)
    return (await asked).value ?? undefined
  }
  return { calendarId, next }
}

/** A proxy that waits for the end of an answer before it passes anything on: of a stream, nothing comes. */
function buffering(hasHeaders: boolean): HttpClient {
  return {
    ...http,
    stream: ({ signal }) =>
      new Promise((resolve, reject) => {
        const body = new ReadableStream<Uint8Array>({
          start(stream) {
            signal?.addEventListener("abort", () => stream.error(signal.reason))
          },
        })
        if (hasHeaders) resolve({ status: 200, headers: {}, body })
        else signal?.addEventListener("abort", () => reject(signal.reason))
      }),
  }
}

describe.each([
  ["that shows the beginning of the answer", true],
  ["that shows nothing at all", false],
])("behind a proxy that holds streams back, one %s", (_which, hasHeaders) => {
  test("events are fetched, and told as those of a stream", async () => {
    const { calendarId, next } = await listen(buffering(hasHeaders))
    expect(await next()).toEqual({ kind: "listening" })
    // What happened while the stream was waited for was told by nobody.
    expect(await next()).toEqual({ kind: "missed", calendarId })
    expect(await next()).toEqual({ kind: "alive" })
    person.calendar.create({ subject: "Told", time })
    expect(await next()).toEqual({ kind: "changed", calendarId })
    expect(await next()).toEqual({ kind: "alive" })
    expect(simulator.calls.count("GetEvents", person.email)).toBe(3)
  })

  test("a subscription that the server has forgotten is made anew, and what was between counts as missed", async () => {
    const { calendarId, next } = await listen(buffering(hasHeaders))
    await next()
    await next()
    await next()
    simulator.exchange.subscriptions.expire(person)
    expect(await next()).toEqual({ kind: "missed", calendarId })
    person.calendar.create({ subject: "Told", time })
    expect(await next()).toEqual({ kind: "changed", calendarId })
  })
})
