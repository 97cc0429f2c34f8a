import { abilities, abilitiesOf, type Role, roles } from "@kalends/domain/ability"
import { Problem } from "@kalends/domain/problem"
import fastify, { type FastifyReply, type FastifyRequest } from "fastify"
import { describe, expect, test } from "vitest"
import { z } from "zod"
import type { RefusedAccess } from "../people/people.ts"
import type { SessionRow, UserRow } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { sampleRows } from "../testing/rows.ts"
import type { Need } from "./needs.ts"
import { createSessionGuard, createVisitorGuard, setSessionCookie } from "./session-guard.ts"

const token = "t".repeat(43)
const found: string[] = []
const people = {
  findSignedIn: async (given: string) => {
    found.push(given)
    return null
  },
}

const silent = { noteRefusedAccess: async () => {} }

async function seen(origin: string, cookie: string) {
  found.length = 0
  const request = z.custom<FastifyRequest>().parse({ method: "GET", headers: { cookie } })
  await createVisitorGuard(people, [origin])(request)
  return found
}

async function cookieAt(isSecure: boolean): Promise<string> {
  const app = fastify()
  app.get("/", async (_request, reply: FastifyReply) => {
    setSessionCookie(reply, token, { isSecure, maxAgeSeconds: 60 })
    return ""
  })
  const { headers } = await app.inject({ url: "/" })
  await app.close()
  return String(headers["set-cookie"])
}

test("over https the cookie's name has the browser keep it to this very host, without which it is not read", async () => {
  expect(await cookieAt(true)).toBe(
    `__Host-kalends_session=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure`,
  )
  expect(await seen("https://kalends.example", `a=b; __Host-kalends_session=${token}`)).toEqual([token])
  expect(await seen("https://kalends.example", `kalends_session=${token}`)).toEqual([])
})

test("on loopback, where there is no TLS, it goes by its plain name", async () => {
  expect(await cookieAt(false)).toBe(`kalends_session=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60`)
  expect(await seen("http://localhost:8080", `kalends_session=${token}`)).toEqual([token])
})

describe("who has shown a second factor", () => {
  const { user } = sampleRows(1)
  const shown = { secondFactorAt: Temporal.Instant.from("2026-11-23T09:00:00Z"), awaitsSecondFactor: false }
  const none = { secondFactorAt: null, awaitsSecondFactor: false }
  const half = { secondFactorAt: null, awaitsSecondFactor: true }

  async function outcome(role: Role, needs: Need, session: object, asksEverybody = false): Promise<string> {
    const signedIn = { user: { ...user, role }, session: z.custom<SessionRow>().parse(session), asksEverybody }
    const guard = createSessionGuard(
      { ...silent, findSignedIn: async () => signedIn },
      ["https://a.example"],
      fakeClock(),
    )
    const request = {
      method: "GET",
      headers: { authorization: `Bearer ${token}` },
      routeOptions: { config: { needs } },
    }
    return guard(z.custom<FastifyRequest>().parse(request)).then(
      () => "let in",
      (error: unknown) => (error instanceof Problem ? (error.code ?? "") : "failed"),
    )
  }
  const needed = abilities.filter((ability) => ability !== "own")

  test("uses every ability of the role; who has not, their own alone, and nobody needs one for that", async () => {
    for (const role of roles) {
      for (const need of needed.filter((ability) => abilitiesOf[role].includes(ability))) {
        expect(await outcome(role, need, shown)).toBe("let in")
        expect(await outcome(role, need, none)).toBe("second-factor-needed")
      }
      for (const need of ["session", "own"] as const) expect(await outcome(role, need, none)).toBe("let in")
    }
  })

  test("who has one, and has not shown it, opens nothing but the second step", async () => {
    for (const role of roles) {
      expect(await outcome(role, "session", half)).toBe("let in")
      expect(await outcome(role, "own", half)).toBe("second-factor-needed")
    }
  })

  test("where the organisation asks everybody, opens their own things, and who has not can only set one up", async () => {
    for (const role of roles)
      for (const need of ["own", "tool"] as const) {
        expect(await outcome(role, need, shown, true)).toBe("let in")
        expect(await outcome(role, need, none, true)).toBe("second-factor-unset")
        expect(await outcome(role, need, half, true)).toBe("second-factor-needed")
        expect(await outcome(role, "session", none, true)).toBe("let in")
      }
  })

  test("a half sign-in is a stranger to pages that are for everybody", async () => {
    const request = { method: "GET", headers: { cookie: `kalends_session=${token}` } }
    const visiting = (session: object, asksEverybody: boolean) =>
      createVisitorGuard(
        { findSignedIn: async () => ({ user, session: z.custom<SessionRow>().parse(session), asksEverybody }) },
        ["http://localhost"],
      )(z.custom<FastifyRequest>().parse(request))
    expect(await visiting(half, false)).toBeNull()
    expect(await visiting(none, true)).toBeNull()
    expect(await visiting(none, false)).not.toBeNull()
  })
})

test("a refusal is noted with its reason, once a minute for each person and route, and what is granted is not", async () => {
  const noted: string[] = []
  const clock = fakeClock()
  const one: UserRow = { ...sampleRows(1).user, role: "user" }
  const other: UserRow = { ...sampleRows(2).user, role: "user" }
  let user = one
  const session = z.custom<SessionRow>().parse({ secondFactorAt: null, awaitsSecondFactor: false })
  const people = {
    findSignedIn: async () => ({ user, session, asksEverybody: false }),
    noteRefusedAccess: async (by: { userId: string; call: string }, { route, reason }: RefusedAccess) =>
      void noted.push(`${by.userId === one.userId ? "one" : "other"}: ${route}, ${reason}, ${by.call}`),
  }
  const guard = createSessionGuard(people, ["https://a.example"], clock)
  const ask = (url: string, needs: Need) =>
    guard(
      z.custom<FastifyRequest>().parse({
        ...{ id: "7", method: "GET", headers: { authorization: `Bearer ${token}` } },
        routeOptions: { url, config: { needs } },
      }),
    ).then(
      () => "let in",
      () => "refused",
    )
  expect(await ask("/v1/me", "own")).toBe("let in")
  for (let count = 0; count < 50; count += 1) expect(await ask("/v1/audit", "read-audit")).toBe("refused")
  await ask("/v1/keys", "read-keys")
  user = other
  await ask("/v1/audit", "read-audit")
  const first = "one: GET /v1/audit, not-allowed, request:7"
  expect(noted).toEqual([
    first,
    "one: GET /v1/keys, not-allowed, request:7",
    "other: GET /v1/audit, not-allowed, request:7",
  ])
  user = one
  await clock.advance(60_000)
  await ask("/v1/audit", "read-audit")
  expect(noted.at(-1)).toBe(first)
  user = { ...one, role: "owner" }
  await ask("/v1/connections", "read-connections")
  expect(noted.at(-1)).toBe("one: GET /v1/connections, second-factor-needed, request:7")
})
