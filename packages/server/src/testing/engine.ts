import type { Access } from "@kalends/domain/access"
import type { FigureSpread } from "@kalends/domain/figures"
import { type ProviderCalendarId, parseUserId } from "@kalends/domain/ids"
import { createConnectionLife } from "../connections/life.ts"
import { reconcilePace } from "../jobs/pace.ts"
import { createPass } from "../jobs/pass.ts"
import { createDigests } from "../meetings/digest.ts"
import { createLookout } from "../meetings/lookout.ts"
import { createProcessFanOut } from "../platform/process-fan-out.ts"
import type { AccessBroker, AccessWish, HeldAccess } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { Hint } from "../ports/fan-out.ts"
import { coalesced, type Job, type JobQueue, jobKey } from "../ports/job-queue.ts"
import type { MeetingBackend } from "../ports/meeting-backend.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { AccountTables, CalendarRow, Store } from "../ports/store.ts"
import { createArm } from "../subscriptions/arm.ts"
import { createHookSecrets } from "../subscriptions/hook-secret.ts"
import { createCalendarSync } from "../sync/calendar-sync.ts"
import { createSettle } from "../sync/settle.ts"
import { fakeClock } from "./fake-clock.ts"
import { createMemoryBackend } from "./memory-backend.ts"
import { createMemoryProvider, memoryCalendarId } from "./memory-provider.ts"
import { createMemoryStore } from "./memory-store.ts"
import { sampleRows } from "./rows.ts"
import { seededRandom } from "./seeded-random.ts"

export type EngineOptions = {
  readonly seed?: number
  readonly cursorComes?: "with-each-page" | "after-the-last"
  /** Changes the provider before anything uses it. */
  readonly dress?: (provider: CalendarProvider) => CalendarProvider
  /** Another calendar than the one in memory: how it is opened, and what it is called. */
  readonly elsewhere?: {
    readonly now: Temporal.Instant
    readonly calendarId: ProviderCalendarId
    readonly access: () => Promise<Access>
  }
  /** Changes the meeting service before anything uses it. */
  readonly dressBackend?: (backend: MeetingBackend) => MeetingBackend
  /** Changes the store before anything uses it. */
  readonly dressStore?: (store: Store) => Store
  /** Called instead of the store's own before each write of a calendar; what it throws is what the write throws. */
  readonly beforeCalendarUpdate?: () => void
  /** Called when jobs were added that may run from `runAt` on. */
  readonly jobsAdded?: (runAt: Temporal.Instant) => void
}

export const enginePace = reconcilePace({ pushed: 900, polled: 300 })

/** Jobs by key as the real queue keeps them: a waiting one keeps its run time and what a notification wrote into it. */
export function createMemoryQueue(now: () => Temporal.Instant, added: (runAt: Temporal.Instant) => void = () => {}) {
  const waiting = new Map<string, { readonly job: Job; readonly runAt: Temporal.Instant }>()
  const queue: JobQueue = {
    async add(jobs, runAt) {
      for (const job of jobs) {
        const known = waiting.get(jobKey(job))
        const kept = known === undefined ? job : coalesced(known.job, job)
        waiting.set(jobKey(job), { job: kept, runAt: known?.runAt ?? runAt ?? now() })
      }
      added(runAt ?? now())
    },
    // Nobody is killed here: what is taken is run.
    release: async () => 0,
  }
  return {
    queue,
    waiting: () => [...waiting.values()],
    /** Takes out what is due, as a worker does. */
    take(): readonly Job[] {
      const due = [...waiting.entries()].filter(([, { runAt }]) => Temporal.Instant.compare(runAt, now()) <= 0)
      for (const [key] of due) waiting.delete(key)
      return due.map(([, { job }]) => job)
    },
  }
}

/** The store with the jobs of a transaction put into `queue` when it has committed. */
function withQueue(store: Store, queue: JobQueue, beforeCalendarUpdate: () => void): Store {
  return {
    ...store,
    async inAccount(accountId, work) {
      const added: (() => Promise<void>)[] = []
      const result = await store.inAccount(accountId, (tables) => {
        const dressed: AccountTables = {
          ...tables,
          addJobs: async (jobs, runAt) => void added.push(() => queue.add(jobs, runAt)),
          async updateCalendar(calendarId, changes) {
            beforeCalendarUpdate()
            await tables.updateCalendar(calendarId, changes)
          },
        }
        return work(dressed)
      })
      for (const add of added) await add()
      return result
    },
  }
}

export function countingMetrics() {
  const counts = new Map<string, number>()
  const figures = new Map<string, number>()
  const spreads: { readonly measure: FigureSpread; readonly ms: number }[] = []
  const metrics: Metrics = {
    count(name, labels = {}, by = 1) {
      const key = [name, ...Object.values(labels)].join(" ")
      counts.set(key, (counts.get(key) ?? 0) + by)
    },
    observeSeconds: () => {},
    gauge: () => {},
    countFor: (_owner, measure, by = 1) => void figures.set(measure, (figures.get(measure) ?? 0) + by),
    spreadFor: (_owner, measure, ms) => void spreads.push({ measure, ms }),
  }
  return { ...metrics, counts, figures, spreads }
}

/** Puts in the account, its user, the connection and the calendar. */
async function insertRows(memory: Store, rows: ReturnType<typeof sampleRows>): Promise<void> {
  await memory.asSystem((tables) => tables.insertAccount(rows.account))
  await memory.inAccount(rows.account.accountId, async (tables) => {
    await tables.insertUser(rows.user)
    await tables.insertConnection({ ...rows.connection, permission: "read-write", state: "connecting", lastOkAt: null })
    await tables.upsertCredential(rows.credential)
    await tables.insertCalendar(rows.calendar)
  })
}

/** A broker that hands out whatever `access` gives, and remembers what it was asked for. */
function createAskedBroker(access: () => Promise<HeldAccess>) {
  const wishes: AccessWish[] = []
  const broker = { freshAccess: () => access() } as AccessBroker
  const asked: AccessBroker = {
    freshAccess: (account, connection, wish) => {
      wishes.push(wish)
      return broker.freshAccess(account, connection, wish)
    },
  }
  return { wishes, broker, asked }
}

async function storedNow(
  memory: Store,
  { accountId, calendarId, connectionId }: Pick<CalendarRow, "accountId" | "calendarId" | "connectionId">,
) {
  return memory.inAccount(accountId, async (tables) => {
    const calendar = await tables.findCalendar(calendarId)
    const connection = await tables.findConnection(connectionId)
    if (calendar === null || connection === null) throw new Error("the calendar is gone")
    return { calendar, connection, subscriptions: await tables.listSubscriptions(calendarId) }
  })
}

/** What keeps meetings of the memory service in step. */
function createMeetingParts({
  digestKey,
  dressBackend,
  ...deps
}: Omit<Parameters<typeof createSettle>[0], "backends" | "content"> & {
  readonly world: Parameters<typeof createCalendarSync>[0]["world"]
  readonly digestKey: Uint8Array
  readonly dressBackend: (backend: MeetingBackend) => MeetingBackend
}) {
  const meetings = createMemoryBackend()
  const backend = dressBackend(meetings.backend)
  const lookout = createLookout([backend], "@meet")
  const digests = createDigests(digestKey)
  const { store, world } = deps
  const backends = new Map([[backend.name, backend]])
  const sync = createCalendarSync({ store, lookout, digests, backends, world })
  const settle = createSettle({ ...deps, backends, content: { lookout, digests } })
  return { meetings, digests, sync, settle }
}

/** The work as a job of this name does it. */
const forJob =
  <Given extends readonly unknown[], Result>(work: (...given: [...Given, Call]) => Result, call: Call) =>
  (...given: Given) =>
    work(...given, call)

/** One connected calendar of the memory provider with everything that keeps it in step, on a clock that stands still. */
export async function startEngine(options: EngineOptions = {}) {
  const {
    seed = 1,
    cursorComes = "after-the-last",
    dress = (same) => same,
    dressBackend = (same) => same,
    dressStore = (same) => same,
    beforeCalendarUpdate = () => {},
  } = options
  const { elsewhere } = options
  const clock = fakeClock(elsewhere?.now.toString())
  const random = seededRandom(seed)
  const metrics = countingMetrics()
  const jobs = createMemoryQueue(() => clock.now(), options.jobsAdded)
  const memory = createMemoryStore()
  const store = dressStore(withQueue(memory, jobs.queue, beforeCalendarUpdate))
  const remote = createMemoryProvider({ clock, cursorComes })
  const provider = dress(remote.provider)
  const fanOut = createProcessFanOut()
  const rows = sampleRows()
  const providerCalendarId = elsewhere?.calendarId ?? memoryCalendarId
  const calendar: CalendarRow = { ...rows.calendar, canWrite: true, providerCalendarId }
  const { accountId, calendarId } = calendar
  await insertRows(memory, { ...rows, calendar })

  const { wishes, broker, asked } = createAskedBroker(async () => ({
    ...(await (elsewhere?.access() ?? remote.access())),
    credentialVersion: rows.credential.version,
  }))
  const hints: Hint[] = []
  fanOut.listen({ kind: "calendar", accountId, calendarId }, (hint) => hints.push(hint))
  fanOut.listen({ kind: "user", accountId, userId: parseUserId(rows.user.userId) }, (hint) => hints.push(hint))
  const secrets = createHookSecrets(random.bytes(32))
  const life = createConnectionLife({ store, fanOut, clock, metrics, log: { info() {}, warn() {}, error() {} } })
  const providerOf = () => provider
  const world = { clock, random, metrics, pace: enginePace }
  const { meetings, digests, sync, settle } = createMeetingParts({
    ...{ store, broker: asked, providerOf, world },
    ...{ digestKey: random.bytes(32), dressBackend },
  })
  const hookUrlOf = () => "https://kalends.example/hooks/memory"
  const armWith = (other: Store) =>
    forJob(createArm({ store: other, broker: asked, providerOf, secrets, hookUrlOf, world }), "job:subscribe:1")

  return {
    ...{ accountId, calendarId, connectionId: rows.connection.connectionId, userId: rows.user.userId },
    ...{ clock, random, metrics, store, jobs, remote, provider, fanOut, secrets, broker, wishes, hints },
    ...{ meetings, digests, memory },
    settle: forJob(settle, "job:settle:1"),
    pass: forJob(createPass({ store, broker: asked, life, fanOut, sync, providerOf, world }), "job:pass:1"),
    arm: armWith(store),
    /** Arms through another store, for one that fails. */
    armWith,
    mark: { accountId, calendarId },
    /** What is stored now; the hints so far are taken away with it. */
    see: async () => ({
      ...(await storedNow(memory, { accountId, calendarId, connectionId: rows.connection.connectionId })),
      told: hints.splice(0).map(nameOf),
    }),
    change: (changes: Partial<CalendarRow>) =>
      memory.inAccount(accountId, (tables) => tables.updateCalendar(calendarId, changes)),
  }
}

/** A hint that only streams opened meanwhile are to pass on is a repetition. */
function nameOf(hint: Hint): string {
  return hint.kind === "calendar-changed" && hint.announcedAtMs !== null ? "repeated" : hint.kind
}

export type Engine = Awaited<ReturnType<typeof startEngine>>

/** Some event, for a change to be one of. */
export function someDraft(subject = "Observation night") {
  const starts = Temporal.PlainDateTime.from("2026-11-24T20:00:00")
  return { subject, time: { kind: "timed", starts, minutes: 60, zone: "Europe/Berlin" }, rule: null } as const
}
