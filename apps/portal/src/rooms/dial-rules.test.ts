import { expect, test } from "vitest"
import { emptyRule, moved, ruleOf, tried } from "./dial-rules.ts"

const typed = { ...emptyRule, name: "Own bridge", patterns: "bridge {number#}\n\n", sip: "{number}@sip.example.org" }

test("what was typed becomes a rule once it has a name, a pattern that can be read and somewhere to lead", () => {
  expect(ruleOf(typed)).toEqual({
    ...{ name: "Own bridge", patterns: ["bridge {number#}"], also: [] },
    ...{ sip: "{number}@sip.example.org", h323: null },
  })
  expect(ruleOf({ ...typed, name: " " })).toBeNull()
  expect(ruleOf({ ...typed, patterns: "" })).toBeNull()
  expect(ruleOf({ ...typed, patterns: "bridge {number" })).toBeNull()
  expect(ruleOf({ ...typed, sip: "" })).toBeNull()
})

test("one's own rules come before those that are built in, in their order", () => {
  const own = ruleOf({ ...typed, patterns: "zoom.us/j/{number#}" })
  const invitation = "Join: https://zoom.us/j/1234567890"
  expect(tried(invitation, [])?.rule).toBe("Zoom")
  expect(tried(invitation, own === null ? [] : [own])?.strings).toEqual([
    { protocol: "sip", number: "1234567890@sip.example.org" },
  ])
  expect(tried("Nothing to dial", [])).toBeNull()
})

test("a rule is moved by one place, and not out of the list", () => {
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"])
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"])
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"])
  expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"])
})
