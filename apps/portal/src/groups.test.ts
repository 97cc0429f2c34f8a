import type { PolicyLevelsView, PolicyPreview } from "@kalends/protocol/policy"
import { describe, expect, test } from "vitest"
import {
  addressOfGroup,
  addressOfGroups,
  groupOfAddress,
  groupsNamed,
  lossOf,
  ownWords,
  standingsOf,
} from "./groups.ts"

const levels: PolicyLevelsView = {
  account: { calendarPermission: { value: "read", isLocked: true } },
  groups: [
    {
      ...{ groupId: "pilots", name: "Pilots", people: 3 },
      says: {
        sync: { value: "off", isLocked: false },
        calendarPermission: { value: "read-write", isLocked: false },
      },
    },
    { groupId: "others", name: "Others", people: 5, says: {} },
  ],
  providers: [],
}

describe("what is set for a group", () => {
  test("counts its own words, overruled ones, too", () => {
    expect([ownWords(levels, "pilots"), ownWords(levels, "others"), ownWords(levels, "gone")]).toEqual([2, 0, 0])
  })

  test("stands for each setting, with whose word it is", () => {
    const kindOf = (groupId: string) =>
      Object.fromEntries(standingsOf(levels, groupId).map(({ setting, standing }) => [setting, standing.kind]))
    expect(kindOf("pilots")).toMatchObject({ sync: "own", calendarPermission: "overruled", providers: "follows" })
    expect(kindOf("others")).toMatchObject({ sync: "follows" })
  })
})

describe("what a move takes from somebody", () => {
  const none = { people: 1, disconnect: 0, disconnectForGood: 0, blocked: 0, stay: 1 }
  const person = { userId: "ada", email: "ada@example.org", displayName: "Ada", role: "user" } as const
  const seen = (counts: Partial<PolicyPreview["counts"]>): PolicyPreview => ({
    ...{ counts: { ...none, ...counts }, after: null },
    people: [{ ...person, causes: ["calendarPermission"] }],
  })

  test("is nothing where the calendar stays", () => expect(lossOf(seen({}))).toBeNull())

  test("is the calendar, with the settings at odds, and whether they can connect again", () => {
    const loss = { kind: "disconnected", causes: ["calendarPermission"] }
    expect(lossOf(seen({ disconnect: 1 }))).toEqual({ ...loss, isForGood: false })
    expect(lossOf(seen({ disconnect: 1, disconnectForGood: 1 }))).toEqual({ ...loss, isForGood: true })
  })

  test("is that they can connect, of whom has no calendar", () =>
    expect(lossOf(seen({ blocked: 1 }))).toEqual({ kind: "blocked" }))
})

test("a group is found again by its address, and the list by any other", () => {
  const groupId = "00000000-0000-4000-8000-0000000000a1"
  expect(groupOfAddress(addressOfGroup(groupId))).toBe(groupId)
  expect([addressOfGroups, "groups/../people", "policy"].map(groupOfAddress)).toEqual([null, null, null])
})

test("groups are found by a part of their name, whichever way it is written", () => {
  const groups = [{ name: "Pilots" }, { name: "営業部 ＡＢＣ" }]
  expect(groupsNamed(groups, " pil")).toEqual([groups[0]])
  expect(groupsNamed(groups, "abc")).toEqual([groups[1]])
  expect(groupsNamed(groups, "")).toEqual(groups)
})
