import { readFile } from "node:fs/promises"
import { sampleTenantId } from "@kalends/ui/testing/tenant-scene"
import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The pages about whole organisations in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const root = "/#organisation"
const ofTenant = `${root}/${sampleTenantId}`
const workId = "00000000-0000-4000-8000-000000009101"

async function visit(visit: Pick<Visit, "look" | "address"> & Partial<Visit>): Promise<void> {
  const shown = async (page: Page) => {
    await page.getByRole("heading", { level: 1 }).waitFor()
    await page.getByLabel(/Loading|読み込み中/).waitFor({ state: "detached" })
  }
  await visits.visit({ shown, ...visit })
}

const submit = (page: Page) => page.locator("form button[type=submit]")
const inDialog = (page: Page, name: RegExp) => page.getByRole("dialog").getByRole("button", { name })

test("an organisation is told to be well, to need a new secret soon, or to need mending, with how", () =>
  visit({
    address: root,
    look: async (page) => {
      const items = page.getByRole("main").getByRole("listitem")
      await items
        .nth(0)
        .getByText(/Well|正常/)
        .waitFor()
      await items
        .nth(1)
        .getByText(/in 12 days|あと 12 日/)
        .waitFor()
      await items
        .nth(2)
        .getByText(/password of the service account has expired|パスワードが期限切れ/)
        .waitFor()
      await items.nth(0).getByText(/312/).waitFor()
      // Whatever order the styles of pages come in, the components' own are below them.
      const row = items.nth(0).getByRole("link")
      expect(await row.evaluate((element) => Number.parseFloat(getComputedStyle(element).paddingTop))).toBeGreaterThan(
        8,
      )
      await page.getByText(/496/).waitFor()
    },
  }))

test("without an organisation the page says what one is for; who is no administrator does not see it", async () => {
  await visit({
    address: root,
    change: ({ tenancy }) => {
      tenancy.tenants = []
      tenancy.rollouts = []
    },
    look: async (page) => {
      await page.getByRole("heading", { level: 2 }).waitFor()
      await page.getByRole("link", { name: /Connect an organisation|組織を接続/ }).press("Enter")
      await page.getByRole("radio").first().waitFor()
    },
  })
  await visit({
    address: root,
    change: (scene) => {
      if (scene.user !== null) scene.user = { ...scene.user, role: "user", abilities: ["own"] }
    },
    look: async (page) => {
      await page.locator("nav a").nth(1).waitFor({ state: "attached" })
      expect(await page.locator('nav a[href^="#organisation"]').count()).toBe(0)
    },
  })
})

test("an organisation is connected; a refusal says what to do, and keeps what was typed", () =>
  visit({
    address: `${root}/connect`,
    change: ({ tenancy }) => {
      tenancy.problem = { status: 400, kind: "malformed", code: "tenant" }
    },
    look: async (page, _tell, { tenancy }) => {
      await page.getByRole("radio", { name: /client secret|クライアントシークレット/ }).check()
      await page.getByRole("radio", { name: /write|書き込み/ }).check()
      await page.getByText(/Application Calendars.ReadWrite/).waitFor()
      const fields = page.locator("form input")
      for (const [at, text] of ["wingtip.example", "client", "secret", "2027-04-30"].entries())
        await fields.nth(at).fill(text)
      await fields.nth(1).press("Enter")
      await page.getByRole("alert").filter({ hasText: /Entra/ }).waitFor()
      expect(await fields.first().getAttribute("aria-invalid")).toBe("true")
      expect(await fields.first().inputValue()).toBe("wingtip.example")
      await submit(page).click()
      await page.getByRole("heading", { level: 1, name: /wingtip.example/ }).waitFor()
      await page
        .getByRole("status")
        .filter({ hasText: /connected|接続しました/ })
        .waitFor()
      expect(tenancy.tenants.at(-1)).toMatchObject({ method: "client-secret", permission: "read-write" })
    },
  }))

test("a key is taken out of a file; one that is too large is not", () =>
  visit({
    address: `${root}/connect`,
    look: async (page) => {
      await page.getByRole("radio", { name: "Google" }).check()
      const picker = page.locator("input[type=file]")
      const file = (text: string) => ({ name: "key.json", mimeType: "application/json", buffer: Buffer.from(text) })
      await picker.setInputFiles(file("x".repeat(20_000)))
      await page
        .getByRole("alert")
        .filter({ hasText: /too large|大きすぎ/ })
        .waitFor()
      await picker.setInputFiles(file('{"type":"service_account"}'))
      await expect.poll(() => page.locator("form textarea").first().inputValue()).toBe('{"type":"service_account"}')
    },
  }))

test("the connection is given another secret, and removed only after the number of people was named", () =>
  visit({
    address: ofTenant,
    look: async (page, _tell, { tenancy }) => {
      await page.getByRole("link", { name: /Replace the secret|シークレットを交換/ }).click()
      await page.getByRole("radio").first().check()
      await page.locator("form input").fill("contoso.example")
      await submit(page).click()
      await page
        .getByRole("status")
        .filter({ hasText: /it works|動作を確認/ })
        .waitFor()
      const removing = /Remove the connection|接続を削除/
      await page.getByRole("button", { name: removing }).click()
      await page.getByRole("dialog").getByText(/312/).waitFor()
      await expect.poll(() => page.locator("button:focus").textContent()).toMatch(/Keep it|残す/)
      await inDialog(page, removing).click()
      // What is done for each of them is followed on the page of revocations.
      await page.waitForURL(/#connections\/revocation\//)
      await page.getByRole("heading", { level: 1 }).waitFor()
      expect(tenancy.tenants.length).toBe(2)
    },
  }))

test("people are found in the directory, added to a group, and connected", () =>
  visit({
    address: `${ofTenant}/directory`,
    look: async (page, _tell, { tenancy }) => {
      const entries = page.locator("tbody").getByRole("row")
      await expect.poll(() => entries.count()).toBe(12)
      await page.getByRole("searchbox").fill("grace")
      await expect.poll(() => entries.count()).toBe(1)
      await page.getByRole("checkbox").nth(1).press("Space")
      await page.getByRole("searchbox").fill("nobody")
      await page.getByText(/“nobody”|「nobody」/).waitFor()
      await page.getByRole("searchbox").fill("")
      await expect.poll(() => entries.count()).toBe(12)
      await page.getByRole("checkbox").nth(2).check()
      await page.getByRole("status").filter({ hasText: /^2/ }).waitFor()
      await page.getByRole("button", { name: /Add to Kalends|Kalends に追加/ }).click()
      await page.getByRole("dialog").getByRole("combobox").selectOption({ index: 1 })
      await inDialog(page, /Add to Kalends|Kalends に追加/).click()
      await inDialog(page, /Connect their calendars|カレンダーを接続/).click()
      await page.getByRole("radio", { name: /selected|選択した/ }).waitFor()
      await submit(page).click()
      await page.getByText(/All 2 calendars|2 名全員/).waitFor()
      expect(tenancy.rollouts[0]?.counts.all).toBe(2)
    },
  }))

test("a directory that does not answer says so, and can be tried again", () =>
  visit({
    address: `${ofTenant}/directory`,
    change: (scene) => {
      scene.tenancy.isDirectoryUp = false
    },
    shown: (page) => page.getByRole("button", { name: /Try again|再試行/ }).waitFor(),
    look: async (page, _tell, scene) => {
      scene.tenancy.isDirectoryUp = true
      await page.getByRole("button", { name: /Try again|再試行/ }).click()
      await page.getByText("Ada Lovelace").last().waitFor()
    },
  }))

test("a group is connected in one step, paused, found again after a reload, and ends in a sentence", () =>
  visit({
    address: `${ofTenant}/connect-people`,
    change: ({ tenancy }) => {
      tenancy.stepsAtOnce = 100
      tenancy.failing = { "person5@contoso.example": { kind: "forbidden", code: "mailbox-outside-scope" } }
    },
    look: async (page, _tell, { tenancy }) => {
      await submit(page).click()
      await page.getByText(/99 of 500|500 名中 99/).waitFor()
      await page.getByText(/outside the scope|範囲外/).waitFor()
      await page.getByRole("button", { name: /^(Pause|一時停止)$/ }).click()
      await page.getByRole("button", { name: /^(Go on|再開)$/ }).waitFor()
      await page.reload()
      tenancy.stepsAtOnce = 500
      tenancy.failing = {}
      await page.getByRole("button", { name: /^(Go on|再開)$/ }).click()
      await page.getByText(/499 people are connected|499 名を接続/).waitFor()
      await page.getByRole("button", { name: /failed ones|失敗した人/ }).click()
      await page.getByText(/All 500 calendars|500 名全員/).waitFor()
    },
  }))

test("people are moved after a check that is reported on, and moved back", () =>
  visit({
    address: `${ofTenant}/move-people`,
    change: ({ tenancy }) => {
      tenancy.stepsAtOnce = 500
      tenancy.failing = { "person5@contoso.example": { kind: "conflict", code: "calendar-unmatched" } }
    },
    look: async (page) => {
      await submit(page).click()
      await page.getByText(/499 of 500 people can be moved|500 名中 499 名を移行できます/).waitFor()
      await page.getByText(/998/).waitFor()
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: /CSV/ }).click(),
      ])
      const lines = (await readFile(await file.path(), "utf8")).trim().split("\r\n")
      expect(lines.length).toBe(501)
      expect(lines.find((line) => line.includes("person5@"))).toMatch(/counterpart|対応するカレンダー/)
      const moving = /^(Move them|移行する)$/
      await page.getByRole("button", { name: moving }).click()
      await page.getByRole("dialog").getByText(/499/).waitFor()
      await inDialog(page, moving).click()
      await page.getByText(/499 people were moved|499 名を移行しました/).waitFor()
      const undoing = /^(Undo the move|移行を元に戻す)$/
      await page.getByRole("button", { name: undoing }).click()
      await inDialog(page, undoing).click()
      await page.getByText(/499 people were moved back|499 名を元に戻しました/).waitFor()
    },
  }))

test("work that has ended lists who needs attention, and on request who was left", () =>
  visit({
    address: `${root}/work/${workId}`,
    look: async (page) => {
      await page.getByText(/no licence|ライセンス/).waitFor()
      await page.getByRole("button", { name: /who was left|対象外/ }).click()
      await page.getByText(/connected this calendar service themselves|本人がこのカレンダーサービス/).waitFor()
    },
  }))

test("a check names what is wrong first, with lines to copy, and folds what is right", () =>
  visit({
    address: `${ofTenant}/settings`,
    look: async (page, _tell, { tenancy }) => {
      const mailboxes = page.getByRole("textbox")
      await mailboxes.fill("ada")
      await submit(page).click()
      await page.getByText(/“ada”|「ada」/).waitFor()
      await mailboxes.fill("ada@contoso.example, curie@contoso.example")
      await submit(page).click()
      await page.getByRole("heading", { level: 2, name: /3 settings are wrong|3 件の設定に誤り/ }).waitFor()
      expect(tenancy.askedMailboxes).toEqual(["ada@contoso.example", "curie@contoso.example"])
      const first = page.getByRole("heading", { level: 3 }).first()
      expect(await first.textContent()).toMatch(/Scope of the mailboxes|メールボックスの範囲/)
      await page.getByText("Set-CalendarProcessing -Identity herschel@contoso.example").waitFor()
      await page.getByText(/depends on “Conditional Access”|先に「条件付きアクセス」/).waitFor()
      const folded = page.getByRole("button", { name: /4 settings are right|4 件の設定は正常/ })
      expect(await folded.getAttribute("aria-expanded")).toBe("false")
      await folded.press("Enter")
      await page.getByText(/Clock of this service|このサービスの時計/).waitFor()
    },
  }))

test("the browser's own way back leads from page to page, and out of the organisation's", () =>
  visit({
    address: "/",
    look: async (page) => {
      await openPage(page, "organisation")
      await page
        .getByRole("link", { name: /contoso.example/ })
        .first()
        .click()
      await page.getByRole("heading", { level: 1, name: /contoso.example/ }).waitFor()
      await expect.poll(() => page.locator("h1:focus").count()).toBe(1)
      await page.goBack()
      await page.getByRole("link", { name: /fabrikam.example/ }).waitFor()
      await page.goBack()
      await page.getByRole("heading", { level: 1, name: /well|正常/ }).waitFor()
    },
  }))

test("nothing about organisations is wider than a phone, in any language", async () => {
  const places = ["", "/connect", `/${sampleTenantId}`, `/${sampleTenantId}/directory`, `/work/${workId}`]
  for (const place of places)
    await visit({
      address: `${root}${place}`,
      look: async (page) => {
        await page.setViewportSize({ width: 360, height: 740 })
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
      },
    })
})
