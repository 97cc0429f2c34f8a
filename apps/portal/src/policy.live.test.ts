import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The policy page in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const heading = (page: Page) => page.getByRole("heading", { level: 1, name: /^(?:Policy|ポリシー)$/ })
const visit = (address: string, look: Visit["look"], change?: Visit["change"]) =>
  visits.visit({
    ...{ address: `/#${address}`, shown: (page) => heading(page).waitFor(), look },
    ...(change === undefined ? {} : { change }),
  })
const fits = async (page: Page) =>
  expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)
const lockRead = async (page: Page) => {
  await page.getByRole("combobox", { name: /^(?:Calendars|カレンダー)$/ }).selectOption("read")
  await page.getByRole("switch", { name: /^(?:Lock|ロック): (?:Calendars|カレンダー)$/ }).click()
}
const review = (page: Page) => page.getByRole("button", { name: /See whom|影響を受ける人を確認/ }).click()
const saveStrict = (page: Page) =>
  page.getByRole("button", { name: /Save and disconnect 2|保存して 2 件を切断/ }).click()

test("one table says what the organisation and its groups have set, and what was changed before", () =>
  visit("policy", async (page) => {
    const table = page.getByRole("table")
    await table
      .getByText(/Read, locked|読み取り（ロック）/)
      .first()
      .waitFor()
    await table.getByText(/Follows the organisation: Read, locked|組織に従う: 読み取り（ロック）/).waitFor()
    await page.getByText(/One more group follows|ほか 1 グループ/).waitFor()
    await page.getByText(/Not set → Off|未設定 → オフ/).waitFor()
    await fits(page)
  }))

test("a change is collected, seen with names, saved, followed, and taken back", () =>
  visit("policy/organisation", async (page, _tell, scene) => {
    await lockRead(page)
    await page.getByText(/One change, not saved|未保存の変更が 1 件/).waitFor()
    await review(page)
    await page.getByText(/2 calendars disconnected|2 件のカレンダーが切断/).waitFor()
    expect(scene.policy.said.account.calendarPermission).toBeUndefined()
    const people = page.getByRole("grid", { name: /^(?:People|対象者)$/ })
    await people.getByText(/ada@example.org/).waitFor()
    await people.getByText(/grace.hopper@example.org/).waitFor()
    await fits(page)
    await saveStrict(page)
    await page.getByText(/Saved\. 2 calendars will be|2 件のカレンダーを切断します/).waitFor()
    expect(scene.policy.said.account.calendarPermission).toEqual({ value: "read", isLocked: true })
    await fits(page)
    await page.getByRole("button", { name: /Take it back|取り消す/ }).click()
    await expect.poll(() => page.getByText(/Saved\.|保存しました。/).count()).toBe(0)
    expect(scene.policy.said.account.calendarPermission).toBeUndefined()
  }))

test("whoever leaves with changes that are not saved is asked, and keeps them or lets them go", () =>
  visit("policy/organisation", async (page, _tell, scene) => {
    await lockRead(page)
    const draft = page.getByRole("status").getByText(/One change, not saved|未保存の変更が 1 件/)
    const dialog = page.getByRole("dialog", { name: /Leave without saving|保存せずに移動/ })
    const goTo = (place: string) => page.evaluate(`window.location.hash = "${place}"`)
    // The way between its own pages is free.
    await goTo("policy")
    await page.getByRole("table").waitFor()
    await draft.waitFor()
    await goTo("people")
    await dialog.getByRole("button", { name: /Keep editing|編集に戻る/ }).click()
    await dialog.waitFor({ state: "detached" })
    await draft.waitFor()
    expect(await page.evaluate("window.location.hash")).toBe("#policy")
    await page.goBack()
    await draft.waitFor()
    await goTo("people")
    await dialog.getByRole("button", { name: /Discard and leave|破棄して移動/ }).click()
    await page.getByRole("heading", { level: 1, name: /^(?:People|メンバー)$/ }).waitFor()
    expect(await page.evaluate("window.location.hash")).toBe("#people")
    expect(scene.policy.said.account.calendarPermission).toBeUndefined()
  }))

test("how far disconnecting is stands on the page while it goes on", () =>
  visit(
    "policy",
    async (page, _tell, scene) => {
      await page.getByText(/^(?:150 of 600 disconnected\.|600 件中 150 件を切断しました。)$/).waitFor()
      const [first, ...rest] = scene.policy.changes
      if (first !== undefined)
        scene.policy.changes = [{ ...first, state: "done", disconnected: 600, mayUndo: false }, ...rest]
      await page.getByText(/^(?:600 calendars disconnected\.|600 件のカレンダーを切断しました。)$/).waitFor()
    },
    ({ policy }) => {
      const [first] = policy.changes
      if (first === undefined) return
      policy.changes = [{ ...first, state: "running", endedAt: null, concerned: 600, disconnected: 150, mayUndo: true }]
    },
  ))

test("what the organisation has locked cannot be changed for a group", () =>
  visit("policy/group/00000000-0000-4000-8000-0000000000a1", async (page) => {
    await page.getByRole("heading", { level: 2, name: /Pilots/ }).waitFor()
    await page.getByText(/Follows the organisation: Read, locked|組織に従う: 読み取り（ロック）/).waitFor()
    expect(await page.getByRole("combobox", { name: /^(?:Contacts|連絡先)$/ }).count()).toBe(0)
    await page.getByRole("combobox", { name: /^(?:Meetings follow|会議とカレンダー)/ }).waitFor()
    await fits(page)
  }))

test("a change that somebody else made first is not overwritten, and says so", () =>
  visit(
    "policy/organisation",
    async (page) => {
      await lockRead(page)
      await review(page)
      await saveStrict(page)
      await page.getByText(/Somebody else has changed|ほかの管理者が同じ設定/).waitFor()
    },
    ({ policy }) => {
      policy.conflict = "policy-changed-meanwhile"
    },
  ))

test("whoever may only read sees what is set, and nothing to change it with", () =>
  visit(
    "policy/organisation",
    async (page) => {
      await page
        .getByText(/Read, locked|読み取り（ロック）/)
        .first()
        .waitFor()
      expect(await page.getByRole("main").getByRole("combobox").count()).toBe(0)
      expect(await page.getByRole("main").getByRole("switch").count()).toBe(0)
      await fits(page)
    },
    (scene) => {
      if (scene.user !== null) scene.user = { ...scene.user, role: "auditor", abilities: ["own", "read-policy"] }
    },
  ))

test("whoever policy disconnected is told why, and can connect with the permission that is allowed alone", () =>
  visits.visit({
    address: "/",
    change: (scene) => {
      scene.connection = null
      scene.policy.said = {
        account: { calendarPermission: { value: "read-write", isLocked: true } },
        groups: new Map(),
      }
      scene.policy.notice = {
        ...{ cause: "calendarPermission", provider: "google", providerLabel: "Google" },
        at: Temporal.Now.instant().subtract({ minutes: 7 }).toString(),
      }
    },
    shown: (page) => page.getByText(/Your administrator changed|管理者が「カレンダー」を/).waitFor(),
    look: async (page) => {
      await page.getByText(/Read and write, locked|読み取りと書き込み（ロック）/).waitFor()
      const radios = page.getByRole("radiogroup").first().getByRole("radio")
      expect([await radios.nth(0).isDisabled(), await radios.nth(1).isChecked()]).toEqual([true, true])
      await fits(page)
    },
  }))

test("one's own settings say who set each, and what is not locked is chosen", () =>
  visits.visit({
    address: "/#settings",
    shown: (page) => page.getByRole("heading", { level: 1, name: /^(?:Settings|設定)$/ }).waitFor(),
    look: async (page, _tell, scene) => {
      await page.getByText(/Locked by your organisation\.|組織によりロックされています。/).waitFor()
      expect(await page.getByRole("combobox", { name: /^(?:Contacts|連絡先)$/ }).count()).toBe(0)
      const sync = page.getByRole("combobox", { name: /^(?:Meetings follow|会議とカレンダー)/ })
      await sync.selectOption("off")
      await page.getByText(/Your choice\.|自分で選んだ設定です。/).waitFor()
      expect(scene.policy.choice).toEqual({ sync: "off" })
      await sync.selectOption("")
      await expect.poll(() => scene.policy.choice).toEqual({})
      await fits(page)
    },
  }))
