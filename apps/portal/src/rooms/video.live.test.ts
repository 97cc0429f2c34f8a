import { afterAll, beforeAll, expect, test } from "vitest"
import { openVisits, type Visits } from "../../../../e2e/visits.ts"

// A room's video systems in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})
afterAll(() => visits.close())

test("a room's video systems say how they are and what they were given; one is added once its certificate was compared", () =>
  visits.visit({
    address: "/#rooms/00000000-0000-4000-8000-000000006001",
    shown: (page) => page.getByText("Codec on the wall").waitFor(),
    async look(page, _tell, scene) {
      await page.getByText(/Up to date · 14 bookings|最新です · 予約 14 件/).waitFor()
      await page.getByText(/It does not answer|応答がありません/).waitFor()
      await page
        .getByRole("button", { name: /^(?:What it was given|送った内容)$/ })
        .first()
        .click()
      await page.getByText(/Review · Ada Lovelace · 123@zoomcrc.com/).waitFor()
      await page.getByText(/· (?:Private meeting|非公開の会議)/).waitFor()
      await page
        .getByRole("button", { name: /^(?:Test|テスト)$/ })
        .first()
        .click()
      await page.getByText(/It answers and takes|パスワードも受け付け/).waitFor()
      await page.getByRole("button", { name: /^(?:Add a video system|端末を追加)$/ }).click()
      await page
        .getByLabel(/^(?:Name|名前)$/)
        .last()
        .fill("Codec at the window")
      await page
        .getByLabel(/^(?:Address|アドレス)$/)
        .last()
        .fill("10.20.0.9")
      await page
        .getByLabel(/^(?:User name|ユーザー名)$/)
        .last()
        .fill("integrator")
      await page.locator('input[type="password"]').last().fill("correct horse")
      await page.getByRole("button", { name: /^(?:Read its certificate|証明書を読む)$/ }).click()
      await page.getByText("9F86 D081", { exact: false }).last().waitFor()
      expect(scene.video.devices).toHaveLength(2)
      await page.getByRole("button", { name: /It is the same: pin it|同じなので固定する/ }).click()
      await page.getByText("Codec at the window").waitFor()
      expect(scene.video.devices.at(-1)?.certificate).toMatch(/^9f86d081/)
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)
    },
  }))
