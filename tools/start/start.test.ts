import { describe, expect, test } from "vitest"
import type { Child, Program } from "./children.ts"
import { demoMeetingSettings, demoSettings, isDemoWanted } from "./demo.ts"
import { addressBlock, type StartWorld, start } from "./start.ts"

const ready = "Kalends is ready: http://localhost:8080/#setup=abc"

/** A world that writes down what happens; the server's first line and the moments of ends are the test's. */
function fakeWorld(changes: Partial<StartWorld> = {}, serverLine: string | null = ready) {
  const told: string[] = []
  const done: string[] = []
  const programs: Program[] = []
  const ends = new Map<string, (code: number) => void>()
  const ask = Promise.withResolvers<void>()
  const launch = (program: Program): Child => {
    programs.push(program)
    done.push(`start ${program.name}`)
    const { promise, resolve } = Promise.withResolvers<number>()
    ends.set(program.name, resolve)
    const stop = async () => {
      done.push(`stop ${program.name}`)
      resolve(0)
    }
    return { name: program.name, ended: promise, line: async () => serverLine, stop }
  }
  const caldav = async (port: number) => {
    done.push("start caldav")
    return { url: `http://127.0.0.1:${port}`, stop: async () => void done.push("stop caldav") }
  }
  const world: StartWorld = {
    environment: {},
    isDemo: true,
    launch,
    buildApps: async () => void done.push("build"),
    choosePort: async (port) => port,
    portAnswers: async () => null,
    post: async (url, body) => {
      done.push(`post ${url} ${body}`)
      return 200
    },
    offered: async () => ({
      organisations: [{ service: "Exchange", connect: { method: "service-password", given: { server: "s" } } }],
      roomSystems: [{ room: "orion@example.org", name: "Orion", username: "room-orion" }],
    }),
    zone: "UTC",
    startCaldav: caldav,
    stopAsked: ask.promise,
    say: (line) => {
      told.push(line)
      if (line.includes("Ctrl-C")) onReady()
    },
    ...changes,
  }
  let onReady = () => {}
  return { world, told, done, programs, ends, ask, whenReady: (act: () => void) => (onReady = act) }
}

describe("npm start", () => {
  test("starts the demo, then the server, and stops them the other way round", async () => {
    const { world, done, told, programs, ask, whenReady } = fakeWorld()
    whenReady(() => ask.resolve())
    expect(await start(world)).toBe(0)
    expect(done).toEqual([
      "build",
      "start simulated organisation",
      "start caldav",
      "start server",
      'post http://localhost:8090/demo/zoom/subscribe {"url":"http://localhost:8080/hooks/zoom"}',
      'post http://localhost:8090/demo/poly/server {"url":"http://localhost:8080"}',
      "stop server",
      "stop caldav",
      "stop simulated organisation",
    ])
    expect(programs.at(-1)?.environment).toMatchObject({
      KALENDS_DEMO_URL: "http://localhost:8090",
      KALENDS_ALLOWED_PRIVATE_HOSTS: "localhost:8090,127.0.0.1:8090,localhost:8091,127.0.0.1:8091",
      KALENDS_ZOOM_API_URL: "http://localhost:8090/zoom/v2",
    })
    expect(told.join("\n")).toContain("http://localhost:8080/agenda/")
    expect(told.join("\n")).toContain("http://localhost:8080/rooms/")
  })

  test("starts only the server where a provider is configured", async () => {
    const { world, done, ask, whenReady } = fakeWorld({ isDemo: false })
    whenReady(() => ask.resolve())
    await start(world)
    expect(done).toEqual(["build", "start server", "stop server"])
  })

  test("says how to get the CalDAV demo where Radicale is missing", async () => {
    const { world, told, ask, whenReady } = fakeWorld({ startCaldav: null })
    whenReady(() => ask.resolve())
    await start(world)
    expect(told.join("\n")).toMatch(/CalDAV demo +install the radicale package to try it/)
  })

  test("goes on where the simulated Zoom and room system do not reach the server, and says so", async () => {
    const { world, told, ask, whenReady } = fakeWorld({ post: () => Promise.reject(new Error("refused")) })
    whenReady(() => ask.resolve())
    expect(await start(world)).toBe(0)
    expect(told.join("\n")).toMatch(/seen within the hour[\s\S]*room system does not ask/)
  })

  test("holds meetings where the environment says, and in the simulated Zoom otherwise", async () => {
    const { world, done, programs, ask, whenReady } = fakeWorld({
      environment: { KALENDS_MEETING_URL: "https://meet.example.org/{code}" },
    })
    whenReady(() => ask.resolve())
    await start(world)
    expect(programs.at(-1)?.environment).not.toHaveProperty("KALENDS_ZOOM_ACCOUNT_ID")
    expect(done.join()).not.toContain("demo/zoom")
    expect(demoMeetingSettings("http://localhost:1", { KALENDS_ZOOM_USER: "ada@example.org" })).toEqual({})
    expect(demoMeetingSettings("http://localhost:1", { KALENDS_BBB_URL: "" })).toHaveProperty("KALENDS_ZOOM_CLIENT_ID")
  })

  test("ends with the server's code when the server ends by itself, and stops the rest", async () => {
    const { world, done, told, ends, whenReady } = fakeWorld()
    whenReady(() => ends.get("server")?.(3))
    expect(await start(world)).toBe(3)
    expect(told.at(-1)).toBe("The server has ended (3); stopping.")
    expect(done.slice(-2)).toEqual(["stop caldav", "stop simulated organisation"])
  })

  test("stops what runs when it is asked to in the middle of the start", async () => {
    const port = Promise.withResolvers<null>()
    const { world, done, ask } = fakeWorld({ portAnswers: () => port.promise })
    const running = start(world)
    ask.resolve()
    expect(await running).toBe(0)
    port.resolve(null)
    await new Promise((resolve) => setImmediate(resolve))
    expect(done).toEqual([
      "build",
      "start simulated organisation",
      "stop simulated organisation",
      "start caldav",
      "stop caldav",
    ])
  })

  test("tells why the simulated organisation or a build failed", async () => {
    const slow = fakeWorld({ portAnswers: async () => "nothing listened" })
    expect(await start(slow.world)).toBe(1)
    expect(slow.told).toEqual(["The simulated organisation did not start: nothing listened."])
    const broken = fakeWorld({ buildApps: () => Promise.reject(new Error("The agenda could not be built")) })
    expect(await start(broken.world)).toBe(1)
    expect(broken.done).toEqual([])
  })

  test("wants the demo unless a provider is configured or it is told not to", () => {
    expect(isDemoWanted({}, [])).toBe(true)
    expect(isDemoWanted({ KALENDS_GOOGLE_CLIENT_ID: "x" }, [])).toBe(false)
    expect(isDemoWanted({}, ["--no-demo"])).toBe(false)
    expect(demoSettings("http://localhost:1", null).KALENDS_ALLOWED_PRIVATE_HOSTS).toBe("localhost:1,127.0.0.1:1")
  })

  test("shows the set-up code only while it is needed", () => {
    expect(addressBlock("http://localhost:8080/#setup=abc", null)).toContain("#setup=abc")
    expect(addressBlock("http://localhost:8080/", null)).not.toMatch(/setup|Demo/)
  })
})
