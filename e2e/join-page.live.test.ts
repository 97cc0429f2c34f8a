import {
  type BigBlueButton,
  bigBlueButtonSecret,
  startBigBlueButton,
} from "@kalends/simulator/bigbluebutton/bigbluebutton"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { seriousFindings } from "../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../tools/chromium.ts"
import { end, type Started, start } from "./started.ts"

// A meeting made through the API is joined in a real browser: the page asks for a name and leads into the meeting.

let bbb: BigBlueButton
let started: Started
let host: LaunchedBrowser
let guest: LaunchedBrowser
let joinUrl = ""
beforeAll(async () => {
  bbb = await startBigBlueButton()
  started = await start("no-pages", {
    KALENDS_BBB_URL: bbb.url,
    KALENDS_BBB_SECRET: bigBlueButtonSecret,
    KALENDS_BBB_GUESTS: "wait",
  })
  host = await launchBrowser({
    context: { viewport: { width: 1280, height: 900 }, colorScheme: "light", locale: "en-GB" },
  })
  guest = await launchBrowser({
    context: { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "ja-JP" },
  })
  const startsAt = Temporal.Now.instant().add({ hours: 1 })
  const time = { kind: "timed", startsAt: String(startsAt), endsAt: String(startsAt.add({ hours: 1 })), zone: "UTC" }
  const made = await started.call("POST", "/v1/meetings", {
    ...{ key: "0".repeat(31).concat("1"), subject: "canary-subject", schedule: { v: 1, kind: "single", time } },
  })
  joinUrl = (made.body as { joinUrl: string }).joinUrl
})
afterAll(async () => {
  for (const browser of [host, guest]) await browser?.close()
  if (started !== undefined) await end(started)
  await bbb?.close()
})

async function open(browser: LaunchedBrowser, address: string): Promise<{ page: Page; refused: string[] }> {
  const page = await browser.context.newPage()
  const refused: string[] = []
  page.on("console", (line) => {
    if (/Content Security Policy/.test(line.text())) refused.push(line.text())
  })
  await page.goto(address)
  await page.getByRole("heading", { level: 1 }).waitFor()
  expect(await seriousFindings(page)).toEqual([])
  return { page, refused }
}

const inMeeting = () =>
  bbb.meetings.all().flatMap(({ attendees }) => attendees.map(({ fullName, role }) => [fullName, role]))

test("a guest writes a name with the keyboard alone, the owner enters as host, and both are in the meeting", async () => {
  const { page, refused } = await open(guest, joinUrl)
  await page.keyboard.type("葛飾 北斎")
  await page.keyboard.press("Enter")
  await page.waitForURL(/\/html5client\//)
  expect(refused).toEqual([])
  expect(inMeeting()).toEqual([["葛飾 北斎", "VIEWER"]])

  const signIn = await host.context.request.post(new URL("/v1/sessions", joinUrl).href, {
    headers: { "x-kalends-request": "1" },
    data: { email: "ada@example.org", password: "correct horse", deviceName: "Browser", keep: "cookie" },
  })
  expect(signIn.ok()).toBe(true)
  const second = await host.context.request.post(new URL("/v1/sessions/second-factor", joinUrl).href, {
    headers: { "x-kalends-request": "1" },
    data: { code: await started.nextCode() },
  })
  expect(second.ok()).toBe(true)
  const own = await open(host, joinUrl)
  await own.page.getByText("as the meeting's host").waitFor()
  expect(await own.page.getByLabel("Your name").inputValue()).toBe("Ada")
  await own.page.getByRole("button", { name: "Join" }).click()
  await own.page.waitForURL(/\/html5client\//)
  expect(own.refused).toEqual([])
  expect(inMeeting().at(-1)).toEqual(["Ada", "MODERATOR"])
  expect(JSON.stringify(bbb.meetings.all())).not.toContain("canary-subject")
})

test("a name that is too long, a server that is down and a link that leads nowhere are said in words, with a way back", async () => {
  const { page } = await open(guest, joinUrl)
  await page.getByLabel("お名前").fill("長".repeat(65))
  await page.getByRole("button", { name: "参加する" }).click()
  await page.getByRole("alert").waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await page.getByLabel("お名前").fill("北斎")
  bbb.knobs.isDown = true
  await page.getByRole("button", { name: "参加する" }).click()
  await page.getByRole("heading", { name: "現在、会議を開けません" }).waitFor()
  expect(await seriousFindings(page)).toEqual([])
  bbb.knobs.isDown = false
  await page.getByRole("link", { name: "再試行" }).click()
  await page.getByLabel("お名前").waitFor()
  const { page: lost } = await open(guest, joinUrl.slice(0, -1).concat("2"))
  await lost.getByRole("heading", { name: "会議が見つかりません" }).waitFor()
})
