import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The pages about rooms in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const heading = (page: Page, name: RegExp) => page.getByRole("heading", { level: 1, name })
const visit = (address: string, title: RegExp, look: Visit["look"]) =>
  visits.visit({ address: `/#${address}`, shown: (page) => heading(page, title).waitFor(), look })
const fits = async (page: Page) =>
  expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)

test("rooms are listed with what is known now and how old that is, found by name, and changed on their page", () =>
  visit("rooms", /^(?:Rooms|会議室)$/, async (page, _tell, scene) => {
    await page.getByText("Room Draco").waitFor()
    await page
      .getByText(/^(?:Unknown|不明)$/)
      .first()
      .waitFor()
    await page.getByText(/hour ago|時間前/).waitFor()
    await fits(page)
    await page.getByRole("searchbox").fill("cassio")
    await expect.poll(() => page.getByText("Room Draco").count()).toBe(0)
    await page.getByRole("link", { name: /Room Cassiopeia/ }).click()
    await heading(page, /Room Cassiopeia/).waitFor()
    await page.getByLabel(/^(?:Building|建物)$/).fill("West")
    await page.getByRole("button", { name: /^(?:Save|保存)$/ }).click()
    await page.getByText(/Saved\.|保存しました。/).waitFor()
    expect(scene.rooms.rooms.find(({ name }) => name === "Room Cassiopeia")?.building).toBe("West")
    await page.getByRole("button", { name: /Look now|今すぐ診断/ }).click()
    await page.getByText("-DeleteComments $false", { exact: false }).waitFor()
    await fits(page)
  }))

test("rooms of the directory are imported, and those that are here are marked", () =>
  visit("rooms/import", /Import rooms|会議室の取り込み/, async (page, _tell, scene) => {
    // A server that lists its rooms to whoever signs in.
    const directory = page.getByRole("combobox", { name: /^(?:Directory|ディレクトリ)$/ })
    await directory.selectOption("caldav")
    await page.getByLabel(/^(?:Server|サーバー)/).fill("https://dav.example.org")
    await page.getByLabel(/^(?:User name|ユーザー名)/).fill("rooms")
    await page
      .getByLabel(/^(?:Password|パスワード)/)
      .first()
      .fill("correct horse")
    await page.getByRole("button", { name: /Read the directory|ディレクトリを読む/ }).click()
    await page.getByRole("checkbox", { name: /Room Vega/ }).waitFor()
    expect(scene.rooms.askedDirectory).toEqual({
      ...{ by: "password", provider: "caldav", server: "https://dav.example.org", username: "rooms" },
      ...{ password: "correct horse", next: null },
    })
    await fits(page)
    await directory.selectOption({ index: 0 })
    await page.getByRole("button", { name: /Read the directory|ディレクトリを読む/ }).click()
    await page.getByRole("checkbox", { name: /Room Vega/ }).check()
    await page.getByRole("button", { name: /^(?:Import 1|1 室を取り込む)$/ }).click()
    await page.getByText(/1 added|1 室を追加/).waitFor()
    await page.getByText(/is here ·|登録済み ·/).waitFor()
    await fits(page)
  }))

test("rooms are chosen and set together, with what changes said before, what stood against it after, and a way back", () =>
  visit("rooms/many", /^(?:Set many rooms|まとめて設定)$/, async (page, _tell, scene) => {
    const zones = () => scene.rooms.rooms.map(({ zone }) => zone)
    const [building] = await page.getByRole("combobox", { name: /^(?:Building|建物)$/ }).all()
    await building?.selectOption("North")
    await page.getByRole("searchbox").fill("draco")
    await page.getByRole("row", { name: /Draco/ }).waitFor()
    await expect.poll(() => page.getByRole("row", { name: /Lyra/ }).count()).toBe(0)
    await page.getByRole("checkbox", { name: "Room Draco" }).check()
    await page.getByLabel(/^(?:Time zone|タイムゾーン)/).fill("Asia/Tokyo")
    await page.getByText(/1 room changes\.|1 室が変わります。/).waitFor()
    await page.getByRole("button", { name: /^(?:Set 1 room|1 室を設定)$/ }).click()
    await page.getByText(/1 room changed\.|1 室を変更しました。/).waitFor()
    expect(zones()).toEqual(["UTC", "UTC", "Asia/Tokyo", "UTC"])
    await page.getByRole("searchbox").fill("")
    await page.getByRole("checkbox", { name: /^(?:Choose all 4 below|下の 4 室をすべて選択)$/ }).check()
    await page.getByText(/3 rooms change, 1 is so already|3 室が変わります（1 室はすでに/).waitFor()
    await fits(page)
    await page.getByRole("button", { name: /^(?:Set 3 rooms|3 室を設定)$/ }).click()
    await page.getByText(/2 rooms changed, 1 was so already|2 室を変更しました（1 室はすでに/).waitFor()
    await page.getByText(/Room Lyra (?:was removed|削除されています)/).waitFor()
    expect(zones()).toEqual(["Asia/Tokyo", "Asia/Tokyo", "Asia/Tokyo", "UTC"])
    await page.getByRole("button", { name: /^(?:Take it back|元に戻す)$/ }).click()
    await page.getByText(/2 rooms are as before|2 室を元に戻しました/).waitFor()
    expect(zones()).toEqual(["UTC", "UTC", "Asia/Tokyo", "UTC"])
  }))

test("each way to open rooms says exactly what it takes, and its script can be copied", () =>
  visit("rooms/setup", /Access and scripts|アクセスとスクリプト/, async (page, _tell, scene) => {
    await page.getByRole("link", { name: "Calendars.ReadWrite" }).waitFor()
    await page
      .getByRole("button", { name: /Take the rooms|登録済みの会議室/ })
      .last()
      .click()
    await page
      .getByRole("button", { name: /Write the script|スクリプトを作成/ })
      .last()
      .click()
    await page.getByText("'room-draco@example.org'", { exact: false }).waitFor()
    await fits(page)
    await page.getByRole("link", { name: /Full access of a service account|サービスアカウントのフルアクセス/ }).click()
    await heading(page, /Connect an organisation|組織を接続/).waitFor()
    await page.getByText("-AccessRights SendAs", { exact: false }).waitFor()
    await page.getByLabel(/^(?:Service account|サービスアカウント)/).fill("svc-rooms@contoso.example")
    await page.getByRole("checkbox", { name: /Find rooms in the directory|ディレクトリから会議室を探す/ }).uncheck()
    await fits(page)
    // The provider's own page is not here: what matters is what the service is asked.
    await page.route("https://login.example.org/**", (route) => route.fulfill({ body: "Sign-in" }))
    await page.getByRole("button", { name: /Go to the sign-in page|サインインのページへ/ }).click()
    await page.waitForURL(/login\.example\.org/)
    expect(scene.tenancy.signingIn).toMatchObject({
      ...{ provider: "graph", account: "svc-rooms@contoso.example", hasDirectory: false, tenantConnectionId: null },
    })
    await page.goBack()
    await heading(page, /Connect an organisation|組織を接続/).waitFor()
  }))

test("a dial rule is tried on an invitation, added, and taken away", () =>
  visit("rooms/dial-rules", /Dial strings|ダイヤル文字列/, async (page, _tell, scene) => {
    await page.getByLabel(/Text of an invitation|招待の本文/).fill("Join https://zoom.us/j/1234567890")
    await page.getByText("1234567890@zoomcrc.com").waitFor()
    await page.getByLabel(/Name of the rule|規則の名前/).fill("Own bridge")
    await page.getByLabel(/Looks for|探す文字/).fill("zoom.us/j/{number#}")
    await page.getByLabel(/SIP address|SIP アドレス/).fill("{number}@sip.example.org")
    await page.getByRole("button", { name: /Add the rule|規則を追加/ }).click()
    await page.getByText("1234567890@sip.example.org").waitFor()
    expect(scene.rooms.dialRules.rules.map(({ name }) => name)).toEqual(["Own bridge"])
    await fits(page)
    await page.getByRole("button", { name: /^(?:Remove|削除): Own bridge/ }).click()
    await page.getByText("1234567890@zoomcrc.com").waitFor()
  }))
