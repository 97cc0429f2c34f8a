import { expect, test } from "vitest"
import { manifestOf } from "./manifest.ts"
import { parseAddress, parseAsked } from "./parse.ts"
import { readDate, readTime } from "./written-time.ts"

test.each([
  ["Mar 1, 2027", "en"],
  ["Monday, March 1, 2027", "en-US"],
  ["Mon 1 Mar 2027", "en-GB"],
  ["3/1/2027", "en-US"],
  ["01/03/2027", "en-GB"],
  ["2027年3月1日(月)", "ja"],
  ["2027/03/01", "ja"],
  ["2027-03-01", "fr"],
])("the date %s on a page in %s is the first of March", (text, language) => {
  expect(readDate(text, language)).toBe("2027-03-01")
})

test.each([
  ["3/1/2027", "fr"],
  ["Feb 30, 2027", "en"],
  ["13/13/2027", "en-US"],
  ["", "en"],
])("nobody guesses what the date %s means on a page in %s", (text, language) => {
  expect(readDate(text, language)).toBeNull()
})

test.each([
  ["8:00pm", "20:00"],
  ["8 PM", "20:00"],
  ["12:30 am", "00:30"],
  ["20:00", "20:00"],
  ["午後8:00", "20:00"],
  ["9時05分", "09:05"],
  ["25:00", null],
  ["13:00 pm", null],
  ["", null],
])("the time %s is %s", (text, time) => {
  expect(readTime(text)).toBe(time)
})

test("only addresses over HTTPS are connected to, and those of this machine", () => {
  expect(parseAddress("calendar.example.org/path")).toBe("https://calendar.example.org")
  expect(parseAddress("http://localhost:8080")).toBe("http://localhost:8080")
  expect(parseAddress("http://calendar.example.org")).toBeNull()
  expect(parseAddress("https://")).toBeNull()
})

test("the background answers what it knows alone", () => {
  expect(parseAsked({ kind: "state" })).toEqual({ kind: "state" })
  expect(parseAsked({ kind: "cookies" })).toBeNull()
  expect(parseAsked("state")).toBeNull()
})

test.each(["chrome", "firefox"] as const)(
  "in %s it asks for storage, the calendar pages, and one address later",
  (browser) => {
    const manifest = manifestOf(browser, "1.0.0")
    expect(manifest.permissions).toEqual(["storage"])
    expect(manifest).not.toHaveProperty("host_permissions")
    const [{ matches } = { matches: [] }] = manifest.content_scripts
    expect(matches.every((match) => /^https:\/\/(calendar\.google|outlook\.)/.test(match))).toBe(true)
  },
)
