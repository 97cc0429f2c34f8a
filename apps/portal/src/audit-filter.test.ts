import { expect, test } from "vitest"
import { addressOfChoice, anything, auditQueryOf, choiceOfAddress, isNarrowed } from "./audit-filter.ts"

test("nothing chosen asks for everything", () => {
  expect(auditQueryOf(anything, "UTC")).toEqual({})
  expect(isNarrowed(anything)).toBe(false)
})

test("days are the reader's own, and the last one is within", () => {
  const days = { ...anything, fromDay: "2026-11-23", toDay: "2026-11-23" }
  expect(isNarrowed(days)).toBe(true)
  expect(auditQueryOf(days, "Asia/Tokyo")).toEqual({ from: "2026-11-22T15:00:00Z", to: "2026-11-23T15:00:00Z" })
  // A day of 23 hours.
  const spring = { ...anything, fromDay: "2026-03-29", toDay: "2026-03-29" }
  expect(auditQueryOf(spring, "Europe/Berlin")).toEqual({ from: "2026-03-28T23:00:00Z", to: "2026-03-29T22:00:00Z" })
})

test("what is half typed or unknown is not asked for", () => {
  expect(auditQueryOf({ ...anything, action: "burnt", fromDay: "2026-1", toDay: "2026-02-31" }, "UTC")).toEqual({})
  expect(auditQueryOf({ ...anything, action: "signed-in", subject: "s", actor: "a", reason: "pass" }, "UTC")).toEqual({
    action: "signed-in",
    subject: "s",
    actor: "a",
    reason: "pass",
  })
})

test("a choice is found again by its address, and nothing else is taken from one", () => {
  const choice = { ...anything, subject: "GET /v1/keys?x", fromDay: "2026-11-23" }
  expect(choiceOfAddress(addressOfChoice(choice))).toEqual(choice)
  expect(addressOfChoice(anything)).toBe("audit")
  expect(choiceOfAddress(`audit?other=1&reason=${"x".repeat(500)}`)).toEqual({ ...anything, reason: "x".repeat(120) })
})
