import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { findOptionalServer, startNats, startRadicale } from "./optional-server.ts"

const propfind = (url: string, password: string) =>
  fetch(`${url}/ada/`, {
    method: "PROPFIND",
    headers: { authorization: `Basic ${btoa(`ada:${password}`)}`, depth: "0" },
  })

describe.runIf(findOptionalServer("radicale") !== null)("a started Radicale", () => {
  test("lets its users in, nobody else, and is gone after stop", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-radicale-test-"))
    const server = await startRadicale(folder, [{ name: "ada", password: "right" }])
    expect((await propfind(server.url, "right")).status).toBe(207)
    expect((await propfind(server.url, "wrong")).status).toBe(401)
    await server.stop()
    await expect(propfind(server.url, "right")).rejects.toThrow()
    expect(existsSync(join(folder, "collections"))).toBe(true)
    await rm(folder, { recursive: true })
  })
})

describe.runIf(findOptionalServer("nats-server") !== null)("a started NATS server", () => {
  test("greets on its port", async () => {
    const server = await startNats()
    const socket = createConnection(Number(new URL(server.url).port), "127.0.0.1")
    const greeting = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())))
    expect(greeting).toContain("INFO")
    socket.destroy()
    await server.stop()
  })
})
