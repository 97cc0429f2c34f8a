import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// Where a person is signed in, in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})
afterAll(() => visits.close())

const dialog = (page: Page) => page.getByRole("dialog")
const visit = (look: Visit["look"]) =>
  visits.visit({
    address: "/",
    shown: async (page) => {
      await page.getByRole("button", { name: "Ada Lovelace" }).press("Enter")
      await dialog(page).getByRole("listitem").first().waitFor()
    },
    look,
  })

test("one session is ended, then all but this one, and that is said", () =>
  visit(async (page, _tell, scene) => {
    const items = dialog(page).getByRole("listitem")
    expect(await items.count()).toBe(3)
    expect(await items.nth(0).getByRole("button").count()).toBe(0)
    await dialog(page)
      .getByRole("button", { name: /agenda/ })
      .press("Enter")
    await expect.poll(() => items.count()).toBe(2)
    await dialog(page)
      .getByRole("button", { name: /everywhere else|ほかのすべて/ })
      .click()
    await dialog(page)
      .getByRole("status")
      .filter({ hasText: /everywhere else|ほかのすべて/ })
      .waitFor()
    await expect.poll(() => items.count()).toBe(1)
    expect(scene.sessions).toMatchObject([{ isCurrent: true }])
    await page.keyboard.press("Escape")
    await dialog(page).waitFor({ state: "detached" })
  }))

test("it says that the service does not answer, and keeps what it showed", () =>
  visit(async (page, _tell, scene) => {
    scene.isUp = false
    await dialog(page)
      .getByRole("button", { name: /iPhone/ })
      .click()
    await dialog(page).getByRole("alert").first().waitFor()
    expect(await dialog(page).getByRole("listitem").count()).toBe(3)
    scene.isUp = true
  }))
