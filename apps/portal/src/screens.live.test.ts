import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// The built portal in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

async function visit(visit: Pick<Visit, "look"> & Partial<Visit>): Promise<void> {
  const shown = (page: Page) => page.getByRole("heading", { level: 1 }).waitFor()
  await visits.visit({ address: "/", shown, ...visit })
}

test("set-up takes the code out of the address, and sign-in follows when all is set up", async () => {
  await visit({
    change: (scene) => {
      scene.user = null
      scene.service = { ...scene.service, needsSetup: true }
    },
    address: "/#setup=ABCD-EFGH-2345",
    look: async (page) => {
      expect(await page.locator("input").first().inputValue()).toBe("ABCD-EFGH-2345")
      expect(new URL(page.url()).hash).toBe("")
    },
  })
  await visit({
    change: (scene) => {
      scene.user = null
    },
    look: (page) => page.locator("input[type=password]").waitFor(),
  })
})

test("a connection that loses its permission shows it, with the way back, without a reload", () =>
  visit({
    look: async (page, tell, scene) => {
      await page
        .getByText(/Connected|接続済み/)
        .first()
        .waitFor()
      if (scene.connection === null) throw new Error("the scene has a connection")
      const { connectionId } = scene.connection
      scene.connection = { ...scene.connection, state: "needs-reauth" }
      tell({ kind: "connection-changed", connectionId, state: "needs-reauth", watermarkMs: 2 })
      await page.getByRole("button", { name: /Reconnect|再接続/ }).waitFor()
    },
  }))

test("a refused password is said where it is seen, and can be typed again", () =>
  visit({
    change: (scene) => {
      scene.connection = null
    },
    look: async (page) => {
      await page.getByRole("button", { name: /CalDAV/ }).click()
      for (const field of await page.locator("form input").all()) await field.fill("example.org")
      await page.locator("form button[type=submit]").click()
      const alert = page.getByRole("alert").filter({ hasText: /password|パスワード/ })
      await alert.waitFor()
      await expect.poll(() => alert.evaluate((element) => element.getBoundingClientRect().top >= 0)).toBe(true)
      const asked = page.waitForResponse((answer) => answer.request().method() === "POST")
      await page.locator("form button[type=submit]").click()
      await asked
      await alert.waitFor()
      await page.getByRole("heading", { level: 1 }).waitFor()
    },
  }))

test("disconnecting asks first, and says what was done", () =>
  visit({
    look: async (page) => {
      await page.getByRole("button", { name: /Disconnect|切断/ }).click()
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^(Disconnect|切断)$/ })
        .click()
      await page.getByText(/Secrets were deleted|秘密情報を削除しました/).waitFor()
    },
  }))

/** Languages whose words the page has loaded. */
const languagesLoaded = (page: Page) =>
  page.evaluate(() => {
    const names = performance.getEntriesByType("resource").map(({ name }) => /words-(en|ja)-/.exec(name)?.[1])
    return [...new Set(names.filter((name) => name !== undefined))]
  })

test("administrators see the people; a choice of language and colours holds", () =>
  visit({
    look: async (page) => {
      await openPage(page, "people")
      await page.getByText("grace.hopper@example.org").waitFor()
      expect(await languagesLoaded(page)).toHaveLength(1)
      await page.getByRole("combobox", { name: /Language|言語/ }).selectOption("ja")
      await page.getByRole("combobox", { name: "言語" }).waitFor()
      await page.getByRole("combobox", { name: /Colours|配色/ }).selectOption("dark")
      await page.reload()
      await openPage(page, "")
      await page.getByRole("heading", { level: 1, name: /正常です/ }).waitFor()
      expect(await page.locator("html").getAttribute("data-mantine-color-scheme")).toBe("dark")
      expect(await languagesLoaded(page)).toEqual(["ja"])
    },
  }))

test("a service that does not answer is no sign-in, and can be tried again", () =>
  visit({
    change: (scene) => {
      scene.isUp = false
    },
    look: async (page, _tell, scene) => {
      scene.isUp = true
      await page.getByRole("button", { name: /Try again|再試行/ }).click()
      await page
        .getByText(/Connected|接続済み/)
        .first()
        .waitFor()
    },
  }))

const openMeetings = async (page: Page) => {
  await openPage(page, "meetings")
  await page.getByRole("listitem").first().waitFor()
}

test("a series is seen as a picture, with what was moved and cancelled, and why it is as it is", () =>
  visit({
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("listitem").first().getByRole("button").click()
      await page.getByRole("heading", { level: 1, name: /Analytical Engine/ }).waitFor()
      const marks = page.locator("figure td[data-mark]")
      expect(await marks.count()).toBe(56)
      expect(await page.locator("figure td[data-mark=cancelled]").count()).toBe(1)
      expect(await page.locator("figure td[data-mark=moved-here]").count()).toBe(1)
      expect(await page.locator("figure td[data-mark=moved-away]").count()).toBe(1)
      await page
        .getByText(/The location of an event asks|予定の場所で会議が依頼/)
        .first()
        .waitFor()
    },
  }))

test("a meeting is made with the keyboard alone, and opened", () =>
  visit({
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("button", { name: /New meeting|新しい会議/ }).press("Enter")
      const title = page.getByRole("dialog").getByRole("textbox").first()
      await title.waitFor()
      await title.fill("Comet hunting")
      await title.press("Enter")
      await page.getByRole("heading", { level: 1, name: "Comet hunting" }).waitFor()
    },
  }))

test("an edit over a change made in the calendar is told, and keeps what was typed", () =>
  visit({
    look: async (page, _tell, scene) => {
      await openMeetings(page)
      await page.getByRole("listitem").first().getByRole("button").click()
      const title = page.getByRole("textbox").first()
      await title.fill("Ours")
      const [series] = scene.meetings
      if (series?.event) scene.meetings = [{ ...series, event: { ...series.event, version: "9", subject: "Theirs" } }]
      await page.getByRole("button", { name: /^(Save|保存)$/ }).click()
      await page.getByRole("alert").filter({ hasText: "Theirs" }).waitFor()
      expect(await title.inputValue()).toBe("Ours")
    },
  }))

test("cancelling a meeting asks first", () =>
  visit({
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("listitem").first().getByRole("button").click()
      await page.getByRole("button", { name: /Cancel the meeting|会議を中止/ }).click()
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /Cancel the meeting|会議を中止/ })
        .click()
      await expect.poll(() => page.getByRole("listitem").count()).toBe(1)
    },
  }))

test("meetings whose events vanished together wait for a decision", () =>
  visit({
    change: (scene) => {
      scene.meetings = scene.meetings.map((one) => ({
        ...one,
        events: one.events.map((event) => ({ ...event, isHeld: true })),
      }))
    },
    look: async (page) => {
      await openMeetings(page)
      await page.getByRole("button", { name: /End these meetings|これらの会議を終了/ }).click()
      await page.getByRole("button", { name: /Keep them|残す/ }).waitFor({ state: "detached" })
    },
  }))

const openGroups = async (page: Page) => {
  await openPage(page, "groups")
  await page.getByRole("heading", { level: 1, name: /Groups|グループ/ }).waitFor()
  await page.getByRole("listitem").first().waitFor()
}
const openPilots = async (page: Page) => {
  await openGroups(page)
  await page.getByRole("link", { name: /Pilots/ }).click()
  await page.getByRole("heading", { level: 1, name: /Pilots/ }).waitFor()
}

test("a group is made with the keyboard alone, and a name that is taken is told", () =>
  visit({
    look: async (page) => {
      await openGroups(page)
      await page.getByRole("button", { name: /New group|新しいグループ/ }).press("Enter")
      const name = page.getByRole("dialog").getByRole("textbox")
      await name.fill("営業部")
      await name.press("Enter")
      await page.getByRole("dialog").getByRole("alert").waitFor()
      await name.fill("Comet hunters")
      await name.press("Enter")
      await page.getByRole("heading", { level: 1, name: "Comet hunters" }).waitFor()
      await page
        .getByText(/Nobody is in this group yet|まだ誰もいません。/)
        .first()
        .waitFor()
    },
  }))

test("a group says what is set for it, and leads to where that is changed", () =>
  visit({
    look: async (page) => {
      await openGroups(page)
      await page.getByText(/1 setting of its own|独自の設定 1 件/).waitFor()
      await openPilots(page)
      await page.getByText(/Follows the organisation: Read, locked|組織に従う: 読み取り（ロック）/).waitFor()
      await page.getByRole("link", { name: /(Change what is set|設定を変更): Pilots/ }).click()
      await page.getByRole("heading", { level: 2, name: /Pilots/ }).waitFor()
      await page.getByRole("combobox", { name: /^(?:Meetings follow|会議とカレンダー)/ }).waitFor()
      // A group has an address of its own: the way back finds it, and a new tab does.
      await page.goBack()
      await page.reload()
      await page.getByRole("heading", { level: 1, name: /Pilots/ }).waitFor()
    },
  }))

test("whoever would lose their calendar by a move is named with the reason, and moved only when that is agreed to", () =>
  visit({
    change: ({ policy: { said } }) => {
      const lock = { calendarPermission: { value: "read", isLocked: true } } as const
      for (const level of said.groups.values()) Object.assign(level, lock)
    },
    look: async (page, _tell, scene) => {
      const ada = () => scene.users.find(({ displayName }) => displayName === "Ada Lovelace")?.groupId ?? null
      await openPilots(page)
      await page.getByRole("button", { name: /Add people|メンバーを追加/ }).click()
      const dialog = page.getByRole("dialog")
      const add = () => dialog.getByRole("button", { name: /(Add|追加): Ada/ }).click()
      await add()
      const question = dialog.getByRole("alert").filter({ hasText: /disconnects the calendar|切断されます/ })
      await question.filter({ hasText: /Calendars|カレンダー/ }).waitFor()
      await question.getByRole("button", { name: /Leave it|やめる/ }).click()
      await question.waitFor({ state: "detached" })
      expect(ada()).toBeNull()
      await add()
      await question.getByRole("button", { name: /Go on and disconnect|続行して切断/ }).click()
      await dialog.getByRole("status").filter({ hasText: "Ada Lovelace" }).waitFor()
      expect(ada()).not.toBeNull()
    },
  }))

test("people are found, put into a group, taken out of it and back, a page at a time", () =>
  visit({
    change: (scene) => {
      scene.usersPerPage = 2
    },
    look: async (page, _tell, scene) => {
      const inGroup = () => scene.users.flatMap(({ displayName, groupId }) => (groupId ? [displayName] : []))
      await openPilots(page)
      await page.getByRole("button", { name: /Add people|メンバーを追加/ }).click()
      const dialog = page.getByRole("dialog")
      // The first row is the head; the third person is on the second page.
      await dialog.getByRole("row").nth(3).getByText("山田 花子").waitFor()
      await dialog.getByRole("searchbox").fill("hanako")
      await expect.poll(() => dialog.getByRole("row").count()).toBe(2)
      await dialog.getByText(/in no group|グループなし/).waitFor()
      await dialog.getByRole("button", { name: /山田 花子/ }).press("Enter")
      await dialog.getByRole("status").filter({ hasText: "山田 花子" }).waitFor()
      expect(inGroup()).toEqual(["Grace Hopper", "山田 花子"])
      await page.keyboard.press("Escape")
      await dialog.waitFor({ state: "detached" })
      await page.getByRole("button", { name: /(Take out|外す): Grace/ }).click()
      await expect.poll(inGroup).toEqual(["山田 花子"])
      await page.getByRole("button", { name: /^(Undo|元に戻す)$/ }).click()
      await expect.poll(inGroup).toEqual(["Grace Hopper", "山田 花子"])
    },
  }))

test("a group is renamed, and deleted only after asking, with what becomes different", () =>
  visit({
    look: async (page, _tell, scene) => {
      await openPilots(page)
      const name = page.getByRole("textbox").last()
      await name.fill("Pioneers")
      await name.press("Enter")
      await page.getByRole("heading", { level: 1, name: "Pioneers" }).waitFor()
      const deleting = /Delete the group|グループを削除/
      await page.getByRole("button", { name: deleting }).click()
      await page.getByRole("dialog").getByText("Grace Hopper").waitFor()
      await expect.poll(() => page.locator("button:focus").textContent()).toMatch(/Keep it|残す/)
      await page.getByRole("dialog").getByRole("button", { name: deleting }).click()
      await page.getByRole("link", { name: /営業部/ }).waitFor()
      expect(scene.groups.map((group) => group.name)).toEqual(["営業部"])
      expect(scene.users.every(({ groupId = null }) => groupId === null)).toBe(true)
    },
  }))

test("nothing of the groups is wider than a phone, in any language", () =>
  visit({
    look: async (page) => {
      await page.setViewportSize({ width: 360, height: 740 })
      const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      await openGroups(page)
      expect(await overhang()).toBe(0)
      await page.getByRole("link", { name: /Pilots/ }).click()
      await page.getByRole("row").nth(1).waitFor()
      expect(await overhang()).toBe(0)
      await page.getByRole("button", { name: /Add people|メンバーを追加/ }).click()
      await page.getByRole("dialog").getByRole("row").nth(1).waitFor()
      expect(await overhang()).toBe(0)
    },
  }))

test("a mistake while drawing says what to do, instead of a white page", () =>
  visit({
    // The page is given a time that it cannot read, past its own schemas.
    breaking: "Intl.RelativeTimeFormat = class { constructor() { throw new RangeError('broken') } }",
    shown: (page) =>
      page
        .getByRole("alert")
        .getByRole("button", { name: /Load the page again|再読み込み/ })
        .waitFor(),
    look: async () => {},
  }))
