import fc from "fast-check"
import { expect, test } from "vitest"
import { createStore } from "../postgres/store.ts"
import { graceSeconds, type PolicyPerson, policyWorld } from "../testing/policy-world.ts"
import { useDatabase } from "../testing/postgres.ts"

const database = useDatabase(8)
let seed = 9_000

const names = ["ada", "bob", "cem", "dan", "eve", "fay"]
const lockRead = {
  edits: [{ groupId: null, setting: "calendarPermission", was: null, word: { value: "read", isLocked: true } }],
}

/** People of an organisation of their own, and a lock that is at odds with all of them and due. */
async function lockedWorld(given: { readonly isKilled?: boolean } = {}) {
  const people = names.map((name): PolicyPerson => ({ name, permission: "read-write" }))
  const world = await policyWorld(people, undefined, { base: createStore(database()), seed: ++seed, ...given })
  const { changeId } = await world.save(lockRead)
  await world.clock.advance(graceSeconds * 1000)
  const [row] = await world.inAccount((tables) => tables.policyChanges.list(1))
  if (row === undefined || row.changeId !== changeId) throw new Error("it was saved")
  const connectionOf = (name: string) =>
    world.inAccount((tables) => tables.findConnectionOfUser(world.userOf(name).userId))
  const work = () => world.run.run(world.accountId, row.changeId, "job:policy-change:1")
  return { ...world, changeId: row.changeId, connectionOf, work }
}

/** What may come between: who takes the change back, and whose refresh or new permission is under way. */
const between = fc.record({
  isUndone: fc.boolean(),
  refreshed: fc.subarray(names),
  agreeing: fc.subarray(names),
  // In which order all of it begins.
  order: fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }),
})

test("whatever comes between, each is disconnected once while policy is against it, counted, noted and told", async () => {
  await fc.assert(
    fc.asyncProperty(between, async ({ isUndone, refreshed, agreeing, order }) => {
      const { inAccount, connectionOf, work, runs, policy, admin, changeId, connectedNow, audit, userOf } =
        await lockedWorld()
      const ids = new Map(
        await Promise.all(names.map(async (name) => [name, (await connectionOf(name))?.connectionId] as const)),
      )
      // Whose connection policy agreed with before it was held for removal.
      const agreed = new Set<string>()
      const held = async (name: string, permission: "read" | "read-write") => {
        const connectionId = ids.get(name)
        if (connectionId === undefined) throw new Error("everybody is connected")
        const found = await inAccount(async (tables) => {
          await tables.lockCredential(connectionId)
          await tables.updateConnection(connectionId, { permission })
          return tables.findConnection(connectionId)
        })
        if (found !== null && permission === "read") agreed.add(name)
      }
      const acts = [
        work,
        work,
        async () => void (isUndone && (await policy.undo(admin, changeId).catch(() => null))),
        // Nobody is given more than the lock allows once it is in force.
        () => Promise.all(refreshed.filter((name) => !agreeing.includes(name)).map((name) => held(name, "read-write"))),
        () => Promise.all(agreeing.map((name) => held(name, "read"))),
      ]
      const sorted = acts.map((act, index) => ({ act, at: order[index] ?? 0 })).sort((a, b) => a.at - b.at)
      await Promise.all(sorted.map(({ act }) => act()))
      // As the queue does with what is left.
      await work()
      await runs.idle()

      const entries = await audit()
      const removed = entries.filter(({ action }) => action === "connection-removed")
      const left = await connectedNow()
      const [change] = (await policy.changes(admin)).filter((one) => one.changeId === changeId)
      expect(new Set(removed.map(({ subjectId }) => subjectId)).size).toBe(removed.length)
      expect(change?.disconnected).toBe(removed.length)
      expect(left).toHaveLength(names.length - removed.length)
      expect(left).toEqual(expect.arrayContaining([...agreed]))
      for (const name of names) {
        const notice = await inAccount((tables) => tables.policyChanges.findNotice(userOf(name).userId))
        expect([name, notice?.cause]).toEqual([name, left.includes(name) ? undefined : "calendarPermission"])
        const permission = (await connectionOf(name))?.permission
        if (permission === "read-write") expect(change?.state).toBe("undone")
      }
      // Nobody after it was taken back.
      const undone = entries.filter(({ action }) => action === "policy-changed")[1]
      if (undone !== undefined) expect(removed.filter(({ sequence }) => sequence > undone.sequence)).toEqual([])
      expect(entries.filter(({ action }) => action === "grant-revoked")).toHaveLength(removed.length)
    }),
    { numRuns: 6 },
  )
})

test("one whose secret a refresh holds is left to the next look, and the others do not wait for it", async () => {
  const { inAccount, connectionOf, work, connectedNow } = await lockedWorld()
  const connection = await connectionOf("cem")
  if (connection === null) throw new Error("everybody is connected")
  const isHeld = Promise.withResolvers<void>()
  const isAnswered = Promise.withResolvers<void>()
  const refresh = inAccount(async (tables) => {
    await tables.lockCredential(connection.connectionId)
    isHeld.resolve()
    await isAnswered.promise
  })
  await isHeld.promise
  await work()
  expect(await connectedNow()).toEqual(["cem"])
  isAnswered.resolve()
  await refresh
  await work()
  expect(await connectedNow()).toEqual([])
})

test("what a node that was killed removed is told of by another, without the secrets, and nothing of it stays", async () => {
  const { work, runs, base, clock, accountId, inAccount, audit, farewells } = await lockedWorld({ isKilled: true })
  await work()
  farewells.clear()
  expect(await inAccount((tables) => tables.revocations.list(10))).toEqual([])
  await clock.advance(60_000)
  const now = clock.now()
  const all = await base.asSystem((tables) =>
    tables.takeStalledRevocations({ untouchedSince: now.subtract({ seconds: 30 }), now, limit: 1_000 }),
  )
  // Those of the tests before may be among them.
  const stalled = all.filter((one) => one.accountId === accountId)
  expect(stalled).toHaveLength(1)
  for (const one of stalled) await runs.run(one.accountId, one.revocationId, "job:revocation:2")
  const told = (await audit()).filter(({ action }) => action === "grant-revoked")
  expect(told.map(({ reason }) => reason)).toEqual(names.map(() => "not-confirmed"))
  for (const { revocationId } of stalled)
    expect(await inAccount((tables) => tables.revocations.find(revocationId))).toBeNull()
})
