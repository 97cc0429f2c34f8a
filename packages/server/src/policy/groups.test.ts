import { type GroupId, parseGroupId, type UserId } from "@kalends/domain/ids"
import type { PolicyWord } from "@kalends/domain/policy"
import { isProblem } from "@kalends/domain/problem"
import { policyChangeInputSchema } from "@kalends/protocol/policy"
import { describe, expect, test } from "vitest"
import { someDraft, startEngine } from "../testing/engine.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createGroups } from "./groups.ts"
import { createPolicy } from "./policy.ts"

const { user } = sampleRows()
const group = parseGroupId("00000000-0000-4000-8000-0000000000aa")
const off: PolicyWord<"sync"> = { value: "off", isLocked: false }
const on: PolicyWord<"sync"> = { value: "on", isLocked: false }

async function world() {
  const engine = await startEngine()
  const { jobs, pass, settle, clock, store } = engine
  const policy = createPolicy({ store, world: { clock, random: seededRandom(7) }, providers: [], graceSeconds: 0 })
  const groups = createGroups({ store, clock })
  const save = (input: Parameters<typeof policyChangeInputSchema.parse>[0]) =>
    policy.save(user, policyChangeInputSchema.parse(input))
  /** What the account, or a group, says of the sync from now on. */
  const say = async (groupId: GroupId | null, word: PolicyWord<"sync"> | null) => {
    const { account, groups: all } = await policy.levels(user)
    const level = groupId === null ? account : all.find((one) => one.groupId === groupId)?.says
    return save({ edits: [{ groupId, setting: "sync", was: level?.sync ?? null, word }] })
  }
  const move = (userId: UserId, groupId: GroupId | null) => save({ move: { groupId, userIds: [userId] } })
  const run = async () => {
    for (let due = jobs.take(); due.length > 0; due = jobs.take())
      for (const job of due) {
        if (job.kind === "pass") await pass(job)
        if (job.kind === "settle") await settle(job)
      }
  }
  const sync = async () => {
    await jobs.queue.add([{ kind: "pass", ...engine.mark, noticedAtMs: null }])
    await run()
  }
  const ask = async () => {
    const id = await engine.remote.hand.create(someDraft())
    await engine.remote.calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: "@meet" }))
  }
  return { ...engine, groups, save, say, move, run, sync, ask, count: () => engine.meetings.kept.size }
}

describe("whether meetings and calendars are kept in step", () => {
  test("is yes until somebody says otherwise", async () => {
    const { ask, sync, count } = await world()
    await ask()
    await sync()
    expect(count()).toBe(1)
  })

  test("switched on again, it acts on events made before, without a change in the calendar", async () => {
    const { say, ask, sync, run, count } = await world()
    await say(null, off)
    await ask()
    await sync()
    expect(count()).toBe(0)
    await say(null, on)
    await run()
    expect(count()).toBe(1)
  })

  test("a group's own word holds for its people, whatever is said above", async () => {
    const { groups, say, move, ask, sync, count } = await world()
    await groups.put(user, group, { name: "Pilots" })
    await say(group, on)
    await move(user.userId, group)
    await say(null, off)
    await ask()
    await sync()
    expect(count()).toBe(1)
  })

  test("a group dissolved, left, or without a word again, gives its people back, with what was made meanwhile", async () => {
    for (const leave of ["dissolve", "move", "say"] as const) {
      const { groups, save, say, move, ask, sync, run, count } = await world()
      await groups.put(user, group, { name: "Quiet" })
      await say(group, off)
      await move(user.userId, group)
      await ask()
      await sync()
      expect(count()).toBe(0)
      if (leave === "dissolve") await save({ dissolves: group })
      else if (leave === "move") await move(user.userId, null)
      else await say(group, null)
      await run()
      expect([leave, count()]).toEqual([leave, 1])
    }
  })
})

describe("groups", () => {
  test("take in nobody while they are not there, and no stranger", async () => {
    const { move } = await world()
    const refused = [move(user.userId, group), move(sampleRows(2).user.userId, null)]
    for (const one of refused) expect(isProblem(await one.catch((error: unknown) => error), "not-found")).toBe(true)
  })

  test("are counted with their people, and no two have one name", async () => {
    const { groups, move } = await world()
    await groups.put(user, group, { name: "Pilots" })
    expect(await groups.list(user)).toMatchObject({ ungrouped: { people: 1, connected: 1 } })
    await move(user.userId, group)
    expect(await groups.list(user)).toEqual({
      ungrouped: { people: 0, connected: 0 },
      groups: [{ groupId: group, name: "Pilots", people: 1, connected: 1 }],
    })
    const other = parseGroupId("00000000-0000-4000-8000-0000000000ab")
    const refused = await groups.put(user, other, { name: "pilots" }).catch((error: unknown) => error)
    expect(isProblem(refused, "conflict") && refused.code).toBe("group-name-taken")
    expect(await groups.put(user, group, { name: "PILOTS" })).toMatchObject({ name: "PILOTS", people: 1 })
  })

  test("stand in the audit log with who made and who named them", async () => {
    const { groups, store, accountId } = await world()
    await groups.put(user, group, { name: "Pilots" })
    await groups.put(user, group, { name: "Flyers" })
    const log = await store.inAccount(accountId, (tables) => tables.listAudit({ after: 0, limit: 9 }))
    const entry = { actor: { kind: "user", userId: user.userId }, action: "policy-changed", subjectId: group }
    expect(log).toMatchObject([
      { ...entry, reason: "group-made" },
      { ...entry, reason: "group-changed" },
    ])
  })
})
