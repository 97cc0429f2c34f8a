import { type ChildProcess, spawn } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer as createSocketServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { openIpcLink } from "@kalends/client/platform/ipc-link"
import { type IpcPlace, ipcPlace, ownSurroundings } from "@kalends/client/platform/ipc-place"
import { startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, expect, test } from "vitest"
import { recordService } from "../../../e2e/recorder.ts"
import { connectByOAuth, simulatorSettings, until } from "../../../e2e/support.ts"
import { freePort } from "../../../packages/server/src/platform/free-port.ts"
import { setUpNode, startTestNode, type TestSession } from "../../../packages/server/src/testing/node.ts"
import { cloneDatabase } from "../../../packages/server/src/testing/postgres.ts"
import { demoMeetingSettings } from "../../../tools/start/demo.ts"
import type { Appointment, Marks } from "./appointment.ts"
import type { HostLine } from "./host-lines.ts"

// The plugin's host as Outlook's shell runs it, the agent as a person runs it, the real service, a simulated Microsoft
// calendar and a simulated meeting service. Between host and agent, and between agent and service, stands a recorder.

const root = join(import.meta.dirname, "../../..")
const canary = "Quasar-canary"

/** Stands in the agent's place, and keeps the lines that tools send. The agent itself is met elsewhere. */
async function recordTools(place: IpcPlace, agent: IpcPlace) {
  mkdirSync(place.folder, { mode: 0o700 })
  const lines: string[] = []
  const server = createSocketServer((tool) => {
    const passed = connect(agent.address)
    let text = ""
    tool.on("data", (part: Buffer) => {
      text += part.toString()
      const whole = text.split("\n")
      text = whole.pop() ?? ""
      lines.push(...whole)
    })
    const end = () => {
      tool.destroy()
      passed.destroy()
    }
    for (const socket of [tool, passed]) socket.on("error", () => {}).on("close", end)
    tool.pipe(passed).pipe(tool)
  })
  await new Promise<void>((resolve) => void server.listen(place.address, () => resolve()))
  return {
    lines,
    passSecret: () => copyFileSync(agent.secretFile, place.secretFile),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

const placeAt = (name: string) =>
  ipcPlace({ ...ownSurroundings(), environment: { KALENDS_RUNTIME_DIR: join(folder, name) } })

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  // What a program might keep goes into folders of its own.
  const own = { HOME: join(folder, "home"), TMPDIR: join(folder, "home"), XDG_CACHE_HOME: join(folder, "home") }
  const env = { PATH: process.env.PATH ?? "", LANG: "en_GB.UTF-8", ...own, ...environment }
  return spawn(process.execPath, [join(root, program), ...args], { env, stdio: ["pipe", "pipe", "inherit"] })
}

type SignIn = (agent: ChildProcess, line: string) => void

/** Starts the agent as a person without a screen does; each line that it says may be answered. */
async function startAgent(service: string, place: IpcPlace, signIn: SignIn): Promise<ChildProcess> {
  const agent = run("apps/desktop/src/main.ts", [], { KALENDS_URL: service, KALENDS_RUNTIME_DIR: place.folder })
  signIn(agent, "")
  if (agent.stdout === null) throw new Error("the agent's output is read")
  for await (const line of createInterface({ input: agent.stdout })) {
    if (line.includes("can use the agent")) return agent
    signIn(agent, line)
  }
  throw new Error("the agent ended before it was ready")
}

/** Name, password and a code of the second factor. */
async function withPassword(session: TestSession): Promise<SignIn> {
  const code = await session.nextCode()
  return (agent, line) => void (line === "" && agent.stdin?.write(`ada@example.org\ncorrect horse\n${code}\n`))
}

/** No name, and the code that the agent shows, typed in the portal. */
const withCode =
  ({ call }: TestSession): SignIn =>
  (agent, line) => {
    if (line === "") agent.stdin?.write("\n")
    const code = /: ([A-Z0-9-]+)$/.exec(line)?.[1]
    if (code !== undefined) void call("POST", "/v1/tools/connections", { code })
  }

const ended = (child: ChildProcess) => new Promise<void>((resolve) => void child.once("exit", () => resolve()))

/** A stand-in for Outlook and its shell: one appointment, with much more in it than anybody is told. */
function openOutlook(place: IpcPlace) {
  const host = run("apps/outlook-plugin/src/main.ts", ["serve"], { KALENDS_RUNTIME_DIR: place.folder })
  const day = Temporal.Now.plainDateISO("Europe/Berlin").add({ days: 3 })
  const item = {
    appointment: {
      ...{ subject: "Comet hunting", start: `${day}T09:30:00`, zone: "W. Europe Standard Time" },
      ...{ isAllDay: false, recurrence: "none", host: null },
    } as Appointment,
    marks: { key: null, meetingId: null } as Marks,
    location: "",
    body: `${canary} coats`,
    attendees: [`${canary}@example.org`],
  }
  const said: string[] = []
  let onDone = () => {}
  if (host.stdout === null) throw new Error("the host's output is read")
  createInterface({ input: host.stdout }).on("line", (text) => {
    const line: HostLine = JSON.parse(text)
    if (line.do === "mark") item.marks = line.marks
    if (line.do === "write") Object.assign(item, { location: line.location, body: `${item.body}\n${line.block.text}` })
    if (line.do === "say") said.push(line.text)
    if (line.do === "done") onDone()
  })
  const tell = (event: "add" | "saved" | "deleted") =>
    new Promise<void>((resolve) => {
      onDone = resolve
      const { appointment, marks } = item
      host.stdin?.write(`${JSON.stringify({ item: "w1", event, appointment, marks })}\n`)
    })
  return { host, day, item, said, tell }
}

/** All that may be said of an event, and what names request and meeting. */
const allowed = new Set(["key", "subject", "date", "time", "zone", "isRecurring", "meetingId"])

async function openWorld() {
  const simulator = await startSimulator()
  const base = await cloneDatabase()
  const port = String(await freePort())
  const node = await startTestNode(base.url, {
    ...simulatorSettings(simulator),
    ...demoMeetingSettings(simulator.url, {}),
    ...{ KALENDS_PORT: port, KALENDS_HOOK_URL: `http://127.0.0.1:${port}` },
  })
  const session = await setUpNode(node)
  const person = simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@example.org")
  simulator.zoom.account.addUser(person.email)
  simulator.knobs("microsoft").approvesAll = true
  expect(await connectByOAuth(session.call, "graph", person.email, "read-write")).toBe("connected")
  const service = await recordService(node.url)
  const agentPlace = placeAt("agent")
  const place = placeAt("tools")
  const tools = await recordTools(place, agentPlace)
  const agent = { process: await startAgent(service.url, agentPlace, await withPassword(session)) }
  tools.passSecret()
  const outlook = openOutlook(place)
  return {
    ...{ simulator, person, session, service, place, tools, agent, outlook },
    restartAgent: async () => {
      agent.process = await startAgent(service.url, agentPlace, withCode(session))
    },
    meeting: () => simulator.zoom.account.find(/\/j\/(\d+)/.exec(outlook.item.location)?.[1] ?? ""),
    async close() {
      outlook.host.stdin?.end()
      const over = ended(agent.process)
      agent.process.kill("SIGTERM")
      await Promise.all([ended(outlook.host), over])
      await tools.close()
      service.server.closeAllConnections()
      service.server.close()
      await node.stop()
      await base.drop()
      await simulator.close()
    },
  }
}

let folder = ""
let here: Awaited<ReturnType<typeof openWorld>>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kalends-plugin-"))
  mkdirSync(join(folder, "home"))
  here = await openWorld()
})
afterAll(async () => {
  await here?.close()
  rmSync(folder, { recursive: true, force: true })
})

const startOn = (date: Temporal.PlainDate) =>
  date.toZonedDateTime({ timeZone: "Europe/Berlin", plainTime: "09:30" }).toInstant().toString()
const timeOn = (date: Temporal.PlainDate) =>
  ({ kind: "timed", start: `${date}T09:30:00`, end: `${date}T10:00:00`, zone: "Europe/Berlin" }) as const

// Each goes on where the one before ended: one appointment's life.

test("a meeting is made while the appointment is being written, once however often it is asked for", async () => {
  const { outlook, meeting, simulator } = here
  const { item, said, day, tell } = outlook
  await tell("add")
  expect(said).toEqual([expect.stringContaining("The meeting is in the appointment")])
  expect(item.body).toContain(item.location)
  expect([meeting()?.topic, meeting()?.startsAt?.toString()]).toEqual(["Comet hunting", startOn(day)])
  await tell("add")
  expect(simulator.zoom.calls.count("createMeeting")).toBe(1)
})

test("saved, and moved by a day in the calendar, the meeting follows", async () => {
  const { outlook, meeting, person, session } = here
  const { item, day } = outlook
  const { subject } = item.appointment
  const attendees = [{ name: canary, email: `${canary}@example.org`, response: "none" as const }]
  const event = person.calendar.create({
    ...{ subject, location: item.location, description: item.body, attendees, time: timeOn(day) },
  })
  await until(async () => {
    const { meetings } = (await session.call("GET", "/v1/meetings")).body as { meetings: { events: unknown[] }[] }
    return meetings[0]?.events.length === 1
  })
  const next = day.add({ days: 1 })
  person.calendar.update(event, { time: timeOn(next) })
  await until(async () => meeting()?.startsAt?.toString() === startOn(next))
})

test("while the agent is killed the person is told; the next agent takes over what it left, and the plugin goes on", async () => {
  const { outlook, meeting, person, agent, restartAgent, tools } = here
  const { item, said, day, tell } = outlook
  const killed = ended(agent.process)
  agent.process.kill("SIGKILL")
  await killed
  item.appointment = {
    ...item.appointment,
    subject: "Comet hunting in Dome 2",
    start: `${day.add({ days: 1 })}T09:30:00`,
  }
  await tell("saved")
  expect(said.slice(-2)).toEqual([
    expect.stringContaining("is not running"),
    expect.stringContaining("follows as soon as"),
  ])
  await restartAgent()
  tools.passSecret()
  await tell("saved")
  expect(said.at(-1)).toContain("new time and title")
  const [event] = person.calendar.events.values()
  if (event !== undefined) person.calendar.update(event, { subject: item.appointment.subject })
  await until(async () => meeting()?.topic === "Comet hunting in Dome 2")
})

test("a tool of an older version is told so in words, and one with another secret is not let in", async () => {
  const { place, tools } = here
  const old = { place, uid: ownSurroundings().uid, tool: { name: "Old", version: "0.0.1" }, version: 0 }
  const told = { code: "tool-too-old", message: expect.stringContaining("Update the tool") }
  await expect(openIpcLink(old)).rejects.toMatchObject(told)
  writeFileSync(place.secretFile, "0".repeat(64))
  const stranger = run("apps/outlook-plugin/src/main.ts", ["settings"], { KALENDS_RUNTIME_DIR: place.folder })
  const [words] = await Promise.all([stranger.stdout?.toArray(), ended(stranger)])
  expect(Buffer.concat(words ?? []).toString()).toContain("does not know this plugin")
  expect(stranger.exitCode).toBe(1)
  tools.passSecret()
})

test("deleted, the meeting is given up", async () => {
  const { outlook, meeting, person } = here
  await outlook.tell("deleted")
  const [event] = person.calendar.events.values()
  if (event !== undefined) person.calendar.remove(event)
  await until(async () => meeting() === null)
})

test("the agent keeps nothing: it has read the calendar, and there are its socket and its secret, and no other file", () => {
  expect(here.simulator.calls.count("calendarView", here.person.email)).toBeGreaterThan(0)
  expect(readdirSync(join(folder, "agent")).toSorted()).toEqual(["agent.secret", "agent.sock"])
  expect(readdirSync(join(folder, "home"))).toEqual([])
})

test("all that the plugin said to the agent, and the agent to the service, were the fields that may be said", () => {
  const { outlook, person, service, tools } = here
  const requests = tools.lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "request")
  expect(requests.map(({ action }) => action)).toEqual(["schedule", "schedule", "update", "remove"])
  expect(requests.flatMap(({ input }) => Object.keys(input)).filter((name) => !allowed.has(name))).toEqual([])
  const toTools = service.sent.filter(({ path }) => path.startsWith("/v1/tools/meetings"))
  const { meetingId } = outlook.item.marks
  expect(toTools.map(({ method, path }) => `${method} ${path.replace(meetingId ?? "", ":id")}`)).toEqual([
    ...["POST /v1/tools/meetings", "POST /v1/tools/meetings"],
    ...["PATCH /v1/tools/meetings/:id", "DELETE /v1/tools/meetings/:id"],
  ])
  const bodies = toTools.flatMap(({ body }) => (body === "" ? [] : [JSON.parse(body)]))
  expect(bodies.flatMap(Object.keys).filter((name) => !allowed.has(name))).toEqual([])
  // The agent signs in, asks for access and listens besides; the calendar itself it reads from its provider.
  const all = JSON.stringify([tools.lines, service.sent])
  expect(all).not.toContain(canary)
  expect(JSON.stringify(tools.lines)).not.toContain("correct horse")
  // What may be said was recorded, so what was not recorded was not said; and the calendar did have more to tell.
  expect(all.match(/Comet hunting in Dome 2/g)).toHaveLength(2)
  expect(all).toContain("correct horse")
  expect(JSON.stringify([...person.calendar.events.values()])).toContain(canary)
})
