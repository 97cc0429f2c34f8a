import { type Scene, showWritten } from "@kalends/ui/testing/scene"
import type { Locator, Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openVisits, type Visits } from "../../../e2e/visits.ts"

// The built agenda in a real browser, on an API that answers what a scene says.

const code = "c".repeat(43)
let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

type Look = (page: Page, scene: Scene, tell: (message: unknown) => void) => Promise<void>

async function visit(change: (scene: Scene) => void, look: Look): Promise<void> {
  await visits.visit({
    change,
    address: `/agenda/#code=${code}`,
    shown: (page) => page.getByTestId("freshness").waitFor(),
    look: (page, tell, scene) => look(page, scene, tell),
  })
}

/** Nothing is kept by the browser, and nothing stands in the address. */
async function expectNothingKept(page: Page): Promise<void> {
  const kept = await page.evaluate(async () => [
    localStorage.length,
    sessionStorage.length,
    document.cookie,
    (await caches.keys()).length,
    (await indexedDB.databases()).length,
    location.hash,
  ])
  expect(kept).toEqual([0, 0, "", 0, 0, ""])
}

const review = "Analytical Engine: design review"

/** Brings the focus to the meeting that is on, by keys alone. How many stand before it depends on the time of day. */
async function focusReview(page: Page): Promise<Locator> {
  await page.getByRole("heading", { name: review }).waitFor()
  const focused = page.locator("button:focus")
  const isThere = async () => (await focused.count()) > 0 && (await focused.textContent())?.includes(review) === true
  for (let steps = 0; steps < 8 && !(await isThere()); steps++) await page.keyboard.press("j")
  expect(await focused.textContent()).toContain(review)
  return focused
}

/** Opens the meeting that is on. */
async function openReview(page: Page): Promise<void> {
  await focusReview(page)
  await page.keyboard.press("Enter")
  await page.getByRole("button", { name: /Change or cancel|変更・中止/ }).waitFor()
  await page.keyboard.press("e")
  await page.getByRole("heading", { level: 1, name: review }).waitFor()
}

const cancelling = /Cancel the meeting|会議を中止/

test("a day with meetings is readable by everybody, and nothing is kept by the browser", () =>
  visit(
    () => {},
    async (page) => {
      await page.getByRole("heading", { name: review }).waitFor()
      await expectNothingKept(page)
    },
  ))

test("a meeting is made with the keyboard alone, and is in the agenda when the calendar has it", () =>
  visit(
    () => {},
    async (page) => {
      await page.getByRole("heading", { name: review }).waitFor()
      await page.keyboard.press("n")
      await expect
        .poll(() =>
          page
            .getByRole("textbox")
            .first()
            .evaluate((field) => field === document.activeElement),
        )
        .toBe(true)
      await page.keyboard.type("Comet hunting, and n is a letter here")
      await page.keyboard.press("Enter")
      await page
        .getByRole("status")
        .filter({ hasText: /It is in your calendar|カレンダーに入りました/ })
        .waitFor()
      await page.getByRole("listitem").filter({ hasText: "Comet hunting" }).waitFor()
      await expectNothingKept(page)
    },
  ))

test("the form is walked through with the keyboard, in the order in which it is read, and makes a series", () =>
  visit(
    () => {},
    async (page, scene) => {
      await page.getByRole("heading", { name: review }).waitFor()
      await page.keyboard.press("n")
      await page.getByRole("dialog").waitFor()
      await page.keyboard.type("Comet hunting")
      const names: string[] = []
      const go = async (isThere: (name: string) => boolean) => {
        for (let steps = 0; steps < 20; steps++) {
          await page.keyboard.press("Tab")
          const name = await page.evaluate(async () => {
            // The dialog looks after the focus when the key's own work is done; no hand is quicker than that.
            await new Promise((done) => setTimeout(done))
            const { activeElement: field } = document
            return field instanceof HTMLInputElement || field instanceof HTMLSelectElement
              ? (field.labels?.[0]?.textContent ?? "").replace(/ \*$/, "")
              : (field?.textContent ?? "")
          })
          if (names.at(-1) !== name) names.push(name)
          if (isThere(name)) return
        }
      }
      await go((name) => /Repeats|繰り返し/.test(name))
      await page.locator("select:focus").selectOption("weekly")
      await page.getByLabel(/How often|回数/).waitFor()
      await go((name) => /How often|回数/.test(name))
      await page.keyboard.press("ControlOrMeta+a")
      await page.keyboard.type("4")
      await go((name) => /Make the meeting|会議を作成/.test(name))
      expect(names).toHaveLength(6)
      await page.keyboard.press("Enter")
      await page.getByRole("dialog").waitFor({ state: "detached" })
      expect(scene.meetings[0]?.event?.schedule).toMatchObject({ rules: ["FREQ=WEEKLY;COUNT=4"] })
      // The list has the keys again once it has told of the meeting.
      await page.getByRole("status").filter({ hasText: "Comet hunting" }).waitFor()
      await page.keyboard.press("?")
      await page.getByRole("dialog").waitFor()
    },
  ))

test("what cannot be undone is asked in a dialog that begins with keeping it", () =>
  visit(
    () => {},
    async (page, scene) => {
      await openReview(page)
      await page.getByRole("button", { name: cancelling }).press("Enter")
      await page.getByRole("dialog").waitFor()
      await expect.poll(() => page.locator("button:focus").textContent()).toMatch(/Keep it|残す/)
      await page.keyboard.press("Enter")
      await page.getByRole("dialog").waitFor({ state: "detached" })
      expect(scene.meetings.length).toBe(2)
      await page.getByRole("button", { name: cancelling }).press("Enter")
      await page.getByRole("dialog").waitFor()
    },
  ))

test("a calendar that is slow is waited for, in words, until its notice comes", () =>
  visit(
    (scene) => {
      scene.isCalendarSlow = true
    },
    async (page, scene, tell) => {
      await page.getByRole("button", { name: /New meeting|新しい会議/ }).click()
      await page.getByRole("textbox").first().fill("Comet hunting")
      await page.keyboard.press("Enter")
      const told = page.getByRole("status").filter({ hasText: "Comet hunting" })
      await told.filter({ hasText: /appears here as soon|反映され次第/ }).waitFor()
      showWritten(scene)
      tell({ kind: "calendar-changed", calendarId: "00000000-0000-4000-8000-00000000000c", watermarkMs: 2 })
      await told.filter({ hasText: /It is in your calendar|カレンダーに入りました/ }).waitFor()
    },
  ))

test("a meeting that could not be made says why and what to do, and keeps what was typed", () =>
  visit(
    (scene) => {
      scene.meetingProblem = { status: 503, kind: "unavailable", code: "no-answer" }
    },
    async (page) => {
      await page.getByRole("button", { name: /New meeting|新しい会議/ }).click()
      const title = page.getByRole("textbox").first()
      await title.fill("Comet hunting")
      await page.keyboard.press("Enter")
      const alert = page.getByRole("dialog").getByRole("alert")
      await alert
        .filter({
          hasText: /does not answer at the moment.*makes no second meeting|現在応答していません.*二重に作成される/,
        })
        .waitFor()
      expect(await title.inputValue()).toBe("Comet hunting")
      await title.press("Enter")
      await page.getByRole("dialog").waitFor({ state: "detached" })
      await page.getByRole("listitem").filter({ hasText: "Comet hunting" }).waitFor()
    },
  ))

test("a meeting of ours is opened with its series, changed, and seen in the agenda as it then is", () =>
  visit(
    () => {},
    async (page) => {
      await openReview(page)
      expect(await page.locator("figure td[data-mark]").count()).toBe(56)
      expect(await page.locator("figure td[data-mark=cancelled]").count()).toBe(1)
      await page.getByRole("textbox").first().fill("Design review, again")
      await page.keyboard.press("Enter")
      await page.getByRole("heading", { level: 1, name: "Design review, again" }).waitFor()
      await page.getByRole("button", { name: /←/ }).click()
      await page.getByRole("heading", { level: 2, name: "Design review, again" }).waitFor()
      await expect.poll(() => page.locator("button:focus").textContent()).toContain("Design review, again")
    },
  ))

test("cancelling asks first, says when it failed, and offers to make the meeting again", () =>
  visit(
    () => {},
    async (page, scene) => {
      await openReview(page)
      scene.meetingProblem = { status: 403, kind: "forbidden", code: "read-only" }
      await page.getByRole("button", { name: cancelling }).click()
      const dialog = page.getByRole("dialog")
      await dialog.getByRole("button", { name: cancelling }).click()
      await dialog.getByRole("alert").waitFor()
      await dialog.getByRole("button", { name: cancelling }).click()
      await page.getByRole("status").filter({ hasText: review }).waitFor()
      await page.getByRole("heading", { name: review }).waitFor({ state: "detached" })
      await page.getByRole("button", { name: /Make it again|もう一度作成/ }).click()
      await page.getByRole("button", { name: /^(Open it|開く)$/ }).waitFor()
      await expectNothingKept(page)
    },
  ))

test("keys move the focus and open the details of a meeting", () =>
  visit(
    () => {},
    async (page) => {
      const focused = await focusReview(page)
      for (const key of ["ArrowDown", "k", "Enter"]) await page.keyboard.press(key)
      expect(await focused.textContent()).toContain("Analytical Engine: design review")
      expect(await focused.getAttribute("aria-expanded")).toBe("true")
      await page.getByText("https://example.org/agenda").first().waitFor()
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

test("nothing of it is wider than a phone, in any language", () =>
  visit(
    () => {},
    async (page) => {
      await page.setViewportSize({ width: 360, height: 740 })
      const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      await openReview(page)
      expect(await overhang()).toBe(0)
      await page.getByRole("button", { name: /←/ }).click()
      await page.getByRole("heading", { level: 2, name: review }).waitFor()
      expect(await overhang()).toBe(0)
      await page.keyboard.press("n")
      await page.getByRole("dialog").waitFor()
      expect(await overhang()).toBe(0)
    },
  ))
