import { describe, expect, test } from "vitest"
import { failEachStep, faultyStore } from "../testing/fail-each-step.ts"
import { graceSeconds, type PolicyPerson, pilots, policyWorld } from "../testing/policy-world.ts"

const people: readonly PolicyPerson[] = [
  { name: "ada", permission: "read" },
  { name: "bob", permission: "read-write" },
  { name: "cem", permission: "read-write", group: pilots },
  { name: "dan", permission: null },
  { name: "eve", permission: "read" },
]

const lockRead = {
  edits: [{ groupId: null, setting: "calendarPermission", was: null, word: { value: "read", isLocked: true } }],
}

describe("disconnecting by policy", () => {
  test("whatever fails or is killed at any step, disconnects everybody whom it concerns once, and nobody else", async () => {
    const steps = await failEachStep({
      async make(line) {
        const world = await policyWorld(people, (store) => faultyStore(store, line))
        const { changeId } = await world.save(lockRead)
        await world.clock.advance(graceSeconds * 1000)
        return { ...world, changeId }
      },
      flow: ({ work }) => work(),
      async check({ run, accountId, connectedNow, inAccount, audit, userOf, policy, admin }, { where }) {
        // As the queue, and the timer that finds silent workers, do.
        const [change] = (await policy.changes(admin)).filter(({ state }) => state !== "done")
        if (change !== undefined) {
          const row = await inAccount((tables) => tables.policyChanges.list(1))
          for (const { changeId } of row) await run.run(accountId, changeId, "job:policy-change:2")
        }
        expect([where, await connectedNow()]).toEqual([where, ["ada", "eve"]])
        const entries = (await audit()).filter(({ action }) => action === "connection-removed")
        expect([where, entries.length]).toEqual([where, 2])
        expect([where, (await policy.changes(admin))[0]]).toMatchObject([where, { state: "done", disconnected: 2 }])
        for (const name of ["bob", "cem"])
          expect(await inAccount((tables) => tables.policyChanges.findNotice(userOf(name).userId))).not.toBeNull()
      },
    })
    expect(steps).toBeGreaterThan(5)
  })

  test("two workers at one change disconnect nobody twice", async () => {
    const { save, run, accountId, clock, inAccount, audit, connectedNow } = await policyWorld(people)
    await save(lockRead)
    await clock.advance(graceSeconds * 1000)
    const [row] = await inAccount((tables) => tables.policyChanges.list(1))
    if (row === undefined) throw new Error("it was saved")
    await Promise.all([
      run.run(accountId, row.changeId, "job:policy-change:1"),
      run.run(accountId, row.changeId, "job:policy-change:2"),
    ])
    expect(await connectedNow()).toEqual(["ada", "eve"])
    expect((await audit()).filter(({ action }) => action === "connection-removed")).toHaveLength(2)
    expect(await inAccount((tables) => tables.policyChanges.find(row.changeId))).toMatchObject({ disconnected: 2 })
  })
})
