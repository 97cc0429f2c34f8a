import type { Scene } from "@kalends/ui/testing/scene"
import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openVisits, type Visits } from "../../../e2e/visits.ts"

// The contacts of the built agenda in a real browser, in both looks, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

function visit(change: (scene: Scene) => void, look: (page: Page, scene: Scene) => Promise<void>): Promise<void> {
  return visits.visit({
    change,
    address: `/agenda/#code=${"c".repeat(43)}`,
    async shown(page) {
      await page.getByTestId("freshness").waitFor()
      await page.getByRole("button", { name: /^(Contacts|連絡先)$/ }).click()
      await page.getByRole("dialog").waitFor()
    },
    look: (page, _tell, scene) => look(page, scene),
  })
}

const allow = (contacts: "none" | "read" | "read-write") => (scene: Scene) => {
  if (scene.connection !== null) scene.connection = { ...scene.connection, contacts }
}
const one = (page: Page, name: string) => page.getByRole("dialog").getByRole("button", { name })
const told = (page: Page, text: RegExp) => page.getByRole("status").filter({ hasText: text })

test("somebody is found by name or address and looked at, and nothing is kept by the browser", () =>
  visit(allow("read"), async (page) => {
    await one(page, "Grace Hopper").waitFor()
    const search = page.getByRole("searchbox")
    await search.fill("花")
    await one(page, "Grace Hopper").waitFor({ state: "detached" })
    await search.fill("navy.ex")
    await one(page, "Grace Hopper").click()
    await page.getByRole("link", { name: "grace@navy.example" }).waitFor()
    // May be read, not written.
    expect(await page.getByRole("button", { name: /^(Change|変更)$/ }).count()).toBe(0)
    const kept = await page.evaluate(async () => [
      localStorage.length + sessionStorage.length,
      (await caches.keys()).length + (await indexedDB.databases()).length,
    ])
    expect(kept).toEqual([0, 0])
  }))

test("somebody is added, changed and deleted, and each is undone", () =>
  visit(allow("read-write"), async (page, scene) => {
    const undo = () => page.getByRole("button", { name: /^(Undo|元に戻す)$/ }).click()
    const names = () => JSON.stringify(scene.contacts)
    await one(page, "Grace Hopper").waitFor()
    await page.getByRole("button", { name: /^(New contact|新しい連絡先)$/ }).click()
    await page.getByLabel(/^(First name|名)$/).fill("Katherine")
    await page.getByLabel(/^(E-mail address|メールアドレス)$/).fill("katherine")
    await page.getByRole("button", { name: /^(Save|保存)$/ }).click()
    await page.getByRole("alert").waitFor()
    await page.getByLabel(/^(E-mail address|メールアドレス)$/).fill("katherine@nasa.example")
    await page.getByRole("button", { name: /^(Save|保存)$/ }).click()
    await told(page, /Katherine/).waitFor()
    expect(names()).toContain("katherine@nasa.example")
    await undo()
    await expect.poll(names).not.toContain("katherine@nasa.example")
    await one(page, "Grace Hopper").click()
    await page.getByRole("button", { name: /^(Change|変更)$/ }).click()
    await page.getByLabel(/^(Organisation|組織)$/).fill("Yale")
    await page.getByRole("button", { name: /^(Save|保存)$/ }).click()
    await told(page, /Grace/).waitFor()
    expect(names()).toContain("Yale")
    await undo()
    await expect.poll(names).toContain("United States Navy")
    await one(page, "Grace Hopper").click()
    await page.getByRole("button", { name: /^(Delete|削除)$/ }).click()
    await told(page, /Grace/).waitFor()
    expect(names()).not.toContain("grace@navy.example")
    await undo()
    await one(page, "Grace Hopper").waitFor()
  }))

test("an empty book, one that does not answer, nobody who fits, and no permission say what to do", async () => {
  await visit(
    (scene) => {
      allow("read-write")(scene)
      scene.contacts = []
    },
    (page) => page.getByText(/no contacts in your address book|連絡先はまだありません/).waitFor(),
  )
  await visit(
    (scene) => {
      allow("read")(scene)
      scene.contacts = null
    },
    async (page, scene) => {
      await page.getByRole("dialog").getByRole("alert").waitFor()
      scene.contacts = []
      await page.getByRole("button", { name: /^(Try again|再試行)$/ }).click()
      await page.getByText(/no contacts in your address book|連絡先はまだありません/).waitFor()
    },
  )
  await visit(allow("read"), async (page) => {
    await one(page, "Grace Hopper").waitFor()
    await page.getByRole("searchbox").fill("zzz")
    await told(page, /zzz/).waitFor()
  })
  await visit(allow("none"), (page) => page.getByRole("dialog").getByRole("link").waitFor())
})

test("nothing of it is wider than a phone, in any language", () =>
  visit(allow("read-write"), async (page) => {
    await page.setViewportSize({ width: 360, height: 740 })
    const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    await one(page, "Grace Hopper").waitFor()
    expect(await overhang()).toBe(0)
    await one(page, "the-longest-address").click()
    expect(await overhang()).toBe(0)
    await page.getByRole("button", { name: /^(Change|変更)$/ }).click()
    expect(await overhang()).toBe(0)
  }))
