import type { ProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { occurrencesIn, scheduleText } from "@kalends/domain/schedule"
import { splitSeries } from "@kalends/domain/series-split"
import { watchedWindow } from "@kalends/domain/window"
import { eventFace } from "../meetings/block.ts"
import type { CalendarProvider, EventRecord } from "../ports/calendar-provider.ts"
import type { Job } from "../ports/job-queue.ts"
import type { MeetingBackend } from "../ports/meeting-backend.ts"
import type { Random } from "../ports/random.ts"
import type { Store } from "../ports/store.ts"
import type { Draft } from "../providers/conformance/world.ts"
import { type Engine, startEngine } from "./engine.ts"
import type { StoredEvent } from "./memory-calendar.ts"
import { draftOf, recordOf } from "./memory-events.ts"
import { seededRandom } from "./seeded-random.ts"

/** A mistake put into the world on purpose: the simulation must notice it. */
export type SeededBug = "replace-instead-of-merge" | "first-page-only" | "echo-not-recognised" | "removed-read-as-data"

export type SimulationOptions = {
  readonly seed: number
  readonly bug?: SeededBug
  /** Edits by people, with hours to days between them; 40 come to about two months. */
  readonly steps?: number
}

export type Simulated = {
  /** What did not hold at the end; empty when all did. */
  readonly violations: readonly string[]
  /** What was done, for whoever replays the seed. */
  readonly story: readonly string[]
  readonly meetings: number
}

/** In every title and text that people write: none of it may be found at rest. */
const canary = "canary-6b1f"
const faultRate = 0.06
const roundsMost = 400

/**
 * Two months of a calendar and its meetings in one run: people edit events (and meetings, in their own service) while
 * notifications get lost, cursors are forgotten, answers are cut off, calls fail before or after they were done, and
 * transactions are rolled back. One seed decides everything. Then the world calms down, and what must hold is checked.
 */
export async function simulate({ seed, bug, steps = 40 }: SimulationOptions): Promise<Simulated> {
  const random = seededRandom(seed)
  const chaos = { isOn: true }
  const faults = createFaults(random, chaos)
  const engine = await startEngine({
    seed,
    cursorComes: random.fraction() < 0.5 ? "with-each-page" : "after-the-last",
    dress: (provider) => dressProvider(provider, faults, bug),
    dressBackend: (backend) => dressBackend(backend, faults, bug, engineOf),
    dressStore: (store) => dressStore(store, faults, bug),
  })
  function engineOf() {
    return engine
  }
  const world: SimulatedWorld = { engine, random, story: [], created: [] }
  for (let step = 0; step < steps; step++) {
    await act(world)
    await engine.clock.advance(Math.floor(random.fraction() ** 3 * 5 * 86_400_000))
    if (random.fraction() < 0.7) await addPass(engine, random.fraction() < 0.5)
    await addReviews(engine)
    await runDue(engine, true)
  }
  chaos.isOn = false
  await calmDown(engine)
  const second = await checkSecondPass(world)
  // A meeting may just have come to its end by the clock, which goes on; what is wrong is wrong again.
  const violations = [...(await check(world)), ...(second.length === 0 ? [] : await checkSecondPass(world))]
  return { violations, story: world.story, meetings: engine.meetings.kept.size }
}

type SimulatedWorld = {
  readonly engine: Engine
  readonly random: Random
  readonly story: string[]
  readonly created: ProviderEventId[]
}

type Faults = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Fails some calls: before they are done, or after, when only the answer is lost. */
function createFaults(random: Random, chaos: { readonly isOn: boolean }): Faults {
  return async (work) => {
    if (!chaos.isOn || random.fraction() >= faultRate) return work()
    if (random.fraction() < 0.5) await work()
    throw random.fraction() < 0.8 ? new Problem("unavailable", "No answer in time.") : new Error("the line was cut")
  }
}

function dressProvider(provider: CalendarProvider, faults: Faults, bug: SeededBug | undefined): CalendarProvider {
  const { events } = provider
  if (events === null) return provider
  const stale = new Map<string, EventRecord>()
  return {
    ...provider,
    async *changes(input) {
      const pages = await faults(() => Array.fromAsync(provider.changes(input)))
      const last = pages.at(-1)
      if (bug === "first-page-only" && pages[0] !== undefined && last !== undefined)
        yield { ...pages[0], cursor: last.cursor }
      else yield* pages
    },
    events: {
      async fetch(input) {
        const record = await faults(() => events.fetch(input))
        if (record !== null) stale.set(input.eventId, record)
        return bug === "removed-read-as-data" ? (record ?? stale.get(input.eventId) ?? null) : record
      },
      create: (input) => faults(() => events.create(input)),
      update: (input) => faults(() => events.update(input)),
      remove: (input) => faults(() => events.remove(input)),
    },
  }
}

function dressBackend(
  backend: MeetingBackend,
  faults: Faults,
  bug: SeededBug | undefined,
  engine: () => Engine,
): MeetingBackend {
  return {
    ...backend,
    create: (input) => faults(() => backend.create(input)),
    // A merge that replaces: the service's own changes are never seen, and are written over.
    fetch: (backendId) =>
      faults(async () => {
        const face = await backend.fetch(backendId)
        if (bug !== "replace-instead-of-merge" || face === null) return face
        const event = engine()
          .remote.calendar.all()
          .find((one) => !one.isRemoved && one.texts.location?.includes(backendId))
        if (event === undefined) return face
        const stale = { ...eventFace(recordOf(event)), topic: `${canary} stale` }
        return { ...stale, shown: backend.shown(stale) }
      }),
    update: (backendId, face, note) => faults(() => backend.update(backendId, face, note)),
    end: (backendId) => faults(() => backend.end(backendId)),
    find: (key) => faults(() => backend.find(key)),
  }
}

function dressStore(store: Store, faults: Faults, bug: SeededBug | undefined): Store {
  return {
    ...store,
    inAccount: (accountId, work) =>
      faults(() =>
        store.inAccount(accountId, (tables) =>
          work(
            bug === "echo-not-recognised"
              ? {
                  ...tables,
                  meetings: {
                    ...tables.meetings,
                    updateLink: (
                      calendarId,
                      eventId,
                      { version: _version, agreedTopic: _topic, agreedSchedule: _schedule, ...rest },
                    ) => tables.meetings.updateLink(calendarId, eventId, rest),
                  },
                }
              : tables,
          ),
        ),
      ),
  }
}

const rules = [
  "FREQ=DAILY;COUNT=20",
  "FREQ=WEEKLY;BYDAY=MO,WE",
  "FREQ=WEEKLY;INTERVAL=2;COUNT=12",
  "FREQ=MONTHLY;BYMONTHDAY=15",
]

function newDraft({ engine, random }: SimulatedWorld): Draft {
  const inDays = random.fraction() < 0.05 ? 900 : Math.floor(random.fraction() * 60)
  const day = engine.clock.now().toZonedDateTimeISO("UTC").toPlainDate().add({ days: inDays })
  const rule = random.fraction() < 0.5 ? (rules[Math.floor(random.fraction() * rules.length)] ?? null) : null
  const subject = `${canary} ${engine.remote.calendar.all().length}`
  if (random.fraction() < 0.15) return { subject, rule, time: { kind: "all-day", startsOn: day, days: 1 } }
  const starts = day.toPlainDateTime({ hour: 1 + Math.floor(random.fraction() * 20) })
  if (random.fraction() < 0.1) return { subject, rule, time: { kind: "floating", starts, minutes: 45 } }
  return { subject, rule, time: { kind: "timed", starts, minutes: 30, zone: "Europe/Berlin" } }
}

type Act = (world: SimulatedWorld, event: StoredEvent) => Promise<unknown>

/** What people do to an event that is there. Weights are repetitions. */
const acts: Readonly<Record<string, Act>> = {
  rename: ({ engine, random }, { id }) => engine.remote.hand.rename(id, `${canary} renamed ${random.fraction()}`),
  move: ({ engine, random }, { id, draft }) =>
    engine.remote.hand.moveTo(id, startOf(draft).add({ days: 1 + Math.floor(random.fraction() * 5) })),
  remove: ({ engine }, { id }) => engine.remote.hand.remove(id),
  "move an occurrence": async (world, event) => {
    const original = anOccurrence(world, event)
    if (original !== null) await world.engine.remote.hand.moveOccurrence(event.id, original, original.add({ hours: 2 }))
  },
  "cancel an occurrence": async (world, event) => {
    const original = anOccurrence(world, event)
    if (original !== null) await world.engine.remote.hand.cancelOccurrence(event.id, original)
  },
  copy: async ({ engine, created }, { draft, texts }) => {
    const id = engine.remote.calendar.put({ ...draft, subject: `${canary} copied` }, null)
    await engine.remote.calendar.edit(id, (event) => void Object.assign(event.texts, texts))
    created.push(id)
  },
  "this and following": async (world, event) => splitAt(world, event, anOccurrence(world, event)),
  "make a series": ({ engine }, { id, draft }) =>
    engine.remote.calendar.edit(
      id,
      (event) => void Object.assign(event, { draft: { ...draft, rule: "FREQ=DAILY;COUNT=5" } }),
    ),
  "make it single": ({ engine }, { id, draft }) =>
    engine.remote.calendar.edit(id, (event) => {
      event.exceptions.clear()
      Object.assign(event, { draft: { ...draft, rule: null } })
    }),
  "take the link out": ({ engine }, { id }) =>
    engine.remote.calendar.edit(
      id,
      ({ texts }) => void Object.assign(texts, { location: null, description: null, tag: null }),
    ),
  "write a description": ({ engine, random }, { id }) =>
    engine.remote.calendar.edit(
      id,
      ({ texts }) =>
        void Object.assign(texts, { description: `${canary} ${random.fraction()}\n${texts.description ?? ""}` }),
    ),
  "edit the meeting in its service": async ({ engine, random }, { texts }) => {
    const backendId = /m-\d+/.exec(texts.location ?? "")?.[0]
    const meeting = backendId === undefined ? undefined : engine.meetings.kept.get(backendId)
    if (backendId !== undefined && meeting?.isEnded === false)
      engine.meetings.edit(backendId, { topic: `${canary} by service ${random.fraction()}` })
  },
  "end the meeting in its service": async ({ engine }, { texts }) => {
    const backendId = /m-\d+/.exec(texts.location ?? "")?.[0]
    if (backendId !== undefined) await engine.meetings.backend.end(backendId)
  },
}
const actNames = Object.keys(acts)

async function act(world: SimulatedWorld): Promise<void> {
  const { engine, random, story } = world
  const chance = random.fraction()
  if (chance < 0.06) {
    story.push("cursors are lost")
    return engine.remote.faults.loseCursors()
  }
  const live = engine.remote.calendar.all().filter((event) => !event.isRemoved)
  const event = live[Math.floor(random.fraction() * live.length)]
  if (event === undefined || chance < 0.35) return create(world)
  const name = actNames[Math.floor(random.fraction() * actNames.length)] ?? "rename"
  story.push(`${name}: ${event.id}`)
  await acts[name]?.(world, event)
}

async function create(world: SimulatedWorld): Promise<void> {
  const { engine, random, story, created } = world
  const id = engine.remote.calendar.put(newDraft(world), null)
  created.push(id)
  const wants = random.fraction() < 0.6
  const isForeign = random.fraction() < 0.1
  story.push(`create: ${id}${wants ? " @meet" : ""}${isForeign ? " (an invitation)" : ""}`)
  await engine.remote.calendar.edit(id, (event) => {
    event.isOrganizer = !isForeign
    event.texts.location = wants ? `${canary} room, @meet` : `${canary} room`
  })
}

const startOf = ({ time }: Draft) => (time.kind === "all-day" ? time.startsOn.toPlainDateTime() : time.starts)

/** The original start of some occurrence that nobody touched. */
function anOccurrence({ engine, random }: SimulatedWorld, event: StoredEvent): Temporal.PlainDateTime | null {
  const { schedule } = recordOf(event)
  if (schedule.kind === "single") return null
  const regular = occurrencesIn(schedule, watchedWindow(engine.clock.now()), "UTC").filter(({ isMoved }) => !isMoved)
  const original = regular[Math.floor(random.fraction() * Math.min(regular.length, 8))]?.originalStart
  if (original === undefined || original === null) return null
  return original instanceof Temporal.PlainDate ? original.toPlainDateTime() : original
}

async function splitAt({ engine, created }: SimulatedWorld, event: StoredEvent, at: Temporal.PlainDateTime | null) {
  const { schedule } = recordOf(event)
  if (schedule.kind === "single" || at === null) return
  const { head, tail } = splitSeries(
    schedule,
    schedule.recurrence.start instanceof Temporal.PlainDate ? at.toPlainDate() : at,
  )
  if (head === null || tail === null) return
  const { texts, draft } = event
  await engine.remote.calendar.edit(
    event.id,
    (held) => void Object.assign(held, { draft: draftOf(head, draft.subject) }),
  )
  const id = engine.remote.calendar.put(draftOf(tail, draft.subject), null)
  await engine.remote.calendar.edit(id, (held) => void Object.assign(held.texts, texts))
  created.push(id)
}

async function addPass({ jobs, accountId, calendarId, clock }: Engine, isNoticed: boolean): Promise<void> {
  const noticedAtMs = isNoticed ? clock.now().epochMilliseconds : null
  await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs }])
}

async function addReviews({ memory, jobs, clock }: Engine): Promise<void> {
  const now = clock.now()
  const due = await memory.asSystem((tables) =>
    tables.takeDueReviews({ now, limit: 100, nextReviewAt: now.add({ hours: 1 }) }),
  )
  await jobs.queue.add(due.map((meeting) => ({ kind: "settle", ...meeting, cause: "review" })))
}

/** Runs what is due, some of it twice at once where that is wished; what throws anything but a Problem is put back, as the queue does. */
async function runDue(engine: Engine, isTwiceAtTimes = false): Promise<number> {
  const due = engine.jobs.take()
  const runOnce = (job: Job) =>
    runJob(engine, job).catch(() => engine.jobs.queue.add([job], engine.clock.now().add({ minutes: 1 })))
  for (const job of due)
    await Promise.all(isTwiceAtTimes && engine.random.fraction() < 0.1 ? [runOnce(job), runOnce(job)] : [runOnce(job)])
  return due.length
}

async function runJob({ pass, settle }: Engine, job: Job): Promise<void> {
  if (job.kind === "pass") await pass(job)
  if (job.kind === "settle") await settle(job)
}

/** No more faults: passes and reviews run until nothing is left to do. */
async function calmDown(engine: Engine): Promise<void> {
  await addPass(engine, false)
  for (let round = 0; round < roundsMost; round++) {
    await runDue(engine)
    await engine.clock.advance(3 * 60_000)
    if (round % 25 === 0) await everything(engine)
    if (round > 60 && engine.jobs.waiting().length === 0) return
  }
  throw new Error("the world does not calm down")
}

/** A pass, and a look at every meeting. */
async function everything(engine: Engine): Promise<void> {
  await addPass(engine, false)
  for (const meeting of await allMeetings(engine))
    await engine.jobs.queue.add([
      { kind: "settle", accountId: engine.accountId, meetingId: meeting.meetingId, cause: "review" },
    ])
}

const allMeetings = ({ memory, accountId, userId }: Engine) =>
  memory.inAccount(accountId, (tables) => tables.meetings.listMeetings({ userId, before: null, limit: 1_000 }))

const allLinks = ({ memory, accountId, calendarId }: Engine) =>
  memory.inAccount(accountId, (tables) => tables.meetings.listLinksOfCalendar(calendarId))

/** What must hold when the world is calm. */
async function check({ engine }: SimulatedWorld): Promise<readonly string[]> {
  const { remote, meetings } = engine
  const [rows, links] = [await allMeetings(engine), await allLinks(engine)]
  const window = watchedWindow(engine.clock.now())
  const violations: string[] = []
  const must = (holds: boolean, what: string) => void (holds || violations.push(what))
  for (const link of links) {
    const event = remote.calendar.find(link.eventId)
    const meeting = rows.find(({ meetingId }) => meetingId === link.meetingId)
    must(link.heldAt !== null || event?.isRemoved === false, `${link.eventId} is gone and still linked`)
    must(meeting !== undefined && meeting.state !== "ended", `${link.eventId} is linked to an ended meeting`)
    if (link.role !== "driver" || link.heldAt !== null || event === null || event.isRemoved) continue
    const kept = meetings.kept.get(meeting?.backendId ?? "")
    const face = eventFace(recordOf(event))
    must(kept?.isEnded === false, `${link.eventId} drives a meeting that is gone`)
    must(kept?.face.topic === face.topic, `${link.eventId}: titles differ`)
    must(
      kept !== undefined && scheduleText(kept.face.schedule) === scheduleText(face.schedule),
      `${link.eventId}: times differ`,
    )
  }
  for (const event of remote.calendar.all().filter(({ isRemoved, isOrganizer }) => !isRemoved && isOrganizer)) {
    const backendId = /m-\d+/.exec(event.texts.location ?? "")?.[0]
    const isInWindow = occurrencesIn(recordOf(event).schedule, window, "UTC").length > 0
    const isLinked = links.some(({ eventId }) => eventId === event.id)
    if (backendId !== undefined && isInWindow)
      must(meetings.kept.get(backendId)?.isEnded === false, `${event.id} has a dead link`)
    if (backendId !== undefined && isInWindow) must(isLinked, `${event.id} carries a link that nobody knows`)
    const asks = event.texts.location?.includes("@meet") ?? false
    if (asks && isInWindow) must(false, `${event.id} asks for a meeting and has none`)
  }
  for (const event of remote.calendar.all().filter(({ isOrganizer }) => !isOrganizer))
    must(!links.some(({ eventId }) => eventId === event.id), `${event.id} is somebody else's and is linked`)
  for (const meeting of rows.filter(({ state }) => state === "live" || state === "making"))
    must(meeting.state === "live", `${meeting.meetingId} is still being made`)
  const driverless = [...meetings.kept].filter(
    ([backendId, { isEnded }]) => !isEnded && !rows.some((row) => row.backendId === backendId && row.state === "live"),
  )
  must(driverless.length === 0, `meetings that nobody knows of: ${driverless.map(([id]) => id)}`)
  must(!atRest(engine).includes(canary), "content is kept at rest")
  return violations
}

/** Everything that the store and the queue hold. */
function atRest({ memory, jobs }: Engine): string {
  return JSON.stringify([memory.everything(), jobs.waiting()])
}

/** With nothing changed, another look at everything, listed anew, writes nothing and asks for nothing. */
async function checkSecondPass({ engine }: SimulatedWorld): Promise<readonly string[]> {
  const { remote, meetings } = engine
  const writes = () => [
    remote.calendar.sequence(),
    ...["create", "update", "end"].map((act) => meetings.calls.get(act) ?? 0),
  ]
  const before = writes()
  remote.faults.loseCursors()
  await addPass(engine, false)
  await runDue(engine)
  await engine.clock.advance(20_000)
  await everything(engine)
  await runDue(engine)
  const added = engine.jobs.waiting().filter(({ job }) => job.kind === "settle")
  await runDue(engine)
  return [
    ...(writes().join() === before.join() ? [] : [`a second pass writes: ${before} became ${writes()}`]),
    ...(added.length === 0 ? [] : ["a second pass asks for more"]),
  ]
}
