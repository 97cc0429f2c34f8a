import { readdirSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { join } from "node:path"
import { isProblem } from "@kalends/domain/problem"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createHttpClient } from "../platform/http-client.ts"
import { createOAuthClient } from "../platform/oauth-client.ts"
import type { HttpClient } from "../ports/http-client.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createCaldavProvider } from "./caldav/index.ts"
import { createEwsProvider } from "./ews/index.ts"

// Wherever somebody may write an address that the service then calls: none of them leads into our own network.

const source = join(import.meta.dirname, "..")

/** Whoever sets the addresses that a file calls: the operator, in settings, or a person, in a form. */
const senders: Readonly<Record<string, "operator" | "person" | "either">> = {
  "connections/hand-over.ts": "either",
  "connections/proxy.ts": "either",
  "meeting-backends/bigbluebutton/calls.ts": "operator",
  "meeting-backends/zoom/calls.ts": "operator",
  "platform/oauth-client.ts": "operator",
  "platform/oidc-client.ts": "operator",
  "platform/tool-tokens.ts": "operator",
  "providers/caldav/calls.ts": "person",
  "providers/ews/calls.ts": "person",
  "providers/ews/calls/ask.ts": "person",
  "providers/ews/calls/stream.ts": "person",
  "providers/google/calls.ts": "operator",
  "providers/google/checkup.ts": "operator",
  "providers/google/tenant.ts": "operator",
  "providers/graph/calls.ts": "operator",
  "providers/graph/checkup.ts": "operator",
  "providers/graph/service-checkup.ts": "operator",
  "providers/graph/tenant.ts": "operator",
  "providers/provider-deps.ts": "either",
  "tenants/checkup.ts": "operator",
  "vault/custodians/aws-kms/calls.ts": "operator",
  "vault/custodians/aws-kms/credentials.ts": "operator",
  "vault/custodians/transit/calls.ts": "operator",
}

test("every place that sends something says whose address it calls", () => {
  const sending = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (path) =>
      path.endsWith(".ts") &&
      !/\.test\.ts$|^testing\/|conformance\//.test(path) &&
      /\bhttp\s*\.(?:send|stream)\(/.test(readFileSync(join(source, path), "utf8")),
  )
  expect(sending.sort()).toEqual(Object.keys(senders).sort())
})

let listener: Server
let port = 0
let visits = 0

beforeAll(async () => {
  listener = createServer((socket) => {
    visits += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))
  const address = listener.address()
  port = typeof address === "object" && address !== null ? address.port : 0
})
afterAll(() => new Promise((resolve) => listener.close(resolve)))

/** What the client was asked for, and how each ended. */
function watched(allowedPrivateHosts: readonly string[]) {
  const inner = createHttpClient({ allowedPrivateHosts })
  const outcomes: string[] = []
  const note = <Answer>(work: Promise<Answer>): Promise<Answer> =>
    work.catch((error: unknown) => {
      outcomes.push(isProblem(error) ? (error.code ?? error.kind) : String(error))
      throw error
    })
  const http: HttpClient = {
    send: (request) => note(inner.send(request)),
    stream: (request) => note(inner.stream(request)),
  }
  return { http, outcomes, close: () => inner.close() }
}

const credentials = { username: "ada@example.org", password: "guess" }
const forms: Readonly<Record<string, (http: HttpClient, server: string) => Promise<unknown>>> = {
  "a CalDAV server": (http, server) => discover(createCaldavProvider(depsOf(http)), server),
  "an Exchange server": (http, server) => discover(createEwsProvider(depsOf(http)), server),
  "an organisation's Exchange server": async (http, server) =>
    createEwsProvider(depsOf(http)).tenant?.open("service-password", { server, ...credentials }, "read"),
}

function depsOf(http: HttpClient) {
  const clock = fakeClock()
  return { http, clock, random: seededRandom(1), oauth: createOAuthClient({ http, clock }) }
}

async function discover({ signIn }: ReturnType<typeof createCaldavProvider>, server: string): Promise<unknown> {
  if (signIn.kind !== "password") throw new Error("it has a password")
  return signIn.discover({ server, ...credentials })
}

/** Loopback in every way of writing it, with the port of a listener that counts who comes. */
const loopbacks = [
  ...["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.1", "2130706433"],
  ...["0x7f000001", "0x7f.1", "0177.0.0.1", "0", "127.0.0.1.", "①②⑦.0.0.1", "[64:ff9b::7f00:1]"],
]
const elsewhere = [
  ...["169.254.169.254", "[fd00:ec2::254]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0"],
  ...["2852039166", "0xa9fea9fe", "[::ffff:a9fe:a9fe]", "[fe80::1]", "user:pass@169.254.169.254", "[2002:a00:1::]"],
]
const prefixes = ["", "https://", "http://", "https://ada:secret@"]

describe.each(Object.entries(forms))("%s that somebody typed", (_form, connect) => {
  test("leads nowhere into our own network, however it is written", async () => {
    const { http, outcomes, close } = watched([])
    visits = 0
    for (const host of [...loopbacks.map((name) => `${name}:${port}`), ...elsewhere, `127.0.0.1:${port}/a/../b`])
      for (const prefix of prefixes) await expect(connect(http, `${prefix}${host}`)).rejects.toThrow()
    expect(visits).toBe(0)
    const allowed = new Set(["private-address", "https-only", "bad-address"])
    expect([...new Set(outcomes)].filter((outcome) => !allowed.has(outcome))).toEqual([])
    await close()
  })

  test("reaches a private address that the operator has allowed", async () => {
    const { http, close } = watched([`127.0.0.1:${port}`])
    visits = 0
    await expect(connect(http, `https://127.0.0.1:${port}`)).rejects.toThrow()
    expect(visits).toBeGreaterThan(0)
    await close()
  })
})

describe("a name that somebody typed", () => {
  /** Answers of a resolver that says something else each time. */
  async function asked(answers: readonly (readonly string[])[]) {
    let lookups = 0
    const http = createHttpClient({
      allowedPrivateHosts: [],
      resolve: (_name, _options, callback) => {
        const given = answers[Math.min(lookups, answers.length - 1)] ?? []
        lookups += 1
        callback(
          null,
          given.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        )
      },
    })
    const sent = http.send({ method: "GET", url: `https://rebound.example:${port}/`, headers: {}, isUserGiven: true })
    const code = await sent.then(
      () => "answered",
      (error: unknown) => (isProblem(error) ? error.code : String(error)),
    )
    await http.close()
    return { code, lookups }
  }

  test("is looked up once for a connection, and what was found is what is connected to", async () => {
    visits = 0
    expect(await asked([["127.0.0.1"], ["127.0.0.1"]])).toEqual({ code: "private-address", lookups: 1 })
    expect(await asked([["1.1.1.1", "127.0.0.1"]])).toEqual({ code: "private-address", lookups: 1 })
    expect(await asked([["2606:4700::1111", "::1"]])).toEqual({ code: "private-address", lookups: 1 })
    expect(await asked([["169.254.169.254"]])).toEqual({ code: "private-address", lookups: 1 })
    expect(visits).toBe(0)
  })
})
