/**
 * `npm start`: builds the web apps where their sources have changed, starts the service, and where no provider is
 * configured a simulated organisation (and a CalDAV server, where Radicale is installed) to try everything on.
 * `npm start -- --no-demo` starts the service alone.
 */
import { join } from "node:path"
import { freePort } from "../packages/server/src/platform/free-port.ts"
import { findOptionalServer, isPortFree, portAnswers, startRadicale } from "./optional-server.ts"
import { elapsedMs, environmentWith, rootFolder, runToEnd, say } from "./platform.ts"
import { launch } from "./start/children.ts"
import { demoCaldavUser, isDemoWanted } from "./start/demo.ts"
import { demoObjects, fillDemoCalendar } from "./start/demo-calendar.ts"
import { start } from "./start/start.ts"
import { buildWebApps } from "./start/web-apps.ts"

async function startDemoCaldav(port: number) {
  const server = await startRadicale(join(rootFolder, "data", "demo-radicale"), [demoCaldavUser], port)
  await fillDemoCalendar(server.url, await demoObjects(Temporal.Now.plainDateISO()), (url, init) =>
    fetch(url, { ...init }),
  )
  return server
}

const environment = environmentWith({})
const stopAsked = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve())
})

process.exitCode = await start({
  environment,
  isDemo: isDemoWanted(environment, process.argv.slice(2)),
  launch,
  buildApps: () =>
    buildWebApps({
      root: rootFolder,
      say,
      elapsedMs,
      run: (args, folder) =>
        runToEnd(process.execPath, args, { cwd: folder, env: environmentWith({ NODE_ENV: "production" }) }),
    }),
  choosePort: async (preferred) => ((await isPortFree(preferred)) ? preferred : freePort()),
  portAnswers: (port) => portAnswers(port, 20_000),
  post: async (url, body) => (await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(10_000) })).status,
  offered: async (url) => {
    const answer = await fetch(`${url}/demo/state`, { signal: AbortSignal.timeout(10_000) })
    return answer.ok ? JSON.parse(await answer.text()) : null
  },
  zone: Temporal.Now.timeZoneId(),
  startCaldav: findOptionalServer("radicale") === null ? null : startDemoCaldav,
  say,
  stopAsked,
})
