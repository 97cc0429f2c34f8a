import { createInterface, emitKeypressEvents, type Key } from "node:readline"
import { Writable } from "node:stream"
import type { ScreenLine } from "../terminal-screen.ts"

export type Terminal = {
  /** Somebody sits at it; otherwise lines are read from a pipe, and no screen is drawn. */
  readonly isInteractive: boolean
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** A line that somebody types, a hidden one without being shown; null when there will be none. */
  ask(question: string, isHidden?: boolean): Promise<string | null>
  say(line: string): void
  /** Takes the whole screen, and each key; gives both back by the function that it answers with. */
  show(onKey: (key: string) => void): () => void
  draw(lines: readonly ScreenLine[]): void
}

const styles = { plain: "", strong: "\x1b[1m", dim: "\x1b[2m", selected: "\x1b[7m", notice: "\x1b[33m" } as const
/** The second screen of a terminal, which leaves nothing in its history, and without a cursor. */
const enter = "\x1b[?1049h\x1b[?25l"
const leave = "\x1b[?25h\x1b[?1049l"

/** Of the running process. */
export function openTerminal(): Terminal {
  const { stdin, stdout } = process
  const isInteractive = stdin.isTTY === true && stdout.isTTY === true
  const piped = isInteractive ? null : createInterface({ input: stdin })[Symbol.asyncIterator]()
  let drawn = ""
  return {
    isInteractive,
    // Some terminals, such as those of containers, say that they are 0 wide until somebody tells them otherwise.
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    async ask(question, isHidden = false) {
      if (piped === null) return askPerson(question, isHidden)
      const { value, done } = await piped.next()
      return done === true ? null : value.trim()
    },
    say: (line) => void stdout.write(`${line}\n`),
    show(onKey) {
      emitKeypressEvents(stdin)
      const press = (text: string | undefined, key: Key) => onKey(keyOf(text, key))
      stdin.setRawMode(true).on("keypress", press).resume()
      stdout.write(enter)
      drawn = ""
      return () => {
        stdin.off("keypress", press).setRawMode(false).pause()
        stdout.write(leave)
      }
    },
    draw(lines) {
      const text = lines.map(({ text: line, style }) => `${styles[style]}${line}\x1b[0m\x1b[K`).join("\r\n")
      if (text === drawn) return
      drawn = text
      stdout.write(`\x1b[H${text}\x1b[J`)
    },
  }
}

function askPerson(question: string, isHidden: boolean): Promise<string | null> {
  process.stdout.write(question)
  const silent = new Writable({ write: (_part, _encoding, done) => done() })
  const asked = createInterface({ input: process.stdin, output: isHidden ? silent : process.stdout, terminal: true })
  return new Promise((resolve) => {
    let answer: string | null = null
    asked.once("line", (line) => {
      answer = line.trim()
      asked.close()
    })
    // Ctrl + C and Ctrl + D are no answer.
    asked.once("SIGINT", () => asked.close())
    asked.once("close", () => {
      if (isHidden || answer === null) process.stdout.write("\n")
      resolve(answer)
    })
  })
}

function keyOf(text: string | undefined, { ctrl, name }: Key): string {
  if (ctrl === true) return name === "c" ? "interrupt" : ""
  if (name === "return" || name === "enter") return "enter"
  return name === "up" || name === "down" ? name : (text ?? "")
}
