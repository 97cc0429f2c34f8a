import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The pages about all connections in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const heading = (page: Page, name: RegExp) => page.getByRole("heading", { level: 1, name })
const visit = (address: string, title: RegExp, look: Visit["look"]) =>
  visits.visit({ address: `/#${address}`, shown: (page) => heading(page, title).waitFor(), look })
const fits = async (page: Page) =>
  expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)

test("all connections are listed, narrowed down in the address, and each opens with what happened", () =>
  visit("connections", /^(?:Connections|接続)$/, async (page) => {
    await page.getByRole("grid").getByText("Person 0", { exact: false }).first().waitFor()
    await page.getByRole("combobox").first().selectOption("needs-reauth")
    await page.getByText("person07@example.org").waitFor()
    await expect.poll(() => page.getByText("person08@example.org").count()).toBe(0)
    expect(page.url()).toContain("#connections?state=needs-reauth")
    await fits(page)
    await page.getByRole("grid").getByRole("link").first().click()
    await heading(page, /Person 7/).waitFor()
    // What is wrong is said in words with what becomes of it, and when, to be compared with other records.
    const trouble = page.getByRole("row", { name: /^(?:Trouble|問題)/ })
    await trouble.getByText(/connects again|接続し直します/).waitFor()
    await trouble.getByText(/\d:\d\d:\d\d UTC/).waitFor()
    await page.getByRole("row", { name: /^(?:Contacts|連絡先)/ }).waitFor()
    await page.locator('main a[href^="#audit?subject="]').waitFor()
    await page
      .getByText(/Ada Lovelace/)
      .first()
      .waitFor()
    await fits(page)
  }))

test("what ends within 30 days is a picture and a list with what to do", () =>
  visit("connections/forecast", /30/, async (page) => {
    await expect.poll(() => page.getByRole("list").first().getByRole("listitem").count()).toBe(31)
    await page.getByText(/26 at most on one day|1 日に最大 26 件/).waitFor()
    await page
      .getByText(/new secret|新しいシークレット/)
      .first()
      .waitFor()
    await fits(page)
  }))

test("a group is revoked after its name was typed, and each person's outcome is shown", () =>
  visit("connections/revoke/group/00000000-0000-4000-8000-000000009002", /40/, async (page) => {
    await page
      .getByText(/Person 0/)
      .first()
      .waitFor()
    const go = page.getByRole("button", { name: /Delete the secrets|シークレットを削除/ })
    expect(await go.isDisabled()).toBe(true)
    await page.getByRole("textbox").fill("Pilots")
    await go.click()
    await heading(page, /Connections revoked|接続の取り消し/).waitFor()
    await page
      .getByText(/✓ .*(?:deleted|削除)/)
      .first()
      .waitFor()
    await page
      .getByRole("grid")
      .getByText(/Person 0/)
      .first()
      .waitFor()
    await fits(page)
  }))

test("what was revoked before is listed, and each opens with its outcome", () =>
  visit("connections/revocations", /^(?:Earlier revocations|取り消しの履歴)$/, async (page) => {
    await fits(page)
    await page.getByRole("link", { name: "Pilots" }).click()
    await heading(page, /Connections revoked|接続の取り消し/).waitFor()
    await page.getByText(/Pilots · (?:By )?Ada Lovelace.* UTC/).waitFor()
  }))

test("the home page says what there is to do, and a tenant that is back is opened with one action", () =>
  visits.visit({
    address: "/",
    shown: (page) => page.getByText(/need you|対応が必要/).waitFor(),
    look: async (page, _tell, scene) => {
      await page.getByRole("button", { name: /Open them again|まとめて再開/ }).click()
      await page.getByText(/60 connections are well|60 件はすべて正常/).waitFor()
      const section = page.getByRole("region", { name: /^(?:Rooms and their screens|会議室と画面)$/ })
      await section.getByText(/^(?:2 rooms no longer let|2 室で、カレンダーを読み取る許可)/).waitFor()
      await section.getByText(/and 4 more|ほか 4 件/).waitFor()
      const linked = section.getByRole("link", { name: /2 rooms no longer let|2 室で/ })
      expect(await linked.getAttribute("href")).toBe("#rooms?show=trouble")
      await fits(page)
      scene.rooms.troubles = { ...scene.rooms.troubles, rooms: { total: 40, kinds: [] } }
      scene.rooms.troubles = {
        ...scene.rooms.troubles,
        devices: { total: 12, kinds: [] },
        displays: { total: 1, kinds: [] },
      }
      await openPage(page, "rooms")
      await heading(page, /^(?:Rooms|会議室)$/).waitFor()
      await openPage(page, "")
      const calm = page.getByText(/All is well in 40 rooms, 12 video systems and 1 screen|会議室 40 室.*すべて正常/)
      await calm.waitFor()
      await fits(page)
      await page.route("**/v1/rooms/troubles", (route) => route.fulfill({ status: 503, json: {} }))
      await openPage(page, "rooms")
      await heading(page, /^(?:Rooms|会議室)$/).waitFor()
      await openPage(page, "")
      await page.getByRole("alert").waitFor()
      expect(await calm.count()).toBe(0)
      await page.unrouteAll()
      await page.getByRole("button", { name: /^(?:Try again|再試行|もう一度)/ }).click()
      await calm.waitFor()
    },
  }))
