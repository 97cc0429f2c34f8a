import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { MeetingDetail, MeetingView } from "@kalends/protocol/meetings"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { freePort } from "../packages/server/src/platform/free-port.ts"
import { apiOf } from "../packages/server/src/testing/node.ts"
import { connectByOAuth, filesWith, type ServiceProcess, simulatorSettings, startService, until } from "./support.ts"

// DESIGN, rule 1, for the sync, which reads whole events and passes titles on. Marks stand in every field of every event
// and in every title that the API is given; three busy weeks go by, in each of which the node is killed in the middle of
// something else; then every byte of the data folder (database and write-ahead log included) and the log is looked at.

const marks = {
  subject: "CANARY-sync-subject-41d8",
  renamed: "CANARY-sync-renamed-9e07",
  place: "CANARY-sync-place-c2b6",
  text: "CANARY-sync-text-7a35",
  guest: "canary-sync-guest-e81f",
  name: "CANARY-sync-name-05c9",
  asked: "CANARY-sync-asked-b3f4",
  changed: "CANARY-sync-changed-6d20",
}
const joinPlace = "https://meet.example.org/"
const owner = "vera@northwind-labs.example"
const password = "correct horse"

type Calendar = Simulator["org"]["people"][number]["calendar"]
type SimEvent = ReturnType<Calendar["create"]>

let folder = ""
let simulator: Simulator
let calendar: Calendar
let service: ServiceProcess
let url = ""
let call: ReturnType<typeof apiOf>
const seenTokens: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-scan-"))
  await chmod(folder, 0o755)
  for (const name of ["data", "logs"]) await mkdir(join(folder, name))
  simulator = await startSimulator()
  simulator.knobs("google").approvesAll = true
  calendar = simulator.org.addPerson(simulator.tenants.google, marks.name, owner).calendar
  url = `http://127.0.0.1:${await freePort()}`
  service = await start()
})
afterAll(async () => {
  await service?.end("SIGTERM")
  await simulator?.close()
  await rm(folder, { recursive: true, force: true })
})

function start(): Promise<ServiceProcess> {
  const { port } = new URL(url)
  const environment = {
    ...simulatorSettings(simulator),
    KALENDS_PORT: port,
    KALENDS_PUBLIC_URL: `http://localhost:${port}`,
    KALENDS_HOOK_URL: url,
    KALENDS_DATA: join(folder, "data"),
    KALENDS_MEETING_URL: `${joinPlace}{code}`,
    KALENDS_RECONCILE_PUSH_SECONDS: "5",
    KALENDS_RECONCILE_POLL_SECONDS: "5",
    KALENDS_LOG_LEVEL: "debug",
  }
  return startService(environment, join(folder, "logs", "service.log"))
}

async function crash(): Promise<void> {
  await service.end("SIGKILL")
  service = await start()
}

const scan = (what: readonly string[]) =>
  filesWith(
    what,
    ["data", "logs"].map((name) => join(folder, name)),
  )

const begunAt = Temporal.Now.zonedDateTimeISO("UTC")

/** Half an hour on the full hour after the beginning, so many days ahead. */
function slot(days: number) {
  const starts = begunAt.add({ days }).round({ smallestUnit: "hour", roundingMode: "ceil" })
  const ends = starts.add({ minutes: 30 })
  const wall = (at: Temporal.ZonedDateTime) => at.toPlainDateTime().toString({ smallestUnit: "second" })
  return {
    endsAt: ends.toInstant(),
    originalAfterDays: (later: number) => starts.add({ days: later }).toInstant().toString(),
    sim: { kind: "timed" as const, zone: "UTC", start: wall(starts), end: wall(ends) },
    json: {
      ...{ v: 1, kind: "single" },
      time: {
        kind: "timed",
        startsAt: starts.toInstant().toString(),
        endsAt: ends.toInstant().toString(),
        zone: "UTC",
      },
    },
  }
}

/** An event of the owner's own whose location asks for a meeting. */
function askFor(days: number): SimEvent {
  return calendar.create({
    subject: marks.subject,
    time: slot(days).sim,
    location: `${marks.place} @meet`,
    description: marks.text,
    attendees: [{ name: marks.name, email: `${marks.guest}@example.org`, response: "none" }],
  })
}

async function ask<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await call(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path} was answered with ${answer.status}`)
  return answer.body as Body
}

const listed = async () => (await ask<{ meetings: readonly MeetingView[] }>("GET", "/v1/meetings")).meetings
const detail = (id: string) => ask<MeetingDetail>("GET", `/v1/meetings/${id}`)

async function meetingOf(event: SimEvent): Promise<MeetingView> {
  const found = (await listed()).filter(({ events }) => events.some(({ eventId }) => eventId === event.id))
  if (found.length !== 1 || found[0] === undefined) throw new Error(`the event has ${found.length} meetings`)
  return found[0]
}

/** Done once the provider has been asked this once more: then the node is in the middle of it. */
async function inTheMiddleOf(operation: string, work: () => void): Promise<void> {
  const before = simulator.calls.count(operation)
  work()
  await until(async () => simulator.calls.count(operation) > before)
  await crash()
}

const hasLink = ({ details: { location } }: SimEvent) => location?.includes(joinPlace) === true

/** One live meeting with its link in the event, which is named and timed as the event is. */
async function follows(
  event: SimEvent,
  expected: { readonly isRecurring: boolean; readonly endsAt?: Temporal.Instant },
) {
  const { state, isRecurring, endsAt, joinUrl } = await meetingOf(event)
  const idEnds = expected.endsAt?.add({ hours: 24 * 30 })
  return (
    state === "live" &&
    isRecurring === expected.isRecurring &&
    (idEnds === undefined || (endsAt !== null && Temporal.Instant.compare(endsAt, idEnds) === 0)) &&
    joinUrl !== null &&
    event.details.location?.includes(joinUrl) === true
  )
}

const causesOf = async (event: SimEvent) =>
  (await detail((await meetingOf(event)).meetingId)).history.map(({ cause }) => cause)

/** Events ask for meetings, and the node dies while it writes their links, in the first week. */
async function makeWeek(week: number) {
  const make = () => Array.from({ length: 6 }, (_, index) => askFor(1 + week * 7 + index))
  const made: SimEvent[] = []
  if (week === 0) await inTheMiddleOf("patchEvent", () => made.push(...make()))
  else made.push(...make())
  await until(
    async () => made.every(hasLink) && (await Promise.all(made.map(meetingOf))).every(({ state }) => state === "live"),
  )
  return made
}

/** What people do with events; the node dies while it reads the changes, in the second week. */
async function changeWeek(week: number, events: readonly SimEvent[]): Promise<void> {
  const [renamed, moved, series, holed, deleted, kept] = events
  if (!renamed || !moved || !series || !holed || !deleted || !kept) throw new Error("a week has six events")
  const days = 1 + week * 7
  const gone = (await meetingOf(deleted)).meetingId
  const change = () => {
    calendar.update(renamed, { subject: marks.renamed })
    calendar.update(moved, { time: slot(days + 15).sim })
    calendar.update(series, { rule: "FREQ=WEEKLY;COUNT=5" })
    calendar.update(holed, { rule: "FREQ=DAILY;COUNT=5" })
    calendar.except(holed, slot(days + 3).originalAfterDays(1), "cancelled")
    calendar.except(holed, slot(days + 3).originalAfterDays(2), { time: slot(days + 9).sim, subject: marks.renamed })
    calendar.remove(deleted)
  }
  if (week === 1) await inTheMiddleOf("listEvents", change)
  else change()
  await until(async () => (await detail(gone)).state === "ended")
  await until(() => follows(renamed, { isRecurring: false, endsAt: slot(days).endsAt }))
  await until(() => follows(moved, { isRecurring: false, endsAt: slot(days + 15).endsAt }))
  await until(() => follows(series, { isRecurring: true }))
  await until(() => follows(holed, { isRecurring: true }))
  await until(() => follows(kept, { isRecurring: false, endsAt: slot(days + 5).endsAt }))
  await until(async () => (await causesOf(renamed)).includes("event-renamed"))
}

/** Meetings made, changed and cancelled by people; the node dies while it writes the first event, in the third week. */
async function askWeek(week: number): Promise<void> {
  const days = 2 + week * 7
  const key = (number: number) => `${week}${number}`.padStart(32, "0")
  const series = {
    ...{ v: 1, kind: "series", start: slot(days).sim.start, zone: "UTC", length: 30 },
    ...{ rules: ["FREQ=WEEKLY;COUNT=3"], extraStarts: [], excludedStarts: [], moved: [] },
  }
  const wish = { key: key(1), subject: marks.asked, schedule: slot(days).json }
  if (week === 2) await inTheMiddleOf("insertEvent", () => void call("POST", "/v1/meetings", wish).catch(() => null))
  const one = await ask<MeetingView>("POST", "/v1/meetings", wish)
  const weekly = await ask<MeetingView>("POST", "/v1/meetings", { key: key(2), subject: marks.asked, schedule: series })
  const unwanted = await ask<MeetingView>("POST", "/v1/meetings", { ...wish, key: key(3) })
  await change(one.meetingId, { subject: marks.changed, schedule: slot(days + 20).json })
  await change(weekly.meetingId, { subject: marks.changed })
  await cancel(unwanted.meetingId)
  await until(async () => {
    const [now, recurring, ended] = await Promise.all([one, weekly, unwanted].map(({ meetingId }) => detail(meetingId)))
    const endsAt = slot(days + 20).endsAt.add({ hours: 24 * 30 })
    return (
      now?.state === "live" &&
      now.endsAt !== null &&
      Temporal.Instant.compare(now.endsAt, endsAt) === 0 &&
      recurring?.state === "live" &&
      recurring.isRecurring &&
      ended?.state === "ended"
    )
  })
  const live = calendar.live().filter(({ id }) => [key(1), key(2), key(3)].includes(id))
  expect(live.map(({ details }) => details.subject)).toEqual([marks.changed, marks.changed])
}

/** As an app does: reads, writes on what it has read, and reads again when somebody was faster. */
async function change(meetingId: string, what: object): Promise<void> {
  await until(async () => {
    const { event } = await detail(meetingId)
    const answer = await call("PATCH", `/v1/meetings/${meetingId}`, { ...what, version: event?.version ?? "" })
    return answer.status === 200
  })
}

async function cancel(meetingId: string): Promise<void> {
  await until(async () => (await call("DELETE", `/v1/meetings/${meetingId}`)).status === 204)
}

async function setUp(): Promise<void> {
  const anonymous = apiOf(url, () => null)
  const person = { displayName: "Vera", email: owner, password }
  await anonymous("POST", "/v1/setup", { ...person, setupCode: service.setupCode, organisation: "Observatory" })
  const answer = await anonymous("POST", "/v1/sessions", { email: owner, password, deviceName: "Test", keep: "memory" })
  const { token } = answer.body as { token: string }
  seenTokens.push(token)
  call = apiOf(url, () => token)
  expect(await connectByOAuth(call, "google", owner, "read-write")).toBe("connected")
  await until(async () => simulator.calls.count("watch") > 0 && simulator.calls.count("listEvents") > 0)
}

describe("after a busy month of sync with crashes", () => {
  test("meetings followed their events, nothing of any event is on any disk, and a planted mark is found", async () => {
    await setUp()
    for (let week = 0; week < 3; week++) {
      await changeWeek(week, await makeWeek(week))
      await askWeek(week)
    }
    await service.end("SIGTERM")
    const wanted = Object.values(marks)
    expect(await scan([...wanted, ...seenTokens, password])).toEqual([])
    await writeFile(join(folder, "data", "planted"), Buffer.from(`\0\0${marks.renamed}\0`))
    expect(await scan(wanted)).toEqual([join(folder, "data", "planted")])
    service = await start()
  })
})
