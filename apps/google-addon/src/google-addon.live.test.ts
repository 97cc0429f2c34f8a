import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MessageChannel, Worker } from "node:worker_threads"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, expect, test } from "vitest"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, simulatorSettings, until } from "../../../e2e/support.ts"
import { buildGoogleAddon } from "../../../tools/google-addon.ts"

// The add-on as it is built for a deployment, run as Apps Script runs it, on a real service and a simulated Google.

let simulator: Simulator
let started: Started
let folder = ""
beforeAll(async () => {
  simulator = await startSimulator()
  simulator.zoom.account.addUser("owner@example.org")
  started = await start("", {
    ...simulatorSettings(simulator),
    ...{ KALENDS_ZOOM_ACCOUNT_ID: simulator.zoom.app.accountId, KALENDS_ZOOM_CLIENT_ID: simulator.zoom.app.clientId },
    ...{ KALENDS_ZOOM_CLIENT_SECRET: simulator.zoom.app.clientSecret, KALENDS_ZOOM_USER: "owner@example.org" },
    ...{ KALENDS_ZOOM_TOKEN_URL: simulator.baseUrls.zoomToken, KALENDS_ZOOM_API_URL: simulator.baseUrls.zoomApi },
  })
  folder = await mkdtemp(join(tmpdir(), "kalends-addon-"))
})
afterAll(async () => {
  await end(started)
  await simulator?.close()
  await rm(folder, { recursive: true, force: true })
})

type Sent = { readonly method: string; readonly path: string; readonly body: Record<string, unknown> | null }
type Options = { readonly method: string; readonly headers: Record<string, string>; readonly payload?: string }
type Question =
  | { readonly kind: "fetch"; readonly url: string; readonly options: Options }
  | { readonly kind: "get"; readonly calendarId: string; readonly eventId: string; readonly options: object }
  | { readonly kind: "list"; readonly calendarId: string; readonly options: object }

/** Runs the built script; `sent` is everything that it sent to the service. */
function runScript(file: string, accessToken: string) {
  const { port1, port2 } = new MessageChannel()
  const bell = new SharedArrayBuffer(4)
  const signal = new Int32Array(bell)
  const worker = new Worker(new URL("./testing/script-worker.ts", import.meta.url), {
    ...{ workerData: { file, port: port2, bell }, transferList: [port2] },
  })
  const sent: Sent[] = []

  async function answer(question: Question): Promise<unknown> {
    if (question.kind === "fetch") {
      const { method, headers, payload } = question.options
      const body = payload === undefined ? null : (JSON.parse(payload) as Record<string, unknown>)
      sent.push({ method, path: new URL(question.url).pathname, body })
      const given = payload === undefined ? {} : { body: payload }
      const type: Record<string, string> = payload === undefined ? {} : { "content-type": "application/json" }
      const response = await fetch(question.url, {
        method: method.toUpperCase(),
        headers: { ...headers, ...type },
        ...given,
      })
      return { status: response.status, text: await response.text() }
    }
    const id = question.kind === "get" ? `/${question.eventId}` : ""
    const url = new URL(`${simulator.baseUrls.googleApi}/calendars/${question.calendarId}/events${id}`)
    for (const [name, value] of Object.entries(question.options)) url.searchParams.set(name, String(value))
    const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })
    if (!response.ok) throw new Error(`API call failed with error: ${response.status}`)
    return response.json()
  }

  const waiting: ((done: { readonly result: unknown; readonly triggers: unknown }) => void)[] = []
  port1.on("message", (message) => {
    if (message.kind === "done") return waiting.shift()?.(message)
    const reply = (told: object) => {
      port1.postMessage(told)
      Atomics.store(signal, 0, 1)
      Atomics.notify(signal, 0)
    }
    answer(message.question).then(
      (given) => reply({ answer: given }),
      (error: unknown) => reply({ error: String(error) }),
    )
  })
  return {
    sent,
    call: (name: string, event: object) =>
      new Promise<{ readonly result: unknown; readonly triggers: unknown }>((resolve) => {
        waiting.push(resolve)
        port1.postMessage({ call: name, event })
      }),
    async close() {
      port1.close()
      await worker.terminate()
    },
  }
}

const home = { commonEventObject: { userLocale: "ja", timeZone: { id: "Europe/Berlin" } } }

/** By a code that the person types in the portal. */
async function signIn(script: ReturnType<typeof runScript>): Promise<void> {
  expect(JSON.stringify(await script.call("onHome", home))).toContain("Kalends に接続")
  const shown = JSON.stringify(await script.call("onBeginSignIn", {}))
  const code = /<b>([^<]+)<\/b>/.exec(shown)?.[1]
  expect((await started.call("POST", "/v1/tools/connections", { code })).status).toBe(204)
  expect(JSON.stringify(await script.call("onCodeTyped", {}))).toContain("Connected.")
}

const scope = "https://www.googleapis.com/auth/calendar"

test("a conference chosen in Google Calendar is a meeting that follows its event, and only its face is told", async () => {
  const person = simulator.org.addPerson(simulator.tenants.google, "Ada", "ada@google.example.org")
  simulator.knobs("google").approvesAll = true
  expect(await connectByOAuth(started.call, "google", person.email, "read-write")).toBe("connected")
  const serviceUrl = `http://localhost:${new URL(started.node.url).port}`
  await buildGoogleAddon({ serviceUrl, name: "Kalends", logoUrl: "https://example.org/logo.png" }, folder)
  const { google } = simulator.grants
  const script = runScript(join(folder, "Code.js"), google.newAccessToken(google.newGrant(person, scope)))
  try {
    await signIn(script)

    // The person writes an event and chooses the conference; Google puts what it is given into the event.
    const event = person.calendar.create({
      subject: "Observation",
      time: { kind: "timed", start: "2027-03-01T20:00:00", end: "2027-03-01T21:30:00", zone: "Europe/Berlin" },
      description: "SECRET BODY",
      attendees: [],
    })
    const chosen = await script.call("onCreateConference", {
      ...home,
      eventData: { calendarId: person.email, eventId: event.id },
    })
    expect(chosen.triggers).toEqual([{ name: "onEventsChanged", calendarId: person.email }])
    const { set } = chosen.result as { set: Record<string, unknown> }
    const [entry] = set.addEntryPoint as { set: { setUri: string } }[]
    const meetingId = String(set.setConferenceId)
    const conferenceData = {
      conferenceId: meetingId,
      conferenceSolution: { name: "Kalends", key: { type: "addOn" } },
      entryPoints: [{ entryPointType: "video", uri: entry?.set.setUri }],
      parameters: { addOnParameters: { parameters: { kalendsMeetingId: meetingId } } },
    }
    person.calendar.update(event, { extra: { conferenceData } })
    await script.call("onEventsChanged", { calendarId: person.email })

    // Moved by a day in the calendar.
    const time = {
      kind: "timed",
      start: "2027-03-02T20:00:00",
      end: "2027-03-02T21:30:00",
      zone: "Europe/Berlin",
    } as const
    person.calendar.update(event, { time })
    await script.call("onEventsChanged", { calendarId: person.email })
    const held = () => simulator.zoom.account.users.flatMap((user) => simulator.zoom.account.meetingsOf(user))
    await until(async () => JSON.stringify(held()).includes("2027-03-02T19:00:00"))
    expect(held()).toHaveLength(1)

    const bodies = script.sent.flatMap(({ body }) => (body === null ? [] : [body]))
    const allowed = ["deviceName", "key", "subject", "date", "time", "zone", "isRecurring"]
    expect(bodies.flatMap(Object.keys).filter((name) => !allowed.includes(name))).toEqual([])
    expect(JSON.stringify(script.sent)).not.toContain("SECRET")
    expect(script.sent.at(-1)).toMatchObject({
      ...{ method: "patch", path: `/v1/tools/meetings/${meetingId}` },
      body: { subject: "Observation", date: "2027-03-02", time: "20:00", zone: "Europe/Berlin", isRecurring: false },
    })
  } finally {
    await script.close()
  }
})
