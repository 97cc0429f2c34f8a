import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { explain, meetingWords } from "./meeting-words.ts"
import { textNames } from "./testing/text-names.ts"

const { en, ja } = meetingWords

test("both languages have the same texts about meetings, and none is empty", () => {
  expect(textNames(ja)).toEqual(textNames(en))
  expect(JSON.stringify(meetingWords)).not.toContain('""')
})

describe("what went wrong with a meeting", () => {
  const said = (error: unknown) => explain(error, en)

  test("is told by its code, else by its kind, with what to do", () => {
    expect(said(new Problem("forbidden", "x", { code: "read-only" }))).toContain("Reconnect it in the portal")
    expect(said(new Problem("rate-limited", "x", { code: "unheard-of" }))).toContain("Try again in a few minutes")
  })

  test("is told in general where nothing more is known, and never in the error's own words", () => {
    for (const error of [new Error("canary"), new Problem("cursor-lost", "canary"), "canary"])
      expect(said(error)).toBe(en.meetingProblems.unavailable)
  })
})
