import fastify, { type FastifyReply, type FastifyRequest } from "fastify"
import { expect, test } from "vitest"
import { z } from "zod"
import { createVisitorGuard, setSessionCookie } from "./session-guard.ts"

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
