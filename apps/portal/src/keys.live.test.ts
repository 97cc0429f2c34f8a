import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"
import { fakeCode } from "../../../packages/ui/src/testing/fake-sign-in.ts"

// The page of keys in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const visit = (visit: Pick<Visit, "look"> & Partial<Visit>) =>
  visits.visit({
    address: "/",
    shown: async (page) => {
      await openPage(page, "keys")
      await page.getByRole("heading", { level: 2, name: /Data keys|データ鍵/ }).waitFor()
    },
    ...visit,
  })

test("shows the custodian, its state, the data keys, and what backups may hold", () =>
  visit({
    look: async (page) => {
      const main = page.getByRole("main")
      await main.getByText(/^(?:Answers|応答あり)$/).waitFor()
      await main.getByText(/Version 2|バージョン 2/).waitFor()
      await main.getByText(/Backups may hold|バックアップに破棄済み/).waitFor()
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)
    },
  }))

test("a new data key is asked for, followed by a bar, paused and gone on with", () =>
  visit({
    look: async (page) => {
      const button = (name: RegExp) => page.getByRole("button", { name })
      await button(/^(?:New data key|新しいデータ鍵)$/).click()
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /New data key|新しいデータ鍵/ })
        .click()
      // At nothing done it has no width yet.
      await page.getByRole("progressbar").waitFor({ state: "attached" })
      await button(/^(?:Pause|一時停止)$/).click()
      await button(/^(?:Go on|再開)$/).click()
      await button(/^(?:Pause|一時停止)$/).waitFor()
    },
  }))

test("on an old second step asks for it again, and then does what was asked", () =>
  visit({
    change: (scene) => {
      scene.isFactorFresh = false
    },
    look: async (page) => {
      const named = /^(?:New data key|新しいデータ鍵)$/
      await page.getByRole("button", { name: named }).click()
      await page.getByRole("dialog").getByRole("button", { name: named }).click()
      const code = page.locator("input[autocomplete=one-time-code]")
      await code.fill("000000")
      await page.keyboard.press("Enter")
      await page.getByRole("dialog").getByRole("alert").waitFor()
      await code.fill(fakeCode)
      await page.keyboard.press("Enter")
      await page.getByRole("progressbar").waitFor({ state: "attached" })
      await code.waitFor({ state: "detached" })
    },
  }))

test("says since when custody is away, and until when the grace lasts", () =>
  visit({
    change: (scene) => {
      const [current, ...others] = scene.keys.custodians
      if (current === undefined) throw new Error("there is one")
      const graceEndsAt = Temporal.Instant.from(scene.keys.at).add({ minutes: 40 }).toString()
      const away = { ...current, state: "away" as const, awaySince: scene.keys.at, graceEndsAt }
      scene.keys = { ...scene.keys, custodians: [away, ...others] }
    },
    look: async (page) => {
      await page
        .getByRole("status")
        .filter({ hasText: /kept in memory until|メモリに保たれます/ })
        .waitFor()
    },
  }))

test("shreds only when the organisation's name is typed", () =>
  visit({
    look: async (page) => {
      await page.getByRole("button", { name: /Shred everything|すべてを読めなくする/ }).click()
      const dialog = page.getByRole("dialog")
      const name = dialog.getByLabel(/organisation's name|組織の名前/)
      const act = dialog.getByRole("button", { name: /Shred everything|すべてを読めなくする/ })
      await name.fill("Observator")
      await dialog.locator("input[type=password]").fill("correct horse")
      await act.click()
      await dialog.getByRole("alert").waitFor()
      await name.fill("Observatory")
      await act.click()
      await dialog.waitFor({ state: "detached" })
    },
  }))
