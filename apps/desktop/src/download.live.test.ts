import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { unzipSync } from "fflate"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, simulatorSettings } from "../../../e2e/support.ts"
import { apiOf } from "../../../packages/server/src/testing/node.ts"

// The agent as a person gets it: downloaded, unpacked and started by its script in a terminal, on a real service and a
// simulated Google.

let simulator: Simulator
let started: Started
let webFolder = ""
let folder = ""
beforeAll(async () => {
  webFolder = await buildApps(["desktop", "outlook-plugin"])
  simulator = await startSimulator()
  started = await start(webFolder, simulatorSettings(simulator))
  folder = await mkdtemp(join(tmpdir(), "kalends-agent-"))
})
afterAll(async () => {
  await end(started)
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
  await rm(folder, { recursive: true, force: true })
})

const person = { email: "bo@google.example.org", displayName: "Bo", role: "user", password: "battery staple" }

/** Somebody with a calendar that has one event, tomorrow. */
async function signInAsBo(): Promise<string> {
  const url = `http://localhost:${new URL(started.node.url).port}`
  await started.call("POST", "/v1/users", person)
  const session = { email: person.email, password: person.password, deviceName: "Test", keep: "memory" }
  const { token } = (await apiOf(url, () => null)("POST", "/v1/sessions", session)).body as { token: string }
  const own = simulator.org.addPerson(simulator.tenants.google, "Bo", person.email)
  simulator.knobs("google").approvesAll = true
  const bo = apiOf(url, () => token)
  expect(await connectByOAuth(bo, "google", own.email)).toBe("connected")
  const day = Temporal.Now.plainDateISO("UTC").add({ days: 1 })
  const time = { kind: "timed", start: `${day}T09:00:00`, end: `${day}T10:00:00`, zone: "UTC" } as const
  own.calendar.create({ subject: "Comet hunting", time })
  return token
}

async function unpacked(tool: string, file: string, token: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${token}`, "x-kalends-request": "1" }
  const url = `http://localhost:${new URL(started.node.url).port}/v1/tools/downloads/${tool}/${file}`
  const files = unzipSync(new Uint8Array(await (await fetch(url, { headers })).arrayBuffer()))
  await mkdir(join(folder, tool))
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, tool, name), bytes)
  return Object.keys(files).toSorted()
}

/** Runs a command on a terminal of its own, as util-linux gives one. */
function onTerminal(command: string): ChildProcessWithoutNullStreams {
  const PATH = [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter)
  const own = { HOME: folder, XDG_RUNTIME_DIR: folder, KALENDS_RUNTIME_DIR: join(folder, "place") }
  const env = { PATH, TERM: "xterm", LANG: "en_GB.UTF-8", TZ: "UTC", SHELL: "/bin/sh", ...own }
  return spawn("script", ["-qec", command, "/dev/null"], { env })
}

test.runIf(process.platform === "linux")(
  "the agent that is downloaded signs in to this service and shows the agenda",
  async () => {
    const token = await signInAsBo()
    expect(await unpacked("desktop", "desktop-agent.zip", token)).toEqual([
      ...["README.txt", "kalends-agent.mjs", "kalends.cmd", "kalends.command", "kalends.sh"],
    ])
    const agent = onTerminal(`sh ${join(folder, "desktop/kalends.sh")}`)
    let shown = ""
    agent.stdout.on("data", (part: Buffer) => {
      shown += part.toString()
    })
    const seen = (text: string) => expect.poll(() => shown).toContain(text)
    await seen("E-mail address")
    agent.stdin.write(`${person.email}\r`)
    await seen("Password")
    agent.stdin.write(`${person.password}\r`)
    await seen("Comet hunting")
    expect(shown).not.toContain(person.password)
    const ended = new Promise<number | null>((resolve) => void agent.once("exit", resolve))
    agent.stdin.write("q")
    expect(await ended).toBe(0)

    expect(await unpacked("outlook-plugin", "outlook-plugin-sources.zip", token)).toEqual([
      ...["README.md", "add-in.cs", "host.cs", "kalends-outlook.csproj", "main.js", "package.wxs", "ribbon.xml"],
    ])
  },
)
