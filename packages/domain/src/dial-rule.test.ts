import { expect, test } from "vitest"
import { fillDialTemplate, matchDialPattern, parseDialPattern } from "./dial-pattern.ts"
import { builtInDialRules, type DialRule, dialStringsFrom } from "./dial-rule.ts"

const numbers = (texts: readonly (string | null)[], rules = builtInDialRules) =>
  dialStringsFrom(texts, rules)?.strings.map(({ protocol, number }) => `${protocol} ${number}`) ?? []

test.each([
  [
    "Zoom, with the passcode of its invitation",
    ["https://us02web.zoom.us/j/85364147796?pwd=abc.1", "Meeting ID: 853 6414 7796\nPasscode: 110292"],
    ["sip 85364147796.110292@zoomcrc.com", "h323 162.255.37.11##85364147796#110292"],
  ],
  [
    "Zoom, where no passcode is shown",
    ["https://zoom.us/j/5364147796"],
    ["sip 5364147796@zoomcrc.com", "h323 162.255.37.11##5364147796"],
  ],
  ["Zoom in Japanese", ["https://zoom.us/j/5364147796", "パスコード: 110292"], ["sip 5364147796.110292@zoomcrc.com"]],
  [
    "Teams by Pexip's gateway",
    [
      "Alternate VTC instructions<https://vc.example.com/teams/?conf=1127180739&ivr=teams&d=vc.example.com&ip=192.0.2.1>",
    ],
    ["sip 1127180739@vc.example.com"],
  ],
  [
    "Teams by Webex's gateway",
    ["Join on a video conferencing device\nTenant key: acme@m.webex.com\nVideo ID: 115 123 456 3"],
    ["sip 1151234563.acme@m.webex.com"],
  ],
  ["Webex", ["Dial 27319876543@acme.webex.com\nYou can also dial 173.243.2.68"], ["sip 27319876543@acme.webex.com"]],
  ["Meet by a gateway", ["Join using SIP: 2345678@meet.example.org"], ["sip 2345678@meet.example.org"]],
  ["an own address", [null, "sip:room7@meet.example.org;transport=tls"], ["sip room7@meet.example.org"]],
  ["H.323 alone", ["h323:hall@gk.example.org"], ["h323 hall@gk.example.org"]],
])("%s", (_name, texts, expected) => {
  expect(numbers(texts).slice(0, expected.length)).toEqual(expected)
})

test.each([
  ["nothing of the kind", ["Lunch with Bo at 12:30"]],
  ["a link that only looks like Zoom's", ["https://zoom.example/j/85364147796"]],
  ["no text at all", [null, null]],
])("%s leads nowhere", (_name, texts) => {
  expect(dialStringsFrom(texts, builtInDialRules)).toBeNull()
})

test("the organisation's own rule goes before those that are built in", () => {
  const jitsi: DialRule = {
    name: "Our Jitsi gateway",
    patterns: ["meet.example.org/{room}"],
    also: [],
    sip: "{room}@sip.example.org",
    h323: null,
  }
  const texts = ["https://meet.example.org/Stand-up", "https://zoom.us/j/5364147796"]
  expect(dialStringsFrom(texts, [jitsi, ...builtInDialRules])).toEqual({
    rule: "Our Jitsi gateway",
    strings: [{ protocol: "sip", number: "Stand-up@sip.example.org" }],
    found: { room: "Stand-up" },
  })
})

test("a rule that can fill no template leaves the word to the next", () => {
  const rule: DialRule = { name: "Half", patterns: ["zoom.us/j/*"], also: [], sip: "{meeting}@example.org", h323: null }
  expect(dialStringsFrom(["https://zoom.us/j/5364147796"], [rule, ...builtInDialRules])?.rule).toBe("Zoom")
})

test("the patterns that are built in are all readable", () => {
  const sources = builtInDialRules.flatMap(({ patterns, also }) => [...patterns, ...also])
  expect(sources.filter((source) => parseDialPattern(source) === null)).toEqual([])
})

test.each([
  "",
  "  ",
  "{a}{b}",
  "{a#}*",
  "{a} and {a}",
  "{A}",
  "{a",
  "a}",
  "{a%}",
  "* * * * * * * * *",
  "x".repeat(201),
])("the pattern %j is refused", (source) => {
  expect(parseDialPattern(source)).toBeNull()
})

test("signs of regular expressions mean themselves in a pattern", () => {
  const pattern = parseDialPattern("(a+)+$ {x}")
  if (pattern === null) throw new Error("it can be read")
  expect(matchDialPattern(pattern, "aaaa b")).toBeNull()
  expect(matchDialPattern(pattern, "(A+)+$ b")).toEqual({ x: "b" })
})

test("a pattern without a name only says that a text fits", () => {
  const pattern = parseDialPattern("board   meeting")
  if (pattern === null) throw new Error("it can be read")
  expect(matchDialPattern(pattern, "the Board meeting")).toEqual({})
  expect(matchDialPattern(pattern, "boardmeeting")).toBeNull()
})

test.each([
  ["{a}@x", { a: "1" }, "1@x"],
  ["{a}[.{b}]@x", { a: "1" }, "1@x"],
  ["{a}[.{b}]@x", { a: "1", b: "2" }, "1.2@x"],
  ["{a}@x", {}, null],
])("the template %j filled with %j gives %j", (template, found, expected) => {
  expect(fillDialTemplate(template, found)).toBe(expected)
})
