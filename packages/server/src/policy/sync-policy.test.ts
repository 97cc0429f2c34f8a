import { type GroupId, parseGroupId, type UserId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { UserRow } from "../ports/store.ts"
import { someDraft, startEngine } from "../testing/engine.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createPolicy } from "./policy.ts"
import { createSyncPolicy } from "./sync-policy.ts"

const { user } = sampleRows()
const groupId = "00000000-0000-4000-8000-0000000000aa"

async function world() {
  const engine = await startEngine()
  const { jobs, pass, settle, clock, store } = engine
  const whole = createPolicy({ store, world: { clock, random: seededRandom(7) }, providers: [], graceSeconds: 0 })
  const nothing = { edits: [], move: null, dissolves: null } as const
  const policy = {
    ...createSyncPolicy({ store, clock }),
    setGroupOfUser: (by: UserRow, userId: UserId, to: GroupId | null) =>
      whole.save(by, { ...nothing, move: { groupId: to, userIds: [userId] } }),
    dissolveGroup: (by: UserRow, dissolves: GroupId) => whole.save(by, { ...nothing, dissolves }),
  }
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
  return { ...engine, policy, run, sync, ask, count: () => engine.meetings.kept.size }
}

describe("whether meetings and calendars are kept in step", () => {
  test("is yes until somebody says otherwise", async () => {
    const { policy, ask, sync, count } = await world()
    expect(await policy.get(user)).toEqual({ isOn: true, groups: [] })
    await ask()
    await sync()
    expect(count()).toBe(1)
  })

  test("switched on again, it acts on events made before, without a change in the calendar", async () => {
    const { policy, ask, sync, run, count } = await world()
    await policy.set(user, { isOn: false, groups: [] })
    await ask()
    await sync()
    expect(count()).toBe(0)
    await policy.set(user, { isOn: true, groups: [] })
    await run()
    expect(count()).toBe(1)
  })

  test("a group's own word holds for its people, and a dissolved group's no more", async () => {
    const { policy, ask, sync, run, count } = await world()
    await policy.set(user, { isOn: false, groups: [{ groupId, name: "Pilots", isOn: true }] })
    await policy.setGroupOfUser(user, user.userId, parseGroupId(groupId))
    await ask()
    await sync()
    expect(count()).toBe(1)
    await policy.dissolveGroup(user, parseGroupId(groupId))
    await ask()
    await sync()
    await run()
    expect(count()).toBe(1)
  })

  test("nobody is put into a group that is not there, and a stranger into none", async () => {
    const { policy } = await world()
    const refused = [
      policy.setGroupOfUser(user, user.userId, parseGroupId(groupId)),
      policy.setGroupOfUser(user, sampleRows(2).user.userId, null),
    ]
    for (const one of refused) expect(isProblem(await one.catch((error: unknown) => error), "not-found")).toBe(true)
  })

  test("a group dissolved, or left, gives its people back to the organisation's word, with what was made meanwhile", async () => {
    for (const leave of ["dissolveGroup", "setGroupOfUser", "putGroup"] as const) {
      const { policy, ask, sync, run, count } = await world()
      const group = parseGroupId(groupId)
      await policy.putGroup(user, group, { name: "Quiet", isOn: false })
      await policy.setGroupOfUser(user, user.userId, group)
      await ask()
      await sync()
      expect(count()).toBe(0)
      if (leave === "dissolveGroup") await policy.dissolveGroup(user, group)
      else if (leave === "setGroupOfUser") await policy.setGroupOfUser(user, user.userId, null)
      else await policy.putGroup(user, group, { name: "Loud", isOn: null })
      await run()
      expect([leave, count()]).toEqual([leave, 1])
    }
  })

  test("the organisation's word alone leaves the groups as they are, and acts on events made before", async () => {
    const { policy, ask, sync, run, count } = await world()
    await policy.putGroup(user, parseGroupId(groupId), { name: "Pilots", isOn: true })
    await policy.setForAccount(user, false)
    await ask()
    await sync()
    expect(count()).toBe(0)
    expect(await policy.setForAccount(user, true)).toEqual({
      isOn: true,
      groups: [{ groupId, name: "Pilots", isOn: true }],
    })
    await run()
    expect(count()).toBe(1)
  })

  test("groups are counted with their people, and no two have one name", async () => {
    const { policy } = await world()
    const group = parseGroupId(groupId)
    await policy.putGroup(user, group, { name: "Pilots", isOn: null })
    expect(await policy.groups(user)).toMatchObject({ isOn: true, ungrouped: { people: 1, connected: 1 } })
    await policy.setGroupOfUser(user, user.userId, group)
    expect(await policy.groups(user)).toEqual({
      isOn: true,
      ungrouped: { people: 0, connected: 0 },
      groups: [{ groupId, name: "Pilots", isOn: null, people: 1, connected: 1 }],
    })
    const other = parseGroupId("00000000-0000-4000-8000-0000000000ab")
    const refused = await policy.putGroup(user, other, { name: "pilots", isOn: null }).catch((error: unknown) => error)
    expect(isProblem(refused, "conflict") && refused.code).toBe("group-name-taken")
    expect(await policy.putGroup(user, group, { name: "PILOTS", isOn: false })).toMatchObject({ name: "PILOTS" })
  })

  test("who switched it is in the audit log", async () => {
    const { policy, store, accountId } = await world()
    await policy.set(user, { isOn: false, groups: [] })
    const log = await store.inAccount(accountId, (tables) => tables.listAudit({ after: 0, limit: 9 }))
    expect(log).toMatchObject([
      { actor: { kind: "user", userId: user.userId }, action: "policy-changed", reason: "sync-off" },
    ])
  })
})
