import { afterAll, beforeAll, expect, test } from "vitest"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import { addonWorld, meetingId, settings } from "./testing/addon-world.ts"
import { drawCards } from "./testing/draw-card.ts"

// Every card as a person sees it, in a real browser and both languages: nothing is cut off, nothing bars anybody.

let browser: LaunchedBrowser
beforeAll(async () => {
  browser = await launchBrowser({ context: { viewport: { width: 300, height: 720 } } })
})
afterAll(() => browser?.close())

type Said = Parameters<ReturnType<typeof addonWorld>["call"]>
type Scene = {
  readonly asked: Said[0]
  readonly event?: object
  readonly prepare?: (world: ReturnType<typeof addonWorld>) => void
  readonly addsByItself?: boolean
}

const every = { ...settings, defaults: { templateId: null, addsToEveryEvent: true } }
const isOn = (world: ReturnType<typeof addonWorld>) => {
  world.signIn()
  world.answers["get /v1/tools/settings"] = { status: 200, body: every }
}
const signIn = (world: ReturnType<typeof addonWorld>) => void world.signIn()
const openEvent = (calendarId: string, canSetConferenceData: boolean) => ({
  calendar: { calendarId, id: "event1", capabilities: { canSetConferenceData } },
})
const carrying = {
  ...{ id: "event1", summary: "Observation", conferenceData: { conferenceSolution: { key: { type: "addOn" } } } },
}
const withMeeting = (world: ReturnType<typeof addonWorld>) => {
  world.signIn()
  const parameters = { addOnParameters: { parameters: { kalendsMeetingId: meetingId } } }
  world.events.set("event1", { ...carrying, conferenceData: { ...carrying.conferenceData, parameters } })
}

const scenes: readonly Scene[] = [
  { asked: "onHome" },
  { asked: "onBeginSignIn" },
  { asked: "onHome", prepare: signIn },
  { asked: "onHome", prepare: isOn },
  { asked: "onHome", prepare: isOn, addsByItself: true },
  { asked: "onEveryEvent", prepare: signIn },
  { asked: "onEventOpen", prepare: signIn, event: openEvent("ada@example.org", true) },
  { asked: "onEventOpen", prepare: signIn, event: openEvent("bo@example.org", true) },
  { asked: "onEventOpen", prepare: signIn, event: openEvent("ada@example.org", false) },
  { asked: "onEventOpen", prepare: withMeeting, event: openEvent("ada@example.org", true) },
  {
    ...{ asked: "onAddMeeting", event: openEvent("cy@example.org", true) },
    prepare(world) {
      world.signIn()
      world.answers["post /v1/tools/meetings"] = { status: 403, body: { code: "not-delegate" } }
    },
  },
  {
    ...{ asked: "onHome" },
    prepare(world) {
      world.signIn()
      world.answers["get /v1/tools/settings"] = { status: 200, body: { ...settings, isOn: false } }
    },
  },
  {
    ...{ asked: "onHome" },
    prepare(world) {
      world.signIn()
      world.answers["get /v1/tools/settings"] = { status: 503 }
    },
  },
]

test.each(["en", "ja"])("every card can be read and pressed in %s", async (language) => {
  const common = { commonEventObject: { userLocale: language, timeZone: { id: "Europe/Berlin" } } }
  const cards = scenes.map(({ asked, event = {}, prepare, addsByItself = false }) => {
    const world = addonWorld({ addsByItself })
    prepare?.(world)
    return world.call(asked, { ...common, ...event })
  })
  const page = await browser.context.newPage()
  await page.setContent(drawCards(cards, language))
  expect(await page.locator("article").count()).toBe(scenes.length)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(300)
  expect(await seriousFindings(page)).toEqual([])
  await page.close()
})
