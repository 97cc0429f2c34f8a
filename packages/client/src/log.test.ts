import { expect, test } from "vitest"
import { createClientLog } from "./log.ts"

test("a log line holds counts and words of closed lists only", () => {
  const lines: string[] = []
  const log = createClientLog((line) => lines.push(line))
  log.read(2, 40)
  log.failed("auth-expired")
  expect(lines).toEqual(["read 2 calendars, 40 events", "read failed: auth-expired"])
})
