import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { findOptionalServer, startRadicale } from "../optional-server.ts"
import { demoCaldavUser } from "./demo.ts"
import { demoObjects, fillDemoCalendar } from "./demo-calendar.ts"

test.skipIf(findOptionalServer("radicale") === null)(
  "the demo's calendar is filled once, with events of today",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-demo-"))
    const server = await startRadicale(folder, [demoCaldavUser])
    const today = Temporal.PlainDate.from("2026-03-02")
    const objects = await demoObjects(today)
    expect(objects.get("demo-lens-review.ics")).toContain("DTSTART:20260302T140000Z")
    expect(await fillDemoCalendar(server.url, objects, (url, init) => fetch(url, { ...init }))).toBeGreaterThanOrEqual(
      4,
    )
    expect(await fillDemoCalendar(server.url, objects, (url, init) => fetch(url, { ...init }))).toBe(0)
    await server.stop()
    await rm(folder, { recursive: true })
  },
)
