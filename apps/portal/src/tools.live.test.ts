import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, simulatorSettings } from "../../../e2e/support.ts"
import { apiOf } from "../../../packages/server/src/testing/node.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import { type Messages, messages } from "./messages.ts"

// A tool that is connected by a code in the portal, and a meeting's life from it, on the real service and a simulated calendar.

let desk: LaunchedBrowser
let phone: LaunchedBrowser
let simulator: Simulator
let started: Started
let webFolder = ""
let home = ""
beforeAll(async () => {
  webFolder = await buildApps()
  for (const form of ["by-hand", "by-itself"]) {
    const place = join(webFolder, "google-addon/dist", form)
    await mkdir(place, { recursive: true })
    await writeFile(join(place, "Code.js"), form)
  }
  simulator = await startSimulator()
  const common = { timezoneId: "UTC", reducedMotion: "reduce" } as const
  ;[desk, phone, started] = await Promise.all([
    launchBrowser({ context: { ...common, viewport: { width: 1280, height: 900 }, locale: "en-GB" } }),
    launchBrowser({
      context: { ...common, viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "ja-JP" },
    }),
    start(webFolder, { ...simulatorSettings(simulator), KALENDS_MEETING_URL: "https://meet.example/{code}" }),
  ])
  home = `http://localhost:${new URL(started.node.url).port}`
})
afterAll(async () => {
  await desk?.close()
  await phone?.close()
  if (started !== undefined) await end(started)
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
})

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()
const status = (page: Page, text: string) => page.getByRole("status").filter({ hasText: text }).waitFor()
const isWell = async (page: Page) => expect(await seriousFindings(page)).toEqual([])

async function open({ context }: LaunchedBrowser): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${home}/#tools`)
  await page.locator("input[autocomplete=username]").fill("ada@example.org")
  await page.locator("input[autocomplete=current-password]").fill("correct horse")
  await page.locator("form button[type=submit]").click()
  await page.locator("input[autocomplete=one-time-code]").fill(await started.nextCode())
  await page.locator("form button[type=submit]").click()
  await page.locator("main table").waitFor()
  return page
}

test("a tool shows a code, its person agrees, and a meeting that it makes follows its event", async () => {
  const person = simulator.org.addPerson(simulator.tenants.google, "Ada", "ada@google.example.org")
  simulator.knobs("google").approvesAll = true
  expect(await connectByOAuth(started.call, "google", person.email, "read-write")).toBe("connected")
  const words = messages.en.tools
  const asked = await apiOf(home, () => null)("POST", "/v1/tools/sessions/code", { deviceName: "Extension in Firefox" })
  const { code, token } = asked.body as { code: string; token: string }
  const tool = apiOf(home, () => token)
  expect((await tool("GET", "/v1/tools/settings")).status).toBe(401)
  const page = await open(desk)
  await page.getByRole("textbox", { name: words.connect.code }).fill("22222222")
  await press(page, words.connect.look)
  await page.getByText(messages.en.problems["pairing-code-wrong"] ?? "").waitFor()
  await page
    .getByRole("textbox", { name: words.connect.code })
    .fill(`${code.slice(0, 4)} ${code.slice(4)}`.toLowerCase())
  await press(page, words.connect.look)
  await page.getByText(words.connect.question("Extension in Firefox")).waitFor()
  await isWell(page)
  expect((await tool("GET", "/v1/tools/sessions/code")).body).toEqual({ state: "waiting" })
  await press(page, words.connect.agree)
  await status(page, words.connect.done("Extension in Firefox"))
  expect((await tool("GET", "/v1/tools/sessions/code")).body).toEqual({ state: "connected" })
  expect((await tool("GET", "/v1/meetings")).body).toMatchObject({ code: "tool-session" })

  const day = Temporal.Now.plainDateISO("UTC").add({ days: 7 })
  const wish = { subject: "Comet hunting", date: day.toString(), time: "20:00", zone: "UTC", isRecurring: false }
  const withKey = { ...wish, key: "a".repeat(32) }
  expect((await tool("POST", "/v1/tools/meetings", { ...withKey, attendees: ["bo@example.org"] })).status).toBe(400)
  const made = (await tool("POST", "/v1/tools/meetings", withKey)).body as { meetingId: string; location: string }
  const at = (date: Temporal.PlainDate, hour: number) => `${date}T${hour}:00:00`
  const event = person.calendar.create({
    ...{ subject: wish.subject, location: made.location },
    time: { kind: "timed", start: at(day, 20), end: at(day, 21), zone: "UTC" },
  })
  const history = async () => {
    const { body } = await started.call("GET", `/v1/meetings/${made.meetingId}`)
    return (body as { history: { action: string; cause: string }[] }).history.map((one) => `${one.action} ${one.cause}`)
  }
  await expect.poll(history).toContain("meeting-changed event-linked")
  const next = day.add({ days: 1 })
  const time = { kind: "timed", start: at(next, 20), end: at(next, 21), zone: "UTC" } as const
  person.calendar.update(event, { time })
  await expect.poll(history).toContain("meeting-changed event-moved")
  const shown = async () => (await tool("GET", `/v1/tools/meetings/${made.meetingId}`)).body
  const expiresAt = next.add({ days: 30 }).toZonedDateTime({ timeZone: "UTC", plainTime: "21:00" }).toInstant()
  await expect.poll(shown).toMatchObject({ state: "live", expiresAt: expiresAt.toString() })
  await page.close()
})

test("an administrator writes templates and says who may schedule for whom; people choose for themselves", async () => {
  const words = messages.ja
  for (const name of ["Bo", "Cy"]) {
    const person = { email: `${name.toLowerCase()}@example.org`, displayName: name, role: "user" }
    await started.call("POST", "/v1/users", { ...person, password: "battery staple" })
  }
  const page = await open(phone)
  await writesTemplates(page, words)
  await choosesDefaults(page, words)
  await givesDelegates(page, words)
  await page.close()
})

async function go(page: Page, place: string, heading: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash
  }, place)
  await page.getByRole("heading", { level: 1, name: heading }).waitFor()
}

async function writesTemplates(page: Page, words: Messages): Promise<void> {
  const { templates } = words
  await page.route("**/v1/tools/templates", (route) => route.abort(), { times: 1 })
  await go(page, "templates", templates.title)
  await press(page, words.retry)
  await page.getByText(templates.none).waitFor()
  await press(page, templates.make)
  await page.getByRole("textbox", { name: templates.form.name }).fill("With dial-in")
  await page.getByRole("textbox", { name: templates.form.lines }).fill("Dial 1234\nAsk for Ada")
  await page.getByRole("region", { name: templates.form.preview }).getByText("Dial 1234").waitFor()
  await isWell(page)
  await press(page, templates.form.save)
  await status(page, templates.saved("With dial-in"))
  await press(page, templates.makeDefaultOf("With dial-in"))
  await page.getByText(templates.isDefault, { exact: true }).waitFor()
  await press(page, templates.editOf("With dial-in"))
  await page.getByRole("textbox", { name: templates.form.name }).fill("Dial-in")
  await press(page, templates.form.save)
  await status(page, templates.saved("Dial-in"))
  await started.call("POST", "/v1/tools/templates", { name: "Old", text: "", backend: null, isDefault: false })
  await page.reload()
  await press(page, templates.removeOf("Old"))
  await page.getByRole("dialog").getByRole("button", { name: templates.remove, exact: true }).click()
  await status(page, templates.removed("Old"))
  await page.getByText(words.auditLog.reasonOf("template-removed")).waitFor()
  await isWell(page)
  const language = page.getByRole("combobox", { name: /Language|言語/ })
  await language.selectOption("en")
  await page.getByRole("button", { name: messages.en.templates.noDefaultOf("Dial-in") }).waitFor()
  await isWell(page)
  await language.selectOption("ja")
}

async function choosesDefaults(page: Page, words: Messages): Promise<void> {
  const { defaults, title } = words.tools
  await go(page, "tools", title)
  const file = page.getByRole("link", { name: words.tools.download("google-addon-by-itself.zip") })
  const [download] = await Promise.all([page.waitForEvent("download"), file.click()])
  expect(download.suggestedFilename()).toBe("google-addon-by-itself.zip")
  await page.getByText(words.tools.names["google-addon"]?.how ?? "").waitFor()
  const [, marketplace] = await page.getByRole("link", { name: /Apps Script|Marketplace/ }).all()
  expect(await marketplace?.getAttribute("href")).toMatch(/^https:\/\/console\.cloud\.google\.com\//)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  const choice = page.getByRole("combobox", { name: defaults.template })
  await choice.getByText(defaults.usualIs("Dial-in")).waitFor({ state: "attached" })
  await choice.selectOption("Dial-in")
  await status(page, defaults.saved)
  await page.getByRole("switch", { name: defaults.every }).click({ force: true })
  await status(page, defaults.saved)
  const { body } = await started.call("GET", "/v1/tools/settings")
  expect(body).toMatchObject({
    defaults: { addsToEveryEvent: true, templateId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  })
}

async function givesDelegates(page: Page, words: Messages): Promise<void> {
  const { delegates } = words
  const find = async (name: string, isPrivate: boolean) => {
    await press(page, delegates.find)
    const dialog = page.getByRole("dialog")
    if (isPrivate) await dialog.getByRole("checkbox", { name: delegates.private }).click()
    await dialog.getByRole("searchbox", { name: words.findPeople }).fill(name)
    await dialog.getByRole("button", { name: `${delegates.add}: ${name}` }).click()
    await dialog.waitFor({ state: "hidden" })
  }
  await find("Bo", true)
  await status(page, delegates.own.given("Bo"))
  await page.getByText(`bo@example.org · ${delegates.withPrivate}`).waitFor()
  await page.getByRole("switch", { name: delegates.privateOf("Bo") }).click({ force: true })
  await status(page, delegates.privateOff("Bo"))
  await press(page, delegates.own.takeFrom("Bo"))
  await status(page, delegates.own.taken("Bo"))
  await press(page, delegates.undo)
  await page.getByText(`bo@example.org · ${delegates.withoutPrivate}`).waitFor()
  await page.getByText(words.auditLog.reasonOf("delegate-taken")).waitFor()
  await isWell(page)

  const people = (await started.call("GET", "/v1/users")).body as { users: { userId: string; email: string }[] }
  const bo = people.users.find(({ email }) => email === "bo@example.org")
  await go(page, `people/${bo?.userId}`, "Bo")
  await find("Cy", false)
  await status(page, delegates.of("Bo").given("Cy"))
  await page.getByText(`cy@example.org · ${delegates.withoutPrivate} · ${delegates.byAdministrator}`).waitFor()
  await isWell(page)
}

test("somebody who may not look people up names their delegate by address, and is told what went wrong", async () => {
  const words = messages.en
  const { delegates } = words
  const page = await desk.context.newPage()
  await page.context().clearCookies()
  await page.goto(`${home}/#tools`)
  await page.locator("input[autocomplete=username]").fill("cy@example.org")
  await page.locator("input[autocomplete=current-password]").fill("battery staple")
  await page.locator("form button[type=submit]").click()
  await page.getByText(delegates.for("Bo")).waitFor()
  expect(await page.getByRole("link", { name: words.templates.title }).count()).toBe(0)
  const field = page.getByRole("textbox", { name: delegates.email })
  await field.fill("nobody@example.org")
  await press(page, delegates.add)
  await page.getByRole("alert").waitFor()
  await field.fill("bo@example.org")
  await press(page, delegates.add)
  await status(page, delegates.own.given("bo@example.org"))
  await page.getByText(`bo@example.org · ${delegates.withoutPrivate}`).waitFor()
  await isWell(page)
  await page.close()
})
