import type { KeysView, KeyWorkView } from "@kalends/protocol/keys"
import { describe, expect, test } from "vitest"
import { keyActions, keyConcern, keysInBackups, progressOfKeys } from "./keys-standing.ts"

const at = "2026-11-29T12:00:00Z"
const work: KeyWorkView = {
  ...{ state: "running", startedAt: "2026-11-29T11:59:00Z", touchedAt: at, endedAt: null },
  ...{ total: 1_000, done: 400, failed: 0 },
}
const custodian: KeysView["custodians"][number] = {
  ...{ name: "aws-kms", label: "aws-kms:alias/kalends", role: "current", state: "answers", keyCount: 1 },
  ...{ awaySince: null, retryAt: null, graceEndsAt: null, problemCode: null },
}
const view: KeysView = {
  ...{ at, organisation: "Observatory", graceMinutes: 60, custodians: [custodian], work: null },
  dataKeys: [{ version: 1, custodyKeyId: "aws-kms:arn", createdAt: at, destroyedAt: null }],
}

describe("how far the work is", () => {
  test("rate and time left come from two looks", () => {
    const before = { work: { ...work, done: 200 }, at: "2026-11-29T11:59:58Z" }
    expect(progressOfKeys(work, at, before)).toEqual({ percent: 40, perSecond: 100, secondsLeft: 6 })
    expect(progressOfKeys(work, at, null)).toEqual({ percent: 40, perSecond: null, secondsLeft: null })
  })

  test("an earlier look at other work says nothing, nor does one when nothing moved", () => {
    const other = { work: { ...work, startedAt: "2026-11-28T00:00:00Z", done: 0 }, at: "2026-11-29T11:59:58Z" }
    expect(progressOfKeys(work, at, other).perSecond).toBeNull()
    expect(progressOfKeys(work, at, { work, at: "2026-11-29T11:59:58Z" }).perSecond).toBeNull()
  })

  test("nothing to seal is all of it when it is done", () => {
    expect(progressOfKeys({ ...work, state: "done", total: 0, done: 0 }, at, null).percent).toBe(100)
  })
})

test("what can be done depends on what is under way", () => {
  expect(keyActions(view)).toEqual(["rotate", "rewrap"])
  expect(keyActions({ ...view, work })).toEqual(["pause"])
  expect(keyActions({ ...view, work: { ...work, state: "paused" } })).toEqual(["resume"])
  expect(keyActions({ ...view, dataKeys: [] })).toEqual([])
})

test("the first concern is whether custody answers, then what is left of a former one", () => {
  const away = { ...custodian, state: "away" as const, awaySince: at, graceEndsAt: "2026-11-29T13:00:00Z" }
  expect(keyConcern({ ...view, custodians: [away] })).toBe("away")
  expect(keyConcern({ ...view, at: "2026-11-29T13:00:01Z", custodians: [away] })).toBe("grace-over")
  expect(keyConcern({ ...view, custodians: [{ ...custodian, state: "refuses" }] })).toBe("refused")
  const former = { ...custodian, name: "transit", role: "former" as const }
  expect(keyConcern({ ...view, custodians: [custodian, former] })).toBe("former-in-use")
  expect(keyConcern({ ...view, custodians: [custodian, { ...former, keyCount: 0 }] })).toBe("former-free")
  expect(keyConcern({ ...view, custodians: [custodian, { ...former, name: "key-file", keyCount: 0 }] })).toBeNull()
})

test("names what copies of destroyed keys in backups are under, once each", () => {
  const destroyed = { ...view.dataKeys[0], version: 2, custodyKeyId: "file:1", createdAt: at, destroyedAt: at }
  expect(keysInBackups({ ...view, dataKeys: [...view.dataKeys, destroyed, { ...destroyed, version: 3 }] })).toEqual([
    "file:1",
  ])
})
