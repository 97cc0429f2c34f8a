import type { UsersView } from "@kalends/protocol/api"
import { expect, test } from "vitest"
import { chosenIn } from "./chosen.ts"
import { anybody, choiceOf, readPeople, searchOf, stoppedAddress } from "./people-pages.ts"

test("people are asked for from the start, then from the last address", async () => {
  const asked: unknown[] = []
  const users = async (query: unknown): Promise<UsersView> => {
    asked.push(query)
    return { users: [], after: "m@example.org" }
  }
  expect(await readPeople(users, { search: "a" }, null)).toEqual({ rows: [], next: "m@example.org" })
  await readPeople(users, { search: "a" }, "m@example.org")
  expect(asked).toEqual([{ search: "a" }, { search: "a", after: "m@example.org" }])
})

test("an empty search field asks for everybody", () => {
  expect(searchOf("  ")).toEqual({})
  expect(searchOf(" 山田 ")).toEqual({ search: "山田" })
})

test("what is chosen is asked for, and what there is not is not", () => {
  expect(choiceOf(anybody)).toEqual({})
  expect(choiceOf({ state: "none", groupId: "g", role: "auditor", secondStep: "some" })).toEqual({
    state: "none",
    groupId: "g",
    role: "auditor",
    secondStep: "some",
  })
  expect(choiceOf({ state: "nothing", groupId: "", role: "king", secondStep: "first" })).toEqual({})
})

test("whom asking everybody stops is asked for as the address of their list says", () => {
  expect(choiceOf(chosenIn(stoppedAddress, anybody))).toEqual({ role: "user", secondStep: "none" })
})
