import { readFile } from "node:fs/promises"
import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The page of the audit log in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const visit = (visit: Pick<Visit, "look"> & Partial<Visit>) =>
  visits.visit({
    address: "/",
    shown: async (page) => {
      await openPage(page, "audit")
      await page.getByRole("heading", { level: 1, name: /^(?:Log|記録)$/ }).waitFor()
      await page.getByLabel(/Loading|読み込み中/).waitFor({ state: "detached" })
    },
    ...visit,
  })

/** The entries; the first row of the table is its head. */
const items = (page: Page) => page.getByRole("main").locator("tbody").getByRole("row")
const button = (page: Page, name: RegExp) => page.getByRole("button", { name })

test("shows what was done, by whom and why, page by page", () =>
  visit({
    change: (scene) => {
      scene.auditPerPage = 4
    },
    look: async (page) => {
      await items(page)
        .first()
        .getByText(/Secret opened|シークレットの使用/)
        .waitFor()
      // Whose calendar it was, and when, with the zone, to be compared with other records.
      await items(page)
        .first()
        .getByRole("link", { name: /Calendar of Grace Hopper|Grace Hopper のカレンダー/ })
        .waitFor()
      await items(page)
        .first()
        .getByText(/\d:\d\d:\d\d UTC/)
        .waitFor()
      // The second page is read by itself: the end of the first is in sight.
      await items(page)
        .nth(5)
        .getByText(/no longer here|すでにいない人/)
        .waitFor()
      expect(await items(page).count()).toBe(6)
      const fits = await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
      expect(fits).toBe(true)
    },
  }))

test("is narrowed to a person, an act, a day, or one thing, and widened again", () =>
  visit({
    look: async (page) => {
      const chosen = page.getByRole("combobox")
      await chosen.nth(1).selectOption("token-refreshed")
      await expect.poll(() => items(page).count()).toBe(1)
      await button(page, /All about it|同じ対象/).click()
      await expect.poll(() => items(page).count()).toBe(5)
      // The choice stands in the address: who is sent it sees the same.
      expect(page.url()).toContain("#audit?subject=")
      await page.reload()
      await expect.poll(() => items(page).count()).toBe(5)
      await button(page, /Show everything|すべて表示/).click()
      await expect.poll(() => items(page).count()).toBe(6)
      await chosen.nth(0).selectOption({ index: 1 })
      await expect.poll(() => items(page).count()).toBe(2)
      await chosen.nth(2).selectOption("client-request")
      await expect.poll(() => items(page).count()).toBe(1)
      await page
        .getByText(/asked for access|アプリがアクセスを求めた/)
        .last()
        .waitFor()
      await button(page, /Show everything|すべて表示/).click()
      await page.locator("input[type=date]").nth(0).fill("2100-01-01")
      await page.getByText(/Nothing is in the log|記録はありません/).waitFor()
    },
  }))

test("anybody of the organisation is found by name, and their entries alone are shown", () =>
  visit({
    look: async (page) => {
      const who = page.getByRole("combobox").nth(0)
      await who.selectOption("another")
      const dialog = page.getByRole("dialog")
      const found = dialog.getByRole("button", { name: /^(?:Show|表示): / }).nth(1)
      await found.waitFor()
      const name = (await found.getAttribute("aria-label"))?.replace(/^.*?: /, "") ?? ""
      await found.click()
      await dialog.waitFor({ state: "detached" })
      expect(await who.locator("option:checked").textContent()).toBe(name)
    },
  }))

test("a check says with a green tick that nothing was changed, or which entry was", async () => {
  await visit({
    look: async (page) => {
      await button(page, /Check the log|記録を検査/).click()
      await page.getByRole("status").filter({ hasText: "✓" }).waitFor()
      await page.getByText("ab".repeat(32)).waitFor()
    },
  })
  await visit({
    change: (scene) => {
      scene.auditVerdict = {
        ...{ isWhole: false, count: 3, brokenAt: 3, brokenBy: "entry", head: "cd".repeat(32) },
        ...{ signedUpTo: 2, signedCount: 1 },
      }
    },
    look: async (page) => {
      await button(page, /Check the log|記録を検査/).click()
      await page
        .getByRole("alert")
        .filter({ hasText: /Entry 3|記録 3/ })
        .waitFor()
    },
  })
})

test("is exported as a file, and what is shown of it as a table in the reader's language", () =>
  visit({
    look: async (page) => {
      const download = page.waitForEvent("download")
      await page.getByRole("link", { name: /Export|書き出す/ }).click()
      expect((await download).suggestedFilename()).toBe("audit.ndjson")
      expect(await readFile(await (await download).path(), "utf8")).not.toBe("")
      await page.getByRole("combobox").nth(1).selectOption("token-refreshed")
      await expect.poll(() => items(page).count()).toBe(1)
      const table = page.waitForEvent("download")
      await page.getByRole("link", { name: /CSV/ }).click()
      expect((await table).suggestedFilename()).toBe("audit.csv")
      const language = await page.locator("html").getAttribute("lang")
      expect(new URL((await table).url()).search).toBe(`?action=token-refreshed&language=${language}&zone=UTC`)
    },
  }))

test("says that the service does not answer, and tries again when asked", () =>
  visit({
    shown: async (page) => {
      await page.locator('nav a[href="#audit"]').waitFor({ state: "attached" })
    },
    look: async (page, _tell, scene) => {
      scene.isUp = false
      await openPage(page, "audit")
      const again = page.getByRole("main").getByRole("button", { name: /Try again|再試行/ })
      await again.waitFor()
      scene.isUp = true
      await again.click()
      await items(page).first().waitFor()
    },
  }))
