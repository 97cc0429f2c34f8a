import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { MeetingBackend, MeetingFace } from "../../ports/meeting-backend.ts"

/** One meeting service with what its own people do to meetings; null where that cannot be. */
export type BackendWorld = {
  readonly backend: MeetingBackend
  readonly countOf: (() => number) | null
  readonly rename: ((backendId: string, topic: string) => void) | null
  readonly remove: ((backendId: string) => void) | null
  readonly noteOf: ((backendId: string) => string | null) | null
  close(): Promise<void>
}

const startsAt = Temporal.Instant.from("2026-12-01T20:00:00Z")
const zone = "Europe/Berlin"

export const face: MeetingFace = {
  topic: "Observation night",
  schedule: { kind: "single", time: { kind: "timed", startsAt, endsAt: startsAt.add({ minutes: 45 }), zone } },
}

/** A series that begins on a Tuesday evening. */
export function series(rule: string): MeetingFace {
  const start = Temporal.PlainDateTime.from("2026-12-01T20:00:00")
  const recurrence = { start, rules: [rule], extraStarts: [], excludedStarts: [] }
  return { topic: "Series", schedule: { kind: "series", recurrence, zone, length: 30, moved: [] } }
}

const later: MeetingFace = {
  topic: "Perseids",
  schedule: {
    kind: "single",
    time: { kind: "timed", startsAt: startsAt.add({ hours: 24 }), endsAt: startsAt.add({ hours: 25 }), zone },
  },
}
const key = "a".repeat(32)

/** What every meeting service must do; each test begins with its rule's name in quality.yaml. */
export function describeBackend(name: string, makeWorld: () => Promise<BackendWorld>): void {
  describe(`${name} passes conformance of meeting services:`, () => {
    let world: BackendWorld
    beforeEach(async () => {
      world = await makeWorld()
    })
    afterEach(() => world.close())

    test("create-idempotent: one key makes one meeting, which is found by it", async () => {
      const { backend, countOf } = world
      const first = await backend.create({ key, face })
      expect(await backend.create({ key, face: later })).toEqual(first)
      expect(await backend.find(key)).toBe(first.backendId)
      expect((await backend.create({ key: "b".repeat(32), face })).backendId).not.toBe(first.backendId)
      if (countOf !== null) expect(countOf()).toBe(2)
    })

    test("link-recognised: its own join links, and no others", async () => {
      const { backend } = world
      const { backendId, joinUrl } = await backend.create({ key, face })
      expect(backend.recognise(new URL(joinUrl))).toBe(backendId)
      expect(await backend.joinUrl(backendId)).toBe(joinUrl)
      expect(backend.recognise(new URL("https://example.org/j/123456789"))).toBeNull()
      expect(backend.recognise(new URL(joinUrl.replace(/\/\/[^/]+/, "//evil.example")))).toBeNull()
    })

    test("update-followed: it shows what it was told, as was foretold", async (context) => {
      const { backend } = world
      if (!backend.limits.keepsFace) return context.skip("it knows neither titles nor times")
      const { backendId } = await backend.create({ key, face })
      for (const told of [face, later, series("FREQ=WEEKLY;COUNT=4"), series("FREQ=YEARLY"), face]) {
        await backend.update(backendId, told, null)
        expect((await backend.fetch(backendId))?.shown).toEqual(backend.shown(told))
      }
    })

    test("edit-elsewhere-seen: what its own people change is seen, and nothing else seems changed", async (context) => {
      const { backend, rename } = world
      if (rename === null) return context.skip("nobody changes meetings there")
      const { backendId } = await backend.create({ key, face })
      rename(backendId, "Leonids")
      const fetched = await backend.fetch(backendId)
      expect(fetched?.topic).toBe("Leonids")
      expect(fetched?.shown.schedule).toBe(backend.shown(face).schedule)
      expect(fetched?.shown.topic).not.toBe(backend.shown(face).topic)
    })

    test("end-repeatable: ended, or removed by its own people, it is gone, and ending it again is no trouble", async (context) => {
      const { backend, remove } = world
      const { backendId } = await backend.create({ key, face })
      await backend.end(backendId)
      await backend.end(backendId)
      if (!backend.limits.isEditableElsewhere || remove === null) return context.skip("there is nothing to look at")
      expect(await backend.fetch(backendId)).toBeNull()
      const other = await backend.create({ key: "c".repeat(32), face })
      remove(other.backendId)
      expect(await backend.fetch(other.backendId)).toBeNull()
      await backend.end(other.backendId)
    })

    test("note-kept: a version that lost stays with the meeting", async (context) => {
      const { backend, noteOf } = world
      if (noteOf === null) return context.skip("it keeps no notes")
      const { backendId } = await backend.create({ key, face })
      await backend.update(backendId, later, "This one had the title Leonids.")
      expect(noteOf(backendId)).toContain("Leonids")
      expect(await backend.find(key)).toBe(backendId)
    })
  })
}
