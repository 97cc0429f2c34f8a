import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { addContact } from "@kalends/simulator/contacts"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { freePort } from "../packages/server/src/platform/free-port.ts"
import { apiOf, signInWithFactor } from "../packages/server/src/testing/node.ts"
import { launchBrowser } from "../tools/chromium.ts"
import { buildApps } from "./apps.ts"
import { connectWith, filesWith, type ServiceProcess, simulatorSettings, startService, until } from "./support.ts"

// DESIGN, rule 1. Marks stand in every field of every event; a busy day with crashes goes by; then every byte of the data
// folder (database and write-ahead log included), the log and the browser's profile is looked at.

const marks = ["CANARY-subject-7f3a", "CANARY-place-91bc", "CANARY-text-55de", "canary-guest-20aa", "CANARY-name-c4c4"]
const [subject, place, text, guest, name] = marks
/** In every field of every contact, what Kalends uses of it and what it does not. */
const contactMarks = [
  "CANARY-given-61e8",
  "CANARY-family-0b7d",
  "canary-mail-3c19",
  "CANARY-firm-8fa2",
  "CANARY-note-d5e0",
]
const [given, family, mail, firm, note] = contactMarks

const details = (minutes: number) => {
  const start = Temporal.Now.zonedDateTimeISO("UTC").add({ minutes }).toPlainDateTime()
  const at = (wall: Temporal.PlainDateTime) => wall.toString({ smallestUnit: "second" })
  return {
    subject: `${subject}`,
    location: `${place}`,
    description: `${text}`,
    attendees: [{ name: `${name}`, email: `${guest}@example.org`, response: "none" as const }],
    time: { kind: "timed" as const, zone: "UTC", start: at(start), end: at(start.add({ minutes: 30 })) },
  }
}

let folder = ""
let webFolder = ""
let simulator: Simulator
let service: ServiceProcess
let url = ""
const seenTokens: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-scan-"))
  await chmod(folder, 0o755)
  for (const name of ["data", "profile", "logs"]) await mkdir(join(folder, name))
  webFolder = await buildApps()
  simulator = await startSimulator()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  service = await start(port)
})
afterAll(async () => {
  await service?.end("SIGTERM")
  await simulator?.close()
  await Promise.all([folder, webFolder].map((path) => rm(path, { recursive: true, force: true })))
})

function start(port: number): Promise<ServiceProcess> {
  const environment = {
    ...simulatorSettings(simulator),
    KALENDS_PORT: String(port),
    KALENDS_PUBLIC_URL: `http://localhost:${port}`,
    KALENDS_HOOK_URL: `http://127.0.0.1:${port}`,
    KALENDS_DATA: join(folder, "data"),
    KALENDS_WEB_FOLDER: webFolder,
    KALENDS_LOG_LEVEL: "debug",
  }
  return startService(environment, join(folder, "logs", "service.log"))
}

const scan = (what: readonly string[]) =>
  filesWith(
    what,
    ["data", "profile", "logs"].map((name) => join(folder, name)),
  )

async function signIn(email: string): Promise<ReturnType<typeof apiOf>> {
  const answer = await apiOf(url, () => null)("POST", "/v1/sessions", {
    email,
    password: "correct horse",
    deviceName: "Test",
    keep: "memory",
  })
  const { token } = answer.body as { token: string }
  seenTokens.push(token)
  return apiOf(url, () => token)
}

describe("after a busy day with crashes", () => {
  test("no event, token or credential is on any disk, and a planted mark is found", async () => {
    await apiOf(url, () => null)("POST", "/v1/setup", {
      setupCode: service.setupCode,
      organisation: "Observatory",
      displayName: "Ada",
      email: "ada@northwind.example",
      password: "correct horse",
    })
    const owner = await signInWithFactor(url, { email: "ada@northwind.example", password: "correct horse" })
    seenTokens.push(owner.token)
    const administrator = owner.call
    await administrator("POST", "/v1/users", {
      email: "vera@northwind-labs.example",
      displayName: "Vera",
      role: "user",
      password: "correct horse",
    })
    const people = [
      {
        call: administrator,
        provider: "graph",
        person: simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@northwind.example"),
      },
      {
        call: await signIn("vera@northwind-labs.example"),
        provider: "google",
        person: simulator.org.addPerson(simulator.tenants.google, "Vera", "vera@northwind-labs.example"),
      },
    ]
    for (const service_ of ["microsoft", "google"] as const) simulator.knobs(service_).approvesAll = true
    for (const { call, provider, person } of people) {
      for (let count = 0; count < 20; count++) person.calendar.create(details(count * 40))
      addMarkedContact(person)
      expect(await connectWith(call, { provider, permission: "read", contacts: "read-write" })).toBe("connected")
    }
    const browser = await launchBrowser({ userDataDir: join(folder, "profile") })
    await readInBrowser(
      browser.context,
      people.map(({ call }) => call),
    )
    for (let crash = 0; crash < 3; crash++) {
      for (const { person } of people)
        for (const event of person.calendar.live()) person.calendar.update(event, { subject: `${subject} ${crash}` })
      await service.end("SIGKILL")
      service = await start(Number(new URL(url).port))
      for (const { person } of people) person.calendar.create(details(crash * 10))
    }
    // Contacts went between the browsers and the providers alone.
    for (const { person } of people)
      expect(person.contacts.live().map(({ details: one }) => one.givenName)).toEqual([given, `${given} the second`])
    await until(async () => simulator.calls.count("delta") > 1 && simulator.calls.count("listEvents") > 1)
    await browser.close()
    await service.end("SIGTERM")
    expect(await scan([...marks, ...contactMarks, ...seenTokens, "correct horse"])).toEqual([])
    await writeFile(join(folder, "data", "planted"), Buffer.from(`\0\0${text}\0`))
    expect(await scan(marks)).toEqual([join(folder, "data", "planted")])
    service = await start(Number(new URL(url).port))
  })
})

function addMarkedContact({ contacts, tenant }: Person): void {
  addContact(contacts, tenant.service, {
    ...{ givenName: `${given}`, familyName: `${family}`, emails: [`${mail}@example.org`] },
    ...{ mobile: "+1 555 0100 4711", organisation: `${firm}`, notes: `${note}` },
  })
}

/** Finds somebody, and adds somebody: at the provider itself, with the page's own hands. */
async function readAndWriteContacts(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Contacts" }).click()
  await page.getByRole("searchbox").fill(`${family}`)
  await page
    .getByRole("dialog")
    .getByRole("button", { name: `${given}` })
    .waitFor()
  await page.getByRole("button", { name: "New contact" }).click()
  await page.getByLabel("First name").fill(`${given} the second`)
  await page.getByLabel("E-mail address").fill(`${mail}-2@example.org`)
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByRole("status").filter({ hasText: "the second" }).waitFor()
}

type Context = Awaited<ReturnType<typeof launchBrowser>>["context"]

/** A page that reads as the agenda does: token from the service, events from the provider, into memory. */
async function readInBrowser(context: Context, calls: readonly ReturnType<typeof apiOf>[]): Promise<void> {
  for (const call of calls) {
    const { code } = (await call("POST", "/v1/sessions/handoff", {})).body as { code: string }
    const page = await context.newPage()
    await page.goto(`${url.replace("127.0.0.1", "localhost")}/agenda/#code=${code}`)
    await page.getByText(`${subject}`).first().waitFor()
    await readAndWriteContacts(page)
    await page.close()
  }
}
