import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openVisits, type Visit, type Visits } from "../../../e2e/visits.ts"

// What may be done with contacts, as the built portal asks and shows it, in a real browser and in both looks.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

const visit = (change: Visit["change"], look: (page: Page) => Promise<void>) =>
  visits.visit({
    ...(change === undefined ? {} : { change }),
    address: "/",
    shown: (page) => page.locator("h1").first().waitFor(),
    look: (page) => look(page),
  })

const contacts = (page: Page) => page.getByRole("radiogroup", { name: /contacts|連絡先/ })
/** What the portal asks the service for. */
async function asked(page: Page, button: RegExp): Promise<unknown> {
  const request = page.waitForRequest((one) => one.method() === "POST" && one.url().endsWith("/v1/connections"))
  await page.getByRole("button", { name: button }).click()
  return (await request).postDataJSON()
}

test("contacts are asked for where they are chosen, and by themselves never", () =>
  visit(
    (scene) => {
      scene.connection = null
    },
    async (page) => {
      expect(await contacts(page).getByRole("radio").count()).toBe(3)
      expect(await asked(page, /: Google$/)).toMatchObject({ provider: "google", permission: "read", contacts: "none" })
      await contacts(page)
        .getByRole("radio", { name: /^(Read and write|読み取りと書き込み)$/ })
        .check()
      expect(await asked(page, /: Microsoft 365$/)).toMatchObject({ permission: "read", contacts: "read-write" })
      // CalDAV has none to offer, and says so.
      await page.getByText(/not offered here|提供されません/).waitFor()
    },
  ))

test("policy is the most that is offered, and what it proposes stands chosen", async () => {
  await visit(
    (scene) => {
      scene.connection = null
      scene.contactsChoice = { most: "read", proposed: "read" }
    },
    async (page) => {
      expect(await contacts(page).getByRole("radio").count()).toBe(2)
      expect(await asked(page, /: Google$/)).toMatchObject({ contacts: "read" })
    },
  )
  await visit(
    (scene) => {
      scene.connection = null
      scene.contactsChoice = { most: "none", proposed: "none" }
    },
    async (page) => {
      await page.getByText(/does not connect contacts|連絡先は接続されません/).waitFor()
      expect(await contacts(page).count()).toBe(0)
    },
  )
})

test("what was granted is shown, and changed by asking the provider again", () =>
  visit(
    (scene) => {
      if (scene.connection !== null) scene.connection = { ...scene.connection, contacts: "read-write" }
    },
    async (page) => {
      await page.locator("summary").first().click()
      await page.locator("dt", { hasText: /^(Contacts|連絡先)$/ }).waitFor()
      await page.getByRole("button", { name: /^(Change permissions|許可を変更)$/ }).click()
      expect(
        await contacts(page)
          .getByRole("radio", { name: /^(Read and write|読み取りと書き込み)$/ })
          .isChecked(),
      ).toBe(true)
      await contacts(page)
        .getByRole("radio", { name: /^(Nothing|何もしない)$/ })
        .check()
      expect(await asked(page, /: Google$/)).toMatchObject({ permission: "read-write", contacts: "none" })
    },
  ))
