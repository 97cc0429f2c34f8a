import { rm } from "node:fs/promises"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, simulatorSettings } from "../../../e2e/support.ts"
import { apiOf } from "../../../packages/server/src/testing/node.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import { messages } from "./messages.ts"

// A tool that is connected by a code in the portal, and a meeting's life from it, on the real service and a simulated calendar.

let desk: LaunchedBrowser
let phone: LaunchedBrowser
let simulator: Simulator
let started: Started
let webFolder = ""
let home = ""
beforeAll(async () => {
  webFolder = await buildApps()
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
  await expect.poll(history, { timeout: 10_000 }).toContain("meeting-changed event-linked")
  const next = day.add({ days: 1 })
  const time = { kind: "timed", start: at(next, 20), end: at(next, 21), zone: "UTC" } as const
  person.calendar.update(event, { time })
  await expect.poll(history, { timeout: 10_000 }).toContain("meeting-changed event-moved")
  const shown = (await tool("GET", `/v1/tools/meetings/${made.meetingId}`)).body
  const expiresAt = next.add({ days: 30 }).toZonedDateTime({ timeZone: "UTC", plainTime: "21:00" }).toInstant()
  expect(shown).toMatchObject({ state: "live", expiresAt: expiresAt.toString() })
  await page.close()
})

test("a person chooses what their tools begin with, and who may schedule for them", async () => {
  const words = messages.ja.tools
  const bo = { email: "bo@example.org", displayName: "Bo", role: "user", password: "battery staple" }
  await started.call("POST", "/v1/users", bo)
  const template = { name: "With dial-in", text: "Dial 1234", backend: null, isDefault: false }
  await started.call("POST", "/v1/tools/templates", template)
  const page = await open(phone)
  await page.getByRole("combobox", { name: words.defaults.template }).selectOption("With dial-in")
  await status(page, words.defaults.saved)
  await page.getByRole("switch", { name: words.defaults.every }).click({ force: true })
  await status(page, words.defaults.saved)
  await page.getByRole("textbox", { name: words.delegates.email }).fill("bo@example.org")
  await page.getByRole("checkbox", { name: words.delegates.private }).click()
  await press(page, words.delegates.add)
  await status(page, words.delegates.given("bo@example.org"))
  await page.getByText(`bo@example.org · ${words.delegates.withPrivate}`).waitFor()
  await isWell(page)
  const { body } = await started.call("GET", "/v1/tools/settings")
  expect(body).toMatchObject({
    defaults: { addsToEveryEvent: true, templateId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  })
  await press(page, words.delegates.takeFrom("Bo"))
  await status(page, words.delegates.taken("Bo"))
  await page.close()
})
