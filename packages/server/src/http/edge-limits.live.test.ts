import { connect, type Socket } from "node:net"
import { gzipSync } from "node:zlib"
import type { FastifyInstance } from "fastify"
import { afterEach, describe, expect, test } from "vitest"
import { fakeClock } from "../testing/fake-clock.ts"
import { createApp } from "./app.ts"
import { edgeLimits } from "./edge-limits.ts"

// The edge against whoever sends badly on purpose, over real sockets of the loopback.

let app: FastifyInstance | null = null
afterEach(async () => {
  await app?.close()
  app = null
})

type Held = { readonly arrived: () => Promise<void>; readonly release: () => void }

/** Listens with these limits; /v1/held answers when it is released, /v1/echo says what it read. */
async function serve(limits: Partial<typeof edgeLimits> = {}): Promise<{ readonly port: number } & Held> {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  let arrive = () => {}
  const arrival = new Promise<void>((resolve) => (arrive = resolve))
  app = await createApp({
    ...{ log: { info() {}, warn() {}, error() {} }, clock: fakeClock(), hosts: new Set(["localhost"]) },
    ...{ behindProxy: false, tls: null, edge: { ...edgeLimits, ...limits } },
    service: () => Promise.reject(new Error("not asked")),
    isReady: async () => {},
    requireUser: () => Promise.reject(new Error("not asked")),
    async routes(all) {
      all.get("/v1/held", { config: { needs: "nobody" } }, async () => {
        arrive()
        await released
        return { isHeld: false }
      })
      all.post("/v1/echo", { config: { needs: "nobody" } }, async (request) => ({ body: request.body ?? null }))
    },
  })
  await app.listen({ host: "127.0.0.1", port: 0 })
  const address = app.server.address()
  if (address === null || typeof address === "string") throw new Error("not listening")
  return { port: address.port, arrived: () => arrival, release }
}

function open(port: number): Socket {
  return connect(port, "127.0.0.1").on("error", () => {})
}

/** All that comes until the other side ends it. */
async function answerOf(socket: Socket): Promise<string> {
  const parts: Buffer[] = []
  socket.on("data", (part: Buffer) => parts.push(part))
  await new Promise((resolve) => socket.once("close", resolve))
  return Buffer.concat(parts).toString("latin1")
}

const head = (text: string) => `${text}\r\nhost: localhost\r\n`

describe("the edge", () => {
  test("cuts off who sends their headers or their body a byte at a time", async () => {
    const { port } = await serve({ headersMs: 150, requestMs: 300, lookEveryMs: 30 })
    const headers = open(port)
    headers.write("GET /healthz HTTP/1.1\r\nhost: local")
    const body = open(port)
    body.write(`${head("POST /v1/echo HTTP/1.1")}content-type: application/json\r\ncontent-length: 50\r\n\r\n{"a`)
    // Neither sends another byte: it is the service that ends both.
    const [first, second] = await Promise.all([answerOf(headers), answerOf(body)])
    expect(first).toMatch(/^HTTP\/1\.1 408 /)
    expect(second).toMatch(/^HTTP\/1\.1 408 /)
  })

  test("serves others while hundreds of such connections are open", async () => {
    const { port } = await serve()
    const slow = Array.from({ length: 300 }, () => open(port))
    for (const socket of slow) socket.write("GET /healthz HTTP/1.1\r\nhost: local")
    const response = await fetch(`http://localhost:${port}/healthz`)
    expect(await response.text()).toBe("ok")
    for (const socket of slow) socket.destroy()
  })

  test("answers 503 beyond so many requests under way, and serves again afterwards", async () => {
    const { port, arrived, release } = await serve({ underWayMost: 1 })
    const held = fetch(`http://localhost:${port}/v1/held`)
    await arrived()
    const refused = await fetch(`http://localhost:${port}/healthz`)
    expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ code: "busy" })])
    release()
    expect((await held).status).toBe(200)
    await (await held).text()
    await expect.poll(async () => (await fetch(`http://localhost:${port}/healthz`)).status).toBe(200)
  })

  test("refuses headers that are too large, messages of two lengths, and methods that it has no use for", async () => {
    const { port } = await serve()
    const send = async (text: string) => {
      const socket = open(port)
      socket.write(text)
      return (await answerOf(socket)).slice(9, 12)
    }
    const large = `${head("GET /healthz HTTP/1.1")}x-large: ${"a".repeat(40_000)}\r\n\r\n`
    expect(await send(large)).toBe("431")
    const both = "content-length: 4\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n"
    expect(await send(`${head("POST /v1/echo HTTP/1.1")}${both}`)).toBe("400")
    expect(await send(`${head("POST /v1/echo HTTP/1.1")}content-length: 4\r\ncontent-length: 5\r\n\r\nabcd`)).toBe(
      "400",
    )
    expect(await send("GET /healthz HTTP/1.1\r\nhost : localhost\r\n\r\n")).toBe("400")
    expect(await send(`${head("TRACE /healthz HTTP/1.1")}connection: close\r\n\r\n`)).toBe("404")
  })

  test("takes no prototype, no deep nesting and no compressed body in JSON", async () => {
    const { port } = await serve()
    const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}) => {
      const json = { "content-type": "application/json", ...headers }
      const response = await fetch(`http://localhost:${port}/v1/echo`, { method: "POST", headers: json, body })
      return response.status
    }
    expect(await post('{"__proto__":{"isOwner":true}}')).toBe(400)
    expect(await post('{"constructor":{"prototype":{"isOwner":true}}}')).toBe(400)
    expect(await post(`${"[".repeat(5_000)}${"]".repeat(5_000)}`)).toBe(400)
    expect(await post(new Uint8Array(gzipSync("x".repeat(1_000_000))), { "content-encoding": "gzip" })).toBe(422)
    expect(await post(`"${"x".repeat(70_000)}"`)).toBe(413)
    expect(await post('{"a":[1]}')).toBe(200)
  })

  test("every answer carries the headers that keep browsers from guessing, framing and caching it", async () => {
    const { port } = await serve()
    for (const path of ["/healthz", "/v1/nowhere", "/v1/openapi.json"]) {
      const { headers } = await fetch(`http://localhost:${port}${path}`)
      expect(Object.fromEntries(headers)).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
        "cross-origin-resource-policy": "same-origin",
        "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
      expect(headers.get("access-control-allow-origin")).toBeNull()
    }
  })
})
