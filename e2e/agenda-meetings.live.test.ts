import { rm } from "node:fs/promises"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type LaunchedBrowser, launchBrowser } from "../tools/chromium.ts"
import { buildApps } from "./apps.ts"
import { end, openAgenda, start } from "./started.ts"
import { connectByOAuth, simulatorSettings } from "./support.ts"

// A meeting's whole life from the agenda, on the real service and a simulated calendar.

let browser: LaunchedBrowser
let simulator: Simulator
let webFolder = ""
beforeAll(async () => {
  webFolder = await buildApps()
  simulator = await startSimulator()
  browser = await launchBrowser({ context: { locale: "en-GB", timezoneId: "Europe/Berlin", reducedMotion: "reduce" } })
})
afterAll(async () => {
  await browser?.close()
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
})

const services = [
  ["Google", "google", "google"],
  ["Microsoft 365", "graph", "microsoft"],
] as const

test.each(services)(
  "in %s, a meeting made, changed and cancelled in the agenda is so in the calendar, and one that the calendar asked for is opened",
  async (_, provider, service) => {
    const person = simulator.org.addPerson(simulator.tenants[service], "Ada", `ada@${provider}.example.org`)
    simulator.knobs(service).approvesAll = true
    const started = await start(webFolder, {
      ...simulatorSettings(simulator),
      KALENDS_MEETING_URL: "https://meet.jit.si/{code}",
    })
    const inCalendar = () =>
      [...person.calendar.events.values()].flatMap(({ isDeleted, details }) => (isDeleted ? [] : [details]))
    try {
      expect(await connectByOAuth(started.call, provider, person.email, "read-write")).toBe("connected")
      const page = await openAgenda(browser, started)
      await page.getByText("No meetings in the next 30 days.").waitFor()
      await page.keyboard.press("n")
      await page.getByRole("textbox").first().fill("Comet hunting")
      await page.keyboard.press("Enter")
      await page.getByRole("status").filter({ hasText: "It is in your calendar" }).waitFor()
      expect(inCalendar()).toMatchObject([
        { subject: "Comet hunting", location: expect.stringMatching(/^https:\/\/meet\.jit\.si\//) },
      ])
      await page
        .getByRole("listitem")
        .getByRole("button", { name: /Comet hunting/ })
        .click()
      await page.getByRole("button", { name: "Change or cancel" }).click()
      await page.getByRole("textbox").first().fill("Comet hunting in Dome 2")
      await page.getByRole("textbox").first().press("Enter")
      await page.getByRole("heading", { level: 1, name: "Comet hunting in Dome 2" }).waitFor()
      expect(inCalendar()).toMatchObject([{ subject: "Comet hunting in Dome 2" }])
      await page.getByRole("button", { name: "Cancel the meeting" }).click()
      await page.getByRole("dialog").getByRole("button", { name: "Cancel the meeting" }).click()
      await page.getByText("No meetings in the next 30 days.").waitFor()
      expect(inCalendar()).toEqual([])
      const at = (minutes: number) =>
        Temporal.Now.zonedDateTimeISO("Europe/Berlin")
          .add({ minutes })
          .toPlainDateTime()
          .toString({ smallestUnit: "second" })
      person.calendar.create({
        subject: "Colloquium",
        time: { kind: "timed", start: at(120), end: at(150), zone: "Europe/Berlin" },
        location: "@meet",
      })
      await page
        .getByRole("listitem")
        .getByRole("button", { name: /Colloquium/ })
        .click()
      await page.getByRole("button", { name: "Change or cancel" }).click()
      await page.getByText("The location of an event asks for a meeting.").first().waitFor()
      await page.close()
    } finally {
      await end(started)
    }
  },
)
