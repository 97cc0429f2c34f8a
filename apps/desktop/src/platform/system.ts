import { spawn } from "node:child_process"

/** Of the running process: what it is told by its environment, and what it does to the world. */
export const system = {
  service: (process.env.KALENDS_URL ?? "http://localhost:8080").replace(/\/$/, ""),
  /** As the person's system names them: "ja_JP.UTF-8" is "ja-JP". */
  languages: [process.env.LC_ALL, process.env.LC_MESSAGES, process.env.LANG]
    .flatMap((name) => (name === undefined ? [] : [(name.split(/[.@]/)[0] ?? "").replace("_", "-")]))
    .concat(Intl.DateTimeFormat().resolvedOptions().locale),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  now: () => Temporal.Now.instant(),
  every(delayMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, delayMs)
    return () => clearInterval(timer)
  },
  /** In the person's browser, and never through a shell. */
  open(url: string): void {
    const { protocol, href } = new URL(url)
    if (protocol !== "https:") return
    const [program = "", ...before] =
      process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler"]
        : [process.platform === "darwin" ? "open" : "xdg-open"]
    const child = spawn(program, [...before, href], { stdio: "ignore", detached: true })
    child.on("error", () => {})
    child.unref()
  },
  /** Calls back once when the process is asked to end. */
  onEnd(callback: () => void): void {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, callback)
  },
  exit: (code: number) => process.exit(code),
}
