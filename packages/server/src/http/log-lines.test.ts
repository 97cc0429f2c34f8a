import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"
import { afterEach, expect, test } from "vitest"
import { createLog } from "../platform/log.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createApp } from "./app.ts"
import { edgeLimits } from "./edge-limits.ts"

// What a request brings along does not write the operator's log.

let app: FastifyInstance | null = null
afterEach(async () => {
  await app?.close()
  app = null
})

const mark = "canary"
const hostile = `${mark}\r\n{"level":50,"msg":"forged"}\u001b[2J\u2028\u202e`

/** An app in which everything goes wrong, for reasons that hold what was sent. */
async function failing() {
  const lines: string[] = []
  const clock = fakeClock()
  app = await createApp({
    ...{ log: createLog("debug", { write: (text) => void lines.push(text) }), clock },
    ...{ hosts: new Set(["localhost"]), behindProxy: false, tls: null, edge: edgeLimits },
    service: () => Promise.reject(new Error("not asked")),
    isReady: async () => {},
    requireUser: () => Promise.reject(new Error("not asked")),
    async routes(all) {
      all.all("/v1/broken/:id", { config: { needs: "nobody" } }, async (request) => {
        const { headers, body, query, params, url } = request
        throw new TypeError(JSON.stringify({ headers, body, query, params, url }))
      })
      all.get<{ Params: { what: string } }>(
        "/v1/refused/:what/:id",
        { config: { needs: "nobody" } },
        async ({ params: { what } }) => {
          throw new Problem(what === "too-many-attempts" ? "rate-limited" : "forbidden", "No.", { code: what })
        },
      )
    },
  })
  return { app, lines, clock }
}

test.each([
  ["a header", { headers: { "x-a": "canary\u0085 forged", "user-agent": "canary\tforged", "x-request-id": mark } }],
  ["the forwarded address", { headers: { "x-forwarded-for": `${mark} \u0085`, forwarded: `for="${mark}"` } }],
  ["the path", { url: `/v1/broken/${encodeURIComponent(hostile)}` }],
  ["the query", { url: `/v1/broken/1?a=${encodeURIComponent(hostile)}` }],
  ["the body", { method: "POST", payload: { name: hostile, [hostile]: hostile } }],
  ["a body that is no JSON", { method: "POST", payload: hostile, headers: { "content-type": "application/json" } }],
] as const)("a bug is one line without anything of the request: %s", async (_, sent) => {
  const { app: broken, lines } = await failing()
  const { headers, ...rest } = { headers: {}, url: "/v1/broken/1", ...sent }
  const answer = await broken.inject({ ...rest, headers: { host: "localhost", ...headers } })
  expect(answer.statusCode).toBeGreaterThanOrEqual(400)
  expect(lines.length).toBe(answer.statusCode >= 500 ? 1 : 0)
  for (const line of lines) {
    expect(line.slice(0, -1)).toMatch(/^[ -~]+$/)
    expect(line).not.toContain(mark)
    expect(JSON.parse(line)).toMatchObject({ msg: "request failed", route: "/v1/broken/:id", error: "TypeError" })
  }
  expect(answer.body).not.toContain(mark)
})

test("a limit that was reached and a forged request are a line each, once a minute for each route, of nothing that was sent", async () => {
  const { app: refusing, lines, clock } = await failing()
  const ask = (what: string, id: string) =>
    refusing.inject({ url: `/v1/refused/${what}/${id}${mark}`, headers: { host: "localhost", "x-a": mark } })
  for (const what of ["forged", "too-many-attempts", "not-allowed"])
    for (const id of ["a", "b", "c"]) expect((await ask(what, id)).statusCode).toBeGreaterThanOrEqual(403)
  const route = "GET /v1/refused/:what/:id"
  const told = [
    { level: 40, msg: "an attempt was refused", what: "forged", route },
    { level: 40, msg: "an attempt was refused", what: "rate-limited", route },
  ]
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(told)
  expect(lines.join("")).not.toContain(mark)
  await clock.advance(60_000)
  await ask("forged", "a")
  expect(lines).toHaveLength(3)
})

test("a path that nothing answers to, and a name that is not ours, write no line", async () => {
  const { app: broken, lines } = await failing()
  const path = { url: `/${encodeURIComponent(hostile)}`, headers: { host: "localhost" } }
  expect((await broken.inject(path)).statusCode).toBe(404)
  expect((await broken.inject({ url: "/v1/broken/1", headers: { host: `${mark}.example` } })).statusCode).toBe(403)
  expect(lines).toEqual([])
})
