import { expect, test } from "vitest"
import { isPassing, isProblem, isProblemKind, Problem, problemKinds } from "./problem.ts"

test("every kind of the list is one, and nothing else is", () => {
  expect(problemKinds.every(isProblemKind)).toBe(true)
  expect(new Set(problemKinds).size).toBe(problemKinds.length)
  for (const text of ["", "bad-request", "signed-out", "FORBIDDEN", "constructor"])
    expect(isProblemKind(text)).toBe(false)
})

test("what is private is not printed", () => {
  const problem = new Problem("forbidden", "Not allowed.", { context: { status: 403 }, cause: new Error("canary") })
  expect([problem.context.status, JSON.stringify(problem)]).toEqual([403, expect.not.stringMatching(/canary|403/)])
})

test("a problem is asked for by its kinds, and only what passes by itself is tried again", () => {
  const kinds = problemKinds.filter((kind) => isPassing(new Problem(kind, "")))
  expect(kinds).toEqual(["rate-limited", "unavailable"])
  const lost = new Problem("cursor-lost", "")
  expect([isProblem(lost), isProblem(lost, "conflict", "cursor-lost"), isProblem(lost, "conflict")]).toEqual([
    true,
    true,
    false,
  ])
  expect(isProblem(new Error("cursor-lost"))).toBe(false)
})
