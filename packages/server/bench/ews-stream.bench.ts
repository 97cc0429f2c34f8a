/**
 * From a change in a mailbox of the simulated Exchange to the hint at its person's app: the server's streaming
 * notification, our stream, the hint over an open change stream. Simulator and apps are in one process, the whole node is
 * in another, over loopback.
 */
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { elapsedMs, pause, say } from "../../../tools/platform.ts"
import { apiOf, setUpNode } from "../src/testing/node.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"

const mailboxCount = 25
const rounds = 14
/** Longer than the second in which notices of one calendar are told together. */
const betweenMs = 1_300
const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" } as const

type App = { readonly told: (() => void)[]; readonly calendar: Simulator["org"]["people"][number]["calendar"] }

const database = await startBenchDatabase()
const server = startPart(new URL("./ews-server.ts", import.meta.url))
const simulator = await startSimulator()
try {
  const started = await server.ask<{ url: string; setupCode: string }>("start", {
    databaseUrl: database.url,
    exchangeHost: new URL(simulator.baseUrls.exchange).host,
  })
  const { call } = await setUpNode(started)
  const apps: App[] = []
  for (let number = 0; number < mailboxCount; number++) apps.push(await openApp(number))
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    await pause(betweenMs)
    await Promise.all(
      apps.map(async ({ told, calendar }, index) => {
        await pause((index * betweenMs) / (2 * mailboxCount))
        const begunMs = elapsedMs()
        const hint = new Promise<void>((resolve) => void told.push(resolve))
        calendar.create({ subject: `Change ${round}`, time })
        await hint
        // What the first ones load and compile is not the way of a change.
        if (round > 1) times.push(elapsedMs() - begunMs)
      }),
    )
  }
  say(`${times.length} changes in ${mailboxCount} mailboxes; median ${median(times).toFixed(1)} ms`)
  report([atMost("change in Exchange to hint at the app, p99", "ms", percentile(times, 0.99), 100)])

  async function openApp(number: number): Promise<App> {
    const email = `person${number}@northwind-works.example`
    const person = simulator.org.addPerson(simulator.tenants.exchange, `Person ${number}`, email)
    const password = "correct horse battery"
    await call("POST", "/v1/users", { email, displayName: person.name, role: "user", password })
    const signIn = { email, password, deviceName: "Bench", keep: "memory" }
    const { token } = (await apiOf(started.url, () => null)("POST", "/v1/sessions", signIn)).body as { token: string }
    const own = apiOf(started.url, () => token)
    const { login, password: theirs } = simulator.exchange.credentialsOf(person)
    const connect = { signIn: "password", provider: "ews", permission: "read", server: simulator.baseUrls.exchange }
    const made = await own("POST", "/v1/connections", { ...connect, username: login, password: theirs })
    if (made.status !== 200) throw new Error(made.text)
    for (;;) {
      const answer = (await own("GET", "/v1/connections")).body as { connections: { hears: string; state: string }[] }
      if (answer.connections[0]?.hears === "push" && answer.connections[0].state === "healthy") break
      await pause(50)
    }
    const told: (() => void)[] = []
    const stream = await fetch(`${started.url}/v1/changes`, { headers: { authorization: `Bearer ${token}` } })
    // It ends with the server, in the middle of the stream.
    void follow(stream, told).catch(() => {})
    return { told, calendar: person.calendar }
  }

  async function follow(stream: Response, told: (() => void)[]): Promise<void> {
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read())
      if (part.value.includes("calendar-changed")) told.shift()?.()
  }
} catch (error) {
  failed(error)
} finally {
  await server.stop()
  await simulator.close()
  await database.stop()
  endBench()
}
