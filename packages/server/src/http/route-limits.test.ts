import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance, FastifyRequest } from "fastify"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { z } from "zod"
import type { SessionRow } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createApp } from "./app.ts"
import { auditRoutes } from "./audit-routes.ts"
import { changesRoute } from "./changes-route.ts"
import { connectionRoutes } from "./connection-routes.ts"
import { deviceRoutes } from "./device-routes.ts"
import { displayRoutes } from "./display-routes.ts"
import { edgeLimits } from "./edge-limits.ts"
import { figuresRoutes } from "./figures-routes.ts"
import { groupRoutes } from "./group-routes.ts"
import { keyRoutes } from "./key-routes.ts"
import { limits } from "./limits.ts"
import { meetingRoutes } from "./meeting-routes.ts"
import { openApiDocument } from "./openapi.ts"
import { overviewRoutes } from "./overview-routes.ts"
import { peopleRoutes } from "./people-routes.ts"
import { personRoutes } from "./person-routes.ts"
import { policyRoutes } from "./policy-routes.ts"
import { providerSignInRoutes } from "./provider-sign-in-routes.ts"
import { revocationRoutes } from "./revocation-routes.ts"
import { roomRoutes } from "./room-routes.ts"
import { roomTroublesRoutes } from "./room-troubles-routes.ts"
import { createSessionGuard, oncePerRequest, type RequireUser } from "./session-guard.ts"
import { signInRoutes } from "./sign-in-routes.ts"
import { tenantRoutes } from "./tenant-routes.ts"
import { type ToolRoutesDeps, toolRoutes } from "./tool-routes.ts"

const publicUrl = "http://localhost:8080"
const rows = sampleRows(1)
const session = z.custom<SessionRow>().parse({ userId: rows.user.userId })
const signedIn = { user: rows.user, session, asksEverybody: false }
const token = "t".repeat(43)
const id = "0198f7a0-0000-7000-8000-000000000001"

/** Whatever is asked of it refuses: what the routes do before they ask is what is tested here. */
const refuses = <Part>(): Part =>
  z
    .custom<Part>()
    .parse(
      new Proxy({}, { get: () => () => Promise.reject(new Problem("conflict", "Not here.", { code: "refused" })) }),
    )

let app: FastifyInstance

beforeEach(async () => {
  app = await serve(guarded().guard)
})
afterEach(() => app.close())

const headers = { host: "localhost", "x-kalends-request": "1", authorization: `Bearer ${token}` }

function guarded() {
  const clock = fakeClock()
  const people = {
    findSignedIn: async (given: string) => (given === token ? signedIn : null),
    noteRefusedAccess: async () => {},
  }
  return { guard: oncePerRequest(createSessionGuard(people, [publicUrl], clock)), clock }
}

function serve(requireUser: RequireUser): Promise<FastifyInstance> {
  const clock = fakeClock()
  return createApp({
    log: { info() {}, warn() {}, error() {} },
    clock,
    hosts: new Set(["localhost"]),
    behindProxy: true,
    tls: null,
    service: () => Promise.reject(new Error("not asked")),
    isReady: async () => {},
    ...{ edge: edgeLimits, requireUser },
    async routes(all) {
      const common = { requireUser, requireFresh: requireUser, clock }
      await peopleRoutes(all, { ...common, people: refuses(), store: refuses(), publicUrl, setupCode: "first-start" })
      await signInRoutes(all, {
        ...common,
        factors: refuses(),
        passkeys: refuses(),
        providerSignIn: refuses(),
        people: refuses(),
        publicUrl,
      })
      await providerSignInRoutes(all, {
        ...{ signIn: refuses(), visitorOf: async () => null, world: { clock, random: seededRandom(1) }, publicUrl },
        requireUser,
      })
      await connectionRoutes(all, { ...common, connections: refuses(), serviceSignIn: refuses() })
      await meetingRoutes(all, { ...common, meetings: refuses() })
      const tools = {
        meetings: refuses(),
        settings: refuses(),
        delegates: refuses(),
        codes: refuses(),
        doors: refuses(),
      } as const
      await toolRoutes(all, {
        ...common,
        tools: z.custom<ToolRoutesDeps["tools"]>().parse(tools),
        publicUrl,
        webFolder: null,
      })
      await groupRoutes(all, { ...common, groups: refuses() })
      await changesRoute(all, { ...common, streams: refuses() })
      await auditRoutes(all, { ...common, audit: refuses() })
      await keyRoutes(all, { ...common, keys: refuses() })
      await figuresRoutes(all, { ...common, figures: refuses() })
      await policyRoutes(all, { ...common, policy: refuses(), ownPolicy: refuses() })
      await tenantRoutes(all, {
        ...{ ...common, tenants: refuses(), rollouts: refuses(), doctor: refuses(), policy: refuses() },
        ...{ revocations: refuses(), serviceSignIn: refuses() },
      })
      await personRoutes(all, {
        ...common,
        persons: { administration: refuses(), links: refuses(), overview: refuses(), ownPolicy: refuses() },
        store: refuses(),
        publicUrl,
      })
      await overviewRoutes(all, { ...common, overview: refuses(), forecast: refuses() })
      await roomTroublesRoutes(all, { ...common, roomTroubles: refuses() })
      await roomRoutes(all, {
        ...{ ...common, rooms: refuses(), manyRooms: refuses(), roomSetup: refuses() },
        ...{ roomDirectory: refuses(), roomDoctor: refuses() },
      })
      await deviceRoutes(all, { ...common, devices: refuses(), manyDevices: refuses() })
      await displayRoutes(all, { ...common, displays: refuses(), streams: refuses(), act: refuses() })
      await revocationRoutes(all, { ...common, revocations: refuses() })
    },
  })
}

type Asked = { readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; readonly url: string }

const ask = ({ method, url }: Asked, payload: object = {}, from = "203.0.113.9") =>
  app.inject({
    method,
    url,
    ...(method === "GET" || method === "DELETE" ? {} : { payload }),
    headers: { ...headers, "x-forwarded-for": from },
  })

/** How many requests are heard before one is told to wait. */
async function heard(asked: Asked, most: number, payload?: (index: number) => { body?: object; from?: string }) {
  for (let count = 0; count <= most; count++) {
    const { body, from } = payload?.(count) ?? {}
    if ((await ask(asked, body, from)).statusCode === 429) return count
  }
  return Number.POSITIVE_INFINITY
}

const post = (url: string): Asked => ({ method: "POST", url })
const signIn = (email: string) => ({ email, password: "guess", deviceName: "Test", keep: "memory" })

describe("what can be guessed at", () => {
  test("the set-up code: a few times from one network, however its addresses change", async () => {
    const guess = (index: number) => ({
      from: `2001:db8:1:2::${index + 1}`,
      body: {
        setupCode: `guess-number-${index}`,
        organisation: "O",
        displayName: "D",
        email: "a@example.org",
        password: "correct horse",
      },
    })
    expect(await heard(post("/v1/setup"), 100, guess)).toBe(limits.failuresPerNetwork.count)
  })

  test("a hand-off code: a few times from one network", async () => {
    const guess = (index: number) => ({ body: { code: `${index}`.padStart(43, "x"), deviceName: "Agenda" } })
    expect(await heard(post("/v1/sessions/exchange"), 100, guess)).toBe(limits.failuresPerNetwork.count)
  })

  test("a person's password: less often from one network than from all, so that a stranger does not keep its owner out", async () => {
    const fromOne = () => ({ body: signIn("ada@example.org") })
    expect(await heard(post("/v1/sessions"), 100, fromOne)).toBe(limits.failuresPerEmailAndNetwork.count)
    const owner = await ask(post("/v1/sessions"), signIn("ada@example.org"), "198.51.100.7")
    expect(owner.statusCode).not.toBe(429)
    const fromMany = (index: number) => ({ ...fromOne(), from: `192.0.2.${index}` })
    const sofar = limits.failuresPerEmailAndNetwork.count + 1
    expect(await heard(post("/v1/sessions"), 100, fromMany)).toBe(limits.failuresPerEmail.count - sofar)
  })

  test("a passkey: a few times from one network", async () => {
    const guess = () => ({ body: { attempt: "x", response: assertion, deviceName: "Test", keep: "memory" } })
    expect(await heard(post("/v1/sessions/passkey"), 100, guess)).toBe(limits.failuresPerNetwork.count)
  })

  test("passwords of many people: a few times from one network", async () => {
    const guess = (index: number) => ({ body: signIn(`p${index}@example.org`) })
    expect(await heard(post("/v1/sessions"), 100, guess)).toBe(limits.failuresPerNetwork.count)
  })
})

describe("what costs work", () => {
  test("links for passwords have one for each network that follows them", async () => {
    const token = "x".repeat(43)
    expect(await heard(post("/v1/password-links/look"), 100, () => ({ body: { token } }))).toBe(
      limits.linksPerNetwork.count,
    )
  })

  test("links that one administrator makes are counted one by one, however many are asked for at once", async () => {
    await app.close()
    app = await serve(async () => ({ session, user: { ...rows.user, role: "owner", call: "request:1" } }))
    const people = Array.from({ length: 50 }, (_, index) => ({ email: `p${index}@example.org`, displayName: "P" }))
    const codes: string[] = []
    for (let call = 0; call < 3; call++) {
      const answer = await ask(post("/v1/invitations/batch"), { people, role: "user" })
      codes.push(...outcomesOf.parse(answer.json()).outcomes.map(({ code }) => code))
    }
    expect(codes.filter((code) => code === "too-many-attempts")).toHaveLength(150 - limits.linksPerUser.count)
    expect(await heard(post(`/v1/users/${id}/password-link`), 1)).toBe(0)
  })

  test("hand-off codes have a limit of their own", async () => {
    expect(await heard(post("/v1/sessions/handoff"), 1000)).toBe(limits.handoffsPerUser.count)
  })

  test("connecting has one, and coming back from the provider counts with it", async () => {
    const caldav = { signIn: "password", provider: "memory", permission: "read" }
    const guess = (index: number) => ({
      body: { ...caldav, server: "calendar.example", username: "ada", password: `${index}` },
    })
    const back = await Promise.all([1, 2].map(() => ask({ method: "GET", url: "/v1/oauth/callback?state=s&code=c" })))
    expect(back.map(({ headers }) => headers.location)).toEqual(["/?problem=refused", "/?problem=refused"])
    expect(await heard(post("/v1/connections"), 1000, guess)).toBe(limits.connectsPerUser.count - 2)
    const late = await ask({ method: "GET", url: "/v1/oauth/callback?state=s&code=c" })
    expect(late.headers.location).toBe("/?problem=too-many-attempts")
  })

  test("having access tokens replaced has one, being handed them has a wider one", async () => {
    const access = post(`/v1/connections/${id}/access`)
    const replaced = () => ({ body: { reach: "native", refusedTokenDigest: "x" } })
    expect(await heard(access, 1000, replaced)).toBe(limits.replacementsPerUser.count)
    expect((await ask(access, { reach: "native" })).statusCode).toBe(409)
  })

  test("what is answered to anybody has one for each network", async () => {
    const asked = { method: "GET", url: "/v1/consent/callback" } as const
    expect(await heard(asked, 10_000)).toBe(limits.anybodyPerNetwork.count)
    expect((await ask(asked, {}, "198.51.100.7")).statusCode).toBe(302)
  })

  test("whatever else a person changes or reads is counted by the guard", async () => {
    const { guard, clock } = guarded()
    const routeOptions = { config: { needs: "own" } }
    const request = (method: string) => guard(z.custom<FastifyRequest>().parse({ method, headers, routeOptions }))
    for (let spent = 0; spent < limits.changesPerUser.count; spent++) await request("POST")
    await expect(request("DELETE")).rejects.toMatchObject({ kind: "rate-limited" })
    for (let spent = 0; spent < limits.readsPerUser.count; spent++) await request("GET")
    await expect(request("GET")).rejects.toMatchObject({ kind: "rate-limited" })
    await clock.advance(limits.changesPerUser.windowMs)
    await expect(request("GET")).resolves.toMatchObject(signedIn)
  })

  test("every route of the description asks the guard, or is known to need nobody", async () => {
    await app.close()
    app = await serve(async () => {
      throw new Problem("rate-limited", "The guard was asked.", { code: "asked" })
    })
    const { paths } = described.parse(await openApiDocument())
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: methodOf.parse(method.toUpperCase()) })),
    )
    const guardedRoutes = routes.filter(({ path, method }) => !needNobody.has(`${method} ${path}`))
    expect(guardedRoutes.length).toBeGreaterThan(15)
    const answers = await Promise.all(
      guardedRoutes.map(async ({ path, method }) => {
        const url =
          path
            .replace("{provider}", "memory")
            .replace("{door}", "door")
            .replaceAll(/\{[^}]*\}/g, id) + (queries[path] ?? "")
        return `${method} ${path} ${(await ask({ method, url }, bodies[`${method} ${path}`])).json().code}`
      }),
    )
    expect(answers).toEqual(guardedRoutes.map(({ path, method }) => `${method} ${path} asked`))
  })
})

const outcomesOf = z.object({ outcomes: z.array(z.object({ code: z.string() })) })
const described = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
const methodOf = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"])

/** Answered to anybody, or to screens: limited by network above, without work, or one small question to the database. */
const needNobody = new Set([
  "POST /v1/setup",
  "POST /v1/sessions",
  "POST /v1/sessions/exchange",
  "POST /v1/sessions/passkey",
  "POST /v1/sessions/passkey/options",
  "POST /v1/password-links/look",
  "POST /v1/password-links/spend",
  "GET /v1/service",
  "GET /v1/openapi.json",
  "GET /healthz",
  "GET /readyz",
  "GET /v1/consent/callback",
  "POST /v1/sign-in/provider",
  "GET /v1/sign-in/callback",
  "POST /v1/room-agenda/token",
  "GET /v1/room-agenda",
  "POST /v1/displays/pairings",
  "GET /v1/displays/pairings/current",
  "GET /v1/display/agendas",
  "POST /v1/display/heard",
  "POST /v1/display/acts",
  "POST /v1/tools/sessions/code",
  "GET /v1/tools/sessions/code",
  "GET /v1/tools/doors",
  "POST /v1/tools/sessions/{door}",
])

const queries: Readonly<Record<string, string>> = {
  "/v1/connections/{connectionId}/calendars/{calendarId}/window":
    "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&zone=UTC",
  "/v1/oauth/callback": "?state=s&code=c",
  "/v1/figures": "?measure=own-share&from=2026-11-01T00:00:00Z&to=2026-11-01T01:00:00Z&step=60",
}

const schedule = {
  kind: "single",
  v: 1,
  time: { kind: "timed", startsAt: "2026-11-25T09:00:00Z", endsAt: "2026-11-25T10:00:00Z", zone: "UTC" },
}

const answered = { id: "x", rawId: "x", type: "public-key", clientExtensionResults: {} }
const attestation = { ...answered, response: { clientDataJSON: "x", attestationObject: "x" } }
const assertion = { ...answered, response: { clientDataJSON: "x", authenticatorData: "x", signature: "x" } }

const toolFace = { subject: "S", date: "2026-12-01", time: "09:00", zone: "UTC", isRecurring: false }
const toolTemplate = { name: "Usual", text: "", backend: null, isDefault: false }

/** What a route must be given before it asks who is there. */
const bodies: Readonly<Record<string, object>> = {
  "POST /v1/users": { email: "bo@example.org", displayName: "Bo", role: "user", password: "battery staple" },
  "POST /v1/me/identities": { issuer: "entra" },
  "PATCH /v1/users/{userId}": { displayName: "Bo" },
  "POST /v1/invitations": { email: "bo@example.org", displayName: "Bo", role: "user" },
  "POST /v1/invitations/batch": { people: [{ email: "bo@example.org", displayName: "Bo" }], role: "user" },
  "PUT /v1/me/totp": { code: "123456" },
  "POST /v1/sessions/second-factor": { code: "123456" },
  "POST /v1/sessions/second-factor/passkey": { attempt: "x", response: assertion },
  "POST /v1/me/passkeys": { attempt: "x", name: "Laptop", response: attestation },
  "PATCH /v1/me/passkeys/{passkeyId}": { name: "Laptop" },
  "PUT /v1/sign-in-policy": { asksEverybody: true },
  "PUT /v1/me/password": { current: "correct horse", next: "battery staple" },
  "POST /v1/connections": { signIn: "oauth", provider: "memory", permission: "read" },
  "POST /v1/connections/{connectionId}/access": { reach: "native" },
  "POST /v1/meetings": { key: "0".repeat(32), subject: "S", schedule },
  "POST /v1/meetings/held": { decision: "keep" },
  "PATCH /v1/meetings/{meetingId}": { version: "1" },
  "POST /v1/tools/meetings": { ...toolFace, key: "0".repeat(32) },
  "POST /v1/tools/identities/{door}": { token: "x" },
  "PUT /v1/tools/defaults": { templateId: null, addsToEveryEvent: false },
  "POST /v1/tools/templates": toolTemplate,
  "PUT /v1/tools/templates/{templateId}": toolTemplate,
  "POST /v1/tools/connections/look": { code: "ABCD2345" },
  "POST /v1/tools/connections": { code: "ABCD2345" },
  "PUT /v1/me/delegates": { email: "bo@example.org", managesPrivate: false },
  "PUT /v1/users/{userId}/delegates": { email: "bo@example.org", managesPrivate: false },
  "PUT /v1/policy/choice": { sync: null },
  "POST /v1/policy/preview": { dissolves: id },
  "POST /v1/policy/changes": { dissolves: id },
  "PUT /v1/groups/{groupId}": { name: "Pilots" },
  "POST /v1/rooms": { name: "Room 1", address: "room-1@example.org", zone: "UTC" },
  "PATCH /v1/rooms/{roomId}": { name: "Room 1" },
  "POST /v1/rooms/settings": { kind: "set", changes: [{ roomIds: [id], settings: { zone: "UTC" } }] },
  "PUT /v1/rooms/dial-rules": { rules: [] },
  "POST /v1/rooms/script": { provider: "memory", method: "application", addresses: [], identity: null },
  "POST /v1/rooms/directory": { by: "tenant", tenantConnectionId: id, next: null },
  "POST /v1/rooms/import": {
    tenantConnectionId: id,
    zone: "UTC",
    rooms: [{ address: "room-1@example.org", name: "Room 1", building: null, floor: null, capacity: null }],
  },
  "PUT /v1/rooms/{roomId}/connection": { by: "tenant", tenantConnectionId: id },
  "POST /v1/tenants": { provider: "memory", method: "certificate", permission: "read", given: {} },
  "POST /v1/tenants/sign-in": {
    ...{ provider: "memory", permission: "read", account: "svc@example.org", hasDirectory: false },
    tenantConnectionId: null,
  },
  "PUT /v1/tenants/{tenantConnectionId}/secret": { method: "certificate", given: {} },
  "POST /v1/tenants/{tenantConnectionId}/people": {
    people: [{ email: "bo@example.org", displayName: "Bo" }],
    groupId: null,
  },
  "POST /v1/tenants/{tenantConnectionId}/checkup": { mailboxes: [] },
  "POST /v1/admin/connections/reopened": { provider: "memory", tenantId: "tenant-1" },
  "POST /v1/admin/revocations/preview": { scope: { kind: "group", groupId: id }, after: null },
  "POST /v1/admin/revocations": { scope: { kind: "group", groupId: id }, confirmation: null },
  "POST /v1/rollouts": {
    ...{ kind: "connect", tenantConnectionId: id, permission: "read" },
    scope: { groupId: null, emails: null },
  },
  "POST /v1/displays": {
    ...{ code: "ABCD-2345", name: "Door", kind: "door", roomIds: [id] },
    settings: { language: "en", hours: 24, look: "system" },
  },
  "PATCH /v1/displays/{displayId}": { name: "Door" },
  "POST /v1/devices/certificate": { address: "codec.example.org" },
  "POST /v1/devices": {
    ...{ roomId: id, family: "memory", name: "Codec", address: "codec.example.org", username: "integrator" },
    ...{ password: "guess", certificate: null, keepsOthers: false },
  },
  "POST /v1/devices/certificates": { addresses: ["codec.example.org"] },
  "POST /v1/devices/batch/preview": {
    devices: [{ room: "Orion", family: "memory", name: "Codec", address: "codec.example.org" }],
  },
  "POST /v1/devices/batch": {
    devices: [
      {
        ...{ roomId: id, family: "memory", name: "Codec", address: "codec.example.org", username: "integrator" },
        ...{ password: "guess", certificate: null, keepsOthers: false },
      },
    ],
  },
  "PATCH /v1/devices/{deviceId}": { name: "Codec" },
  "POST /v1/keys/actions": { action: "rotate" },
  "POST /v1/keys/shredding": { organisation: "Observatory", password: "guess" },
  "POST /v1/rollouts/{rolloutId}/actions": { action: "start" },
}
