import type { GroupsView } from "@kalends/protocol/groups"
import { describe, expect, test } from "vitest"
import { accountConcern, followers, groupConcern, isOnFor } from "./groups.ts"

const pilots = { groupId: "pilots", name: "Pilots", isOn: false, people: 3, connected: 2 }
const others = { groupId: "others", name: "Others", isOn: null, people: 5, connected: 1 }
const view: GroupsView = { isOn: true, ungrouped: { people: 10, connected: 7 }, groups: [others, pilots] }

describe("whom a change of the sync concerns", () => {
  test("the organisation's word: people in no group and in groups without a word of their own", () => {
    expect(followers(view)).toEqual({ people: 15, connected: 8 })
    expect(accountConcern(view, false)).toEqual({
      whom: { follows: "organisation" },
      people: 15,
      connected: 8,
      wasOn: true,
      isOn: false,
    })
  })

  test("a group's word: its people, and nothing is different where both say the same", () => {
    expect(groupConcern(view, pilots, null)).toMatchObject({ people: 3, wasOn: false, isOn: true })
    expect(groupConcern(view, others, true)).toMatchObject({ people: 5, wasOn: true, isOn: true })
    expect(groupConcern(view, others, false)).toMatchObject({ whom: { groupId: "others" }, wasOn: true, isOn: false })
  })

  test("what holds for somebody: the group's word, else the organisation's", () => {
    expect([isOnFor(view, "pilots"), isOnFor(view, "others"), isOnFor(view, null)]).toEqual([false, true, true])
  })
})
