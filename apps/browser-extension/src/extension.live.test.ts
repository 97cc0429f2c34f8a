import { cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { recordService } from "../../../e2e/recorder.ts"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, eveningAhead, simulatorSettings, until } from "../../../e2e/support.ts"
import { addinIdOf } from "../../../packages/server/src/http/outlook-pages.ts"
import { freePort } from "../../../packages/server/src/platform/free-port.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { buildBrowserExtension, fillInExtension } from "../../../tools/browser-extension.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import { launchFirefox } from "../../../tools/firefox.ts"
import { findOptionalServer } from "../../../tools/optional-server.ts"
import * as fixtures from "./fixtures/pages.ts"

// The extension as it is downloaded, in whole browsers, on a real service, a simulated calendar and a simulated meeting
// service. Before the service stands a recorder, which sees everything that the extension sends.

let simulator: Simulator
let started: Started
let recorder: Awaited<ReturnType<typeof recordService>>
let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-extension-"))
  simulator = await startSimulator()
  simulator.zoom.account.addUser("owner@example.org")
  const { clientId, clientSecret, accountId } = simulator.zoom.app
  const port = String(await freePort())
  recorder = await recordService(`http://127.0.0.1:${port}`)
  const built = join(folder, "browser-extension/dist")
  await buildBrowserExtension(built)
  await cp(join(built, "chrome"), join(folder, "loaded"), { recursive: true })
  await fillInExtension(join(folder, "loaded"), recorder.url)
  started = await start(folder, {
    ...simulatorSettings(simulator),
    ...{ KALENDS_ZOOM_ACCOUNT_ID: accountId, KALENDS_ZOOM_CLIENT_ID: clientId, KALENDS_ZOOM_USER: "owner@example.org" },
    ...{ KALENDS_ZOOM_CLIENT_SECRET: clientSecret, KALENDS_ZOOM_TOKEN_URL: simulator.baseUrls.zoomToken },
    ...{ KALENDS_ZOOM_API_URL: simulator.baseUrls.zoomApi, KALENDS_PORT: port, KALENDS_PUBLIC_URL: recorder.url },
    KALENDS_HOOK_URL: `http://127.0.0.1:${port}`,
  })
})
afterAll(async () => {
  await end(started)
  await new Promise((resolve) => recorder.server.close(resolve))
  await simulator?.close()
  await rm(folder, { recursive: true, force: true })
})

const held = () => simulator.zoom.account.users.flatMap((user) => simulator.zoom.account.meetingsOf(user))
const google = "https://calendar.google.com/calendar/u/0/r/eventedit"
const outlook = "https://outlook.office.com/calendar/0/deeplink/compose"
const evening = eveningAhead(0)
const face = { subject: "Observation", date: evening.date, time: "20:00", zone: "Europe/Berlin", isRecurring: false }

/** An editor of the fixtures on a day that lies ahead, so that its meeting lives whenever this runs. */
function ahead(html: string): string {
  const date = Temporal.PlainDate.from(evening.date)
  const written = (locale: string, dateStyle: "medium" | "short") => date.toLocaleString(locale, { dateStyle })
  return html
    .replace("Mar 1, 2027", written("en-US", "medium"))
    .replace("01/03/2027", written("en-GB", "short"))
    .replace(/\b3\/1\/2027/, `${date.month}/${date.day}/${date.year}`)
}

/** What the extension sent with a body since this many requests, as far as it is about a meeting. */
const scheduled = (from: number) =>
  recorder.sent.slice(from).flatMap(({ path, body }) => {
    if (body === "" || !path.startsWith("/v1/tools/meetings")) return []
    const { key: _, ...rest } = JSON.parse(body)
    return [rest]
  })

/** Who types the code in the portal. */
const typeCode = async (code: string | null) =>
  expect((await started.call("POST", "/v1/tools/connections", { code })).status).toBe(204)

/** Only what a tool may say, wherever it was said. */
function expectOnlyAllowed(): void {
  const allowed = ["deviceName", "key", "subject", "date", "time", "zone", "isRecurring", "templateId", "for"]
  const defaults = ["addsToEveryEvent"]
  const bodies = recorder.sent.filter(({ body }) => body !== "").map(({ body }) => JSON.parse(body))
  expect(bodies.flatMap(Object.keys).filter((name) => ![...allowed, ...defaults].includes(name))).toEqual([])
  expect(JSON.stringify(recorder.sent)).not.toMatch(/secret/i)
  expect(recorder.sent.filter(({ path }) => !/^\/v1\/(tools\/|sessions\/current$)/.test(path))).toEqual([])
}

describe.runIf(findOptionalServer("chromium") !== null)("in Chromium", () => {
  let browser: LaunchedBrowser
  const html = new Map<string, string>()
  beforeAll(async () => {
    const context = { locale: "en-GB", timezoneId: "Europe/Berlin", reducedMotion: "reduce" } as const
    browser = await launchBrowser({ extension: join(folder, "loaded"), context })
    await browser.context.route("https://**/*", (route) =>
      route.fulfill({ contentType: "text/html; charset=utf-8", body: html.get(route.request().url()) ?? "" }),
    )
  })
  afterAll(() => browser?.close())

  async function openEditor(address: string, body: string): Promise<Page> {
    html.set(address, ahead(body))
    const page = await browser.context.newPage()
    await page.goto(address)
    return page
  }
  const add = (page: Page) => page.getByRole("button", { name: "Add a Kalends meeting" })
  const has = (page: Page) => page.getByRole("button", { name: "✓ Kalends meeting" })
  const card = (page: Page) => page.getByRole("dialog", { name: "Kalends meeting" })

  /** Its options, opened from the card; connected with a code. */
  async function connect(page: Page): Promise<Page> {
    // The page's own scripts press in vain.
    const pressed = await page.evaluate(() => {
      const main = document.querySelector("[data-kalends]")?.shadowRoot?.querySelector("button")
      main?.click()
      return main?.textContent
    })
    expect(pressed).toBe("Add a Kalends meeting")
    await add(page).click()
    await card(page).getByText("Connect the extension to your Kalends first.").waitFor()
    expect(await seriousFindings(page)).toEqual([])
    const opened = browser.context.waitForEvent("page")
    await card(page).getByRole("button", { name: "Connect" }).click()
    const options = await opened
    await options.getByRole("button", { name: "Connect" }).click()
    await typeCode(await options.locator(".code").textContent())
    // The person comes back from the portal's page.
    await options.evaluate("dispatchEvent(new Event('focus'))")
    await options.getByText("Connected as Ada (ada@example.org).").waitFor()
    expect(await seriousFindings(options)).toEqual([])
    return options
  }

  /** A calendar of Ada's; Bo, who lets her schedule for them; and a template, by its id. */
  async function setUp() {
    const person = simulator.org.addPerson(simulator.tenants.google, "Ada", "ada@google.example.org")
    simulator.knobs("google").approvesAll = true
    expect(await connectByOAuth(started.call, "google", person.email, "read-write")).toBe("connected")
    const bo = { email: "bo@example.org", displayName: "Bo", role: "user", password: "battery staple" }
    const { userId } = (await started.call("POST", "/v1/users", bo)).body as { userId: string }
    await started.call("PUT", `/v1/users/${userId}/delegates`, { email: "ada@example.org", managesPrivate: false })
    const template = { name: "Seminar", text: "Bring a chart.", backend: null, isDefault: false }
    const { templateId } = (await started.call("POST", "/v1/tools/templates", template)).body as { templateId: string }
    return { person, templateId }
  }

  /** In Outlook, in somebody else's name, changed and given up; the background was ended before, as browsers do. */
  async function scheduleForBo(options: Page): Promise<void> {
    const session = await browser.context.newCDPSession(options)
    await session.send("ServiceWorker.enable")
    await session.send("ServiceWorker.stopAllWorkers")
    const before = recorder.sent.length
    const page = await openEditor(outlook, fixtures.outlookEnglish)
    await page.getByRole("button", { name: "Choices for the meeting" }).click()
    await card(page).getByLabel("In the name of").selectOption("Bo")
    await add(page).click()
    await has(page).waitFor()
    await page.getByLabel("Add a title").fill("Comets")
    // The page draws its buttons anew, and drops ours.
    await page.evaluate(() => document.querySelector("[data-kalends]")?.remove())
    await has(page).click()
    await card(page).getByRole("button", { name: "Update" }).click()
    await card(page).getByText("The meeting has the event's title and time.").waitFor()
    expect(scheduled(before)).toEqual([
      { ...face, for: "bo@example.org" },
      { ...face, subject: "Comets" },
    ])
    await card(page).getByRole("button", { name: "Remove" }).click()
    await add(page).waitFor()
    expect(await page.getByLabel("Search for a room or location").inputValue()).toBe("")
    expect(await page.getByLabel("Description").innerHTML()).toBe("<b>SECRET</b> BODY")
  }

  test("an event gets a meeting that follows it, by choice from a template, for somebody, or by itself", async () => {
    const { person, templateId } = await setUp()
    const signedOut = await openEditor(google, fixtures.googleEnglish)
    const options = await connect(signedOut)
    await signedOut.close()

    const page = await openEditor(google, fixtures.googleEnglish)
    await page.getByRole("button", { name: "Choices for the meeting" }).click()
    await card(page).getByLabel("Template").selectOption("Seminar")
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press("Escape")
    await add(page).focus()
    await page.keyboard.press("Enter")
    await has(page).waitFor()
    expect(await has(page).evaluate((button) => button.matches(":focus"))).toBe(true)
    const location = await page.getByLabel("Location").inputValue()
    const [description = ""] = await page.getByLabel("Description").allInnerTexts()
    expect(location).toMatch(/^https:/)
    expect(description).toMatch(/^SECRET BODY\n[\s\S]*https:[\s\S]*Bring a chart\./)
    expect(scheduled(0)).toEqual([{ ...face, templateId }])

    // The person saves the event, and later moves it by a day in the calendar.
    const event = person.calendar.create({ subject: "Observation", time: evening.time, location, description })
    person.calendar.update(event, { time: eveningAhead(1).time })
    await until(async () => JSON.stringify(held()).includes(eveningAhead(1).instant))
    expect(held()).toHaveLength(1)

    await scheduleForBo(options)

    // By itself, in new events alone.
    await options.getByLabel("Add a meeting to every new event").check()
    await options.getByText("Saved.").waitFor()
    const fresh = await openEditor(outlook, fixtures.outlookCompact)
    await has(fresh).waitFor()
    const old = await openEditor(`${google}/abc`, fixtures.withMeeting)
    await has(old).click()
    await card(old).getByText("This event has a meeting already").waitFor()
    expectOnlyAllowed()
    for (const opened of [page, fresh, old, options]) await opened.close()
  })

  test("the browser has nothing against it, and lets it reach the calendars and the one service", async () => {
    const page = await browser.context.newPage()
    await page.goto("chrome://extensions/")
    const known = await page.evaluate(async () => {
      type Known = { name: string; manifestErrors: unknown[]; permissions: object }
      type Own = { developerPrivate: { getExtensionsInfo(options: object): Promise<Known[]> } }
      const { chrome } = window as unknown as { chrome: Own }
      return (await chrome.developerPrivate.getExtensionsInfo({})).find(({ name }) => name === "Kalends")
    })
    const pages = ["calendar.google.com", "outlook.cloud.microsoft", "outlook.live.com", "outlook.office.com"]
    const hosts = ["http://127.0.0.1/*", ...[...pages, "outlook.office365.com"].map((host) => `https://${host}/*`)]
    expect(known?.manifestErrors).toEqual([])
    expect(known?.permissions).toMatchObject({
      runtimeHostPermissions: { hasAllHosts: false, hosts: hosts.map((host) => ({ granted: true, host })) },
      simplePermissions: [],
    })
    await page.close()
  })

  test("a refusal is told in words, and a page that is not understood once, on the extension's own button", async () => {
    const edit = { groupId: null, setting: "schedulingTools", was: null, word: { value: "off", isLocked: true } }
    expect((await started.call("POST", "/v1/policy/changes", { edits: [edit] })).status).toBeLessThan(300)
    const page = await openEditor(`${google}?off`, fixtures.googleJapanese)
    await page.getByRole("button", { name: "Kalends の会議を追加" }).click()
    await page.getByRole("dialog").getByText("予定作成ツールは無効になっています").waitFor()
    await page.close()

    const before = recorder.sent.length
    const changed = await openEditor(`${google}?changed`, fixtures.changedMarkup)
    const html = await changed.content()
    await changed.getByLabel("Title").fill("Comets")
    const [worker] = browser.context.serviceWorkers()
    if (worker === undefined) throw new Error("The extension has a background.")
    const badge = "chrome.action.getBadgeText({})"
    await expect.poll(() => worker.evaluate(badge)).toBe("!")
    expect(await changed.content()).toBe(html)
    expect(recorder.sent.length).toBe(before)
    const options = await browser.context.newPage()
    await options.goto(new URL("options.html", worker.url()).href)
    await options.getByText("Google Calendar looks different from what this extension knows").waitFor()
    await options.getByText("it did not find the date and the location").waitFor()
    expect(await worker.evaluate(badge)).toBe("")
    // In memory, and nothing on disk.
    expect(await worker.evaluate("chrome.storage.local.get()")).toEqual({})
    expect(Object.keys((await worker.evaluate("chrome.storage.session.get()")) ?? {})).toEqual(["token"])
    await options.getByRole("button", { name: "Disconnect" }).click()
    await options.getByText("Not connected.").waitFor()
    expectOnlyAllowed()
  })
})

describe.runIf(findOptionalServer("firefox-esr") !== null)("in Firefox", () => {
  test("the downloaded file is installed, connects, and adds a meeting to an event", async () => {
    const edit = { groupId: null, setting: "schedulingTools", was: { value: "off", isLocked: true }, word: null }
    await started.call("POST", "/v1/policy/changes", { edits: [edit] })
    const path = "/v1/tools/downloads/browser-extension/extension-firefox.zip"
    const headers = { authorization: `Bearer ${started.token}` }
    const archive = join(folder, "extension.zip")
    await writeFile(archive, await (await fetch(started.node.url + path, { headers })).bytes())
    const firefox = await launchFirefox(ahead(fixtures.googleEnglish))
    try {
      expect(await firefox.install(archive)).toBe(`{${addinIdOf(recorder.url)}}`)
      const before = recorder.sent.length
      const page = await firefox.open(google)
      const panel = `document.querySelector("[data-kalends]").shadowRoot`
      await page.until(`document.querySelector("[data-kalends]") !== null`)
      await page.click(`${panel}.querySelector("button")`)
      await page.until(`${panel}.querySelector(".card").innerText.includes("Connect the extension")`)
      await page.click(`${panel}.querySelector(".acts button")`)

      const options = await firefox.opened((address) => address.endsWith("/options.html"))
      await options.until(`document.querySelector("button") !== null`)
      await options.click(`document.querySelector("button")`)
      await options.until(`document.querySelector(".code") !== null`)
      await typeCode(String(await options.evaluate(`document.querySelector(".code").textContent`)))
      await options.evaluate("dispatchEvent(new Event('focus'))")
      await options.until(`document.body.innerText.includes("Connected as Ada")`)

      await page.click(`${panel}.querySelector("button")`)
      await page.until(`${panel}.querySelector("button").textContent === "✓ Kalends meeting"`)
      expect(await page.evaluate(`document.querySelector("[aria-label=Location]").value`)).toMatch(/^https:/)
      expect(scheduled(before)).toEqual([face])
      expectOnlyAllowed()
    } finally {
      await firefox.close()
    }
  })
})
