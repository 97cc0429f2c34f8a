import type { PolicyLevelsView } from "@kalends/protocol/policy"
import { describe, expect, test } from "vitest"
import {
  addressOfLevel,
  draftWith,
  groupsWithWords,
  isLockable,
  isPolicyAddress,
  levelOfAddress,
  standingOf,
} from "./policy-view.ts"

const pilots = "00000000-0000-4000-8000-0000000000a1"
const sales = "00000000-0000-4000-8000-0000000000a2"
const levels: PolicyLevelsView = {
  account: {
    calendarPermission: { value: "read", isLocked: true },
    sync: { value: "on", isLocked: false },
  },
  groups: [
    {
      ...{ groupId: pilots, name: "Pilots", people: 3 },
      says: { calendarPermission: { value: "read-write", isLocked: false }, sync: { value: "off", isLocked: true } },
    },
    { groupId: sales, name: "Sales", people: 5, says: {} },
  ],
  providers: [],
}

describe("how it stands with a setting", () => {
  test.each([
    ["the organisation's own word", null, "calendarPermission", { kind: "own", value: "read", isLocked: true }],
    ["what nobody has set", null, "eventCapture", { kind: "default", value: "off" }],
    [
      "a group's word under a lock",
      pilots,
      "calendarPermission",
      { kind: "overruled", value: "read", own: "read-write" },
    ],
    ["a group's own word", pilots, "sync", { kind: "own", value: "off", isLocked: true }],
    ["a group that follows", sales, "sync", { kind: "follows", value: "on" }],
    ["a group that follows a lock", sales, "calendarPermission", { kind: "overruled", value: "read", own: null }],
    ["a group that follows what nobody has set", sales, "whoMayConnect", { kind: "follows", value: "everybody" }],
  ] as const)("%s", (_name, groupId, setting, wanted) => {
    expect(standingOf(levels, [], { groupId, setting })).toEqual(wanted)
  })

  test("follows what is about to be said above", () => {
    const word = { value: "off", isLocked: true } as const
    const draft = draftWith(levels, [], { groupId: null, setting: "sync", word })
    expect(standingOf(levels, draft, { groupId: sales, setting: "sync" })).toMatchObject({ value: "off" })
    expect(standingOf(levels, draft, { groupId: pilots, setting: "sync" })).toMatchObject({ kind: "overruled" })
  })
})

describe("changes that are collected", () => {
  test("remember what was said, hold one for each place, and are gone when they change nothing", () => {
    const spot = { groupId: null, setting: "calendarPermission" } as const
    const was = { value: "read", isLocked: true } as const
    const open = draftWith(levels, [], { ...spot, word: { value: "read", isLocked: false } })
    const none = draftWith(levels, open, { ...spot, word: null })
    expect(none).toEqual([{ ...spot, was, word: null }])
    expect(draftWith(levels, none, { ...spot, word: was })).toEqual([])
  })

  test("bring a group to the table that said nothing before", () => {
    const draft = draftWith(levels, [], {
      ...{ groupId: sales, setting: "providers" },
      word: { value: ["cloud"], isLocked: false },
    })
    expect(groupsWithWords(levels, []).map(({ name }) => name)).toEqual(["Pilots"])
    expect(groupsWithWords(levels, draft).map(({ name }) => name)).toEqual(["Pilots", "Sales"])
  })
})

test("a group locks only what its people could choose", () => {
  expect(isLockable({ groupId: null, setting: "providers" })).toBe(true)
  expect(isLockable({ groupId: pilots, setting: "providers" })).toBe(false)
  expect(isLockable({ groupId: pilots, setting: "sync" })).toBe(true)
})

test("an address names the level that it was made from", () => {
  for (const groupId of [null, pilots]) {
    expect(levelOfAddress(addressOfLevel(groupId))).toBe(groupId)
    expect(isPolicyAddress(addressOfLevel(groupId))).toBe(true)
  }
  expect(["policy", "", "people", "policies/organisation"].map(isPolicyAddress)).toEqual([true, false, false, false])
  expect(levelOfAddress("policy")).toBeUndefined()
  expect(levelOfAddress("policy/group/nobody")).toBeUndefined()
})
