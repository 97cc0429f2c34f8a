import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The built portal in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})
afterAll(() => visits.close())

async function visit(visit: Pick<Visit, "look"> & Partial<Visit>): Promise<void> {
  const shown = (page: Page) => page.getByRole("heading", { level: 1 }).waitFor()
  await visits.visit({ address: "/", shown, ...visit })
}

test("set-up takes the code out of the address, and sign-in follows when all is set up", async () => {
  await visit({
    change: (scene) => {
      scene.user = null
      scene.service = { ...scene.service, needsSetup: true }
    },
    address: "/#setup=ABCD-EFGH-2345",
    look: async (page) => {
      expect(await page.locator("input").first().inputValue()).toBe("ABCD-EFGH-2345")
      expect(new URL(page.url()).hash).toBe("")
    },
  })
  await visit({
    change: (scene) => {
      scene.user = null
    },
    look: (page) => page.locator("input[type=password]").waitFor(),
  })
})

test("a connection that loses its permission shows it, with the way back, without a reload", () =>
  visit({
    look: async (page, tell, scene) => {
      await page
        .getByText(/Connected|接続済み/)
        .first()
        .waitFor()
      if (scene.connection === null) throw new Error("the scene has a connection")
      const { connectionId } = scene.connection
      scene.connection = { ...scene.connection, state: "needs-reauth" }
      tell({ kind: "connection-changed", connectionId, state: "needs-reauth", watermarkMs: 2 })
      await page.getByRole("button", { name: /Reconnect|再接続/ }).waitFor()
    },
  }))

test("a refused password is said where it is seen, and can be typed again", () =>
  visit({
    change: (scene) => {
      scene.connection = null
    },
    look: async (page) => {
      await page.getByRole("button", { name: /CalDAV/ }).click()
      for (const field of await page.locator("form input").all()) await field.fill("example.org")
      await page.locator("form button[type=submit]").click()
      const alert = page.getByRole("alert").filter({ hasText: /password|パスワード/ })
      await alert.waitFor()
      await expect.poll(() => alert.evaluate((element) => element.getBoundingClientRect().top >= 0)).toBe(true)
      const asked = page.waitForResponse((answer) => answer.request().method() === "POST")
      await page.locator("form button[type=submit]").click()
      await asked
      await alert.waitFor()
      await page.getByRole("heading", { level: 1 }).waitFor()
    },
  }))

test("disconnecting asks first, and says what was done", () =>
  visit({
    look: async (page) => {
      await page.getByRole("button", { name: /Disconnect|切断/ }).click()
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^(Disconnect|切断)$/ })
        .click()
      await page.getByText(/Secrets were deleted|秘密情報を削除しました/).waitFor()
    },
  }))

test("administrators see the people; a choice of language and colours holds", () =>
  visit({
    look: async (page) => {
      await page.getByRole("tab").nth(2).click()
      await page.getByText("grace.hopper@example.org").waitFor()
      await page.getByRole("combobox", { name: /Language|言語/ }).selectOption("ja")
      await page.getByRole("combobox", { name: /Colours|配色/ }).selectOption("dark")
      await page.reload()
      await page.getByRole("heading", { level: 1, name: "すべて正常です" }).waitFor()
      expect(await page.locator("html").getAttribute("data-mantine-color-scheme")).toBe("dark")
    },
  }))

test("a service that does not answer is no sign-in, and can be tried again", () =>
  visit({
    change: (scene) => {
      scene.isUp = false
    },
    look: async (page, _tell, scene) => {
      scene.isUp = true
      await page.getByRole("button", { name: /Try again|再試行/ }).click()
      await page
        .getByText(/Connected|接続済み/)
        .first()
        .waitFor()
    },
  }))

const openMeetings = async (page: Page) => {
  await page.getByRole("tab").nth(1).click()
  await page.getByRole("listitem").first().waitFor()
}

test("a series is seen as a picture, with what was moved and cancelled, and why it is as it is", () =>
  visit({
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("listitem").first().getByRole("button").click()
      await page.getByRole("heading", { level: 1, name: /Analytical Engine/ }).waitFor()
      const marks = page.locator("figure td[data-mark]")
      expect(await marks.count()).toBe(56)
      expect(await page.locator("figure td[data-mark=cancelled]").count()).toBe(1)
      expect(await page.locator("figure td[data-mark=moved-here]").count()).toBe(1)
      expect(await page.locator("figure td[data-mark=moved-away]").count()).toBe(1)
      await page
        .getByText(/The location of an event asks|予定の場所で会議が依頼/)
        .first()
        .waitFor()
    },
  }))

test("a meeting is made with the keyboard alone, and opened", () =>
  visit({
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("button", { name: /New meeting|新しい会議/ }).press("Enter")
      const title = page.getByRole("dialog").getByRole("textbox").first()
      await title.waitFor()
      await title.fill("Comet hunting")
      await title.press("Enter")
      await page.getByRole("heading", { level: 1, name: "Comet hunting" }).waitFor()
    },
  }))

test("an edit over a change made in the calendar is told, and keeps what was typed", () =>
  visit({
    look: async (page, _tell, scene) => {
      await openMeetings(page)
      await page.getByRole("listitem").first().getByRole("button").click()
      const title = page.getByRole("textbox").first()
      await title.fill("Ours")
      const [series] = scene.meetings
      if (series?.event) scene.meetings = [{ ...series, event: { ...series.event, version: "9", subject: "Theirs" } }]
      await page.getByRole("button", { name: /^(Save|保存)$/ }).click()
      await page.getByRole("alert").filter({ hasText: "Theirs" }).waitFor()
      expect(await title.inputValue()).toBe("Ours")
    },
  }))

test("cancelling a meeting asks first", () =>
  visit({
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("listitem").first().getByRole("button").click()
      await page.getByRole("button", { name: /Cancel the meeting|会議を中止/ }).click()
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /Cancel the meeting|会議を中止/ })
        .click()
      await expect.poll(() => page.getByRole("listitem").count()).toBe(1)
    },
  }))

test("meetings whose events vanished together wait for a decision", () =>
  visit({
    change: (scene) => {
      scene.meetings = scene.meetings.map((one) => ({
        ...one,
        events: one.events.map((event) => ({ ...event, isHeld: true })),
      }))
    },
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("button", { name: /End these meetings|これらの会議を終了/ }).click()
      await page.getByRole("button", { name: /Keep them|残す/ }).waitFor({ state: "detached" })
    },
  }))

test("a mistake while drawing says what to do, instead of a white page", () =>
  visit({
    // The page is given a time that it cannot read, past its own schemas.
    breaking: "Intl.RelativeTimeFormat = class { constructor() { throw new RangeError('broken') } }",
    shown: (page) =>
      page
        .getByRole("alert")
        .getByRole("button", { name: /Load the page again|再読み込み/ })
        .waitFor(),
    look: async () => {},
  }))
