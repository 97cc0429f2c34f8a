import { Problem } from "@kalends/domain/problem"
import Fastify, { type FastifyInstance } from "fastify"
import { afterEach, beforeEach, expect, test } from "vitest"
import { calendarView, frontWorld } from "../devices/poly/testing/front-world.ts"
import { deviceFrontRoutes } from "./device-front-routes.ts"
import { limits } from "./limits.ts"

let world: ReturnType<typeof frontWorld>
let app: FastifyInstance
let noted: string[]

beforeEach(async () => {
  world = frontWorld()
  noted = []
  app = Fastify()
  const log = {
    info() {},
    warn() {},
    error: (text: string, fields?: object) => void noted.push(text + JSON.stringify(fields)),
  }
  const deps = { front: world.front, clock: world.clock, log, behindProxy: false }
  await app.register(async (own) => deviceFrontRoutes(own, deps))
})
afterEach(async () => {
  world.front.stop()
  await app.close()
})

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` })
const own = () => basic(`${world.orion.username}:${world.orion.password}`)
const day = calendarView("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")
const ask = (headers: Readonly<Record<string, string>>, payload = day, url = "/EWS/Exchange.asmx") =>
  app.inject({ method: "POST", url, headers: { "content-type": "text/xml", ...headers }, payload })

test.each([
  "/EWS/Exchange.asmx",
  "/ews/exchange.asmx",
  "/Ews/EXCHANGE.ASMX",
  "/AutoDiscover/autodiscover.xml",
  "/autodiscover/Autodiscover.svc",
])("%s is known in any capitals, and asks who is there first", async (url) => {
  world.memory.put(world.orion.room, [])
  const stranger = await ask({}, day, url)
  expect([stranger.statusCode, stranger.headers["www-authenticate"]]).toEqual([401, ["NTLM", 'Basic realm="KALENDS"']])
  const answer = await ask(own(), day, url)
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/xml; charset=utf-8"])
  expect(answer.headers["request-id"]).toMatch(/\S/)
})

test("what is no such path is not found", async () => {
  expect((await ask(own(), day, "/EWS/Exchange.asmx/more")).statusCode).toBe(404)
  expect((await ask(own(), day, "/EWS/ExchangeXasmx")).statusCode).toBe(404)
})

test("a request longer than any device's is not read", async () => {
  expect((await ask(own(), day + " ".repeat(70_000))).statusCode).toBe(413)
})

test("guesses cost a network its answers, but never keep out who knows the password", async () => {
  world.memory.put(world.orion.room, [])
  const guess = () => ask(basic("room-orion:guess"))
  for (let count = 0; count < limits.deviceGuessesPerNetwork.count; count++)
    expect((await guess()).statusCode).toBe(401)
  const late = await guess()
  expect([late.statusCode, Number(late.headers["retry-after"]) > 0]).toEqual([500, true])
  expect(late.body).toContain("ErrorServerBusy")
  expect((await ask(own())).statusCode).toBe(200)
})

test("a device that asks too often is told to wait, and another is not", async () => {
  for (const device of [world.orion, world.lyra]) world.memory.put(device.room, [])
  for (let count = 0; count < limits.requestsPerDevice.count; count++) await ask(own(), "<a/>")
  expect((await ask(own())).body).toContain("BackOffMilliseconds")
  expect((await ask(basic(`${world.lyra.username}:${world.lyra.password}`))).statusCode).toBe(200)
})

test("who cannot be looked up now is told to come back; a bug is noted without what was sent", async () => {
  const { door } = world
  door.who = async () => {
    throw new Problem("unavailable", "The database does not answer.")
  }
  expect((await ask(own())).body).toContain("ErrorServerBusy")
  expect(noted).toEqual([])
  door.who = async () => {
    throw new TypeError("secret of Orion")
  }
  expect((await ask(own())).body).toContain("ErrorServerBusy")
  expect(noted).toHaveLength(1)
  expect(noted.join()).not.toMatch(/secret|Orion|Basic/)
})
