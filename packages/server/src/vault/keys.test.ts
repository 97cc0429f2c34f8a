import { parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { KeyCustody } from "../ports/key-custody.ts"
import { keyWorld } from "../testing/key-world.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { createKeys } from "./keys.ts"

const right = "correct horse"

async function world(count = 3) {
  const base = await keyWorld(createMemoryStore(), { count })
  const state = { isAway: false }
  const custody: KeyCustody = {
    ...base.first,
    wrap: (...given) => (state.isAway ? away() : base.first.wrap(...given)),
    unwrap: (...given) => (state.isAway ? away() : base.first.unwrap(...given)),
  }
  const node = base.node({ current: custody, former: [base.second] })
  const user = { ...base.rows.user, userId: parseUserId(base.random.uuid()), role: "owner" as const }
  const keys = createKeys({
    ...{ store: base.store, custodians: node.custodians, keys: node.keys, work: node.work },
    passwords: { isRight: async (password) => password === right },
    world: { clock: base.clock, graceMinutes: 60 },
  })
  return { ...base, state, vaultNode: node, user, keys }
}

const away = () => Promise.reject(new Problem("unavailable", "No answer."))

describe("the page of keys", () => {
  test("shows custodians, data keys and the work on them", async () => {
    const { keys, user, first, second } = await world()
    expect(await keys.view(user)).toMatchObject({
      ...{ organisation: "Observatory", graceMinutes: 60, work: null },
      custodians: [
        { label: first.label, role: "current", state: "answers", keyCount: 1, graceEndsAt: null },
        { label: second.label, role: "former", state: "unasked", keyCount: 0 },
      ],
      dataKeys: [{ version: 1, custodyKeyId: first.label, destroyedAt: null }],
    })
    expect((await keys.act(user, "rotate")).work).toMatchObject({ state: "running", total: 3, done: 0 })
  })

  test("says since when custody is away and until when the grace lasts, and that it is back", async () => {
    const { keys, user, state, clock } = await world()
    await keys.view(user)
    state.isAway = true
    await clock.advance(60_000)
    const since = clock.now()
    expect((await keys.view(user)).custodians[0]).toMatchObject({
      ...{ state: "away", awaySince: since.toString(), problemCode: "custody-away" },
      graceEndsAt: since.add({ minutes: 60 }).toString(),
    })
    await clock.advance(600_000)
    expect((await keys.view(user)).custodians[0]).toMatchObject({ awaySince: since.toString() })
    state.isAway = false
    await clock.advance(20_000)
    expect((await keys.view(user)).custodians[0]).toMatchObject({ state: "answers", awaySince: null })
  })

  test("pauses and resumes what runs, and says so when there is nothing to pause", async () => {
    const { keys, user } = await world()
    await expect(keys.act(user, "pause")).rejects.toMatchObject({ code: "key-work-moved-on" })
    await keys.act(user, "rotate")
    expect((await keys.act(user, "pause")).work?.state).toBe("paused")
    expect((await keys.act(user, "resume")).work?.state).toBe("running")
  })

  test("shreds only with the organisation's name and one's own password", async () => {
    const { keys, user, openAll, vaultNode } = await world()
    await expect(keys.shred(user, { organisation: "Observatory", password: "guess" })).rejects.toMatchObject({
      code: "wrong-password",
    })
    await expect(keys.shred(user, { organisation: "Observator", password: right })).rejects.toMatchObject({
      code: "name-differs",
    })
    expect(await openAll(vaultNode)).toHaveLength(6)
    const after = await keys.shred(user, { organisation: "Observatory", password: right })
    expect(after.dataKeys.every(({ destroyedAt }) => destroyedAt !== null)).toBe(true)
    await expect(openAll(vaultNode)).rejects.toMatchObject({ code: "keys-shredded" })
  })

  test("through an outage: opened within the grace, unavailable with the time to come back after it, and mended by itself", async () => {
    const { clock, state, openAll, vaultNode, whole, connectionIds, inAccount } = await world(1)
    expect(await openAll(vaultNode)).toEqual(whole)
    state.isAway = true
    for (let minute = 0; minute < 69; minute++) {
      await clock.advance(60_000)
      expect(await openAll(vaultNode), `minute ${minute + 1}`).toEqual(whole)
    }
    await clock.advance(2 * 60_000)
    const refused = await openAll(vaultNode).catch((error: unknown) => error)
    expect(refused).toMatchObject({ kind: "unavailable", code: "custody-away", retryAt: expect.anything() })
    const [id] = connectionIds
    if (id === undefined) throw new Error("there is one")
    expect(await inAccount((tables) => tables.findConnection(id))).toMatchObject({ state: "healthy" })
    state.isAway = false
    await clock.advance(20_000)
    expect(await openAll(vaultNode)).toEqual(whole)
  })
})
