import { join } from "node:path"
import type { Page } from "playwright-core"
import { build } from "vite"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import type { ReadEvent } from "./editor.ts"
import * as fixtures from "./fixtures/pages.ts"

// The selectors against pages of ours, in the packaged Chromium: the extension itself is met in extension.live.test.ts.

type EditorModule = typeof import("./editor.ts")
let browser: LaunchedBrowser
let page: Page
let script = ""
beforeAll(async () => {
  const lib = { entry: join(import.meta.dirname, "editor.ts"), formats: ["iife" as const], name: "editing" }
  const built = await build({ configFile: false, logLevel: "silent", build: { write: false, minify: false, lib } })
  const [output] = [built].flat()
  script = output !== undefined && "output" in output ? output.output[0].code : ""
  browser = await launchBrowser({ context: { timezoneId: "Europe/Berlin" } })
  page = await browser.context.newPage()
})
afterAll(() => browser?.close())

declare const editing: EditorModule
const google = "calendar.google.com"
const outlook = "outlook.office.com"

/** What is read of the one editor of a page, or which fields are missing. */
async function read(host: string, html: string): Promise<ReadEvent | readonly string[]> {
  await page.setContent(html)
  await page.addScriptTag({ content: script })
  return page.evaluate((name) => {
    const selectors = editing.pageFor(name)
    if (selectors === null) return []
    const editor = editing.findEditor(selectors, document)
    if (!("root" in editor)) return editor
    const language = document.documentElement.lang
    return editing.readEvent(editor.root, selectors, { language, zone: "Europe/Berlin", untitled: "Meeting" })
  }, host)
}

test.each([
  ["Google Calendar in English", google, fixtures.googleEnglish, {}],
  ["Google Calendar in Japanese", google, fixtures.googleJapanese, { isRecurring: true }],
  ["Google Calendar in German", google, fixtures.googleGerman, {}],
  ["Google Calendar in a language that nobody listed", google, fixtures.googleFinnish, {}],
  ["Google Calendar with other classes and tags", google, fixtures.changedClasses, {}],
  ["Google Calendar by its ids, past a field that is there for looks", google, fixtures.googleIds, {}],
  ["an event of a whole day", google, fixtures.wholeDay, { time: null }],
  ["Outlook in English", outlook, fixtures.outlookEnglish, {}],
  ["Outlook in Japanese", outlook, fixtures.outlookJapanese, {}],
  ["Outlook in French", outlook, fixtures.outlookFrench, {}],
  ["Outlook before its fields are opened", outlook, fixtures.outlookSummary("Mon 3/1/2027 8:00 PM - 9:00 PM"), {}],
  ["the same in Japanese", outlook, fixtures.outlookSummary("2027/03/01 (月) 20:00 ～ 21:00", "ja"), {}],
  ["Outlook's narrow pane behind another dialog", outlook, fixtures.outlookCompact, {}],
])("%s is read", async (_, host, html, differs) => {
  const face = { subject: "Observation", date: "2027-03-01", time: "20:00", zone: "Europe/Berlin", isRecurring: false }
  expect(await read(host, html)).toEqual({ kind: "read", face: { ...face, ...differs } })
})

test("a page whose fields went away is told with the fields that are missing", async () => {
  expect(await read(google, fixtures.changedMarkup)).toEqual(["startDate", "location"])
})

test("a date that could be two is not read", async () => {
  const html = fixtures.googleEnglish.replace("Mar 1, 2027", "3/1/2027")
  expect(await read(google, html)).toEqual({ kind: "not-understood", missing: ["startDate"] })
})

test("two texts with different times leave it open which is the event's", async () => {
  const html = fixtures.outlookSummary("Mon 3/1/2027 8:00 PM - 9:00 PM</span> <span>Tue 3/2/2027 8:00 PM - 9:00 PM")
  expect(await read(outlook, html)).toEqual({ kind: "not-understood", missing: ["startDate", "startTime"] })
})

test("the link goes into the field that people type in, once the page has made it ready, as if it were typed", async () => {
  await read(google, fixtures.googleIds)
  const heard = await page.evaluate(async () => {
    const selectors = editing.pageFor("calendar.google.com")
    const place = document.querySelector<HTMLInputElement>("#xLocIn [role=combobox]")
    if (selectors === null || place === null) throw new Error("The page is another.")
    const heard: string[] = []
    place.addEventListener("focus", () => Promise.resolve().then(() => heard.push("ready")))
    place.addEventListener("input", ({ isTrusted }) => heard.push(`input ${isTrusted}`))
    for (const kind of ["keyup", "blur"]) place.addEventListener(kind, () => heard.push(kind))
    await editing.writeMeeting(document, selectors, { location: "https://meet.example.org/1", text: "Join" })
    const fields = [...document.querySelectorAll<HTMLInputElement>("#xLocIn input")].map(({ value }) => value)
    return { heard, fields, description: document.querySelector("#xDescIn [contenteditable]")?.textContent }
  })
  expect(heard.fields).toEqual(["", "https://meet.example.org/1"])
  expect(heard.heard).toEqual(["ready", "input true", "keyup", "blur"])
  expect(heard.description).toMatch(/^SECRET.*Join/)
})

test("link and block go in and out, what a person wrote stays, and so does a place of theirs", async () => {
  await read(google, fixtures.googleEnglish)
  const written = (place: string) =>
    page.evaluate(async (typed) => {
      const selectors = editing.pageFor("calendar.google.com")
      const location = document.querySelector<HTMLInputElement>("[aria-label=Location]")
      const title = document.querySelector<HTMLInputElement>("[aria-label=Title]")
      const description = document.querySelector("[contenteditable]")
      if (selectors === null || location === null || description === null) throw new Error("The page is another.")
      const meeting = { location: "https://meet.example.org/1", text: "Join: https://meet.example.org/1" }
      location.value = typed
      title?.focus()
      await editing.writeMeeting(document, selectors, meeting)
      await editing.writeMeeting(document, selectors, meeting)
      const during = [location.value, editing.hasMeeting(document, selectors), document.activeElement === title]
      const text = description.textContent
      await editing.removeMeeting(document, selectors, meeting)
      return { during, text, after: [location.value, description.innerHTML] }
    }, place)
  const link = "https://meet.example.org/1"
  const { during, text, after } = await written("")
  expect(during).toEqual([link, true, true])
  expect(text.split("Join:")).toHaveLength(2)
  expect(after).toEqual(["", "<b>SECRET</b> BODY"])
  const room = ["Room 5", "<b>SECRET</b> BODY"]
  expect(await written("Room 5")).toMatchObject({ during: ["Room 5", true, true], after: room })
})

test("an event that has a meeting already is known by its block", async () => {
  await read(google, fixtures.withMeeting)
  const has = () =>
    page.evaluate(() => {
      const selectors = editing.pageFor("calendar.google.com")
      return selectors !== null && editing.hasMeeting(document, selectors)
    })
  expect(await has()).toBe(true)
  await read(google, fixtures.googleEnglish)
  expect(await has()).toBe(false)
})
