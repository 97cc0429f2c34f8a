import { type ChildProcess, spawn } from "node:child_process"
import { createWriteStream } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Simulator } from "@kalends/simulator/simulator"
import type { ApiAnswer } from "../packages/server/src/testing/node.ts"

type Call = (method: string, path: string, body?: unknown) => Promise<ApiAnswer>

/** What makes a node take the simulator for the real providers. */
export function simulatorSettings(simulator: Simulator): Readonly<Record<string, string>> {
  const { baseUrls, clients } = simulator
  return {
    KALENDS_MICROSOFT_CLIENT_ID: clients.microsoft.id,
    KALENDS_MICROSOFT_CLIENT_SECRET: clients.microsoft.secret,
    KALENDS_MICROSOFT_LOGIN_URL: baseUrls.microsoftLogin,
    KALENDS_MICROSOFT_API_URL: baseUrls.microsoftApi,
    KALENDS_GOOGLE_CLIENT_ID: clients.google.id,
    KALENDS_GOOGLE_CLIENT_SECRET: clients.google.secret,
    KALENDS_GOOGLE_ACCOUNTS_URL: baseUrls.googleAccounts,
    KALENDS_GOOGLE_TOKEN_URL: baseUrls.googleToken,
    KALENDS_GOOGLE_API_URL: baseUrls.googleApi,
    KALENDS_GOOGLE_PEOPLE_URL: baseUrls.googlePeople,
    KALENDS_GOOGLE_DIRECTORY_URL: baseUrls.googleDirectory,
  }
}

/**
 * Connects through the provider's sign-in, which approves at once; answers where the browser was sent in the end. `email`:
 * whose calendar, where it is not that of the person who is signed in.
 */
export function connectByOAuth(
  call: Call,
  provider: string,
  email?: string,
  permission: "read" | "read-write" = "read",
): Promise<string> {
  return connectWith(call, { provider, permission }, email)
}

/** The same, with whatever else is asked for. */
export async function connectWith(
  call: Call,
  input: { readonly provider: string; readonly permission: string; readonly contacts?: string },
  email?: string,
): Promise<string> {
  const begun = await call("POST", "/v1/connections", { signIn: "oauth", ...input })
  const { authorizeUrl } = begun.body as { authorizeUrl: string }
  const form = new URL(authorizeUrl)
  if (email !== undefined) form.searchParams.set("login_hint", email)
  const approved = await fetch(form, { redirect: "manual" })
  const back = new URL(approved.headers.get("location") ?? "")
  return (await call("GET", `${back.pathname}${back.search}`)).status === 302
    ? (back.searchParams.get("error") ?? "connected")
    : "failed"
}

/** Once for all that ask, whatever midnight goes by meanwhile. */
const near = Temporal.Now.plainDateISO("UTC").add({ days: 7 })

/** Eight in the evening in Berlin so many days after one a week ahead; two weeks where clocks change there in between. */
export function eveningAhead(days: number) {
  const evening = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone: "Europe/Berlin", plainTime: "20:00" })
  const isEven = evening(near).offset === evening(near.add({ days: 5 })).offset
  const starts = evening((isEven ? near : near.add({ days: 7 })).add({ days }))
  const wall = (at: Temporal.ZonedDateTime) => at.toPlainDateTime().toString({ smallestUnit: "second" })
  return {
    date: starts.toPlainDate().toString(),
    startMs: starts.epochMilliseconds,
    /** As meeting services have it, to the second. */
    instant: starts.toInstant().toString().slice(0, 19),
    time: {
      ...({ kind: "timed", zone: "Europe/Berlin" } as const),
      ...{ start: wall(starts), end: wall(starts.add({ minutes: 90 })) },
    },
  }
}

/** Waits until something that other processes do has happened; the test's own limit bounds it. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 100))
}

export type ServiceProcess = {
  readonly child: ChildProcess
  readonly setupCode: string | null
  end(signal: NodeJS.Signals): Promise<void>
}

const compiled = join(import.meta.dirname, "../node_modules/.cache/kalends-compiled")

/** Starts the service as an operator does, its output into `logFile`. */
export async function startService(
  environment: Readonly<Record<string, string>>,
  logFile: string,
): Promise<ServiceProcess> {
  const log = createWriteStream(logFile, { flags: "a" })
  const main = join(import.meta.dirname, "../packages/server/src/main.ts")
  const child = spawn(process.execPath, [main], {
    // Half of what a start costs is compiling, and tests start the service some twenty times.
    env: { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: compiled, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  })
  child.stderr?.pipe(log)
  const ready = new Promise<string>((resolve, reject) => {
    let text = ""
    child.stdout?.on("data", (part: Buffer) => {
      log.write(part)
      text += part.toString()
      if (/Kalends is ready.*\n/.test(text)) resolve(text)
    })
    child.once("exit", () => reject(new Error(`the service ended: ${text}`)))
  })
  const setupCode = /#setup=([\w-]+)/.exec(await ready)?.[1] ?? null
  return {
    child,
    setupCode,
    end: (signal) =>
      new Promise((resolve) => {
        child.once("exit", () => resolve())
        child.kill(signal)
      }),
  }
}

/** A token of the simulated providers: access or refresh, and 32 characters. */
const tokenShape = /(?:access|refresh)\.[\w-]{32}/

/** The files below some folders in which a provider's token or any of the marks stands, as UTF-8, UTF-16 or base64, whatever else is around it. */
export async function filesWith(marks: readonly string[], folders: readonly string[]): Promise<readonly string[]> {
  const needles = marks.flatMap((mark) => [
    Buffer.from(mark, "utf8"),
    Buffer.from(mark, "utf16le"),
    Buffer.from(Buffer.from(mark).toString("base64").slice(0, -4)),
  ])
  const found: string[] = []
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const bytes = await readFile(path).catch(() => Buffer.alloc(0))
      if (needles.some((needle) => bytes.includes(needle)) || tokenShape.test(bytes.toString("latin1")))
        found.push(path)
    }
  }
  return found
}
