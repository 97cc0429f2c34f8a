import type { Scene } from "@kalends/ui/testing/scene"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openVisits, type Visits } from "../../../e2e/visits.ts"

// The built agenda in a real browser, on an API that answers what a scene says.

const code = "c".repeat(43)
let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})
afterAll(() => visits.close())

async function visit(change: (scene: Scene) => void, look: (page: Page, scene: Scene) => Promise<void>): Promise<void> {
  await visits.visit({
    change,
    address: `/agenda/#code=${code}`,
    shown: (page) => page.getByTestId("freshness").waitFor(),
    look: (page, _tell, scene) => look(page, scene),
  })
}

test("a day with meetings is readable by everybody, and nothing is kept by the browser", () =>
  visit(
    () => {},
    async (page) => {
      await page.getByRole("heading", { name: "Analytical Engine: design review" }).waitFor()
      const kept = await page.evaluate(async () => [
        localStorage.length,
        sessionStorage.length,
        document.cookie,
        (await caches.keys()).length,
        (await indexedDB.databases()).length,
        location.hash,
      ])
      expect(kept).toEqual([0, 0, "", 0, 0, ""])
    },
  ))

test("keys move the focus and open the details of a meeting", () =>
  visit(
    () => {},
    async (page) => {
      await page.getByRole("heading", { name: "Analytical Engine: design review" }).waitFor()
      for (const key of ["j", "j", "j", "k", "ArrowDown", "Enter"]) await page.keyboard.press(key)
      const focused = page.locator("button:focus")
      expect(await focused.textContent()).toContain("Analytical Engine: design review")
      expect(await focused.getAttribute("aria-expanded")).toBe("true")
      await page.getByText("https://example.org/agenda").waitFor()
      await page.keyboard.press("?")
      await page.getByRole("dialog").waitFor()
    },
  ))

test("a calendar that stops answering keeps what was read, and says how old it is", () =>
  visit(
    () => {},
    async (page, scene) => {
      await page.getByRole("heading", { name: "Analytical Engine: design review" }).waitFor()
      scene.events = null
      await page.keyboard.press("r")
      await page.getByRole("alert").waitFor()
      expect(await page.getByRole("heading", { name: "Analytical Engine: design review" }).count()).toBe(1)
    },
  ))

test("an empty calendar, none at all, and one whose permission died say what to do", async () => {
  await visit(
    (scene) => {
      scene.events = []
    },
    (page) => page.getByText(/next 30 days|今後30日間/).waitFor(),
  )
  await visit(
    (scene) => {
      scene.connection = null
    },
    (page) => page.getByRole("alert").getByRole("link").waitFor(),
  )
  await visit(
    (scene) => {
      if (scene.connection !== null) scene.connection = { ...scene.connection, state: "needs-reauth" }
    },
    (page) => page.getByRole("alert").getByRole("link").waitFor(),
  )
})
