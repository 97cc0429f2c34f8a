import { createHmac, randomBytes } from "node:crypto"
import { Agent, type IncomingMessage, request } from "node:http"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Person } from "../org.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { responseKey } from "./ntlm.ts"
import { calendar, codesOf, envelope, talkTo, view } from "./wire-talk.ts"
import { allOf, find, parseXml, textAt } from "./xml.ts"

// Who gets in and as whom, where somebody is sent, and how the server fails.

let simulator: Simulator
let talk: ReturnType<typeof talkTo>
let mary: Person
let room: Person

beforeEach(async () => {
  simulator = await startSimulator({ clock: () => Temporal.Instant.from("2026-11-23T12:00:00Z") })
  const { org, tenants } = simulator
  mary = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  room = org.addRoom(tenants.exchange, "Room Draco", "draco@northwind-works.example")
  talk = talkTo(simulator, mary, fetch)
})
afterEach(() => simulator.close())

describe("signing in", () => {
  type Answer = { readonly status: number; readonly offers: readonly string[] }

  function send(agent: Agent, authorization: string | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = authorization === null ? {} : { authorization }
      const outgoing = request(simulator.baseUrls.exchange, { method: "POST", agent, headers })
      outgoing.once("error", reject)
      outgoing.once("response", (incoming: IncomingMessage) => {
        const offers = incoming.rawHeaders.filter(
          (_, index) => incoming.rawHeaders[index - 1]?.toLowerCase() === "www-authenticate",
        )
        incoming.resume().once("end", () => resolve({ status: incoming.statusCode ?? 0, offers }))
      })
      outgoing.end(
        envelope(
          `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${calendar}</m:FolderIds></m:GetFolder>`,
        ),
      )
    })
  }

  const negotiate = `NTLM ${Buffer.concat([Buffer.from("NTLMSSP\0\x01\0\0\0", "latin1"), Buffer.from("07820888", "hex"), Buffer.alloc(16)]).toString("base64")}`

  /** An AUTHENTICATE_MESSAGE made by the book, for the challenge that was given. */
  function authenticate(offer: string, password: string): string {
    const type2 = Buffer.from(offer.split(" ")[1] ?? "", "base64")
    const info = type2.subarray(type2.readUInt32LE(44), type2.readUInt32LE(44) + type2.readUInt16LE(40))
    const temp = Buffer.concat([
      Buffer.from("0101000000000000", "hex"),
      Buffer.alloc(8),
      randomBytes(8),
      Buffer.alloc(4),
      info,
      Buffer.alloc(4),
    ])
    const key = responseKey(password, "mary", "NORTHWIND-WORKS")
    const proof = createHmac("md5", key).update(type2.subarray(24, 32)).update(temp).digest()
    const parts = [
      Buffer.alloc(24),
      Buffer.concat([proof, temp]),
      Buffer.from("NORTHWIND-WORKS", "utf16le"),
      Buffer.from("mary", "utf16le"),
      Buffer.alloc(0),
      Buffer.alloc(0),
    ]
    const head = Buffer.alloc(64)
    head.write("NTLMSSP\0", 0, "latin1")
    head.writeUInt32LE(3, 8)
    let at = 64
    for (const [index, part] of parts.entries()) {
      head.writeUInt16LE(part.length, 12 + index * 8)
      head.writeUInt16LE(part.length, 14 + index * 8)
      head.writeUInt32LE(at, 16 + index * 8)
      at += part.length
    }
    return `NTLM ${Buffer.concat([head, ...parts]).toString("base64")}`
  }

  test("NTLM holds for its connection and for no other", async () => {
    const [one, other] = [new Agent({ keepAlive: true, maxSockets: 1 }), new Agent({ keepAlive: true, maxSockets: 1 })]
    const first = await send(one, null)
    expect([first.status, first.offers]).toEqual([
      401,
      ["Negotiate", "NTLM", 'Basic realm="ex01.northwind-works.example"'],
    ])
    const challenged = await send(one, negotiate)
    expect([challenged.status, challenged.offers.slice(1)]).toEqual([401, ["Negotiate"]])
    const proof = authenticate(challenged.offers[0] ?? "", simulator.exchange.credentialsOf(mary).password)
    expect((await send(other, proof)).status).toBe(401)
    expect((await send(one, proof)).status).toBe(200)
    expect((await send(one, null)).status).toBe(200)
    expect((await send(other, null)).status).toBe(401)
    one.destroy()
    other.destroy()
  })

  test("a wrong password is refused, and an expired one is too, on a connection that was good before", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const attempt = async (password: string) => {
      const [offer = ""] = (await send(agent, negotiate)).offers
      return (await send(agent, authenticate(offer, password))).status
    }
    const { password } = simulator.exchange.credentialsOf(mary)
    expect([await attempt("wrong"), await attempt(password)]).toEqual([401, 200])
    simulator.exchange.expirePassword(mary)
    expect([(await send(agent, null)).status, await attempt(password)]).toEqual([401, 401])
    expect((await send(agent, talk.basicOf(mary))).status).toBe(401)
    agent.destroy()
  })

  test("a room's account is disabled", async () => {
    expect((await talk.call(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"), { person: room })).status).toBe(401)
  })
})

describe("faults", () => {
  const ask = () => talk.call(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"))

  test("busy is said in three ways", async () => {
    const knobs = simulator.knobs("exchange")
    Object.assign(knobs, { throttleNext: 3, throttleRetryAfterSeconds: 7 })
    const fault = await ask()
    expect([fault.status, codesOf(fault.body)]).toEqual([500, ["ErrorServerBusy"]])
    expect(fault.text).toContain('<t:Value Name="BackOffMilliseconds">7000</t:Value>')
    knobs.busyShape = "inner"
    const inner = await ask()
    expect([inner.status, codesOf(inner.body)]).toEqual([200, ["ErrorInternalServerError"]])
    expect(inner.text).toContain("ErrorServerBusy")
    knobs.busyShape = "unavailable"
    expect((await ask()).status).toBe(503)
    expect((await ask()).status).toBe(200)
  })

  test("a write is done and its answer lost", async () => {
    simulator.knobs("exchange").loseWritesNext = 1
    await expect(talk.create("<t:Subject>Review</t:Subject>")).rejects.toThrow()
    expect(mary.calendar.live().map(({ details }) => details.subject)).toEqual(["Review"])
    expect((await ask()).status).toBe(200)
  })

  test("impersonation is refused beyond the scope, for strangers, and when the role was taken away", async () => {
    const as = (email: string) =>
      `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${email}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
    simulator.exchange.directory.addServiceAccount("svc", "secret", (person) => person === mary)
    const authorization = `Basic ${Buffer.from("NORTHWIND-WORKS\\svc:secret").toString("base64")}`
    const attempt = (header: string) =>
      talk.codes(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"), { header, headers: { authorization } })
    expect(await attempt(as(mary.email))).toEqual(["NoError"])
    expect(await attempt(as(room.email))).toEqual(["ErrorImpersonateUserDenied"])
    expect(await attempt(as("nobody@northwind-works.example"))).toEqual(["ErrorNonExistentMailbox"])
    expect(await attempt("")).toEqual(["ErrorMissingEmailAddress"])
    simulator.knobs("exchange").isRemoved = true
    expect(await attempt(as(mary.email))).toEqual(["ErrorImpersonateUserDenied"])
  })

  test.each([
    ["<m:GetUserPhoto/>", "ErrorInvalidOperation"],
    ["", "ErrorSchemaValidation"],
  ])("%s is answered by a fault", async (body, code) => {
    const answer = await talk.call(body)
    expect([answer.status, codesOf(answer.body)]).toEqual([500, [code]])
  })
})

describe("Autodiscover", () => {
  async function pox(email: string) {
    const answer = await fetch(`${simulator.url}/Autodiscover/Autodiscover.xml`, {
      method: "POST",
      headers: { authorization: talk.basicOf(mary) },
      body: `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${email}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`,
    })
    return find(parseXml(await answer.text()), "Response")
  }

  test("in its old form tells the address of EWS", async () => {
    const account = find(await pox(mary.email), "Account")
    expect(allOf(account, "Protocol").map((one) => textAt(one, "EwsUrl"))).toEqual([
      simulator.baseUrls.exchange,
      simulator.baseUrls.exchange,
      null,
    ])
  })

  test("sends somebody to another address or another place, and knows nobody else", async () => {
    simulator.exchange.redirects.set("one@old.example", { kind: "address", to: mary.email })
    simulator.exchange.redirects.set("two@old.example", {
      kind: "url",
      to: "https://autodiscover.new.example/autodiscover/autodiscover.xml",
    })
    expect(textAt(await pox("one@old.example"), "Account", "RedirectAddr")).toBe(mary.email)
    expect(textAt(await pox("two@old.example"), "Account", "Action")).toBe("redirectUrl")
    expect(textAt(await pox("three@old.example"), "Error", "ErrorCode")).toBe("500")
  })

  test("asks for a sign-in first", async () => {
    expect((await fetch(simulator.baseUrls.exchangeAutodiscover, { method: "POST" })).status).toBe(401)
  })
})
