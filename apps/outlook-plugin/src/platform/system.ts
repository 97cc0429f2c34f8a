import { readFileSync, writeFileSync } from "node:fs"
import { createInterface } from "node:readline"

/** Of the running process. */
export const system = {
  arguments: process.argv.slice(2),
  languages: [process.env.KALENDS_LANGUAGE, process.env.LC_ALL, process.env.LANG]
    .flatMap((name) => (name === undefined || name === "" ? [] : [(name.split(/[.@]/)[0] ?? "").replace("_", "-")]))
    .concat(Intl.DateTimeFormat().resolvedOptions().locale),
  newKey: () => crypto.randomUUID().replaceAll("-", ""),
  readText: (path: string) => readFileSync(path, "utf8"),
  writeText: (path: string, text: string) => writeFileSync(path, text),
  out: (line: string) => void process.stdout.write(`${line}\n`),
  complain: (line: string) => void process.stderr.write(`${line}\n`),
  lines: () => createInterface({ input: process.stdin }),
  endWith: (code: number) => {
    process.exitCode = code
  },
}
