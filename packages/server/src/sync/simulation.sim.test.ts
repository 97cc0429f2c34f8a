import { describe, expect, test } from "vitest"
import { type SeededBug, simulate } from "../testing/sync-simulation.ts"

const runs = 200

/** The first seed of `count` whose run shows something wrong, with its story. */
async function firstViolation(count: number, bug?: SeededBug) {
  for (let seed = 1; seed <= count; seed++) {
    const { violations, story } = await simulate({ seed, ...(bug === undefined ? {} : { bug }) })
    if (violations.length > 0) return { seed, violations, story }
  }
  return null
}

describe("months of edits, losses and failures", () => {
  test(`leave calendar and meetings in step, in ${runs} runs`, async () => {
    expect(await firstViolation(runs)).toBeNull()
  })

  test.each<SeededBug>(["replace-instead-of-merge", "first-page-only", "echo-not-recognised", "removed-read-as-data"])(
    "%s is noticed",
    async (bug) => {
      expect((await firstViolation(20, bug))?.violations).not.toHaveLength(0)
    },
  )
})
