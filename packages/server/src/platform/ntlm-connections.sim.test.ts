import { startSimulator } from "@kalends/simulator/simulator"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { OutgoingRequest } from "../ports/http-client.ts"
import { createHttpClient } from "./http-client.ts"

const getCalendar = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body><m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>`

let simulator: Awaited<ReturnType<typeof startSimulator>>
let http: ReturnType<typeof createHttpClient>
let count = 0
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(() => {
  http = createHttpClient({ allowedPrivateHosts: [] })
})
afterEach(async () => {
  for (const scheme of ["Negotiate", "NTLM", "Basic"] as const) simulator.exchange.offers.add(scheme)
  await http.close()
})

function somebody() {
  const email = `ada${++count}@${simulator.tenants.exchange.domain}`
  const person = simulator.org.addPerson(simulator.tenants.exchange, `Ada ${count}`, email)
  const { login, password } = simulator.exchange.credentialsOf(person)
  const request = (): OutgoingRequest => ({
    method: "POST",
    url: simulator.baseUrls.exchange,
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: getCalendar,
    ntlm: { username: login, password },
    isRepeatable: true,
  })
  return { person, email, login, password, request }
}

/** How often the server refused, whoever it was. */
const refusals = () => simulator.calls.count("SignIn")

describe("requests signed in by NTLM", () => {
  test("sign in once for many requests of one person, and keep people apart", async () => {
    const [ada, bob] = [somebody(), somebody()]
    for (const { request } of [ada, bob, ada, bob]) {
      const { status, body } = await http.send(request())
      expect([status, body.includes("NoError")]).toEqual([200, true])
    }
    expect([simulator.calls.count("GetFolder", ada.email), simulator.calls.count("GetFolder", bob.email)]).toEqual([
      2, 2,
    ])
  })

  test("several at once are all answered", async () => {
    const { request } = somebody()
    const answers = await Promise.all(Array.from({ length: 12 }, () => http.send(request())))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })

  test("sign in again where the server no longer knows the connection", async () => {
    const { person, password, request } = somebody()
    await http.send(request())
    simulator.exchange.setPassword(person, password)
    expect((await http.send(request())).status).toBe(200)
  })

  test("a wrong password is 401, and asks no more than three times", async () => {
    const { login, request } = somebody()
    const before = refusals()
    expect((await http.send({ ...request(), ntlm: { username: login, password: "wrong" } })).status).toBe(401)
    expect(refusals() - before).toBeLessThanOrEqual(3)
  })

  test("a user principal name signs in, too", async () => {
    const { email, password, request } = somebody()
    expect((await http.send({ ...request(), ntlm: { username: email, password } })).status).toBe(200)
  })

  test("Basic is used where no NTLM is offered, and the password is not told where neither is", async () => {
    const { request } = somebody()
    simulator.exchange.offers.delete("NTLM")
    simulator.exchange.offers.delete("Negotiate")
    expect((await http.send(request())).status).toBe(200)
    expect((await http.send(request())).status).toBe(200)
    simulator.exchange.offers.delete("Basic")
    expect((await somebodyAnswer()).status).toBe(401)
  })

  test("a stream has a connection of its own, which ends with it", async () => {
    const { request } = somebody()
    const { status, body } = await http.stream(request())
    expect([status, await new Response(body).text()].join()).toContain("200")
    expect((await http.send(request())).status).toBe(200)
  })
})

const somebodyAnswer = () => http.send(somebody().request())
