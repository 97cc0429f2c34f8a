import { expect, test } from "vitest"
import { pageFor } from "./editor.ts"
import { manifestOf } from "./manifest.ts"
import { parseAsked } from "./parse.ts"
import { isSummary, readDate, readSummary, readTime } from "./written-time.ts"

test.each([
  ["Mar 1, 2027", "en"],
  ["Monday, March 1, 2027", "en-US"],
  ["Mon 1 Mar 2027", "en-GB"],
  ["3/1/2027", "en-US"],
  ["01/03/2027", "en-GB"],
  ["2027年3月1日(月)", "ja"],
  ["2027/03/01", "ja"],
  ["2027-03-01", "fr"],
  ["1. März 2027", "de"],
  ["lundi 1 mars 2027", "fr"],
  ["01.03.2027", "de"],
  ["1. maaliskuuta 2027", "fi"],
  ["2027. 3. 1.", "ko"],
  ["Mar 1, 2027", "xx-nobody"],
])("the date %s on a page in %s is the first of March", (text, language) => {
  expect(readDate(text, language)).toBe("2027-03-01")
})

test.each([
  ["3/1/2027", "en"],
  ["mar, 6 abr 2027", "es"],
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
  ["20 h 05", "20:05"],
  ["오후 8:00", "20:00"],
  ["25:00", null],
  ["13:00 pm", null],
  ["", null],
])("the time %s is %s", (text, time) => {
  expect(readTime(text)).toBe(time)
})

test("the background answers what it knows alone", () => {
  expect(parseAsked({ kind: "state" })).toEqual({ kind: "state" })
  expect(parseAsked({ kind: "cookies" })).toBeNull()
  expect(parseAsked("state")).toBeNull()
})

test.each(["chrome", "firefox"] as const)(
  "in %s it asks for storage, the calendar pages and the one service, and for nothing later",
  (browser) => {
    const manifest = manifestOf(browser, "1.0.0")
    expect(manifest.permissions).toEqual(["storage"])
    expect(manifest.host_permissions).toEqual(["https://kalends.invalid/*"])
    expect(Object.keys(manifest).filter((name) => name.startsWith("optional"))).toEqual([])
    const [{ matches } = { matches: [] }] = manifest.content_scripts
    expect(matches.every((match) => /^https:\/\/(calendar\.google|outlook\.)/.test(match))).toBe(true)
  },
)

test.each([
  ["calendar.google.com", "/calendar/u/0/r/eventedit", true, true],
  ["calendar.google.com", "/calendar/r/eventedit/abc", true, false],
  ["calendar.google.com", "/calendar/u/0/r/week", false, false],
  ["outlook.office.com", "/calendar/0/deeplink/compose", true, true],
  ["outlook.live.com", "/calendar/0/item/AAMk", true, false],
  ["outlook.office.com", "/mail/0/deeplink/compose", false, false],
])("at %s%s an event is written: %s, and a new one: %s", (host, path, isEvent, isNew) => {
  const address = pageFor(host)?.address
  expect([address?.event.test(path), address?.newEvent.test(path)]).toEqual([isEvent, isNew])
})

test("nobody's page but the calendars' is looked at", () => {
  expect(pageFor("mail.google.com")).toBeNull()
})

test.each([
  ["Mon 3/1/2027 8:00 PM - 9:00 PM", "en-US"],
  ["Mon 01/03/2027 20:00 - 21:00", "en-GB"],
  ["Mo 01.03.2027 20:00 – 21:00", "de-DE"],
  ["2027年3月1日(月) 午後8:00 ～ 午後9:00", "ja"],
  ["Monday, March 1, 2027, 8:00 p.m. – 9:00 p.m.", "en-US"],
])("date and time that stand together as %s on a page in %s are read", (text, language) => {
  expect(isSummary(text)).toBe(true)
  expect(readSummary(text, language)).toEqual({ date: "2027-03-01", time: "20:00" })
})

test.each([
  ["Mon 3/1/2027 8:00 - 9:00 PM", "en-US"],
  ["Mon 3/1/2027 8:00 PM - 9:00 PM", "en"],
  ["Tomorrow 8:00 PM", "en-US"],
  ["Mon 3/1/2027", "en-US"],
])("nobody guesses what is meant by %s on a page in %s", (text, language) => {
  expect(readSummary(text, language)).toBeNull()
})
