import type { IpcSettings } from "@kalends/protocol/ipc"
import type { Send } from "../service.ts"

export type SentRequest = { readonly route: string; readonly body: Record<string, unknown> | null }
type Told = Readonly<Record<string, unknown>>

export const meetingId = "00000000-0000-4000-8000-000000000001"
export const joinUrl = "https://meet.example/abc"
const block = { text: `Join the meeting: ${joinUrl}`, html: `Join the meeting: <a href="${joinUrl}">${joinUrl}</a>` }
const meeting = { meetingId, joinUrl, location: joinUrl, block, expiresAt: null }

export const plainSettings: IpcSettings = {
  person: { displayName: "Ada", email: "ada@example.org" },
  isOn: true,
  templates: [{ templateId: "00000000-0000-4000-8000-0000000000a1", name: "Talk", isDefault: false }],
  defaults: { templateId: null, addsToEveryEvent: true },
  mayScheduleFor: [{ email: "grace@example.org", displayName: "Grace", managesPrivate: false }],
}

/** The service's API for tools as its contract reads, over one meeting; keeps every request that it was sent. */
export function scriptedService(settings: IpcSettings = plainSettings) {
  const sent: SentRequest[] = []
  const state = {
    settings,
    /** What the meeting has now; null: there is none. */
    meeting: null as Told | null,
    isUp: true,
    isTyped: false,
    /** Doors that let in. */
    doors: new Set(["entra", "exchange"]),
  }
  const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
  const problem = (status: number, kind: string, code: string) =>
    json(status, { type: "about:blank", title: code, status, kind, code })
  const gone = () => problem(404, "not-found", "no-meeting")
  const routes: Readonly<Record<string, (body: Told) => Response>> = {
    "POST /v1/tools/sessions/code": () =>
      json(201, { code: "KPT4-9QXM", token: "c".repeat(43), pollSeconds: 1, expiresAt: "2026-12-01T00:00:00Z" }),
    "GET /v1/tools/sessions/code": () => json(200, { state: state.isTyped ? "connected" : "waiting" }),
    "GET /v1/tools/settings": () => json(200, state.settings),
    "PUT /v1/tools/defaults": (body) => {
      state.settings = { ...state.settings, defaults: { ...state.settings.defaults, ...body } }
      return new Response(null, { status: 204 })
    },
    "POST /v1/tools/meetings": (body) => {
      state.meeting = body
      return json(200, meeting)
    },
    [`GET /v1/tools/meetings/${meetingId}`]: () => (state.meeting === null ? gone() : json(200, meeting)),
    [`PATCH /v1/tools/meetings/${meetingId}`]: (body) => {
      if (state.meeting === null) return gone()
      state.meeting = { ...state.meeting, ...body }
      return json(200, meeting)
    },
    [`DELETE /v1/tools/meetings/${meetingId}`]: () => {
      state.meeting = null
      return new Response(null, { status: 204 })
    },
  }
  const send: Send = async (path, { method, body }) => {
    if (!state.isUp) throw new TypeError("no network")
    const route = `${method} ${path}`
    const told = typeof body === "string" ? (JSON.parse(body) as Record<string, unknown>) : null
    sent.push({ route, body: told })
    const door = /^POST \/v1\/tools\/sessions\/(entra|exchange)$/.exec(route)?.[1]
    if (door !== undefined)
      return state.doors.has(door)
        ? json(200, { token: "t".repeat(43) })
        : problem(401, "auth-expired", "unknown-person")
    return routes[route]?.(told ?? {}) ?? problem(404, "not-found", "no-route")
  }
  return { send, sent, state }
}
