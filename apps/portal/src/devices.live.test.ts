import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"
import { fakeCode } from "../../../packages/ui/src/testing/fake-sign-in.ts"

// Where a person is signed in, in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const dialog = (page: Page) => page.getByRole("dialog")
const visit = (look: Visit["look"], isFactorFresh = true) =>
  visits.visit({
    change(scene) {
      scene.isFactorFresh = isFactorFresh
    },
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

test("on an old second step it is asked for again, and then the session is ended", () =>
  visit(async (page, _tell, scene) => {
    await dialog(page)
      .getByRole("button", { name: /agenda/ })
      .press("Enter")
    // A click finds the field only where nothing lies over it.
    await page.locator("input[autocomplete=one-time-code]").click()
    await page.locator("input[autocomplete=one-time-code]").fill(fakeCode)
    await page.keyboard.press("Enter")
    await expect.poll(() => scene.sessions.length).toBe(2)
    await expect.poll(() => dialog(page).getByRole("listitem").count()).toBe(2)
  }, false))

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
