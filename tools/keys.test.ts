import { expect, test } from "vitest"
import { statusLines } from "./keys.ts"

test("says who keeps the keys, since when that is away, and how far the work is", () => {
  const at = "2026-11-29T12:00:00Z"
  const lines = statusLines({
    ...{ at, organisation: "Observatory", graceMinutes: 60 },
    custodians: [
      {
        ...{ name: "transit", label: "transit:transit/kalends", role: "current", state: "away", keyCount: 1 },
        ...{ awaySince: at, retryAt: at, graceEndsAt: "2026-11-29T13:00:00Z", problemCode: "custody-away" },
      },
    ],
    dataKeys: [{ version: 1, custodyKeyId: "transit:transit/kalends:v1", createdAt: at, destroyedAt: null }],
    work: { state: "paused", startedAt: at, touchedAt: at, endedAt: null, total: 10, done: 4, failed: 1 },
  })
  expect(lines).toEqual([
    `current transit:transit/kalends: away since ${at}; keys in use are kept until 2026-11-29T13:00:00Z; data keys under it: 1`,
    "grace: 60 minutes",
    `data key 1: transit:transit/kalends:v1, made ${at}`,
    "work: paused, 4 of 10 sealed anew, 1 could not be opened",
  ])
})
