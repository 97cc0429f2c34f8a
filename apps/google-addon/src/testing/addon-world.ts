import { createFunctions } from "../main.ts"
import type { EventResource } from "../services.ts"
import { fakeGoogle, plain } from "./fake-google.ts"

export const meetingId = "11111111-2222-4333-8444-555555555555"
const meeting = {
  ...{ meetingId, joinUrl: "https://meet.example.org/abc", location: "https://meet.example.org/abc" },
  ...{ block: { text: "Join", html: '<a href="https://meet.example.org/abc">Join</a>' }, expiresAt: null },
}
export const settings = {
  ...{ person: { displayName: "Ada <Lovelace>", email: "ada@example.org" }, isOn: true },
  mayScheduleFor: [{ displayName: "Bo", email: "bo@example.org", managesPrivate: false }],
  templates: [{ templateId: "99999999-2222-4333-8444-555555555555", name: "Lectures", isDefault: false }],
  defaults: { templateId: null, addsToEveryEvent: false },
}

type Answers = Record<string, { status: number; body?: unknown }>
type Sent = { readonly asked: string; readonly token: string | null; readonly body: unknown }

/** The add-on's global functions on fakes of Google and of the service. */
export function addonWorld({ addsByItself = false } = {}) {
  const sent: Sent[] = []
  const events = new Map<string, EventResource>()
  const listed: { readonly options: Readonly<Record<string, unknown>> }[] = []
  const answers: Answers = {
    "post /v1/tools/sessions/code": { status: 201, body: { code: "ABCD-EFGH", token: "waiting-token" } },
    "get /v1/tools/sessions/code": { status: 200, body: { state: "connected" } },
    "get /v1/tools/settings": { status: 200, body: settings },
    "put /v1/tools/defaults": { status: 204 },
    "post /v1/tools/meetings": { status: 200, body: meeting },
    [`patch /v1/tools/meetings/${meetingId}`]: { status: 200, body: meeting },
    [`delete /v1/tools/meetings/${meetingId}`]: { status: 204 },
    "delete /v1/sessions/current": { status: 204 },
  }
  const calendar = { page: {} as unknown, refusesToken: false, refusesPatch: false }
  const patched: { readonly resource: unknown; readonly headers: unknown }[] = []
  const google = fakeGoogle(
    {
      fetch(url, options) {
        const asked = `${options.method} ${new URL(url).pathname}`
        const { Authorization = null } = options.headers as { Authorization?: string }
        const payload = options.payload as string | undefined
        sent.push({ asked, token: Authorization, body: payload === undefined ? null : JSON.parse(payload) })
        const { status, body } = answers[asked] ?? { status: 404 }
        return { status, text: body === undefined ? "" : JSON.stringify(body) }
      },
      get(_, eventId) {
        const event = events.get(eventId)
        if (event === undefined) throw new Error("API call to calendar.events.get failed with error: Not Found")
        return event
      },
      list(_, options) {
        listed.push({ options })
        if (calendar.refusesToken && options.syncToken !== undefined)
          throw new Error("Sync token is no longer valid, a full sync is required.")
        return calendar.page
      },
      own: () => "ada@example.org",
      patch(resource, _calendarId, _eventId, _options, headers) {
        if (calendar.refusesPatch)
          throw new Error("API call to calendar.events.patch failed with error: Precondition Failed")
        patched.push({ resource, headers })
      },
    },
    () => "2026-12-01T23:30:00Z",
  )
  const functions = createFunctions(google.script, "https://calendar.example.org", addsByItself)
  return {
    ...{ sent, events, listed, answers, calendar, patched, google, functions },
    signIn: () => google.script.PropertiesService.getUserProperties().setProperty("token", "session-token"),
    /** What a function of the add-on gives to Google, as data. */
    call: (name: keyof typeof functions, event: object = {}) => plain(functions[name](event)),
    said: (name: keyof typeof functions, event: object = {}) => JSON.stringify(plain(functions[name](event))),
  }
}
