import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MessageChannel, Worker } from "node:worker_threads"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, expect, test } from "vitest"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, eveningAhead, simulatorSettings, until } from "../../../e2e/support.ts"
import { apiOf } from "../../../packages/server/src/testing/node.ts"
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
  const serviceUrl = `http://localhost:${new URL(started.node.url).port}`
  for (const form of ["by-hand", "by-itself"]) {
    const deployment = { serviceUrl, name: "Kalends", logoUrl: "https://example.org/logo.png" }
    await buildGoogleAddon({ ...deployment, addsByItself: form === "by-itself" }, join(folder, form))
  }
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
  | { readonly kind: "own" }
  | {
      readonly kind: "patch"
      readonly resource: object
      readonly calendarId: string
      readonly eventId: string
      readonly headers: Record<string, string>
    }

/** Runs the built script; `sent` is everything that it sent to the service. */
function runScript(file: string, person: Person, permission: string = scope) {
  const { google } = simulator.grants
  const accessToken = google.newAccessToken(google.newGrant(person, permission))
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
    if (question.kind === "own") return person.email
    const id = question.kind === "list" ? "" : `/${question.eventId}`
    const url = new URL(`${simulator.baseUrls.googleApi}/calendars/${question.calendarId}/events${id}`)
    const headers = { authorization: `Bearer ${accessToken}` }
    if (question.kind === "patch") {
      const body = JSON.stringify(question.resource)
      const type = { "content-type": "application/json" }
      const patched = await fetch(url, { method: "PATCH", headers: { ...headers, ...question.headers, ...type }, body })
      if (!patched.ok) throw new Error(`API call failed with error: ${patched.status}`)
      return patched.json()
    }
    for (const [name, value] of Object.entries(question.options)) url.searchParams.set(name, String(value))
    const response = await fetch(url, { headers })
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

const allowed = ["deviceName", "key", "subject", "date", "time", "zone", "isRecurring", "for"]

/** Nothing but what tools may say of an event was sent; `for` names people, and no event. */
function saysOnlyWhatItMay({ sent }: ReturnType<typeof runScript>): void {
  const bodies = sent.flatMap(({ body }) => (body === null ? [] : [body]))
  expect(bodies.flatMap(Object.keys).filter((name) => !allowed.includes(name))).toEqual([])
  expect(JSON.stringify(sent)).not.toContain("SECRET")
}

test("a conference chosen in Google Calendar is a meeting that follows its event, and only its face is told", async () => {
  const person = simulator.org.addPerson(simulator.tenants.google, "Ada", "ada@google.example.org")
  simulator.knobs("google").approvesAll = true
  expect(await connectByOAuth(started.call, "google", person.email, "read-write")).toBe("connected")
  const script = runScript(join(folder, "by-hand/Code.js"), person)
  try {
    await signIn(script)

    // The person writes an event and chooses the conference; Google puts what it is given into the event.
    const event = person.calendar.create({
      subject: "Observation",
      time: eveningAhead(0).time,
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
    person.calendar.update(event, { time: eveningAhead(1).time })
    await script.call("onEventsChanged", { calendarId: person.email })
    const held = () => simulator.zoom.account.users.flatMap((user) => simulator.zoom.account.meetingsOf(user))
    await until(async () => JSON.stringify(held()).includes(eveningAhead(1).instant))
    expect(held()).toHaveLength(1)

    saysOnlyWhatItMay(script)
    expect(script.sent.at(-1)).toMatchObject({
      ...{ method: "patch", path: `/v1/tools/meetings/${meetingId}` },
      body: {
        subject: "Observation",
        date: eveningAhead(1).date,
        time: "20:00",
        zone: "Europe/Berlin",
        isRecurring: false,
      },
    })
  } finally {
    await script.close()
  }
})

test("an event in a host's calendar is theirs once they allow it, and the service refuses before", async () => {
  const ada = simulator.org.addPerson(simulator.tenants.google, "Ada Two", "ada2@google.example.org")
  const bo = { email: "bo@google.example.org", displayName: "Bo", role: "user", password: "battery staple" }
  await started.call("POST", "/v1/users", bo)
  const script = runScript(join(folder, "by-hand/Code.js"), ada)
  try {
    await signIn(script)
    const pressed = { ...home, calendar: { calendarId: bo.email, id: "event-of-bo" } }
    expect(JSON.stringify(await script.call("onAddMeeting", pressed))).toContain("許可されていません")
    const url = `http://localhost:${new URL(started.node.url).port}`
    let token: string | null = null
    const asBo = apiOf(url, () => token)
    const session = { email: bo.email, password: bo.password, deviceName: "Test", keep: "memory" }
    token = ((await asBo("POST", "/v1/sessions", session)).body as { token: string }).token
    const delegate = { email: "ada@example.org", managesPrivate: false }
    expect((await asBo("PUT", "/v1/me/delegates", delegate)).status).toBe(200)
    const made = JSON.stringify(await script.call("onAddMeeting", pressed))
    expect(made).toContain("setConferenceId")
    const meetingId = /"setConferenceId":"([^"]+)"/.exec(made)?.[1]
    expect((await asBo("GET", `/v1/meetings/${meetingId}`)).status).toBe(200)
    expect(script.sent.at(-1)?.body).toMatchObject({ for: bo.email })
    saysOnlyWhatItMay(script)
  } finally {
    await script.close()
  }
})

test("the form that adds by itself writes the link into a saved event's location, and the meeting follows", async () => {
  const person = simulator.org.addPerson(simulator.tenants.google, "Ada Three", "ada3@google.example.org")
  const script = runScript(join(folder, "by-itself/Code.js"), person)
  try {
    await signIn(script)
    const defaults = { templateId: null, addsToEveryEvent: true }
    expect((await started.call("PUT", "/v1/tools/defaults", defaults)).status).toBe(204)
    const opened = await script.call("onHome", home)
    expect(opened.triggers).toEqual([{ name: "onEventsChanged", calendarId: person.email }])
    const time = eveningAhead(0).time
    const event = person.calendar.create({ subject: "Eclipse", time, description: "SECRET BODY" })
    await script.call("onEventsChanged", { calendarId: person.email })
    expect(event.details.location).toMatch(/^https?:\/\//)
    person.calendar.update(event, { time: eveningAhead(1).time })
    await script.call("onEventsChanged", { calendarId: person.email })
    expect(script.sent.at(-1)).toMatchObject({
      method: "patch",
      body: { subject: "Eclipse", date: eveningAhead(1).date },
    })
    saysOnlyWhatItMay(script)
  } finally {
    await script.close()
  }
})
