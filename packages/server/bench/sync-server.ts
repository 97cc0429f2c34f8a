/** The server of sync.bench.ts: real passes with the sync in them, on a real database, over changes that come from files. */

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseMeetingId, parseProviderEventId, parseProviderName } from "@kalends/domain/ids"
import type { Pool } from "pg"
import { elapsedMs } from "../../../tools/platform.ts"
import { createConnectionLife } from "../src/connections/life.ts"
import { reconcilePace } from "../src/jobs/pace.ts"
import { createPass } from "../src/jobs/pass.ts"
import { createBuiltinBackend } from "../src/meeting-backends/builtin/index.ts"
import { eventFace } from "../src/meetings/block.ts"
import { createDigests } from "../src/meetings/digest.ts"
import { createLookout, meetingTag } from "../src/meetings/lookout.ts"
import { systemClock as clock } from "../src/platform/clock.ts"
import { createLog } from "../src/platform/log.ts"
import { createMetrics } from "../src/platform/metrics.ts"
import { createOAuthClient } from "../src/platform/oauth-client.ts"
import { createProcessFanOut } from "../src/platform/process-fan-out.ts"
import { systemRandom as random } from "../src/platform/random.ts"
import type { LinkRow } from "../src/ports/meeting-tables.ts"
import type { CalendarRow, Store } from "../src/ports/store.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { createGoogleProvider } from "../src/providers/google/index.ts"
import { createCalendarSync } from "../src/sync/calendar-sync.ts"
import { testSecret } from "../src/testing/node.ts"
import { sampleRows } from "../src/testing/rows.ts"
import { silentMetrics } from "../src/testing/silent-metrics.ts"
import { answer } from "./kit/part.ts"
import { type Carried, changePages, meetingCount, meetingEventId, pageSize, scriptedGoogle } from "./sync-pages.ts"

export type Job = {
  readonly databaseUrl: string
  readonly folder: string
  readonly changeCount: number
  readonly rounds: number
}
export type Measured = {
  /** Of each pass, the first one included: duration, and time of this process's processor. */
  readonly wallMs: readonly number[]
  readonly cpuMs: readonly number[]
  /** JSON.parse of the same pages, the reading of the files not counted. */
  readonly parseMs: readonly number[]
  readonly bytes: number
  /** Resident memory around the first pass, and the most there was up to its end. */
  readonly rssMb: { readonly before: number; readonly after: number; readonly peak: number }
  /** What the first pass left in the heap when it was collected, more than before. */
  readonly keptMb: number
}

const secret = testSecret.derive("meeting-codes")
const backend = createBuiltinBackend({ template: "https://meet.example.org/{code}", secret })
const digests = createDigests(testSecret.derive("sync-digests"))
const lookout = createLookout([backend], "@meet")
const metrics = createMetrics(silentMetrics)
const access = { kind: "bearer", token: "bench", expiresAt: Temporal.Instant.from("2099-01-01T00:00:00Z") } as const
const nowhere = "https://provider.invalid"
const settings = {
  clientId: "b",
  clientSecret: "b",
  accountsUrl: nowhere,
  tokenUrl: nowhere,
  apiUrl: nowhere,
  peopleUrl: nowhere,
  directoryUrl: nowhere,
}
const then = Temporal.Instant.from("2026-11-01T00:00:00Z")
const meetings = Array.from({ length: meetingCount }, (_, index) => ({
  meetingId: parseMeetingId(`00000009-0000-4000-8000-${index.toString(16).padStart(12, "0")}`),
  eventId: parseProviderEventId(meetingEventId(index)),
  key: index.toString(16).padStart(32, "0"),
}))

const pageFile = (folder: string, page: number) => join(folder, `page-${page}.json`)

/** The links as they were before the changes: half of the events were only edited, the other half were moved. */
async function formerLinks(calendar: CalendarRow, provider: ReturnType<typeof createGoogleProvider>) {
  const { accountId, calendarId, providerCalendarId } = calendar
  const links: LinkRow[] = []
  for (const [index, { meetingId, eventId }] of meetings.entries()) {
    const signal = AbortSignal.timeout(10_000)
    const record = await provider.events?.fetch({ access, calendarId: providerCalendarId, eventId, signal })
    if (record === null || record === undefined) throw new Error("the event cannot be read")
    const { topic, schedule } = digests.of(accountId, backend.shown(eventFace(record)))
    links.push({
      ...{ accountId, calendarId, eventId, meetingId, role: "driver", version: "former", endsAt: null, heldAt: null },
      agreedTopic: topic,
      agreedSchedule: index % 2 === 0 ? schedule : new Uint8Array(16),
      ...{ shownTopic: topic, shownSchedule: schedule },
    })
  }
  return links
}

async function insertCalendar(store: Store, seed: number) {
  const sample = sampleRows(seed)
  const connection = { ...sample.connection, provider: parseProviderName("google"), permission: "read-write" } as const
  const window = { cursorWindowStartsAt: then, cursorWindowEndsAt: then.add({ hours: 24 * 700 }) }
  const calendar = { ...sample.calendar, ...window, canWrite: true, cursor: "sync-1", isFirstListing: false }
  const { accountId } = sample.account
  await store.asSystem((tables) => tables.insertAccount(sample.account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(sample.user)
    await tables.insertConnection(connection)
    await tables.insertCalendar(calendar)
    for (const { meetingId, key } of meetings) {
      const { backendId } = await backend.create({ key, face: { topic: "", schedule: someTime } })
      await tables.meetings.insertMeeting({
        ...{ accountId, meetingId, userId: sample.user.userId, backend: backend.name, backendId, state: "live", key },
        ...{
          revision: 1,
          isRecurring: false,
          scheduledUntil: null,
          lastStartedAt: null,
          templateId: null,
          givenUpAt: null,
          settlingUntil: null,
          createdAt: then,
          reviewAt: then,
        },
      })
    }
  })
  return calendar
}

const someTime = { kind: "single", time: { kind: "timed", startsAt: then, endsAt: then, zone: null } } as const

async function carriedLinks(): Promise<readonly Carried[]> {
  return Promise.all(
    meetings.map(async ({ meetingId, key }) => ({
      joinUrl: (await backend.create({ key, face: { topic: "", schedule: someTime } })).joinUrl,
      tag: meetingTag(meetingId),
    })),
  )
}

/** Heap in use, without garbage. Needs --expose-gc. */
function heapMb(): number {
  globalThis.gc?.()
  return mb(process.memoryUsage().heapUsed)
}

/** A calendar with the changes waiting; a pass over it; what it found; and how to make it as it was before. */
async function prepare(pool: Pool, { folder, changeCount }: Job) {
  const store = createStore(createDatabase(pool))
  const fanOut = createProcessFanOut()
  const http = scriptedGoogle(await carriedLinks(), (page) => readFileSync(pageFile(folder, page), "utf8"))
  const provider = createGoogleProvider({ http, clock, random, oauth: createOAuthClient({ http, clock }) }, settings)
  const calendar = await insertCalendar(store, changeCount)
  const { accountId, calendarId } = calendar
  const links = await formerLinks(calendar, provider)
  const pass = createPass({
    ...{ store, fanOut, providerOf: () => provider },
    broker: { freshAccess: async () => ({ ...access, credentialVersion: 1 }) },
    life: createConnectionLife({ store, fanOut, clock, metrics, log: createLog("silent") }),
    sync: createCalendarSync({
      ...{ store, lookout, digests, world: { clock, random, metrics } },
      backends: new Map([[backend.name, backend]]),
    }),
    world: { clock, random, metrics, pace: reconcilePace({ pushed: 900, polled: 300 }) },
  })
  return {
    pass: () => pass({ accountId, calendarId, noticedAtMs: null }, "job:pass:1"),
    async rewind() {
      await pool.query("delete from kalends_jobs._private_jobs")
      await store.inAccount(accountId, async (tables) => {
        await tables.updateCalendar(calendarId, { cursor: "sync-1" })
        for (const link of links) await tables.meetings.putLink(link)
      })
    },
    /** Every meeting was met: the moved ones are to be settled, of the others the version is known, and the cursor went on. */
    async check() {
      const { rows } = await pool.query("select count(*)::int as n from kalends_jobs._private_jobs")
      const { known, now } = await store.inAccount(accountId, async (tables) => ({
        known: await tables.meetings.listLinksOfCalendar(calendarId),
        now: await tables.findCalendar(calendarId),
      }))
      const noted = known.filter(({ version }) => version !== "former").length
      if (rows[0].n !== meetingCount / 2 || noted !== meetingCount / 2 || now?.cursor !== "sync-2")
        throw new Error(`the pass settled ${rows[0].n} meetings and noted ${noted}; its cursor is ${now?.cursor}`)
    },
  }
}

function parseAll({ folder, changeCount }: Job): number {
  let tookMs = 0
  for (let page = 0; page * pageSize < changeCount; page++) {
    const text = readFileSync(pageFile(folder, page), "utf8")
    const began = elapsedMs()
    JSON.parse(text)
    tookMs += elapsedMs() - began
  }
  return tookMs
}

const mb = (bytes: number) => bytes / 2 ** 20
const peakMb = () => process.resourceUsage().maxRSS / 2 ** 10

answer({
  /** Writes the pages; told apart from `measure` so that making them is in another process's memory. */
  async writePages({ folder, changeCount }: Job): Promise<number> {
    let bytes = 0
    let page = 0
    for (const text of changePages(changeCount, await carriedLinks())) {
      writeFileSync(pageFile(folder, page++), text)
      bytes += Buffer.byteLength(text)
    }
    return bytes
  },
  async measure(job: Job): Promise<Omit<Measured, "bytes">> {
    const pool = createPool(job.databaseUrl, 4)
    const calendar = await prepare(pool, job)
    await calendar.rewind()
    const heapBeforeMb = heapMb()
    const before = mb(process.memoryUsage.rss())
    const first = await timed(calendar.pass)
    const rssMb = { before, after: mb(process.memoryUsage.rss()), peak: peakMb() }
    const keptMb = heapMb() - heapBeforeMb
    await calendar.check()
    const times = [first]
    while (times.length < job.rounds) {
      await calendar.rewind()
      times.push(await timed(calendar.pass))
      await calendar.check()
    }
    const parseMs = times.map(() => parseAll(job))
    await pool.end()
    return { wallMs: times.map(({ wallMs }) => wallMs), cpuMs: times.map(({ cpuMs }) => cpuMs), parseMs, rssMb, keptMb }
  },
})

async function timed(work: () => Promise<void>): Promise<{ readonly wallMs: number; readonly cpuMs: number }> {
  const cpu = process.cpuUsage()
  const began = elapsedMs()
  await work()
  const wallMs = elapsedMs() - began
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs, cpuMs: (user + system) / 1000 }
}
