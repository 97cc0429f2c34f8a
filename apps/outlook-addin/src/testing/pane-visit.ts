import type { Page } from "playwright-core"
import { type OfficeScript, plainScript, scriptedOffice } from "./scripted-office.ts"

type Played = ReturnType<typeof scriptedOffice>
declare global {
  interface Window {
    readonly playedOffice: Played
  }
}

/** Puts a scripted Outlook in the place of Office's library, which is never fetched. */
export async function playOutlook(page: Page, changes: Partial<OfficeScript> = {}): Promise<void> {
  const script = JSON.stringify({ ...plainScript, ...changes })
  await page.route("https://appsforoffice.microsoft.com/**", (route) =>
    route.fulfill({ contentType: "text/javascript", body: "" }),
  )
  await page.addInitScript(`window.playedOffice = (${scriptedOffice})(${script}); window.Office = playedOffice.office`)
}

/** What the scripted Outlook has seen and has now. */
export const played = (page: Page) =>
  page.evaluate(() => {
    const { seen, script } = window.playedOffice
    const { calls, body, atSend, properties, notices, dialogs } = seen
    return { ...{ calls, body, atSend, properties, notices, dialogs }, location: script.location }
  })

/** The person moves the event that they are writing. */
export const moveByDays = (page: Page, days: number) =>
  page.evaluate((ms) => {
    window.playedOffice.script.startMs += ms
  }, days * 86_400_000)
