import { readFile, rm } from "node:fs/promises"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { buildApps } from "../../../e2e/apps.ts"
import { end, type Started, start } from "../../../e2e/started.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import { messages } from "./messages.ts"

// An administrator and somebody they invite, each in a browser of their own, on the real service: from the invitation to the
// removal. The administrator has a light desktop in English, the other a dark phone in Japanese.

let desk: LaunchedBrowser
let phone: LaunchedBrowser
let started: Started
let webFolder = ""
let home = ""
beforeAll(async () => {
  webFolder = await buildApps()
  const common = { timezoneId: "UTC", reducedMotion: "reduce" } as const
  ;[desk, phone, started] = await Promise.all([
    launchBrowser({ context: { ...common, viewport: { width: 1280, height: 900 }, locale: "en-GB" } }),
    launchBrowser({
      context: { ...common, viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "ja-JP" },
    }),
    start(webFolder, {}),
  ])
  home = `http://localhost:${new URL(started.node.url).port}`
})
afterAll(async () => {
  await desk?.close()
  await phone?.close()
  if (started !== undefined) await end(started)
  await rm(webFolder, { recursive: true, force: true })
})

const text = messages.en.peoplePages
const japanese = messages.ja
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true })
const dialog = (page: Page) => page.getByRole("dialog")
/** Presses the button of that name, and then the same in the dialog that asks. */
const confirm = async (page: Page, name: string) => {
  await press(page, name)
  await dialog(page).getByRole("button", { name, exact: true }).click()
  await dialog(page).waitFor({ state: "detached" })
}
const isWell = async (page: Page) => expect(await seriousFindings(page)).toEqual([])

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.locator("input[autocomplete=username]").fill(email)
  await page.locator("input[autocomplete=current-password]").fill(password)
  await page.locator("form button[type=submit]").click()
}

async function openAsAda(): Promise<Page> {
  const page = await desk.context.newPage()
  await page.goto(`${home}/#people`)
  await signIn(page, "ada@example.org", "correct horse")
  await page.getByLabel("Code").fill(await started.nextCode())
  await page.getByRole("button", { name: "Continue" }).click()
  await heading(page, "People").waitFor()
  return page
}

const answerSchema = z.object({ outcomes: z.array(z.object({ link: z.object({ url: z.string() }).optional() })) })

/** Invites whom the lines name; answers their links. */
async function invite(ada: Page, lines: readonly string[]): Promise<readonly string[]> {
  await press(ada, text.invite)
  await dialog(ada).getByRole("textbox", { name: text.addresses }).fill(lines.join("\n"))
  await dialog(ada).getByText("Not an e-mail address: “nobody”").waitFor()
  const answered = ada.waitForResponse(/\/v1\/invitations\/batch$/)
  await press(ada, text.inviteCount(3))
  await dialog(ada).getByText("2 people were invited. 1 was not.").waitFor()
  await dialog(ada)
    .getByText(messages.en.problems["email-taken"] ?? "")
    .waitFor()
  await isWell(ada)
  const { outcomes } = answerSchema.parse(await (await answered).json())
  await press(ada, text.done)
  return outcomes.flatMap(({ link }) => (link === undefined ? [] : [link.url]))
}

/** Follows the link and sets the password. Its token is in no request's address, and not in the browser's either. */
async function follow(url: string): Promise<Page> {
  const page = await phone.context.newPage()
  const asked: string[] = []
  page.on("request", (request) => asked.push(request.url(), JSON.stringify(request.headers())))
  await page.goto(url)
  await heading(page, japanese.peoplePages.setTitle).waitFor()
  const token = url.split("/").at(-1) ?? ""
  expect(token).toHaveLength(43)
  expect(page.url()).not.toContain(token)
  await isWell(page)
  const [first, second] = [page.locator("input[type=password]").first(), page.locator("input[type=password]").last()]
  await first.fill("battery staple")
  await second.fill("battery stable")
  await press(page, japanese.peoplePages.setPassword)
  await page.getByText(japanese.peoplePages.different).waitFor()
  await second.fill("battery staple")
  await press(page, japanese.peoplePages.setPassword)
  await heading(page, japanese.connectFirst).waitFor()
  expect(asked.filter((one) => one.includes(token))).toEqual([])
  return page
}

/** Two of the list go into a group at once, and back. */
async function moveTwo(ada: Page): Promise<void> {
  await ada.getByRole("checkbox", { name: "Bo Diddley" }).check()
  await ada.getByRole("checkbox", { name: "Cy Young" }).check()
  await press(ada, text.changeGroup)
  await dialog(ada).getByRole("combobox").selectOption({ label: "Pilots" })
  await press(ada, text.move(2))
  await dialog(ada).getByText(text.moved(2, "Pilots")).waitFor()
  await press(ada, text.undo)
  await dialog(ada).getByText(text.putBack).waitFor()
  await press(ada, text.done)
  await ada.getByText(text.selected(0)).waitFor()
}

/** Another role, and another name with the way back. */
async function change(ada: Page): Promise<void> {
  await ada.getByRole("combobox", { name: text.role }).selectOption("auditor")
  await confirm(ada, text.giveRole)
  await ada.getByText(text.roleTexts.auditor).waitFor()
  await ada.getByRole("textbox", { name: "Name" }).fill("Bo D.")
  await press(ada, text.save)
  await heading(ada, "Bo D.").waitFor()
  await press(ada, text.undo)
  await heading(ada, "Bo Diddley").waitFor()
}

/** The other's page hears of it at once, and they are told so when they sign in. */
async function suspendAndRestore(ada: Page, bo: Page): Promise<void> {
  await confirm(ada, text.suspend)
  await ada.getByText(/^Suspended .* ago\./).waitFor()
  await signIn(bo, "bo@example.org", "battery staple")
  await bo.getByText(japanese.problems["person-suspended"] ?? "").waitFor()
  await confirm(ada, text.restore)
  await signIn(bo, "bo@example.org", "battery staple")
  await heading(bo, japanese.connectFirst).waitFor()
}

/** What the log has of somebody names them, is a table for spreadsheets, and leads back to their page. */
async function seeInLog(ada: Page): Promise<void> {
  await ada.getByRole("link", { name: text.whatWasDone }).click()
  await heading(ada, messages.en.auditLog.audit).waitFor()
  const [table] = await Promise.all([
    ada.waitForEvent("download"),
    ada.getByRole("link", { name: messages.en.auditLog.asTable }).click(),
  ])
  const [head, ...lines] = (await readFile(await table.path(), "utf8")).trimEnd().split("\r\n")
  expect(head).toBe('\ufeff"No.","When (UTC)","Who","What","About","Why","For"')
  expect(lines.filter((line) => !line.includes('"Bo Diddley"'))).toEqual([])
  expect(lines.at(-1)).toContain('"Ada","Person added","Bo Diddley"')
  await isWell(ada)
  await ada.getByRole("grid").getByRole("link", { name: "Bo Diddley" }).first().click()
  await heading(ada, "Bo Diddley").waitFor()
}

async function remove(ada: Page): Promise<void> {
  await press(ada, text.remove)
  const button = dialog(ada).getByRole("button", { name: text.remove })
  await dialog(ada).getByRole("textbox").fill("bo@example")
  expect(await button.isDisabled()).toBe(true)
  await dialog(ada).getByRole("textbox").fill("bo@example.org")
  await button.click()
  await heading(ada, text.removed("Bo Diddley")).waitFor()
}

test("somebody is invited, sets a password, gets a role, is suspended and let in again, and removed", async () => {
  await started.call("PUT", `/v1/groups/${crypto.randomUUID()}`, { name: "Pilots" })
  const ada = await openAsAda()
  const lines = ["Bo Diddley <bo@example.org>", "Cy Young\tcy@example.org", "ada@example.org", "nobody"]
  const [link = "", ...others] = await invite(ada, lines)
  expect(others).toHaveLength(1)
  const bo = await follow(link)
  const again = await phone.context.newPage()
  await again.goto(link)
  await heading(again, japanese.peoplePages.usedTitle).waitFor()
  await again.close()

  await moveTwo(ada)
  await ada.getByRole("link", { name: "Bo Diddley" }).click()
  await heading(ada, "Bo Diddley").waitFor()
  await change(ada)
  await isWell(ada)
  await suspendAndRestore(ada, bo)
  await seeInLog(ada)
  await press(ada, text.makeLink)
  await dialog(ada).getByRole("button", { name: text.makeLink }).click()
  await dialog(ada).getByText(`${home}/#password/`).waitFor()
  await ada.keyboard.press("Escape")
  await remove(ada)
  await bo.locator("input[autocomplete=current-password]").waitFor()
  await ada.getByRole("link", { name: /^← / }).click()
  await ada.getByText("cy@example.org").waitFor()
  expect(await ada.getByText("bo@example.org").count()).toBe(0)
})

test("the last owner is told why they stay one, on the page and by the service", async () => {
  const [ada] = desk.context.pages().slice(-1)
  if (ada === undefined) throw new Error("she is signed in by the test before")
  await ada.goto(`${home}/#people`)
  await ada.getByRole("link", { name: "Ada", exact: true }).click()
  await heading(ada, "Ada").waitFor()
  await ada.getByText(text.whyNot["last-owner"]).waitFor()
  await ada.getByText(text.whyNot["person-is-you"]).waitFor()
  await isWell(ada)
  const { userId } = z.object({ userId: z.string() }).parse((await started.call("GET", "/v1/me")).body)
  expect(await started.call("PATCH", `/v1/users/${userId}`, { role: "user" })).toMatchObject({
    ...{ status: 409, body: { code: "last-owner" } },
  })
})
