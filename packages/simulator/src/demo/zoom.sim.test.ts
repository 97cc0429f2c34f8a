import { createHmac } from "node:crypto"
import { afterEach, beforeEach, expect, test } from "vitest"
import { systemPlatform } from "../platform.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { webhookSecret } from "./zoom.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const hook = "http://localhost:8080/hooks/zoom"
let simulator: Simulator
let told: string[]

beforeEach(async () => {
  told = []
  const platform = {
    ...systemPlatform(7),
    now: () => now,
    async post(_url: string, _headers: unknown, body: string | Uint8Array) {
      const { event, payload } = JSON.parse(String(body))
      told.push(event)
      const { plainToken } = payload
      const encryptedToken = createHmac("sha256", webhookSecret).update(String(plainToken)).digest("hex")
      return { status: 200, text: JSON.stringify({ plainToken, encryptedToken }) }
    },
  }
  simulator = await startSimulator({ platform })
  simulator.zoom.account.addUser("ada@northwind.example")
})
afterEach(() => simulator.close())

const post = async (path: string, body: object) =>
  (await fetch(simulator.url + path, { method: "POST", body: JSON.stringify(body) })).status
const meetings = async () => (await (await fetch(`${simulator.url}/demo/zoom`)).json()).meetings

function made(startsAt = now.add({ hours: 24 })) {
  const host = simulator.zoom.account.findUser("me") ?? never()
  return simulator.zoom.account.create(host, { topic: "Review", startsAt, minutes: 30 })
}

test("a meeting is listed, edited and deleted as in Zoom itself, and Zoom tells of it", async () => {
  expect(await post("/demo/zoom/subscribe", { url: hook })).toBe(200)
  expect(await post("/demo/zoom/subscribe", { url: hook })).toBe(200)
  const { id } = made()
  expect(await post(`/demo/zoom/meetings/${id}`, { topic: " Audit ", startsAt: "2026-11-25T10:00:00.000Z" })).toBe(200)
  expect(await meetings()).toEqual([
    { id: String(id), topic: "Audit", isSeries: false, startsAt: "2026-11-25T10:00:00Z", minutes: 30 },
  ])
  expect(await post(`/demo/zoom/meetings/${id}/delete`, {})).toBe(200)
  expect(await meetings()).toEqual([])
  await simulator.zoom.webhooks.deliver()
  expect(told).toEqual(["endpoint.url_validation", "meeting.created", "meeting.updated", "meeting.deleted"])
})

test("events are sent to this machine alone", async () => {
  for (const url of ["https://elsewhere.example/hooks/zoom", "http://localhost.example/", "no address", 7])
    expect(await post("/demo/zoom/subscribe", { url })).toBe(400)
  expect(told).toEqual([])
})

test("what is not there cannot be edited, and what cannot be read changes nothing", async () => {
  expect(await post("/demo/zoom/meetings/1", { topic: "Audit" })).toBe(404)
  const { id } = made()
  expect(await post(`/demo/zoom/meetings/${id}`, { topic: 7, startsAt: "some day" })).toBe(200)
  expect(await meetings()).toMatchObject([{ topic: "Review", startsAt: "2026-11-24T09:00:00Z" }])
})

function never(): never {
  throw new Error("there is nothing there")
}
