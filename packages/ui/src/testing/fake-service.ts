import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import { parseSchedule, scheduleToJson } from "@kalends/domain/schedule-json"
import type { MeetingDetail } from "@kalends/protocol/meetings"
import { contentSecurityPolicy, newNonce, noncePlace } from "../../../server/src/http/security-headers.ts"
import { auditReply } from "./fake-audit.ts"
import { connectionsReply } from "./fake-connections.ts"
import { displaysReply } from "./fake-displays.ts"
import { figuresReply } from "./fake-figures.ts"
import { groupReply } from "./fake-groups.ts"
import { keysReply } from "./fake-keys.ts"
import { peopleReply } from "./fake-people.ts"
import { policyReply } from "./fake-policy.ts"
import { roomsReply } from "./fake-rooms.ts"
import { signInReply } from "./fake-sign-in.ts"
import { tenantReply } from "./fake-tenants.ts"
import { videoReply } from "./fake-video.ts"
import { type Scene, showWritten } from "./scene.ts"

export type FakeService = {
  readonly url: string
  /** From now on it answers what this scene says; whoever listened to the one before is cut off. */
  show(scene: Scene): void
  /** Sends a message to everybody who listens for changes. */
  tell(message: unknown): void
  close(): Promise<void>
}

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css" }
/** Of what never changes, as the real service says it. */
const lasting = { "cache-control": "public, max-age=31536000, immutable" }
const calendarId = "00000000-0000-4000-8000-00000000000c"
const session = "s".repeat(43)

type Call = {
  readonly route: string
  readonly query: URLSearchParams
  readonly body: Record<string, unknown>
  readonly scene: Scene
  readonly url: string
}
type Answer = { readonly status?: number; readonly body: unknown }

/**
 * The built apps, with the page headers of the real service, on an API that answers what the scene says. For looking at
 * every state of a screen, those included that a real service is seldom in. `webFolder` holds the apps as they are in
 * `apps/`, each built into its `dist`.
 */
export async function openFakeService(first: Scene, webFolder: string): Promise<FakeService> {
  let scene = first
  const streams = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.writeHead(500).end())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://fake")
    if (path === "/v1/changes" && scene.isUp) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
      streams.add(response)
      request.once("close", () => streams.delete(response))
      response.write(
        `data: ${JSON.stringify({ kind: "hello", watermarkMs: 1, missed: false, heartbeatSeconds: 25, protocolVersion: 1 })}\n\n`,
      )
      return
    }
    if (!/^\/(v1|calendar|people)\//.test(path)) return page(webFolder, path, response)
    const { status = 200, body } = reply({
      route: `${request.method} ${path}`,
      query,
      body: await bodyOf(request),
      scene,
      url: urlOf(),
    })
    response
      .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
      .end(JSON.stringify(body))
  }

  function urlOf(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: urlOf(),
    show(next) {
      scene = next
      for (const stream of streams) stream.end()
    },
    tell: (message) => {
      for (const stream of streams) stream.write(`data: ${JSON.stringify(message)}\n\n`)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function page(webFolder: string, path: string, response: ServerResponse): Promise<void> {
  const app = path.startsWith("/agenda/") ? "agenda" : "portal"
  const asset = /\/(assets\/[\w.-]+)$/.exec(path)?.[1]
  const text = await readFile(join(webFolder, app, "dist", asset ?? "index.html"), "utf8")
  if (asset !== undefined)
    return void response.writeHead(200, { "content-type": types[extname(asset)] ?? "text/plain", ...lasting }).end(text)
  const nonce = newNonce()
  const headers = {
    ...{ "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    "content-security-policy": contentSecurityPolicy(nonce, []),
  }
  response.writeHead(200, headers).end(text.replaceAll(noncePlace, nonce))
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return parts.length === 0 ? {} : (JSON.parse(Buffer.concat(parts).toString("utf8")) as Record<string, unknown>)
}

const problem = (status: number, kind: string, code: string): Answer => ({
  status,
  body: { type: "about:blank", title: code, status, kind, code },
})
const soon = () => new Date(Date.now() + 3_600_000).toISOString()

function meetingReply(route: string, body: Record<string, unknown>, scene: Scene): Answer | null {
  if (route === "GET /v1/meetings") return { body: { meetings: scene.meetings, before: null } }
  if (route === "POST /v1/meetings/held") {
    scene.meetings = scene.meetings.map((one) => ({ ...one, events: [] }))
    return { body: { count: 1 } }
  }
  if (route === "POST /v1/meetings") return failing(scene) ?? makeMeeting(body, scene)
  const found = scene.meetings.find(({ meetingId }) => route.endsWith(`/v1/meetings/${meetingId}`))
  return found === undefined ? null : oneMeetingReply(route, { body, scene, found })
}

function failing(scene: Scene): Answer | null {
  const failure = scene.meetingProblem
  scene.meetingProblem = null
  return failure === null ? null : problem(failure.status, failure.kind, failure.code)
}

function makeMeeting(body: Record<string, unknown>, scene: Scene): Answer {
  const [first] = scene.meetings
  if (first === undefined) return problem(400, "unsupported", "no-meeting-service")
  const schedule = parseSchedule(body.schedule)
  const subject = String(body.subject)
  const made = {
    ...first,
    meetingId: `00000000-0000-4000-8000-0000000001${String(scene.meetings.length).padStart(2, "0")}`,
    joinUrl: `https://meet.jit.si/made${scene.meetings.length}xw4c6yb8n9dfghj`,
    isRecurring: schedule.kind === "series",
    events: [{ calendarId, eventId: `made-${scene.meetings.length}`, role: "driver" as const, isHeld: false }],
    event: { version: "1", subject, schedule: scheduleToJson(schedule), canWrite: true },
    history: [],
  }
  scene.meetings = [made, ...scene.meetings]
  if (schedule.kind === "single" && schedule.time.kind === "timed") {
    const [start, end] = [schedule.time.startsAt, schedule.time.endsAt].map((at) => ({ dateTime: at.toString() }))
    const event = { id: made.events[0]?.eventId, etag: "1", status: "confirmed", summary: subject, start, end }
    scene.written = [{ ...event, location: made.joinUrl }]
    if (!scene.isCalendarSlow) showWritten(scene)
  }
  return { body: made }
}

type OneMeeting = { readonly body: Record<string, unknown>; readonly scene: Scene; readonly found: MeetingDetail }

function oneMeetingReply(route: string, { body, scene, found }: OneMeeting): Answer {
  if (route.startsWith("GET")) return { body: found }
  const failed = failing(scene)
  if (failed !== null) return failed
  const isOf = (event: unknown) => {
    const { id, recurringEventId } = Object(event)
    return found.events.some(({ eventId }) => eventId === id || eventId === recurringEventId)
  }
  if (route.startsWith("DELETE")) {
    scene.meetings = scene.meetings.filter((one) => one !== found)
    scene.events = scene.events?.filter((event) => !isOf(event)) ?? null
    return { body: {} }
  }
  if (found.event === null) return problem(404, "not-found", "no-event")
  if (body.version !== found.event.version) return problem(409, "conflict", "event-changed")
  const event = { ...found.event, ...body, version: "2" }
  const changed = { ...found, event }
  scene.meetings = scene.meetings.map((one) => (one === found ? changed : one))
  scene.events = scene.events?.map((one) => (isOf(one) ? { ...Object(one), summary: event.subject } : one)) ?? null
  return { body: changed }
}

function reply({ route, query, body, scene, url }: Call): Answer {
  const { connection } = scene
  if (!scene.isUp) return problem(503, "unavailable", "no-answer")
  if (route.startsWith("GET /calendar/"))
    return scene.events === null ? problem(503, "unavailable", "no-answer") : { body: { items: scene.events } }
  if (/^POST .*\/access$/.test(route) && connection !== null) return { body: accessTo(connection, url) }
  if (route.startsWith("DELETE /v1/connections/")) {
    scene.connection = null
    return { body: scene.removal }
  }
  const asked = { route, query, body }
  if (/^DELETE \/v1\/sessions(?:\/(?!current)|$)/.test(route)) return endSessions(route, scene)
  const found =
    peopleReply(asked, scene) ??
    meetingReply(route, body, scene) ??
    groupReply(asked, scene) ??
    tenantReply(asked, scene) ??
    connectionsReply(asked, scene) ??
    roomsReply(asked, scene) ??
    videoReply(asked, scene) ??
    auditReply(asked, scene) ??
    keysReply(asked, scene) ??
    displaysReply(asked, scene) ??
    figuresReply(asked, scene) ??
    policyReply(asked, scene) ??
    signInReply(asked, scene)
  if (found !== null) return found
  switch (route) {
    case "GET /v1/service":
      return { body: scene.service }
    case "GET /v1/me":
      return scene.user === null ? problem(401, "auth-expired", "signed-out") : { body: scene.user }
    case "POST /v1/setup":
      return body.setupCode === "wrong-code" ? problem(403, "forbidden", "wrong-setup-code") : signedIn(scene, "cookie")
    case "POST /v1/sessions":
      return body.password === "wrong" ? problem(401, "auth-expired", "wrong-sign-in") : signedIn(scene, body.keep)
    case "POST /v1/sessions/exchange":
      return signedIn(scene, "memory")
    case "POST /v1/sessions/handoff":
      return { body: { code: "c".repeat(43), expiresAt: soon() } }
    case "GET /v1/sessions":
      return { body: { sessions: scene.sessions } }
    case "GET /v1/connections":
      return { body: { connections: connection === null ? [] : [connection], contacts: scene.contactsChoice } }
    case "POST /v1/connections":
      return problem(401, "auth-revoked", "wrong-password")
    default:
      return { body: {} }
  }
}

/** One of them, or all but the one that asks. */
function endSessions(route: string, scene: Scene): Answer {
  if (!scene.isFactorFresh) return problem(403, "forbidden", "fresh-factor-needed")
  const id = route.split("/")[3]
  scene.sessions = scene.sessions.filter(({ sessionId, isCurrent }) =>
    id === undefined ? isCurrent : sessionId !== id,
  )
  return { body: {} }
}

function signedIn(scene: Scene, keep: unknown): Answer {
  const [first] = scene.users
  if (keep === "cookie" && first !== undefined) scene.user = first
  return { body: { token: keep === "cookie" ? null : session, expiresAt: soon(), user: first } }
}

function accessTo(
  { connectionId, provider, permission, contacts = "none" }: NonNullable<Scene["connection"]>,
  url: string,
): unknown {
  return {
    connectionId,
    provider,
    permission,
    calendars: [{ calendarId, providerCalendarId: "primary", isPrimary: true, canWrite: false }],
    access: { kind: "bearer", token: "t", expiresAt: soon(), apiBase: `${url}/calendar` },
    contacts: contacts === "none" ? null : { permission: contacts, apiBase: `${url}/people/v1` },
  }
}
