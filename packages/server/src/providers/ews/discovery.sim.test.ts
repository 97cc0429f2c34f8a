import { isProblem } from "@kalends/domain/problem"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { systemClock } from "../../platform/clock.ts"
import { createHttpClient } from "../../platform/http-client.ts"
import type { HttpClient, OutgoingRequest } from "../../ports/http-client.ts"
import { createEwsCalls } from "./calls.ts"
import { createEwsDiscovery } from "./discovery.ts"

// From what a person types to their mailbox, on the simulated Exchange and its Autodiscover.

let simulator: Simulator
let http: ReturnType<typeof createHttpClient>
let mary: Person
let asked: string[]
/** Where Autodiscover says that EWS is. */
let ewsHost: string
/** Paths that answer nothing, as on a server without them. */
let absent: RegExp | null

beforeEach(async () => {
  simulator = await startSimulator()
  mary = simulator.org.addPerson(simulator.tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  http = createHttpClient({ allowedPrivateHosts: [new URL(simulator.url).host] })
  asked = []
  ewsHost = "https://mail.northwind-works.example"
  absent = null
})
afterEach(async () => {
  await http.close()
  await simulator.close()
})

/** Names of the organisation lead to the simulator, whatever its port. */
function discovery() {
  const seen: HttpClient = {
    ...http,
    async send(request: OutgoingRequest) {
      const url = new URL(request.url)
      asked.push(`${url.hostname}${url.pathname}`)
      const nothing = { status: 404, headers: {}, body: "" }
      if (absent?.test(url.href)) return nothing
      const isOurs = url.hostname.endsWith("northwind-works.example")
      const answer = await http.send(isOurs ? { ...request, url: `${simulator.url}${url.pathname}` } : request)
      return { ...answer, body: answer.body.replaceAll(simulator.url, ewsHost) }
    },
  }
  return createEwsDiscovery(createEwsCalls({ http: seen, clock: systemClock }))
}

const discover = (server: string, username: string, password = simulator.exchange.credentialsOf(mary).password) =>
  discovery().discover({ server, username, password })
const problemOf = async (work: Promise<unknown>) => {
  const error = await work.catch((thrown: unknown) => thrown)
  if (!isProblem(error)) throw new Error(`a problem was expected, not ${String(error)}`)
  return error
}

describe("a mailbox on Exchange", () => {
  test("is found at an address that was typed whole, and nothing else is asked", async () => {
    const { login } = simulator.exchange.credentialsOf(mary)
    const { access, subject } = await discover(simulator.baseUrls.exchange, login)
    expect(access).toMatchObject({ kind: "password", server: simulator.baseUrls.exchange, username: login })
    expect(subject.email).toBe(mary.email)
    expect(new Set(asked)).toEqual(new Set([`${new URL(simulator.baseUrls.exchange).hostname}/EWS/Exchange.asmx`]))
  })

  test("is found at a server's name", async () => {
    const { access } = await discover(new URL(simulator.url).host, mary.email)
    expect(access).toMatchObject({ server: simulator.baseUrls.exchange })
  })

  test.each([
    ["its newer form", null, 1],
    ["its older form, where the newer is not there", /\.svc$/, 2],
  ])("is found from an e-mail address by Autodiscover, in %s", async (_form, missing, count) => {
    absent = missing
    const { access, subject } = await discover(mary.email, mary.email)
    expect(access).toMatchObject({ server: "https://mail.northwind-works.example/EWS/Exchange.asmx" })
    expect(subject.email).toBe(mary.email)
    const paths = ["autodiscover.svc", "autodiscover.xml"].map((file) => `northwind-works.example/autodiscover/${file}`)
    expect(asked.filter((one) => one.includes("autodiscover"))).toEqual(paths.slice(0, count))
  })

  test("whose Autodiscover names a server elsewhere does not get the password there", async () => {
    ewsHost = "https://mail.hoster.example"
    expect((await problemOf(discover(mary.email, mary.email))).code).toBe("other-server")
    expect(asked.filter((one) => one.startsWith("mail.hoster.example"))).toEqual([])
  })

  test("is asked for under another address when Autodiscover says so, and not for ever", async () => {
    simulator.exchange.redirects.set(mary.email, { kind: "address", to: "somerville@northwind-works.example" })
    simulator.exchange.redirects.set("somerville@northwind-works.example", { kind: "address", to: mary.email })
    expect((await problemOf(discover(mary.email, mary.email))).code).toBe("too-many-redirects")
    expect(asked.length).toBeLessThan(40)
  })

  test("whose Autodiscover leads elsewhere does not get the password there", async () => {
    simulator.exchange.redirects.set(mary.email, {
      kind: "url",
      to: "https://autodiscover.hoster.example/autodiscover/autodiscover.svc",
    })
    expect((await problemOf(discover(mary.email, mary.email))).code).toBe("other-server")
    expect(asked.filter((one) => one.startsWith("autodiscover.hoster.example"))).toEqual([])
  })

  test("is not opened with a wrong password, and that is said", async () => {
    const problem = await problemOf(discover(simulator.baseUrls.exchange, mary.email, "wrong"))
    expect([problem.kind, problem.code]).toEqual(["auth-revoked", "wrong-password"])
  })

  test("is not there where no Exchange is", async () => {
    absent = /./
    expect((await problemOf(discover("northwind-works.example", mary.email))).code).toBe("no-exchange")
  })

  test("is not looked for where there is no server's address", async () => {
    expect((await problemOf(discover("not a server", mary.email))).code).toBe("bad-address")
  })
})
