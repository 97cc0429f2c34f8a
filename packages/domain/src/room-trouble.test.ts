import { expect, test } from "vitest"
import { roomTroubleOf } from "./room-trouble.ts"

const kinds = ["unavailable", "rate-limited", "auth-revoked", "forbidden", "not-found", "malformed"] as const

test("says why a calendar is not read, in the same word while one thing is the matter", () => {
  expect(kinds.map((kind) => roomTroubleOf({ kind, code: null }))).toEqual([
    ...["silent", "silent", "not-allowed", "not-allowed", "gone", "unreadable"],
  ])
})

test("does not blame the calendar service for what is ours", () => {
  expect(roomTroubleOf({ kind: "unavailable", code: "custody-away" })).toBe("own")
  expect(roomTroubleOf({ kind: "misconfigured", code: null })).toBe("own")
  expect(roomTroubleOf({ kind: "unavailable", code: "room-not-connected" })).toBe("not-connected")
})
