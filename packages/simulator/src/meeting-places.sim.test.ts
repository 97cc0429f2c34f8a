import { afterEach, beforeEach, expect, test } from "vitest"
import { checksumOf } from "./bigbluebutton/checksum.ts"
import { type Simulator, startSimulator } from "./simulator.ts"

// The meeting places beside the calendars, on one port.

let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

test("Zoom is there under its own path, and a token says where its API is", async () => {
  const { app, account } = simulator.zoom
  account.addUser("ada@northwind.example")
  const parameters = `grant_type=account_credentials&account_id=${app.accountId}`
  const asked = await fetch(`${simulator.baseUrls.zoomToken}?${parameters}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${app.clientId}:${app.clientSecret}`)}` },
  })
  const { access_token, api_url }: { access_token: string; api_url: string } = await asked.json()
  expect(`${api_url}/v2`).toBe(simulator.baseUrls.zoomApi)
  const headers = { authorization: `Bearer ${access_token}` }
  expect(await (await fetch(`${api_url}/v2/users/me`, { headers })).json()).toMatchObject({
    email: "ada@northwind.example",
  })
})

test("BigBlueButton is there, and its faults and calls are its own", async () => {
  const { secret, knobs, calls } = simulator.bigbluebutton
  const address = `${simulator.baseUrls.bigbluebutton}api/getMeetings`
  const checksum = checksumOf("getMeetings", "", { secret, algorithm: "sha256" })
  knobs.failNext = 1
  expect((await fetch(`${address}?checksum=${checksum}`)).status).toBe(500)
  expect(await (await fetch(`${address}?checksum=${checksum}`)).text()).toContain("noMeetings")
  expect(calls.count("getMeetings")).toBe(2)
  expect(simulator.knobs("microsoft").failNext).toBe(0)
  expect(simulator.calls.recent(1)).toEqual([])
})
