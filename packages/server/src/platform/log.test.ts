import { expect, test } from "vitest"
import { createLog } from "./log.ts"

/** Every sign that a line's reader might obey, each by itself. */
const signs = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)),
  ...Array.from({ length: 0x21 }, (_, index) => String.fromCharCode(0x7f + index)),
  ...["\u061c", "\u200b", "\u200e", "\u2028", "\u2029", "\u202e", "\u2066", "\u2069", "\ufeff", "\ud800", "\udfff"],
]
const forged = '"}\n{"level":50,"msg":"forged"}\r\n'

function linesOf(write: (log: ReturnType<typeof createLog>) => void): readonly string[] {
  const written: string[] = []
  write(createLog("debug", { write: (text) => void written.push(text) }))
  return written
}

test.each(["info", "warn", "error"] as const)(
  "an entry is one line of visible signs, whatever is in it: %s",
  (level) => {
    for (const sign of [...signs, forged]) {
      const [line = "", ...others] = linesOf((log) => log[level](`a${sign}b`, { field: `c${sign}d`, count: 1 }))
      expect(others).toEqual([])
      expect(line.endsWith("}\n")).toBe(true)
      // Nothing but letters, figures and punctuation of ASCII is left, the end of the line apart.
      expect(line.slice(0, -1)).toMatch(/^[ -~]+$/)
      const entry: unknown = JSON.parse(line)
      expect(entry).toMatchObject({ count: 1 })
      expect(Object.keys(entry as object).sort()).toEqual(["count", "field", "level", "msg", "time"])
    }
  },
)

test("letters of any script are left as they are", () => {
  const [line = ""] = linesOf((log) => log.info("started", { zone: "東京 Zürich 🗓" }))
  expect(JSON.parse(line)).toMatchObject({ zone: "東京 Zürich 🗓" })
})
