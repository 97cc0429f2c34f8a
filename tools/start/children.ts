import { type ChildProcess, spawn } from "node:child_process"
import { rootFolder, stopChild } from "../platform.ts"

/** A program that `npm start` keeps running. */
export type Child = {
  readonly name: string
  /** The exit code once it has ended, by itself or by `stop`. */
  readonly ended: Promise<number>
  /** Resolves with the first line it prints that fits, or with null when it ends without one. */
  readonly line: (pattern: RegExp) => Promise<string | null>
  readonly stop: () => Promise<void>
}

export type Program = {
  readonly name: string
  /** TypeScript file, from the root of the repository. */
  readonly script: string
  readonly args?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export type Launch = (program: Program) => Child

/**
 * Starts a program in a process group of its own, so that Ctrl-C in the terminal reaches only us and the programs are
 * stopped in order. What it prints goes on to our own output.
 */
export const launch: Launch = ({ name, script, args = [], environment }) => {
  const isPosix = process.platform !== "win32"
  const child = spawn(process.execPath, [script, ...args], {
    cwd: rootFolder,
    env: { ...environment },
    detached: isPosix,
    windowsHide: true,
    stdio: ["ignore", "pipe", "inherit"],
  })
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(127))
    child.once("close", (code) => resolve(code ?? 1))
  })
  return { name, ended, line: lineWatcher(child, ended), stop: () => stopChild(child, 20_000) }
}

function lineWatcher(child: ChildProcess, ended: Promise<number>): Child["line"] {
  const lines: string[] = []
  const waiting: { pattern: RegExp; found: (line: string) => void }[] = []
  let rest = ""
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    process.stdout.write(part)
    const complete = (rest + part).split("\n")
    rest = complete.pop() ?? ""
    for (const line of complete) {
      for (const { found } of waiting.filter(({ pattern }) => pattern.test(line))) found(line)
      // Only what is printed before anybody waits has to be kept, and no program prints much before it is ready.
      if (lines.length < 200) lines.push(line)
    }
  })
  return (pattern) => {
    const present = lines.find((line) => pattern.test(line))
    if (present !== undefined) return Promise.resolve(present)
    return Promise.race([new Promise<string>((found) => waiting.push({ pattern, found })), ended.then(() => null)])
  }
}
