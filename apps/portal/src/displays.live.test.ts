import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { fakePairingCode } from "../../../packages/ui/src/testing/fake-displays.ts"

// The page of screens in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const visit = (visit: Pick<Visit, "look"> & Partial<Visit>) =>
  visits.visit({
    address: "/",
    shown: async (page) => {
      await openPage(page, "displays")
      await page.getByRole("heading", { level: 1, name: /^(?:Screens|画面)$/ }).waitFor()
    },
    ...visit,
  })

test("lists screens with what they show and whether they are there; one is paired by its code, changed, and taken away", () =>
  visit({
    look: async (page, _tell, scene) => {
      await page.getByText(/^(?:Here now|接続中)$/).waitFor()
      await page.getByText(/Last seen 5 hours ago|5 時間前から確認できません/).waitFor()
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)
      const door = page.getByRole("button", { name: /Change Door of Andromeda|Door of Andromeda を変更/ })
      const television = page.getByRole("button", { name: /Change Television|Television を変更/ })
      await page.getByRole("checkbox").click()
      await door.waitFor({ state: "detached" })
      await television.waitFor()
      expect(page.url()).toContain("show=trouble")
      await page.getByRole("checkbox").click()
      await door.waitFor()
      const search = page.getByRole("searchbox", { name: /Find a screen|画面または/ })
      await search.fill("andromeda")
      await television.waitFor({ state: "detached" })
      await door.waitFor()
      expect(page.url()).toContain("search=andromeda")
      await page.goBack()
      await television.waitFor()
      await expect.poll(() => search.inputValue()).toBe("")
      await page.getByRole("button", { name: /^(?:Pair a screen|画面をペアリング)$/ }).click()
      const dialog = page.getByRole("dialog")
      const pair = dialog.getByRole("button", { name: /^(?:Pair|ペアリング)$/ })
      await dialog.getByLabel(/Code on the screen|画面のコード/).fill("aaaa-aaaa")
      expect(await pair.isDisabled()).toBe(true)
      await dialog.getByRole("radio").first().click()
      await pair.click()
      await dialog.getByRole("alert").waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await dialog.getByLabel(/Code on the screen|画面のコード/).fill(fakePairingCode.toLowerCase())
      await pair.click()
      await dialog.waitFor({ state: "detached" })
      expect(scene.displays).toHaveLength(4)
      await page.getByRole("button", { name: /Change Television|Television を変更/ }).click()
      await dialog.getByLabel(/^(?:Name|名前)$/).fill("Big television")
      await dialog.getByRole("button", { name: /^(?:Save|保存)$/ }).click()
      await page.getByRole("button", { name: /Change Big television|Big television を変更/ }).click()
      await dialog.getByRole("button", { name: /^(?:Take away|取り外す)$/ }).click()
      await page
        .getByRole("dialog")
        .last()
        .getByRole("button", { name: /^(?:Take away|取り外す)$/ })
        .click()
      await dialog.first().waitFor({ state: "detached" })
      expect(scene.displays.map(({ name }) => name)).not.toContain("Big television")
    },
  }))

test("of one room alone, where the address says so, and with nothing to change for who may not", () =>
  visit({
    change: (scene) => {
      scene.user = scene.user && { ...scene.user, abilities: ["own", "read-rooms"] }
    },
    shown: async (page) => {
      await openPage(page, "displays?room=00000000-0000-4000-8000-0000000d0050")
      await page.getByText(/^(?:Screens of one room\.|1 つの会議室の画面です。)$/).waitFor()
    },
    look: async (page) => {
      await page.getByText("Door of Andromeda").waitFor()
      expect(await page.getByText("Television").count()).toBe(0)
      expect(await page.getByRole("button", { name: /Pair|ペアリング/ }).count()).toBe(0)
    },
  }))
