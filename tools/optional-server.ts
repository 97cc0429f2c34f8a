/**
 * Programs of others that tests and the demo use where they are installed: Radicale (CalDAV), nats-server, DavMail (a client
 * of Exchange that is a CalDAV server), and two whole browsers, which the tests of the browser extension start themselves.
 * Each server runs on a free loopback port with a folder of its own and is ended by its process id.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { accessSync, constants, mkdtempSync } from "node:fs"
import { mkdir, rm, writeFile } from "node:fs/promises"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { freePort } from "../packages/server/src/platform/free-port.ts"
import { elapsedMs, environmentValue, pause, stopChild } from "./platform.ts"

export type OptionalServer = "radicale" | "nats-server" | "davmail-server" | "chromium" | "firefox-esr"

/** How each can be had, for the line that says it is missing. */
export const optionalServers: Readonly<Record<OptionalServer, string>> = {
  radicale: "CalDAV tests and demo need it (Debian package: radicale)",
  "nats-server": "tests with several nodes need it (Debian package: nats-server)",
  "davmail-server": "a test of the simulated Exchange needs it (Debian package: davmail-server)",
  chromium: "the browser extension's test needs a whole Chromium (Debian package: chromium)",
  "firefox-esr": "the browser extension's test in Firefox needs it (Debian package: firefox-esr)",
}

/** A started server. `stop` resolves once the process has ended and its temporary files are gone. */
export type RunningServer = { readonly url: string; readonly pid: number; readonly stop: () => Promise<void> }

export type RadicaleUser = { readonly name: string; readonly password: string }

const readyWithinMs = 300_000

/** Path of the program on PATH or in the usual system folders; null where it is not installed. */
export function findOptionalServer(name: OptionalServer): string | null {
  const folders = [
    ...(environmentValue("PATH") ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/local/bin",
  ]
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** True where nobody listens on that loopback port. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once("error", () => resolve(false))
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)))
  })
}

/**
 * Starts Radicale with its collections in `folder` (made where it is missing, kept on stop) and exactly these users.
 * A user's calendars live at `<url>/<name>/`. Throws when it is not installed or does not become ready.
 */
export async function startRadicale(
  folder: string,
  users: readonly RadicaleUser[],
  port?: number,
): Promise<RunningServer> {
  const program = requireProgram("radicale")
  const settings = mkdtempSync(join(tmpdir(), "kalends-radicale-"))
  await mkdir(join(folder, "collections"), { recursive: true })
  const chosen = port ?? (await freePort())
  await writeFile(join(settings, "users"), users.map((user) => `${user.name}:${user.password}\n`).join(""), {
    mode: 0o600,
  })
  await writeFile(
    join(settings, "config"),
    radicaleConfig(chosen, join(settings, "users"), join(folder, "collections")),
  )
  const child = spawn(program, ["--config", join(settings, "config")], { stdio: "ignore", cwd: settings })
  const stop = async () => {
    await stopChild(child)
    await rm(settings, { recursive: true, force: true })
  }
  return whenReady(child, { name: "radicale", port: chosen, url: `http://127.0.0.1:${chosen}`, stop })
}

function radicaleConfig(port: number, usersFile: string, collections: string): string {
  return [
    "[server]",
    `hosts = 127.0.0.1:${port}`,
    "max_connections = 100",
    "",
    "[auth]",
    "type = htpasswd",
    `htpasswd_filename = ${usersFile}`,
    "htpasswd_encryption = plain",
    "delay = 0",
    "",
    "[rights]",
    "type = owner_only",
    "",
    "[storage]",
    `filesystem_folder = ${collections}`,
    "",
    "[web]",
    "type = none",
    "",
    "[logging]",
    "level = error",
    "",
  ].join("\n")
}

/** Starts a NATS server (core, no JetStream). Throws when it is not installed or does not become ready. */
export async function startNats(chosen?: number): Promise<RunningServer> {
  const program = requireProgram("nats-server")
  const port = chosen ?? (await freePort())
  const child = spawn(program, ["--addr", "127.0.0.1", "--port", String(port)], { stdio: "ignore", cwd: tmpdir() })
  return whenReady(child, { name: "nats-server", port, url: `nats://127.0.0.1:${port}`, stop: () => stopChild(child) })
}

/**
 * Starts DavMail in front of an EWS endpoint, for CalDAV alone: `<url>/users/<address>/calendar/` with the mailbox's
 * password. Throws when it is not installed or does not become ready.
 */
export async function startDavmail(ewsUrl: string): Promise<RunningServer> {
  const program = requireProgram("davmail-server")
  const folder = mkdtempSync(join(tmpdir(), "kalends-davmail-"))
  const port = await freePort()
  await writeFile(join(folder, "davmail.properties"), davmailProperties(ewsUrl, port, folder))
  const child = spawn(program, [join(folder, "davmail.properties")], { stdio: "ignore", cwd: folder })
  const stop = async () => {
    await stopChild(child)
    await rm(folder, { recursive: true, force: true })
  }
  return whenReady(child, { name: "davmail-server", port, url: `http://127.0.0.1:${port}`, stop })
}

function davmailProperties(ewsUrl: string, port: number, folder: string): string {
  return [
    "davmail.server=true",
    "davmail.mode=EWS",
    `davmail.url=${ewsUrl}`,
    "davmail.bindAddress=127.0.0.1",
    "davmail.allowRemote=false",
    "davmail.disableUpdateCheck=true",
    `davmail.caldavPort=${port}`,
    "davmail.imapPort=",
    "davmail.popPort=",
    "davmail.smtpPort=",
    "davmail.ldapPort=",
    `davmail.logFilePath=${join(folder, "davmail.log")}`,
    "log4j.rootLogger=ERROR",
    "log4j.logger.davmail=ERROR",
    "",
  ].join("\n")
}

/** Throws, with how it can be had, where it is not installed. */
export function requireProgram(name: OptionalServer): string {
  const program = findOptionalServer(name)
  if (program === null) throw new Error(`${name} is not installed: ${optionalServers[name]}`)
  return program
}

type Starting = {
  readonly name: OptionalServer
  readonly port: number
  readonly url: string
  readonly stop: () => Promise<void>
}

async function whenReady(child: ChildProcess, starting: Starting): Promise<RunningServer> {
  const failed = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message))
    child.once("exit", (code) => resolve(`it ended with ${code}`))
  })
  const result = await Promise.race([failed, portAnswers(starting.port, readyWithinMs)])
  if (result === null && child.pid !== undefined) return { url: starting.url, pid: child.pid, stop: starting.stop }
  await starting.stop()
  throw new Error(`${starting.name} did not start: ${result ?? "it has no process id"}`)
}

/** Null once something listens on the loopback port, or why it never did. */
export async function portAnswers(port: number, withinMs: number): Promise<string | null> {
  const until = elapsedMs() + withinMs
  while (elapsedMs() < until) {
    if (await canConnect(port)) return null
    await pause(50)
  }
  return `nothing listened on port ${port} within ${withinMs / 1000} s`
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}
