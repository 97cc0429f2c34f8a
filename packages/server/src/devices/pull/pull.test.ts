import Fastify, { type FastifyInstance } from "fastify"
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod"
import { afterEach, beforeEach, expect, test } from "vitest"
import { limits } from "../../http/limits.ts"
import { createErrorHandler } from "../../http/problem-reply.ts"
import { roomAgendaRoutes } from "../../http/room-agenda-routes.ts"
import { bookingOf } from "../../testing/sample-booking.ts"
import { frontWorld } from "../poly/testing/front-world.ts"
import { createRoomPull } from "./index.ts"

let world: ReturnType<typeof frontWorld>
let app: FastifyInstance

beforeEach(async () => {
  world = frontWorld()
  const { memory, door, clock } = world
  app = Fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(createErrorHandler({ info() {}, warn() {}, error() {} }, clock))
  const pull = createRoomPull({ agendas: memory, door, clock, key: new Uint8Array(32) })
  await app.register(async (own) => roomAgendaRoutes(own, { pull, clock }))
})
afterEach(() => app.close())

const form = { "content-type": "application/x-www-form-urlencoded" }
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` })
const askToken = (payload: string, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({ method: "POST", url: "/v1/room-agenda/token", payload, headers: { ...form, ...headers } })

async function tokenOf({ username, password } = world.orion): Promise<string> {
  const answer = await askToken("grant_type=client_credentials", basic(`${username}:${password}`))
  expect(answer.json()).toMatchObject({ token_type: "Bearer", expires_in: 3600 })
  return answer.json().access_token
}

const ask = (token: string, headers: Readonly<Record<string, string>> = {}, query = "") =>
  app.inject({ url: `/v1/room-agenda${query}`, headers: { authorization: `Bearer ${token}`, ...headers } })

test("the next meetings of the room, with how to join and when they were read", async () => {
  const over = bookingOf("Over", "2026-11-23T07:00:00Z")
  world.memory.put(world.orion.room, [
    over,
    bookingOf("Now", "2026-11-23T08:30:00Z"),
    bookingOf("Next", "2026-11-23T10:00:00Z"),
  ])
  const answer = await ask(await tokenOf())
  expect(answer.json()).toMatchObject({ room: "Orion", readAt: "2026-11-23T09:00:00Z", isStale: false })
  expect(answer.json().meetings).toMatchObject([
    { title: "Now", joinUrl: "https://zoom.us/j/1234567890" },
    { title: "Next", dial: [{ protocol: "sip", number: "1234567890@zoomcrc.com" }, { protocol: "h323" }] },
  ])
  expect(answer.headers["x-tracking-id"]).toMatch(/\S/)
  expect((await ask(await tokenOf(), {}, "?limit=1")).json().meetings).toHaveLength(1)
})

test("own-room-only: a token shows its room and no other, whatever is written into it", async () => {
  world.memory.put(world.lyra.room, [bookingOf("Secret", "2026-11-23T10:00:00Z")])
  world.memory.put(world.orion.room, [])
  const [, end, mac] = (await tokenOf()).split(".")
  const name = Buffer.from(world.lyra.username).toString("base64url")
  const forged = await ask(`${name}.${end}.${mac}`)
  expect([forged.statusCode, forged.json().code]).toEqual([401, "token-over"])
  expect((await ask(await tokenOf())).json().meetings).toEqual([])
})

test("wrong-password: a wrong secret, nobody's name and another grant are refused as RFC 6749 has it", async () => {
  const wrong = await askToken(`grant_type=client_credentials&client_id=${world.orion.username}&client_secret=wrong`)
  expect([wrong.statusCode, wrong.json()]).toEqual([401, { error: "invalid_client" }])
  expect((await askToken("grant_type=client_credentials", basic("nobody:"))).statusCode).toBe(401)
  expect((await askToken("grant_type=password")).json()).toEqual({ error: "unsupported_grant_type" })
  expect((await askToken("")).statusCode).toBe(400)
})

test("token-over: after an hour, when the device has another secret, and when it is gone", async () => {
  world.memory.put(world.orion.room, [])
  const token = await tokenOf()
  world.devices.set(world.orion.username, { ...world.orion, password: "another" })
  expect((await ask(token)).statusCode).toBe(401)
  world.devices.delete(world.orion.username)
  expect((await ask(token)).statusCode).toBe(401)
  world.devices.set(world.orion.username, world.orion)
  expect((await ask(token)).statusCode).toBe(200)
  await world.clock.advance(3_600_000)
  expect((await ask(token)).statusCode).toBe(401)
})

test("never-wrongly-free: nothing known, or only what is a day old, is an error; half an hour is told", async () => {
  const token = await tokenOf()
  expect((await ask(token)).statusCode).toBe(503)
  world.memory.put(world.orion.room, [])
  await world.clock.advance(31 * 60_000)
  expect((await ask(token)).json()).toMatchObject({ isStale: true, meetings: [] })
  await world.clock.advance(24 * 3_600_000)
  expect((await ask(await tokenOf())).json()).toMatchObject({ kind: "unavailable", code: "agenda-unknown" })
})

test("unchanged-told: 304 while nothing that is shown has changed, with when it was read", async () => {
  world.memory.put(world.orion.room, [bookingOf("Next", "2026-11-23T10:00:00Z")])
  const token = await tokenOf()
  const etag = String((await ask(token)).headers.etag)
  await world.clock.advance(60_000)
  world.memory.put(world.orion.room, [bookingOf("Next", "2026-11-23T10:00:00Z")])
  const same = await ask(token, { "if-none-match": etag })
  expect([same.statusCode, same.body, same.headers["x-calendar-read-at"]]).toEqual([304, "", "2026-11-23T09:01:00Z"])
  world.memory.put(world.orion.room, [bookingOf("Other", "2026-11-23T10:00:00Z")])
  expect((await ask(token, { "if-none-match": etag })).statusCode).toBe(200)
})

test("rate-limit-told: a device that asks too often is told when to come back, and another is not", async () => {
  for (const device of [world.orion, world.lyra]) world.memory.put(device.room, [])
  const [mine, theirs] = [await tokenOf(), await tokenOf(world.lyra)]
  for (let count = 0; count < limits.agendasPerDevice.count; count++) expect((await ask(mine)).statusCode).toBe(200)
  const late = await ask(mine)
  expect([late.statusCode, late.headers["retry-after"]]).toEqual([429, "3"])
  expect((await ask(theirs)).statusCode).toBe(200)
  for (let count = 1; count < limits.tokensPerDevice.count; count++) await tokenOf()
  const refused = await askToken("grant_type=client_credentials", basic(`${world.orion.username}:x`))
  expect(refused.statusCode).toBe(429)
})
