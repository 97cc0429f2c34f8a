// What `npm start`, `npm test` and the other scripts of package.json call. Plain JavaScript without dependencies that runs
// on Node 20 and newer: puts Node 26 and the packages of package-lock.json in place where they are missing, then hands over
// to tools/<verb>.ts on Node 26. A second run finds everything there and does nothing.
import { spawn } from "node:child_process"
import { existsSync, linkSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Failure, install, majorOf, nodeVersion, readIfThere, stampOf } from "./bootstrap/install.mjs"

export { nodeVersion, stampOf }

/** What there is to do, and whether it needs the packages for tests and checks besides those to run and build with. */
export const verbs = {
  start: "run",
  simulate: "run",
  organisation: "run",
  audit: "run",
  keys: "run",
  desktop: "run",
  "google-addon": "run",
  "browser-extension": "run",
  test: "everything",
  check: "everything",
  bench: "everything",
  docs: "everything",
  pictures: "everything",
}

const say = (line) => process.stdout.write(`${line}\n`)
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Takes `.runtime/bootstrap.lock`, waiting while another living process holds it. The file names its holder's process
 * id; what a dead process left behind is taken over.
 */
export async function lockFolder(folder, waiting = () => {}) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, "bootstrap.lock")
  for (let isTold = false; ; isTold = true) {
    if (tryLock(path)) return () => rmSync(path, { force: true })
    if (isAbandoned(path)) takeAway(path)
    else if (!isTold) waiting()
    await pause(200)
  }
}

/** Removes an abandoned lock by renaming it, so that of several who try one succeeds; a lock that turns out to be fresh goes back. */
function takeAway(path) {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
    if (!isAbandoned(aside)) linkSync(aside, path)
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error
  }
  rmSync(aside, { force: true })
}

function tryLock(path) {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: "wx" })
    return true
  } catch (error) {
    if (error.code === "EEXIST") return false
    throw error
  }
}

function isAbandoned(path) {
  const holder = Number(readIfThere(path) ?? Number.NaN)
  if (Number.isInteger(holder) && holder > 0) return !isAlive(holder)
  // Empty or odd: its writer is between making and filling it, unless that was long ago.
  return existsSync(path) && Date.now() - statSync(path).mtimeMs > 10_000
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

/** What runs the service keeps compiled code from one start to the next, which is a third of a start's work. */
function environmentFor(root, node, verb) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH"
  const path = [dirname(node), process.env[name]].filter(Boolean).join(delimiter)
  const cache = verbs[verb] === "run" ? { NODE_COMPILE_CACHE: join(root, ".runtime", "compiled") } : {}
  return { ...cache, ...process.env, [name]: path }
}

/** Runs tools/<verb>.ts with our own standard streams, passes signals on and ends as it ends. */
function handOver(root, node, verb, args) {
  const child = spawn(node, [join(root, "tools", `${verb}.ts`), ...args], {
    cwd: root,
    env: environmentFor(root, node, verb),
    stdio: "inherit",
  })
  // Ctrl-C reaches the whole group, so the child gets it without us; a signal sent to us alone is passed on.
  process.on("SIGINT", () => {})
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  child.on("error", (error) => fail(`Node ${nodeVersion} could not be started: ${error.message}`))
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)))
}

function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}

async function main() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  const [verb, ...args] = process.argv.slice(2)
  if (!Object.hasOwn(verbs, verb))
    throw new Failure(`What to do? node tools/bootstrap.mjs ${Object.keys(verbs).join("|")}`)
  if (majorOf(process.version) < 20)
    throw new Failure(`This is Node ${process.version}; install Node 20 or newer and run this again.`)
  const unlock = await lockFolder(join(root, ".runtime"), () => say("Another run is installing; waiting for it …"))
  let node
  try {
    node = await install(root, verbs[verb] === "everything")
  } finally {
    unlock()
  }
  handOver(root, node, verb, args)
}

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))
if (isProgram)
  main().catch((error) => (error instanceof Failure ? fail(error.message) : fail(`The start failed: ${error.message}`)))
