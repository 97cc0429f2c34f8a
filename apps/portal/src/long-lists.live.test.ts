import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visits } from "../../../e2e/visits.ts"
import type { Scene } from "../../../packages/ui/src/testing/scene.ts"

// Long lists in a real browser: what is in the page, what the keyboard does, and what screen readers are told.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const many = 50_000
const rowsMost = 60

/** An organisation of 50,000 people, the last of whom is called Zoë. */
function crowd(scene: Scene): void {
  const [first] = scene.users
  if (first === undefined) throw new Error("the scene has people")
  scene.users = Array.from({ length: many }, (_, index) => {
    const number = String(index).padStart(5, "0")
    return {
      ...first,
      userId: `00000000-0000-4000-8000-0000001${number}`,
      email: `person${number}@example.org`,
      displayName: index === many - 1 ? "Zoë Last" : `Person ${number}`,
    }
  })
}

const rows = (page: Page) => page.locator("tbody").getByRole("row")
const current = (page: Page) => page.locator("tbody tr:focus").getAttribute("aria-rowindex")
const opened = async (page: Page) => {
  await openPage(page, "people")
  await page.getByText("person00000@example.org").waitFor()
}

test("of 50,000 people only those in sight are in the page, wherever one goes", () =>
  visits.visit({
    change: crowd,
    address: "/",
    shown: opened,
    look: async (page) => {
      expect(await rows(page).count()).toBeLessThan(rowsMost)
      expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("-1")
      await rows(page).first().press("PageDown")
      const after = Number(await current(page))
      expect(after).toBeGreaterThan(3)
      await page.keyboard.press("ArrowDown")
      await expect.poll(() => current(page)).toBe(String(after + 1))
      // Each End goes to the last person that was read, and more are read meanwhile: as long as it takes.
      for (let at = after; at < 1_000; at = Number(await current(page))) {
        await page.keyboard.press("End")
        expect(await rows(page).count()).toBeLessThan(rowsMost)
      }
      await page.keyboard.press("Home")
      await expect.poll(() => current(page)).toBe("2")
      await page.getByText("person00000@example.org").waitFor()
    },
  }))

test("the last of 50,000 is found by a part of the name, and the list is then whole", () =>
  visits.visit({
    change: crowd,
    address: "/",
    shown: opened,
    look: async (page) => {
      await page.getByRole("searchbox").fill("zoë")
      await page.getByText("person49999@example.org").waitFor()
      expect(await rows(page).count()).toBe(1)
      expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("2")
      await page.getByRole("searchbox").fill("nobody at all")
      await page.getByText(/Nobody fits|該当する人はいません/).waitFor()
    },
  }))

test("people are narrowed to a second step, a state, a role and a group, and a name among those", () =>
  visits.visit({
    change(scene) {
      scene.withoutFactor = scene.users.filter(({ email }) => email !== "grace.hopper@example.org")
    },
    address: "/#people?role=user&secondStep=none",
    shown: (page) => page.getByText("hanako@example.org").waitFor(),
    look: async (page) => {
      expect(await rows(page).count()).toBe(1)
      await page.getByRole("combobox", { name: /^(?:Second step|2 段階目の確認)$/ }).selectOption("")
      await page.getByText("grace.hopper@example.org").waitFor()
      expect(page.url()).toMatch(/#people\?role=user$/)
      await page.getByRole("combobox", { name: /^(?:Calendar|カレンダー)$/ }).selectOption("needs-reauth")
      await page.getByText("hanako@example.org").waitFor({ state: "detached" })
      expect(await rows(page).count()).toBe(1)
      await page.getByRole("combobox", { name: /^(?:Group|グループ)$/ }).selectOption({ index: 1 })
      await page
        .getByRole("combobox", { name: /^(?:Role|役割)$/ })
        .first()
        .selectOption("user")
      await page.getByText("grace.hopper@example.org").waitFor()
      await page.getByRole("searchbox").fill("ada")
      await page.getByText(/Nobody fits|該当する人はいません/).waitFor()
      await page.getByRole("button", { name: /^(?:Show everybody|全員を表示)$/ }).click()
      await page.getByText("ada@example.org").waitFor()
      expect(page.url()).toMatch(/#people$/)
    },
  }))

test("a page that does not come says so below those that did, and comes when asked again", () =>
  visits.visit({
    change: crowd,
    address: "/",
    shown: opened,
    look: async (page, _tell, scene) => {
      scene.isUp = false
      await rows(page).first().press("End")
      await page.keyboard.press("End")
      const again = page.getByRole("main").getByRole("button", { name: /Try again|再試行/ })
      await again.waitFor()
      expect(await rows(page).count()).toBeGreaterThan(3)
      scene.isUp = true
      await again.click()
      await again.waitFor({ state: "detached" })
      await page.locator('tbody tr[aria-rowindex="202"]:not([data-coming])').waitFor()
    },
  }))

test("pages have names, the current one is marked, and the browser's own way back works", () =>
  visits.visit({
    address: "/",
    shown: (page) => page.getByRole("heading", { level: 1 }).waitFor(),
    look: async (page) => {
      expect(await page.title()).toMatch(/^(?:Home|ホーム) · Kalends$/)
      const menu = page.getByRole("navigation").getByRole("button")
      if (await menu.isVisible()) await menu.click()
      await page.getByRole("link", { name: /^(?:Log|記録)$/ }).press("Enter")
      await page.getByRole("heading", { level: 1, name: /^(?:Log|記録)$/ }).waitFor()
      expect(await page.title()).toMatch(/^(?:Log|記録) · Kalends$/)
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("page")
      expect(await page.locator('nav a[aria-current="page"]').textContent()).toMatch(/^(?:Log|記録)$/)
      await page.goBack()
      await page.getByRole("heading", { level: 1, name: /is well|正常です/ }).waitFor()
      expect(await page.title()).toMatch(/^(?:Home|ホーム) · Kalends$/)
    },
  }))
