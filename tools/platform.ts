/**
 * The tools' one place for the world outside: clock, environment, printing and child processes.
 * Everything else in this folder takes what it needs from here, or gets it passed in.
 */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Root folder of the repository, without a slash at the end. */
export const rootFolder: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "")

/** Milliseconds of a steady clock; only differences mean something. */
export function elapsedMs(): number {
  return performance.now()
}

/** Resolves after that many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** The process's environment variable, or null where it is missing or empty. */
export function environmentValue(name: string): string | null {
  const value = process.env[name]
  return value === undefined || value === "" ? null : value
}

/** A copy of the process's environment with additions. */
export function environmentWith(additions: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return { ...Object.fromEntries(own), ...additions }
}

/** One line on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

export type Finished = { readonly code: number; readonly output: string }

/** Runs a program to its end and gives back its exit code and everything it printed. A program that cannot be started ends with 127. */
export function runToEnd(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: rootFolder, ...options, stdio: ["ignore", "pipe", "pipe"] })
    const parts: Buffer[] = []
    child.stdout?.on("data", (part: Buffer) => parts.push(part))
    child.stderr?.on("data", (part: Buffer) => parts.push(part))
    child.on("error", (error) => resolve({ code: 127, output: error.message }))
    child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(parts).toString("utf8") }))
  })
}

/** Resolves when the process has ended; at once when it already has. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve()
  return new Promise((resolve) => child.once("close", () => resolve()))
}

/** Ends a child process: asks with SIGTERM, and insists after the grace period. */
export async function stopChild(child: ChildProcess, graceMs = 8000): Promise<void> {
  const end = ended(child)
  child.kill("SIGTERM")
  const insist = setTimeout(() => child.kill("SIGKILL"), graceMs)
  await end
  clearTimeout(insist)
}

/** Runs a program to its end with its output on our own; gives back the exit code and an empty output. */
export function runShowing(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: rootFolder, ...options, stdio: ["ignore", "inherit", "inherit"] })
    child.on("error", (error) => resolve({ code: 127, output: error.message }))
    child.on("close", (code) => resolve({ code: code ?? 1, output: "" }))
  })
}

/** What stands after an option on the command line ("--name", "Kalends"); null where it is not there. */
export function argumentAfter(option: string): string | null {
  const at = process.argv.indexOf(option)
  return at < 0 ? null : (process.argv[at + 1] ?? null)
}
