import type { PolicyPreview, PolicyPreviewInput } from "@kalends/protocol/policy"
import { expect, test } from "vitest"
import { moveOf, readEffects, wayBack } from "./group-move.ts"

const person = (userId: string, groupId: string | null) => ({ userId, displayName: userId.toUpperCase(), groupId })

test("everybody goes back to the group that they came from, in one move for each", () => {
  const people = [person("a", null), person("b", "pilots"), person("c", null), person("d", "sales")]
  expect(wayBack(people)).toEqual([
    { groupId: null, userIds: ["a", "c"] },
    { groupId: "pilots", userIds: ["b"] },
    { groupId: "sales", userIds: ["d"] },
  ])
})

test("what a move does to each is read to the last page, and kinds that nobody is of are not asked for", async () => {
  const asked: string[] = []
  const of = (userId: string) => ({ userId, email: userId, displayName: userId, role: "user" as const, causes: [] })
  const preview = async ({ effect, after, move }: PolicyPreviewInput): Promise<PolicyPreview> => {
    asked.push(`${effect} ${after} ${move?.userIds.join()}`)
    const counts = { people: 3, disconnect: 2, disconnectForGood: 0, blocked: 0, stay: 1 }
    if (effect === "stay") return { counts, people: [of("c")], after: null }
    return after === null ? { counts, people: [of("a")], after: "a" } : { counts, people: [of("b")], after: null }
  }
  const found = await readEffects(preview, moveOf([person("a", null), person("b", null), person("c", null)], "g"))
  expect([...found.of]).toEqual([
    ["a", "disconnect"],
    ["b", "disconnect"],
    ["c", "stay"],
  ])
  expect(asked).toEqual(["disconnect null a,b,c", "disconnect a a,b,c", "stay null a,b,c"])
})
