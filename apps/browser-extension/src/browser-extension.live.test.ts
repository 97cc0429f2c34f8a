import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, simulatorSettings, until } from "../../../e2e/support.ts"
import { buildBrowserExtension } from "../../../tools/browser-extension.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import { changedMarkup, googleEnglish, googleJapanese, outlookEnglish, outlookJapanese } from "./fixtures/pages.ts"

// The built scripts in a real Chromium. The packaged one is without a window and loads no extensions, so a small `chrome`
// stands in for what a browser gives to one: messages to the background, storage, and requests that no page's rules bind.

let simulator: Simulator
let started: Started
let browser: LaunchedBrowser
let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-extension-"))
  simulator = await startSimulator()
  simulator.zoom.account.addUser("owner@example.org")
  const { clientId, clientSecret, accountId } = simulator.zoom.app
  ;[started, browser] = await Promise.all([
    start("", {
      ...simulatorSettings(simulator),
      ...{
        KALENDS_ZOOM_ACCOUNT_ID: accountId,
        KALENDS_ZOOM_CLIENT_ID: clientId,
        KALENDS_ZOOM_CLIENT_SECRET: clientSecret,
      },
      ...{ KALENDS_ZOOM_USER: "owner@example.org", KALENDS_ZOOM_TOKEN_URL: simulator.baseUrls.zoomToken },
      KALENDS_ZOOM_API_URL: simulator.baseUrls.zoomApi,
    }),
    launchBrowser({ context: { locale: "en-GB", timezoneId: "Europe/Berlin" } }),
    buildBrowserExtension("chrome", folder),
  ])
})
afterAll(async () => {
  await browser?.close()
  await end(started)
  await simulator?.close()
  await rm(folder, { recursive: true, force: true })
})

type Sent = {
  readonly url: string
  readonly init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string }
}
const bodies: Record<string, unknown>[] = []
const script = (name: string) => readFile(join(folder, name), "utf8")

/** A page in which the background runs: what it sends is noted, and goes out past the page. */
async function openBackground(): Promise<Page> {
  const page = await browser.context.newPage()
  await page.exposeFunction("sendOut", async ({ url, init }: Sent) => {
    if (init.body !== undefined) bodies.push(JSON.parse(init.body))
    const { method, headers, body } = init
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
    const type = response.headers.get("content-type")
    return { status: response.status, type, text: await response.text() }
  })
  await page.evaluate(() => {
    const kept = new Map<string, unknown>()
    const area = {
      get: async (name: string) => (kept.has(name) ? { [name]: kept.get(name) } : {}),
      set: async (items: object) => Object.entries(items).forEach(([name, value]) => kept.set(name, value)),
      remove: async (name: string) => void kept.delete(name),
    }
    const own = window as unknown as Record<string, unknown>
    const listen = (answer: (message: unknown, sender: unknown, reply: (told: unknown) => void) => boolean) => {
      own.ask = (message: unknown) => new Promise((resolve) => answer(message, {}, resolve))
    }
    own.chrome = { storage: { local: area, session: area }, runtime: { onMessage: { addListener: listen } } }
    own.fetch = async (url: string, { method, headers, body }: RequestInit) => {
      const sendOut = own.sendOut as (sent: unknown) => Promise<{ status: number; type: string | null; text: string }>
      const { status, type, text } = await sendOut({ url, init: { method, headers, body } })
      return {
        status,
        headers: new Headers(type === null ? {} : { "content-type": type }),
        json: async () => JSON.parse(text),
      }
    }
  })
  await page.addScriptTag({ content: await script("background.js") })
  return page
}

const asks = (background: Page, message: object) =>
  background.evaluate(
    (given) => (window as unknown as { ask(message: object): Promise<Record<string, string>> }).ask(given),
    message,
  )

/** A calendar page of ours at the service's address, with the content script in it. */
async function openEditor(address: string, html: string, background: Page): Promise<Page> {
  const page = await browser.context.newPage()
  await page.route("**/*", (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }))
  await page.goto(address)
  await page.exposeFunction("askBackground", (message: object) => asks(background, message))
  await page.evaluate(() => {
    const own = window as unknown as Record<string, unknown>
    own.chrome = { runtime: { sendMessage: own.askBackground } }
  })
  await page.addScriptTag({ content: await script("content.js") })
  return page
}

const held = () => simulator.zoom.account.users.flatMap((user) => simulator.zoom.account.meetingsOf(user))

test("an event written in a calendar page gets a meeting that follows it, and only its face is told", async () => {
  const person = simulator.org.addPerson(simulator.tenants.google, "Ada", "ada@google.example.org")
  simulator.knobs("google").approvesAll = true
  expect(await connectByOAuth(started.call, "google", person.email, "read-write")).toBe("connected")
  const background = await openBackground()
  const page = await openEditor("https://calendar.google.com/calendar/r/eventedit", googleEnglish, background)
  const add = page.getByRole("button", { name: "Add a Kalends meeting" })
  await add.click()
  await page.getByText("Connect the extension first").waitFor()
  const serviceUrl = `http://localhost:${new URL(started.node.url).port}`
  const { code } = await asks(background, { kind: "begin", serviceUrl, deviceName: "Browser extension, Chrome" })
  expect((await started.call("POST", "/v1/tools/connections", { code })).status).toBe(204)
  expect(await asks(background, { kind: "state" })).toMatchObject({ kind: "signed-in" })

  await add.click()
  await page.getByText("The meeting is in the event.").waitFor()
  const location = await page.getByLabel("Location").inputValue()
  const [description = ""] = await page.getByLabel("Description").allInnerTexts()
  expect(location).toMatch(/^https:/)
  expect(description).toMatch(/^SECRET BODY\n[\s\S]*https:/)

  // The person saves the event, and later moves it by a day in the calendar.
  const on = (day: string) =>
    ({
      kind: "timed",
      start: `2027-03-${day}T20:00:00`,
      end: `2027-03-${day}T21:00:00`,
      zone: "Europe/Berlin",
    }) as const
  const event = person.calendar.create({ subject: "Observation", time: on("01"), location, description })
  person.calendar.update(event, { time: on("02") })
  await until(async () => JSON.stringify(held()).includes("2027-03-02T19:00:00"))
  expect(held()).toHaveLength(1)

  const allowed = ["deviceName", "key", "subject", "date", "time", "zone", "isRecurring"]
  expect(bodies.flatMap(Object.keys).filter((name) => !allowed.includes(name))).toEqual([])
  expect(JSON.stringify(bodies)).not.toMatch(/secret/i)

  await page.getByRole("button", { name: "Remove the meeting" }).click()
  await expect.poll(() => page.getByLabel("Location").inputValue()).toBe("")
  expect(await page.getByLabel("Description").innerHTML()).toBe("<b>SECRET</b> BODY")
  await page.close()
})

test("the fields of both services are found in English and Japanese, and a page that changed is said to have", async () => {
  const background = await openBackground()
  const scheduled: Record<string, unknown>[] = []
  await background.exposeFunction("note", (message: Record<string, unknown>) => void scheduled.push(message))
  await background.evaluate(() => {
    const own = window as unknown as { ask: unknown; note: unknown }
    own.ask = own.note
  })
  const google = "https://calendar.google.com/calendar/r/eventedit"
  const outlook = "https://outlook.office.com/calendar/deeplink/compose"
  const pages = [
    [google, googleEnglish, "Add a Kalends meeting", false],
    [google, googleJapanese, "Kalends の会議を追加", true],
    [outlook, outlookEnglish, "Add a Kalends meeting", false],
    [outlook, outlookJapanese, "Kalends の会議を追加", false],
  ] as const
  for (const [address, html, name, isRecurring] of pages) {
    const page = await openEditor(address, html, background)
    await page.getByRole("button", { name }).click()
    await page
      .getByRole("status")
      .filter({ hasText: /does not answer|応答しません/ })
      .waitFor()
    const face = { subject: "Observation", date: "2027-03-01", time: "20:00", zone: "Europe/Berlin", isRecurring }
    expect(scheduled.pop()).toMatchObject({ kind: "schedule", face })
    await page.close()
  }
  const page = await openEditor(google, changedMarkup, background)
  await page.getByRole("button", { name: "Add a Kalends meeting" }).click()
  await page.getByText("it does not find the date, the location. Nothing was changed.").waitFor()
  expect(scheduled).toEqual([])
})
