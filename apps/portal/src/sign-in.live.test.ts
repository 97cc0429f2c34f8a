import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visits } from "../../../e2e/visits.ts"
import { fakeCode } from "../../../packages/ui/src/testing/fake-sign-in.ts"
import { messages } from "./messages.ts"
import type { SignInWords } from "./messages-sign-in.ts"

// What one signs in with, in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

/** Either language's, for before the page says which it speaks. */
const either = (pick: (words: SignInWords) => string) =>
  new RegExp(`^(?:${[messages.en, messages.ja].map(({ signInPage }) => pick(signInPage)).join("|")})$`)
const ownWell = new RegExp(`^(?:${messages.en.ownWell}|${messages.ja.ownWell})$`)
const codeField = (page: Page) => page.locator("input[autocomplete=one-time-code]")
const presentField = (page: Page) => page.locator("input[autocomplete=current-password]")
const wordsOf = async (page: Page) =>
  messages[(await page.locator("html").getAttribute("lang")) === "ja" ? "ja" : "en"].signInPage

test("a second step is asked for before anything else, by keyboard, and a wrong code is said", () =>
  visits.visit({
    change(scene) {
      scene.signIn = { ...scene.signIn, secondFactor: "awaited" }
    },
    address: "/",
    shown: (page) => page.locator("form input").waitFor(),
    async look(page) {
      const words = await wordsOf(page)
      await page.keyboard.type("000000")
      await page.keyboard.press("Enter")
      await page.getByRole("alert").filter({ hasText: words.problems["wrong-code"] }).waitFor()
      await codeField(page).fill(fakeCode)
      await page.keyboard.press("Enter")
      await page.getByRole("navigation").first().waitFor()
    },
  }))

test("an administrator without a second factor is led into setting one up where a page wants it, and keeps their own", () =>
  visits.visit({
    change(scene) {
      scene.signIn = { ...scene.signIn, secondFactor: "wanted", totpSince: null, recoveryCodesLeft: 0 }
    },
    address: "/#people",
    async shown(page) {
      await page.getByRole("heading", { level: 1, name: either((words) => words.wanted) }).waitFor()
    },
    async look(page) {
      const words = await wordsOf(page)
      // Home tells of one's own alone: of the rest nothing is asked for that would be refused.
      const asked: string[] = []
      page.on("request", (request) => asked.push(new URL(request.url()).pathname))
      await openPage(page, "")
      await page.getByRole("heading", { level: 1, name: ownWell }).waitFor()
      expect(asked.filter((path) => /^\/v1\/(?:admin|figures|rooms)\//.test(path))).toEqual([])
      await openPage(page, "people")
      await page.getByRole("button", { name: words.setUpTotp }).click()
      await page.getByRole("img", { name: words.totpPicture }).waitFor()
      await codeField(page).fill(fakeCode)
      await page.keyboard.press("Enter")
      await page.getByText(words.recoveryShown).waitFor()
      expect(await page.locator("li code").count()).toBe(10)
      const downloading = page.waitForEvent("download")
      await page.getByRole("button", { name: words.download }).click()
      expect((await downloading).suggestedFilename()).toBe("kalends-recovery-codes.txt")
      await page.getByRole("button", { name: words.haveThem }).click()
      await page.getByRole("heading", { level: 1, name: words.wanted }).waitFor({ state: "detached" })
    },
  }))

test("where everybody is asked for a second step, who has none sets one up before anything opens", () =>
  visits.visit({
    change(scene) {
      const none = { secondFactor: "wanted", totpSince: null, recoveryCodesLeft: 0 } as const
      scene.signIn = { ...scene.signIn, ...none, asksEverybody: true }
    },
    address: "/",
    async shown(page) {
      await page.getByText(either((words) => words.wantedOfAllText)).waitFor()
    },
    async look(page) {
      const words = await wordsOf(page)
      await page.getByRole("button", { name: words.setUpTotp }).click()
      await codeField(page).fill(fakeCode)
      await page.keyboard.press("Enter")
      await page.getByRole("button", { name: words.haveThem }).click()
      await page.getByRole("heading", { level: 1, name: words.wanted }).waitFor({ state: "detached" })
    },
  }))

test("an owner asks everybody for a second step, sees whom that stops, and shows their own", () =>
  visits.visit({
    change(scene) {
      scene.isFactorFresh = false
      scene.withoutFactor = Array.from({ length: 1_234 }, (_, index) => ({
        userId: `00000000-0000-4000-8000-00000000${1_000 + index}`,
        email: `person${1_000 + index}@example.org`,
      }))
    },
    address: "/#sign-in",
    async shown(page) {
      await page.getByRole("switch").waitFor()
    },
    async look(page, _tell, scene) {
      await page.getByRole("switch").press("Space")
      await page.getByText(either((words) => words.andMore(1_224))).waitFor()
      const list = page.getByRole("link", { name: either((words) => words.seeStopped) })
      expect(await list.getAttribute("href")).toBe("#people?role=user&secondStep=none")
      await page.getByRole("button", { name: either((words) => words.notNow) }).click()
      expect(await page.getByRole("switch").isChecked()).toBe(false)
      await page.getByRole("switch").press("Space")
      await page.getByRole("button", { name: either((words) => words.askThem) }).click()
      await codeField(page).fill(fakeCode)
      await page.keyboard.press("Enter")
      await expect.poll(() => page.getByRole("switch").isChecked()).toBe(true)
      expect(scene.signIn.asksEverybody).toBe(true)
    },
  }))

test("an act on an old second step asks for it again and is then done", () =>
  visits.visit({
    change(scene) {
      scene.isFactorFresh = false
    },
    address: "/#sign-in",
    async shown(page) {
      await page.getByRole("button", { name: either((words) => words.removeTotp) }).waitFor()
    },
    async look(page, _tell, scene) {
      const words = await wordsOf(page)
      await page.getByRole("button", { name: words.removeTotp }).click()
      await page.getByRole("dialog").getByRole("button", { name: words.removeTotp }).click()
      await codeField(page).fill(fakeCode)
      await page.keyboard.press("Enter")
      await page.getByRole("button", { name: words.setUpTotp }).waitFor()
      expect(scene.signIn.totpSince).toBeNull()
    },
  }))

test("a password is changed by whoever knows the present one", () =>
  visits.visit({
    address: "/#sign-in",
    async shown(page) {
      await presentField(page).waitFor()
    },
    async look(page) {
      const words = await wordsOf(page)
      // What shows a password is called in the reader's language, too: one of each field.
      const eye = new RegExp(`^(?:${messages.en.showPassword}|${messages.ja.showPassword})$`)
      expect(await page.getByRole("button", { name: eye }).count()).toBe(2)
      const change = async (present: string, next = "battery staple") => {
        await presentField(page).fill(present)
        await page.locator("input[autocomplete=new-password]").fill(next)
        await page.getByRole("button", { name: words.change }).click()
      }
      await change("wrong")
      await page.getByRole("alert").filter({ hasText: words.problems["wrong-present-password"] }).waitFor()
      await change("correct horse", "password1234")
      const common = /^(?:Many people choose this password|このパスワード、またはこれによく似たもの)/
      await page.getByRole("alert").filter({ hasText: common }).waitFor()
      await change("correct horse")
      await page.getByText(words.changed).waitFor()
    },
  }))
