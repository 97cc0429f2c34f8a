import { rm } from "node:fs/promises"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createPool } from "../packages/server/src/postgres/database.ts"
import { type LaunchedBrowser, launchBrowser } from "../tools/chromium.ts"
import { buildApps } from "./apps.ts"
import { end, openAgenda, type Started, start } from "./started.ts"
import { connectByOAuth, simulatorSettings, until } from "./support.ts"

// DESIGN, rule 2: a notification is a hint. A fifth of them is lost, a fifth comes twice, a fifth late, and the last one never:
// every change is on the screen within the bound that the service states. Beside it, as a control, stands a service whose
// timer is as good as off and whose notifications are all lost: there the change is not seen, so it is the timer that saves
// the first.

let browser: LaunchedBrowser
let webFolder = ""
beforeAll(async () => {
  webFolder = await buildApps()
  browser = await launchBrowser({ context: { locale: "en-GB", timezoneId: "UTC" } })
})
afterAll(async () => {
  await browser?.close()
  await rm(webFolder, { recursive: true, force: true })
})

type Service = "microsoft" | "google"
type Person = Simulator["org"]["people"][number]

const providers = { microsoft: "graph", google: "google" } as const
const editCount = 40
const share = 0.2
const latestMs = 20_000

const details = (subject: string, minutes: number) => {
  const begin = Temporal.Now.zonedDateTimeISO("UTC").add({ hours: 2, minutes: minutes * 15 })
  const wall = (at: Temporal.ZonedDateTime) => at.toPlainDateTime().toString({ smallestUnit: "second" })
  return {
    subject,
    time: { kind: "timed" as const, zone: "UTC", start: wall(begin), end: wall(begin.add({ minutes: 15 })) },
  }
}

/** One change by another client, and what the page shows once it has come through. */
type Edit = { readonly make: () => void; readonly text: string; readonly state: "visible" | "detached" }

/** Renamed, cancelled and made in turns; each leaves a mark of its own on the page, whatever comes after it. */
function editsOf({ calendar }: Person): readonly Edit[] {
  return Array.from({ length: editCount }, (_, index): Edit => {
    if (index % 3 === 2) {
      const text = `Made ${index}`
      return { make: () => void calendar.create(details(text, index)), text, state: "visible" }
    }
    const before = calendar.create(details(`Old ${index}`, index))
    if (index % 3 === 1) return { make: () => calendar.remove(before), text: `Old ${index}`, state: "detached" }
    const text = `Renamed ${index}`
    return { make: () => void calendar.update(before, { subject: text }), text, state: "visible" }
  })
}

const shows = (page: Page, text: string) => page.getByText(text, { exact: true }).first()

/** A connected person whose agenda is open, with nothing under way any more that could tell it to read again. */
async function openQuiet(simulator: Simulator, service: Service, started: Started, person: Person): Promise<Page> {
  simulator.knobs(service).approvesAll = true
  expect(await connectByOAuth(started.call, providers[service], person.email)).toBe("connected")
  await until(async () => simulator.calls.count(service === "google" ? "watch" : "subscribe", person.email) > 0)
  await until(async () => (await jobsOf(started)) === 0)
  const page = await openAgenda(browser, started)
  await shows(page, "Always there").waitFor()
  await page.locator('[data-testid=freshness] [data-live="true"]').waitFor()
  await page.locator("header button[data-loading]").waitFor({ state: "detached" })
  return page
}

/** Jobs that wait, and accepted notices on their way to them. */
async function jobsOf({ base }: Started): Promise<number> {
  const pool = createPool(base.url, 1)
  try {
    const { rows } = await pool.query(
      "select (select count(*) from kalends_jobs._private_jobs) + (select count(*) from notice_batch) as count",
    )
    return Number(rows[0]?.count ?? 0)
  } finally {
    await pool.end()
  }
}

async function boundMsOf({ call }: Started): Promise<number> {
  const { connections } = (await call("GET", "/v1/connections")).body as {
    connections: readonly { readonly hears: string; readonly stalenessBoundSeconds: number }[]
  }
  expect(connections[0]?.hears).toBe("push")
  return (connections[0]?.stalenessBoundSeconds ?? 0) * 1000
}

/**
 * Makes the edits one after the other: whatever was announced at once is awaited before the next, so that each has a
 * notification of its own. Resolves when all are on the page; fails when one is not there within the bound.
 */
async function makeEdits(
  {
    simulator,
    service,
    boundMs,
  }: { readonly simulator: Simulator; readonly service: Service; readonly boundMs: number },
  page: Page,
  edits: readonly Edit[],
): Promise<void> {
  const knobs = simulator.knobs(service)
  const seen: Promise<unknown>[] = []
  for (const [index, { make, text, state }] of edits.entries()) {
    // The last one for certain: nothing that comes after it can make up for it but the timer.
    if (index === edits.length - 1) knobs.dropPushes = 1
    const { sent } = simulator.pushFates(service)
    make()
    const isSeen = shows(page, text).waitFor({ state, timeout: boundMs })
    // What fails is told at the end.
    seen.push(isSeen.catch((error: unknown) => error))
    if (simulator.pushFates(service).sent > sent) await isSeen
  }
  expect((await Promise.all(seen)).filter((error) => error !== undefined)).toEqual([])
}

describe.each([
  ["Microsoft 365", "microsoft", "google"],
  ["Google", "google", "microsoft"],
] as const)("%s, with notifications lost, doubled and late", (_name, service, other) => {
  test("each of 40 edits is on the screen within the stated bound; without the timer, a lost one is not", async () => {
    const simulator = await startSimulator({ seed: 20 })
    const [person, lonely] = [service, other].map((each) => {
      const made = simulator.org.addPerson(simulator.tenants[each], "Ada", `ada@${simulator.tenants[each].domain}`)
      made.calendar.create(details("Always there", 0))
      return made
    })
    if (person === undefined || lonely === undefined) throw new Error("two people are expected")
    const edits = editsOf(person)
    const settings = simulatorSettings(simulator)
    const started = await start(webFolder, { ...settings, KALENDS_RECONCILE_PUSH_SECONDS: "5" })
    const control = await start(webFolder, { ...settings, KALENDS_RECONCILE_PUSH_SECONDS: "86400" })
    try {
      const page = await openQuiet(simulator, service, started, person)
      for (const { text, state } of edits)
        expect([text, await shows(page, text).count()]).toEqual([text, state === "detached" ? 1 : 0])
      const controlPage = await openQuiet(simulator, other, control, lonely)
      simulator.knobs(other).dropPushes = 1
      lonely.calendar.create(details("Never heard of", 1))

      const faults = { dropPushes: share, doublePushes: share, delayShare: share, delayPushesMs: latestMs }
      Object.assign(simulator.knobs(service), faults)
      await makeEdits({ simulator, service, boundMs: await boundMsOf(started) }, page, edits)
      const { dropped, doubled, delayed } = simulator.pushFates(service)
      expect(Math.min(dropped, doubled, delayed)).toBeGreaterThanOrEqual(editCount * share * 0.5)

      expect(await shows(controlPage, "Never heard of").count()).toBe(0)
      simulator.knobs(other).dropPushes = 0
      lonely.calendar.create(details("Heard of", 2))
      await shows(controlPage, "Heard of").waitFor()
      expect(await shows(controlPage, "Never heard of").count()).toBe(1)
      await Promise.all([page.close(), controlPage.close()])
    } finally {
      await Promise.all([end(started), end(control)])
      await simulator.close()
    }
  })
})
