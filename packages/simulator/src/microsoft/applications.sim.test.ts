import { ConfidentialClientApplication, type Configuration } from "@azure/msal-node"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type Simulator, startSimulator } from "../simulator.ts"
import type { Application } from "./applications.ts"

// Applications of an organisation, signed in by Microsoft's own library, unchanged.

let simulator: Simulator
let application: Application

beforeEach(async () => {
  simulator = await startSimulator()
  application = simulator.applications.add(simulator.tenants.microsoft)
  simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@northwind.example")
})
afterEach(() => simulator.close())

/** The library asks over https only: its network takes off the s, as a test's stand-in for TLS. */
async function send(url: string, method: string, options: { headers?: Record<string, string>; body?: string } = {}) {
  const answer = await fetch(url.replace("https:", "http:"), { ...options, method })
  const body = (await answer.text()).replaceAll("http://127.0.0.1", "https://127.0.0.1")
  return { headers: Object.fromEntries(answer.headers), status: answer.status, body: JSON.parse(body) }
}

function signIn(auth: Partial<Configuration["auth"]>, tenant: string = simulator.tenants.microsoft.id) {
  const authority = `${simulator.baseUrls.microsoftLogin.replace("http:", "https:")}/${tenant}`
  const client = new ConfidentialClientApplication({
    auth: { clientId: application.clientId, authority, knownAuthorities: [new URL(authority).host], ...auth },
    system: {
      networkClient: {
        sendGetRequestAsync: (url, options) => send(url, "GET", options),
        sendPostRequestAsync: (url, options) => send(url, "POST", options),
      },
    },
  })
  return client.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] })
}

const numberOf = async (work: Promise<unknown>): Promise<number> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return Number(/AADSTS(\d+)/.exec(String(error))?.[1])
}

const events = (token: string | undefined) =>
  fetch(`${simulator.baseUrls.microsoftApi}/users/ada@northwind.example/events`, {
    headers: { authorization: `Bearer ${token}` },
  })

const rolesOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).roles as unknown

describe("an application with a secret", () => {
  const secret = () => ({ clientSecret: simulator.applications.addSecret(application).text })

  test("gets a token of what was consented to, and reads a mailbox with it", async () => {
    const given = await signIn(secret())
    expect(rolesOf(given?.accessToken ?? "")).toEqual(["Calendars.ReadWrite", "User.Read.All", "Place.Read.All"])
    expect((await events(given?.accessToken)).status).toBe(200)
  })

  test("gets a token that opens nothing before an administrator consents", async () => {
    application.isConsented = false
    const given = await signIn(secret())
    expect(rolesOf(given?.accessToken ?? "")).toBeUndefined()
    expect((await events(given?.accessToken)).status).toBe(403)
  })

  test("is limited by an access policy, and let in again by a role in Exchange", async () => {
    const given = await signIn(secret())
    application.accessPolicy = () => false
    const refused = await events(given?.accessToken)
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("[RAOP]")])
    application.exchangeRoles = [
      { role: "Application Calendars.Read", includes: ({ email }) => email.startsWith("ada@") },
    ]
    expect((await events(given?.accessToken)).status).toBe(200)
  })

  test.each<readonly [string, () => object, number]>([
    ["a wrong secret", () => ({ clientSecret: "guessed" }), 7000215],
    ["an expired one", () => ({ clientSecret: simulator.applications.addSecret(application, -1).text }), 7000222],
    ["an application that is not there", () => ({ ...secret(), clientId: simulator.tenants.microsoft.id }), 700016],
    ["a disabled one", () => Object.assign(application, { isDisabled: true }) && secret(), 7000112],
    ["a policy against it", () => Object.assign(application, { isBlocked: true }) && secret(), 53003],
  ])("is refused for %s", async (_name, auth, number) => {
    expect(await numberOf(signIn(auth()))).toBe(number)
  })
})

describe("an application with a certificate", () => {
  const proof = (thumbprintSha256: string, privateKey: string) => ({
    clientCertificate: { thumbprintSha256, privateKey },
  })
  const registered = () => {
    const { privateKey } = simulator.applications.newCertificate(application)
    const known = application.certificates[0]?.certificate.fingerprint256 ?? ""
    return { privateKey, thumbprint: known.replaceAll(":", "") }
  }

  test("gets a token by what it signed", async () => {
    const { privateKey, thumbprint } = registered()
    const given = await signIn(proof(thumbprint, privateKey))
    expect((await events(given?.accessToken)).status).toBe(200)
  })

  test("is refused for a key that is not its certificate's, and for a certificate that nobody registered", async () => {
    const { privateKey, thumbprint } = registered()
    const other = simulator.applications.newCertificate(simulator.applications.add(simulator.tenants.microsoft))
    expect(await numberOf(signIn(proof(thumbprint, other.privateKey)))).toBe(700027)
    expect(await numberOf(signIn(proof("0".repeat(64), privateKey)))).toBe(700027)
  })

  test("is refused where the clocks are half an hour apart", async () => {
    const { privateKey, thumbprint } = registered()
    simulator.knobs("microsoft").clockAheadSeconds = 1800
    expect(await numberOf(signIn(proof(thumbprint, privateKey)))).toBe(700024)
  })
})

describe("what an organisation's Graph refuses", () => {
  const subscribe = async () => {
    const given = await signIn({ clientSecret: simulator.applications.addSecret(application).text })
    const answer = await fetch(`${simulator.baseUrls.microsoftApi}/subscriptions`, {
      method: "POST",
      headers: { authorization: `Bearer ${given?.accessToken}`, "content-type": "application/json" },
      body: JSON.stringify({
        ...{ changeType: "updated", notificationUrl: "https://kalends.example/hooks", clientState: "s" },
        resource: "users/ada@northwind.example/events",
        expirationDateTime: Temporal.Now.instant().add({ hours: 24 }).toString(),
      }),
    })
    return [answer.status, (await answer.json()).error.code]
  }

  test("a subscription too many, and an address that nobody reaches", async () => {
    simulator.knobs("microsoft").webhooks = "blocked"
    expect(await subscribe()).toEqual([400, "ValidationError"])
    simulator.knobs("microsoft").subscriptionsMost = 0
    expect(await subscribe()).toEqual([403, "ExtensionError"])
  })

  test("and shows rooms of a list", async () => {
    const room = simulator.org.addRoom(simulator.tenants.microsoft, "Draco", "draco@northwind.example")
    simulator.roomLists.set("hq@northwind.example", { name: "HQ", rooms: [room] })
    const given = await signIn({ clientSecret: simulator.applications.addSecret(application).text })
    const headers = { authorization: `Bearer ${given?.accessToken}` }
    const at = (path: string) => fetch(`${simulator.baseUrls.microsoftApi}/places/${path}`, { headers })
    const lists = await (await at("microsoft.graph.roomlist")).json()
    expect(lists.value).toMatchObject([{ displayName: "HQ" }])
    const rooms = await (await at("hq@northwind.example/microsoft.graph.roomlist/rooms")).json()
    expect(rooms.value).toMatchObject([{ displayName: "Draco", emailAddress: "draco@northwind.example" }])
  })
})
