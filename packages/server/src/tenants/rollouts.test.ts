import { parseRolloutId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { RolloutView } from "@kalends/protocol/tenants"
import { describe, expect, test } from "vitest"
import type { Store } from "../ports/store.ts"
import { type TenantWorldOptions, tenantWorld } from "../testing/tenant-world.ts"

type World = Awaited<ReturnType<typeof tenantWorld>>

const everybody = { groupId: null, emails: null }

async function begin(
  world: World,
  kind: "connect" | "migrate",
  scope: { groupId: string | null; emails: string[] | null } = everybody,
) {
  const { tenantConnectionId } = await world.connectTenant()
  const asked = { kind, tenantConnectionId, permission: "read-write", scope } as const
  const { rolloutId } = await world.rollouts.create(world.administrator, asked)
  const id = parseRolloutId(rolloutId)
  return {
    id,
    find: () => world.rollouts.find(world.administrator, id),
    act: (action: RolloutView["actions"][number]) => world.rollouts.act(world.administrator, id, action),
    run: () => world.runner.run(world.accountId, id, "job:rollout:1"),
    steps: async () => (await world.rollouts.steps(world.administrator, id, { state: null, after: null })).steps,
  }
}

describe("connecting many people", () => {
  test("connects everybody of a group, and says how many", async () => {
    const world = await tenantWorld({ people: 3 })
    const rollout = await begin(world, "connect", { groupId: world.groupId, emails: null })
    expect(await rollout.find()).toMatchObject({ state: "running", counts: { waiting: 3, all: 3 }, actions: ["stop"] })
    await rollout.run()
    expect(await rollout.find()).toMatchObject({ state: "done", counts: { done: 3, all: 3 }, actions: [] })
    // Who began it is said by name, in the list too.
    const { displayName: createdBy } = world.administrator
    expect(await rollout.find()).toMatchObject({ createdBy })
    expect(await world.rollouts.list(world.administrator)).toMatchObject([{ createdBy }])
    for (const { connection, calendars, credential } of await world.see()) {
      expect(connection).toMatchObject({ provider: "memory-new", state: "connecting", permission: "read-write" })
      expect([calendars.length, credential?.secretKind, credential?.sealedSecret.length]).toEqual([1, "tenant", 0])
    }
    const kinds = world.base.takeJobs().map(({ job }) => job.kind)
    expect(kinds.filter((kind) => kind === "pass")).toHaveLength(3)
  })

  test("leaves who signed in themselves, and tells of who has another service", async () => {
    const world = await tenantWorld({ people: 2 })
    await world.connectOld(0)
    const [first] = await world.see()
    const id = first?.connection?.connectionId
    if (id === undefined) throw new Error("they were connected")
    await world.base.inAccount(world.accountId, (tables) => tables.updateConnection(id, { provider: world.newName }))
    const rollout = await begin(world, "connect", { groupId: world.groupId, emails: null })
    await rollout.run()
    const steps = await rollout.steps()
    expect(steps.map(({ state, problem }) => [state, problem?.code ?? null]).sort()).toEqual([
      ["failed", "one-at-a-time"],
      ["skipped", null],
    ])
  })

  test("fails for one mailbox alone, and that one is tried again when it is asked for", async () => {
    const world = await tenantWorld({ people: 3 })
    const bad = world.people[1]?.email
    const rollout = await begin(world, "connect", { groupId: null, emails: world.people.map(({ email }) => email) })
    world.deps.providers.set(world.newName, {
      ...world.deps.providers.get(world.newName),
      listCalendars: async (access: { readonly mailbox?: string }) => {
        if (access.mailbox === bad) throw new Problem("forbidden", "no", { code: "mailbox-outside-scope" })
        return [{ id: "new", isPrimary: true, canWrite: true }]
      },
    } as never)
    await rollout.run()
    expect(await rollout.find()).toMatchObject({
      ...{ state: "done", counts: { done: 2, failed: 1 }, actions: ["retry"] },
      problems: [{ kind: "forbidden", code: "mailbox-outside-scope", count: 1 }],
    })
  })

  test("waits where the provider asks to wait, and goes on after it", async () => {
    const world = await tenantWorld({ people: 3 })
    let refusals = 1
    const retryAt = world.clock.now().add({ seconds: 40 })
    world.tenant.refusal = () => (refusals-- > 0 ? new Problem("rate-limited", "wait", { retryAt }) : null)
    const rollout = await begin(world, "connect", { groupId: world.groupId, emails: null })
    world.base.takeJobs()
    await rollout.run()
    expect(world.base.jobs).toMatchObject([{ job: { kind: "rollout" }, runAt: retryAt }])
    expect((await rollout.find()).state).toBe("running")
    await rollout.run()
    expect(await rollout.find()).toMatchObject({ state: "done", counts: { done: 3 } })
  })

  test("stops when it is told to, and goes on from there", async () => {
    const world = await tenantWorld({ people: 3 })
    const rollout = await begin(world, "connect", { groupId: world.groupId, emails: null })
    expect((await rollout.act("stop")).actions).toEqual(["start"])
    await rollout.run()
    expect((await rollout.find()).counts.done).toBe(0)
    await rollout.act("start")
    await rollout.run()
    expect((await rollout.find()).counts.done).toBe(3)
    await expect(rollout.act("stop")).rejects.toMatchObject({ code: "rollout-moved-on" })
  })

  test("for nobody is not begun", async () => {
    const world = await tenantWorld()
    await expect(begin(world, "connect", { groupId: null, emails: ["nobody@example.org"] })).rejects.toMatchObject({
      code: "nobody",
    })
  })
})

describe("moving people to another calendar service", () => {
  test("checks first and changes nothing, then moves in place, and moves back", async () => {
    const world = await tenantWorld({ people: 3 })
    await world.connectOld(2)
    const before = await world.see()
    const rollout = await begin(world, "migrate", { groupId: world.groupId, emails: null })
    await rollout.run()
    expect(await rollout.find()).toMatchObject({ state: "checked", counts: { checked: 3 }, actions: ["start"] })
    expect((await rollout.steps())[0]?.meetings).toEqual({ found: 2, missing: 0 })
    expect(await world.see()).toEqual(before)
    await rollout.act("start")
    await rollout.run()
    expect(await rollout.find()).toMatchObject({ state: "done", counts: { done: 3 }, actions: ["undo"] })
    for (const [index, now] of (await world.see()).entries()) {
      const was = before[index]
      expect(now.connection).toMatchObject({
        connectionId: was?.connection?.connectionId,
        ...{ provider: "memory-new", state: "connecting" },
      })
      expect(now.calendars).toMatchObject([
        { calendarId: was?.calendars[0]?.calendarId, providerCalendarId: "new", cursor: null, isFirstListing: true },
      ])
      expect(now.links.map(({ eventId }) => eventId).sort()).toEqual(
        was?.links.map(({ eventId }) => `new-uid-${eventId}`).sort(),
      )
      expect(now.links.map(({ meetingId }) => meetingId).sort()).toEqual(
        was?.links.map(({ meetingId }) => meetingId).sort(),
      )
    }
    await rollout.act("undo")
    await rollout.run()
    expect((await rollout.find()).state).toBe("undone")
    for (const [index, now] of (await world.see()).entries()) {
      const was = before[index]
      expect(now.links).toEqual(was?.links)
      expect(now.credential).toMatchObject({ secretKind: "refresh-token", sealedSecret: was?.credential?.sealedSecret })
      expect(now.connection).toMatchObject({ provider: "memory", subjectId: was?.connection?.subjectId })
      expect(now.calendars).toMatchObject([{ providerCalendarId: "primary", cursor: null }])
    }
  })

  test("does not move who has a meeting that is not found there", async () => {
    const world = await tenantWorld({ people: 2 })
    await world.connectOld(1)
    const [first] = world.people
    world.lost.add(`uid-${first?.email}-0`)
    const rollout = await begin(world, "migrate", { groupId: world.groupId, emails: null })
    await rollout.run()
    expect(await rollout.find()).toMatchObject({
      ...{ state: "checked", counts: { checked: 1, failed: 1 }, actions: ["start", "retry"] },
      problems: [{ code: "events-missing" }],
    })
    await rollout.act("start")
    await rollout.run()
    const seen = await world.see()
    expect(seen.map(({ connection }) => connection?.provider)).toEqual(["memory", "memory-new"])
  })

  test("finds meetings that were made after the check, and does not move back over those made after the move", async () => {
    const world = await tenantWorld({ people: 1 })
    await world.connectOld(1)
    const rollout = await begin(world, "migrate", { groupId: world.groupId, emails: null })
    await rollout.run()
    const [person] = world.people
    const [{ calendars: [calendar] = [] } = {}] = await world.see()
    if (person === undefined || calendar === undefined) throw new Error("they were connected")
    await world.meetingOf(world.accountId, person, calendar.calendarId, "late")
    await rollout.act("start")
    await rollout.run()
    const [moved] = await world.see()
    expect(moved?.links.map(({ eventId }) => eventId).sort()).toContain("new-uid-late")
    await world.meetingOf(world.accountId, person, calendar.calendarId, "made-there")
    await rollout.act("undo")
    await rollout.run()
    expect(await rollout.find()).toMatchObject({ counts: { failed: 1 }, problems: [{ code: "events-new" }] })
    expect((await world.see())[0]?.connection?.provider).toBe("memory-new")
  })

  test("skips who is not connected", async () => {
    const world = await tenantWorld({ people: 2 })
    const rollout = await begin(world, "migrate", { groupId: world.groupId, emails: null })
    await rollout.run()
    expect(await rollout.find()).toMatchObject({ state: "checked", counts: { skipped: 2 }, actions: [] })
  })
})

class Killed extends Error {}

/** Dies at the transaction with this number, before it stands or right after. */
function dyingStore(deathAt: () => number | null, when: "before" | "after") {
  let number = 0
  const dress = (store: Store): Store => ({
    inAccount: async (accountId, work) => {
      const isDeath = ++number === deathAt()
      if (isDeath && when === "before") throw new Killed()
      const result = await store.inAccount(accountId, work)
      if (isDeath) throw new Killed()
      return result
    },
    asSystem: (work) => store.asSystem(work),
  })
  const restart = () => {
    number = 0
  }
  return { dress, passed: () => number, restart }
}

describe.each(["before", "after"] as const)("a worker that is killed %s a transaction", (when) => {
  test("leaves everybody moved once, whichever transaction it was", async () => {
    let deathAt: number | null = null
    const dying = dyingStore(() => deathAt, when)
    const options: TenantWorldOptions = { people: 3, dressStore: dying.dress }
    const runWhole = async () => {
      const world = await tenantWorld(options)
      await world.connectOld(2)
      const rollout = await begin(world, "migrate", { groupId: world.groupId, emails: null })
      const untilDone = async (work: () => Promise<unknown>) => {
        for (;;)
          try {
            return await work()
          } catch (error) {
            if (isProblem(error, "conflict")) return null
            if (!(error instanceof Killed)) throw error
            deathAt = null
          }
      }
      dying.restart()
      await untilDone(rollout.run)
      await untilDone(() => rollout.act("start"))
      await untilDone(rollout.run)
      const passed = dying.passed()
      deathAt = null
      const { counts } = await rollout.find()
      const seen = (await world.see()).map(({ email, connection, calendars, links, credential }) => ({
        ...{
          email,
          provider: connection?.provider,
          calendar: calendars.map(({ providerCalendarId }) => providerCalendarId),
        },
        links: links.map(({ eventId }) => eventId).sort(),
        version: credential?.version,
      }))
      return { passed, counts, seen }
    }
    const { passed: all, ...undisturbed } = await runWhole()
    expect(undisturbed.counts.done).toBe(3)
    for (let at = 1; at <= all; at++) {
      deathAt = at
      const { passed: _passed, ...whole } = await runWhole()
      expect(whole, `killed ${when} transaction ${at}`).toEqual(undisturbed)
    }
  })
})
