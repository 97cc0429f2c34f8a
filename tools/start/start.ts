import type { Child, Launch } from "./children.ts"
import {
  demoCaldavUser,
  demoMeetingSettings,
  demoOrganisations,
  demoPorts,
  demoRoomSystems,
  demoSettings,
  demoSubscription,
  launchSimulator,
} from "./demo.ts"

/** What starting needs of the world; all of it is replaced in tests. */
export type StartWorld = {
  readonly environment: Readonly<Record<string, string>>
  readonly isDemo: boolean
  readonly launch: Launch
  readonly buildApps: () => Promise<void>
  /** The port itself where it is free, else another. */
  readonly choosePort: (preferred: number) => Promise<number>
  /** Null once something listens there, or why it never did. */
  readonly portAnswers: (port: number) => Promise<string | null>
  /** Starts the demo's CalDAV server, filled; null where it is not installed. */
  readonly startCaldav: ((port: number) => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>) | null
  /** Sends JSON; the status of the answer. */
  readonly post: (url: string, body: string) => Promise<number>
  /** What the simulated organisations offer administrators; null where they do not say. */
  readonly offered: (demoUrl: string) => Promise<Parameters<typeof demoOrganisations>[0] | null>
  /** The zone that people here live in. */
  readonly zone: string
  readonly say: (line: string) => void
  /** Resolves when the user wants to end it. */
  readonly stopAsked: Promise<void>
}

type Running = { readonly stop: () => Promise<void> }
type Demo = { readonly url: string; readonly caldavUrl: string | null }
type StartedDemo = Demo & { readonly organisations: Readonly<Record<string, string>> }

/** What has been started so far, in order. */
type Parts = {
  /** Throws, after stopping the part, when everything is being stopped already. */
  readonly add: <Part extends Running>(part: Part) => Promise<Part>
  readonly stopAll: () => Promise<void>
  /** Exit code of the first part that ended by itself. */
  readonly firstEnd: Promise<number>
  readonly watch: (child: Child) => void
}

function createParts(say: (line: string) => void): Parts {
  const running: Running[] = []
  const { promise: firstEnd, resolve } = Promise.withResolvers<number>()
  let isStopping = false
  return {
    firstEnd,
    add: async (part) => {
      if (!isStopping) running.push(part)
      else {
        await part.stop()
        throw new Error("Stopped while starting.")
      }
      return part
    },
    watch: (child) => {
      child.ended.then((code) => {
        if (isStopping) return
        say(`The ${child.name} has ended (${code}); stopping.`)
        resolve(code === 0 ? 1 : code)
      })
    },
    stopAll: async () => {
      isStopping = true
      for (const part of running.toReversed()) await part.stop()
    },
  }
}

/**
 * Runs the service until it is asked to stop or a part of it ends. Parts are stopped in the reverse of the order in which
 * they were started: the server first, so that it can take leave of its providers. Resolves with the exit code.
 */
export async function start(world: StartWorld): Promise<number> {
  const parts = createParts(world.say)
  const asked = world.stopAsked.then(() => 0)
  try {
    await world.buildApps()
    const started = startParts(world, parts)
    // When it is stopped in the middle, what the rest of the start fails with is of no interest.
    started.catch(() => null)
    const isStarted = await Promise.race([started, asked, parts.firstEnd])
    return typeof isStarted === "number" ? isStarted : await Promise.race([asked, parts.firstEnd])
  } catch (error) {
    world.say(error instanceof Error ? error.message : String(error))
    return 1
  } finally {
    await parts.stopAll()
  }
}

/** Resolves once the service answers. */
async function startParts(world: StartWorld, parts: Parts): Promise<"started"> {
  const demo = world.isDemo ? await startDemo(world, parts) : null
  const meetings = demo === null ? {} : demoMeetingSettings(demo.url, world.environment)
  const settings =
    demo === null ? {} : { ...demoSettings(demo.url, demo.caldavUrl), ...meetings, ...demo.organisations }
  const server = await parts.add(
    world.launch({
      name: "server",
      script: "packages/server/src/main.ts",
      environment: { ...settings, ...world.environment },
    }),
  )
  parts.watch(server)
  const ready = await server.line(/^Kalends is ready: /)
  if (ready === null) {
    await parts.firstEnd
    return "started"
  }
  const portal = ready.replace(/^Kalends is ready: /, "").trim()
  if (demo !== null && Object.keys(meetings).length > 0) await subscribeDemo(world, demo, portal)
  if (demo !== null) await beginRoomSystems(world, demo, portal)
  world.say(addressBlock(portal, demo))
  return "started"
}

/** Without it the demo runs as well: what is changed in the simulated Zoom is found by the hourly look. */
async function subscribeDemo({ post, say }: StartWorld, demo: Demo, portal: string): Promise<void> {
  const { url, body } = demoSubscription(demo.url, portal)
  const status = await post(url, body).catch(() => 0)
  if (status !== 200) say("The simulated Zoom cannot reach the server: edits in it are seen within the hour.")
}

/** They ask at this computer alone; elsewhere they can be registered by hand. */
async function beginRoomSystems({ post, say }: StartWorld, demo: Demo, portal: string): Promise<void> {
  const { url, body } = demoRoomSystems(demo.url, portal)
  const status = await post(url, body).catch(() => 0)
  if (status !== 200) say("The simulated room system does not ask: it reaches a server on this computer alone.")
}

async function startDemo(world: StartWorld, parts: Parts): Promise<StartedDemo> {
  const port = await world.choosePort(demoPorts.simulator)
  const simulator = await parts.add(launchSimulator(world.launch, port, world.environment))
  parts.watch(simulator)
  const problem = await world.portAnswers(port)
  if (problem !== null) throw new Error(`The simulated organisation did not start: ${problem}.`)
  const caldav =
    world.startCaldav === null
      ? null
      : await parts.add(await world.startCaldav(await world.choosePort(demoPorts.caldav)))
  const url = `http://localhost:${port}`
  const offered = await world.offered(url).catch(() => null)
  const organisations = offered === null ? {} : demoOrganisations(offered, world.zone)
  return { url, caldavUrl: caldav?.url ?? null, organisations }
}

/** What to open, for a person who has just started this for the first time. `portal` may end in the setup code. */
export function addressBlock(portal: string, demo: Demo | null): string {
  const address = new URL(portal)
  const isNew = address.hash.startsWith("#setup=")
  const rows: readonly (readonly [string, string])[] = [
    ["Portal", isNew ? `${portal}   (opens the set-up of the first administrator)` : portal],
    ["Agenda", new URL("/agenda/", address).href],
    ["Screens", new URL("/rooms/", address).href],
    ...(demo === null ? [] : demoRows(demo)),
    ["Stop", "Ctrl-C"],
  ]
  return ["", ...rows.map(([name, text]) => `  ${name.padEnd(18)} ${text}`), ""].join("\n")
}

function demoRows(demo: Demo): readonly (readonly [string, string])[] {
  const caldav =
    demo.caldavUrl === null
      ? "install the radicale package to try it"
      : `${demo.caldavUrl}   (user ${demoCaldavUser.name}, password ${demoCaldavUser.password})`
  return [
    ["Demo organisation", `${demo.url}/   (change people's calendars, break things)`],
    ["CalDAV demo", caldav],
  ]
}
