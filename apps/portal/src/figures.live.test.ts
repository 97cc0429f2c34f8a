import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The page of figures in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const visit = (visit: Pick<Visit, "look"> & Partial<Visit>) =>
  visits.visit({
    address: "/#figures",
    shown: async (page) => {
      await page.getByRole("heading", { level: 1, name: /^(?:Figures|数値)$/ }).waitFor()
      await page
        .getByText(/promised|約束|No calendar|まだカレンダー/)
        .first()
        .waitFor()
    },
    ...visit,
  })

const picture = (page: Page, name: RegExp) => page.getByRole("figure", { name })
const notifications = /^(?:Notifications|通知)$/

test("says first whether all is within what is promised, and then shows it in pictures that fit the screen", () =>
  visit({
    look: async (page) => {
      await page.getByText(/All 1,601 calendars are within|1,601 件のカレンダーはすべて/).waitFor()
      await page.getByText(/2 more wait for their people|ほかに 2 件/).waitFor()
      expect(await page.getByRole("figure").count()).toBe(5)
      await page.locator("figure svg rect").first().waitFor()
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)
    },
  }))

test("every picture is a table, too, which stands there for who listens and is shown to who would rather read", () =>
  visit({
    look: async (page) => {
      const one = picture(page, notifications)
      const rows = one.getByRole("row")
      await expect.poll(() => rows.count()).toBeGreaterThan(50)
      await one.getByText("Microsoft 365").first().waitFor()
      await one.getByRole("button", { name: /As a table|表で見る/ }).press("Enter")
      await expect.poll(() => one.locator("svg").count()).toBe(0)
      expect(await one.getByRole("table").isVisible()).toBe(true)
    },
  }))

test("goes along the steps with the arrow keys, in all pictures at once, and says what was in each", () =>
  visit({
    look: async (page) => {
      const sliders = page.getByRole("slider")
      const told = () => sliders.first().getAttribute("aria-valuetext")
      const before = await told()
      await sliders.first().press("ArrowLeft")
      await expect.poll(told).not.toBe(before)
      const places = await Promise.all((await sliders.all()).map((slider) => slider.inputValue()))
      expect(new Set(places).size).toBe(1)
    },
  }))

test("shows another time when it is asked to", () =>
  visit({
    look: async (page) => {
      const asked = page.waitForRequest((request) => /figures\?.*step=10800/.test(request.url()))
      await page.getByText(/^(?:7 days|7 日)$/).click()
      await asked
      await page.locator("figure svg rect").first().waitFor()
    },
  }))

test("goes on counting by itself", () =>
  visit({
    look: async (page, _tell, scene) => {
      scene.figuresNow = {
        ...scene.figuresNow,
        ages: [{ provider: "graph", isPushed: true, count: 12, lateCount: 3, oldestSeconds: 4_000 }],
      }
      await page.getByText(/3 of 12 calendars have not been compared|12 件のうち 3 件/).waitFor()
    },
  }))

test("says what will come where nothing was counted yet", () =>
  visit({
    change: (scene) => {
      scene.hasFigures = false
      scene.figuresNow = { ...scene.figuresNow, ages: [], connections: [] }
    },
    look: async (page) => {
      await page.getByText(/No calendar is connected yet|まだカレンダーは接続されていません/).waitFor()
      await page.getByRole("heading", { name: /Nothing has been counted|数えたものはありません/ }).waitFor()
    },
  }))

test("says that the service does not answer, and tries again when asked", () =>
  visit({
    address: "/",
    shown: async (page) => {
      await page.getByRole("heading", { level: 1 }).waitFor()
    },
    look: async (page, _tell, scene) => {
      scene.isUp = false
      await page.evaluate("location.hash = 'figures'")
      const again = page.getByRole("button", { name: /Try again|再試行/ })
      await again.waitFor()
      scene.isUp = true
      await again.click()
      await page.getByRole("figure").first().waitFor()
    },
  }))
