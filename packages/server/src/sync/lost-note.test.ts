import { expect, test } from "vitest"
import { lostNote } from "./lost-note.ts"

test("a note names the title and the time that were lost, and says so where the times cannot be told", () => {
  const endsAt = Temporal.Instant.from("2026-12-01T20:00:00Z")
  const time = { kind: "timed", startsAt: endsAt.subtract({ hours: 1 }), endsAt, zone: "UTC" } as const
  expect(lostNote({ topic: "Leonids", schedule: { kind: "single", time } })).toContain(
    'This one had title "Leonids", time 2026-12-01T19:00:00+00:00[UTC] to 2026-12-01T20:00:00Z.',
  )
  expect(lostNote({})).toContain("This one had other times.")
})
