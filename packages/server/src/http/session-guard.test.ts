import { abilities, abilitiesOf, type Role, roles } from "@kalends/domain/ability"
import { Problem } from "@kalends/domain/problem"
import fastify, { type FastifyReply, type FastifyRequest } from "fastify"
import { describe, expect, test } from "vitest"
import { z } from "zod"
import type { SessionRow } from "../ports/store.ts"
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

  async function outcome(role: Role, needs: Need, session: object): Promise<string> {
    const signedIn = { user: { ...user, role }, session: z.custom<SessionRow>().parse(session) }
    const guard = createSessionGuard({ findSignedIn: async () => signedIn }, ["https://kalends.example"], fakeClock())
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

  test("a half sign-in is a stranger to pages that are for everybody", async () => {
    const signedIn = { user, session: z.custom<SessionRow>().parse(half) }
    const visitor = createVisitorGuard({ findSignedIn: async () => signedIn }, ["http://localhost"])
    const request = { method: "GET", headers: { cookie: `kalends_session=${token}` } }
    expect(await visitor(z.custom<FastifyRequest>().parse(request))).toBeNull()
  })
})
