import { isProblem } from "@kalends/domain/problem"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { settled } from "../testing/fake-clock.ts"
import { createGroupCommit } from "./group-commit.ts"

/** A commit that waits until it is let go, with success or failure. */
function heldCommit() {
  const batches: (readonly number[])[] = []
  const held: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  const durable: number[] = []
  const commit = async (items: readonly number[]) => {
    batches.push(items)
    await new Promise<void>((resolve, reject) => held.push({ resolve, reject }))
    durable.push(...items)
  }
  return {
    commit,
    batches,
    durable,
    letGo: () => held.shift()?.resolve(),
    fail: () => held.shift()?.reject(new Error("no disk")),
    heldCount: () => held.length,
  }
}

describe("group commit", () => {
  test("what arrives while a batch is written waits for the next, which takes it all", async () => {
    const { commit, batches, letGo } = heldCommit()
    const group = createGroupCommit(commit, 100)
    const first = group.add([1])
    await settled()
    const rest = [group.add([2]), group.add([3, 4])]
    await settled()
    letGo()
    await first
    await settled()
    letGo()
    await Promise.all(rest)
    expect(batches).toEqual([[1], [2, 3, 4]])
  })

  test("is answered only when it is durable", async () => {
    const { commit, letGo } = heldCommit()
    const group = createGroupCommit(commit, 100)
    let isAnswered = false
    const added = group.add([1]).then(() => (isAnswered = true))
    await settled()
    expect(isAnswered).toBe(false)
    letGo()
    await added
    expect(isAnswered).toBe(true)
  })

  test("a batch that fails fails those in it, and no others", async () => {
    const { commit, durable, letGo, fail } = heldCommit()
    const group = createGroupCommit(commit, 100)
    const refused = group.add([1]).catch((error: Error) => error.message)
    await settled()
    const accepted = group.add([2])
    fail()
    expect(await refused).toBe("no disk")
    await settled()
    letGo()
    await accepted
    expect(durable).toEqual([2])
  })

  test("more than may wait is refused, for the sender to come again", async () => {
    const { commit, letGo } = heldCommit()
    const group = createGroupCommit(commit, 3)
    const first = group.add([1])
    await settled()
    const waiting = group.add([2, 3, 4])
    expect(isProblem(await group.add([5]).catch((error: unknown) => error), "unavailable")).toBe(true)
    letGo()
    await first
    await settled()
    letGo()
    await waiting
    await settled()
    const later = group.add([5])
    await settled()
    letGo()
    await later
  })

  test("nothing at all is accepted without a write", async () => {
    const { commit, batches } = heldCommit()
    await createGroupCommit(commit, 3).add([])
    expect(batches).toEqual([])
  })

  test("loses nothing that it accepted and keeps the order, whatever fails and in whatever order things happen", async () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant("add" as const), count: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ act: fc.constantFrom("let go" as const, "fail" as const, "turn" as const), count: fc.constant(0) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { commit, durable, letGo, fail, heldCount } = heldCommit()
        const group = createGroupCommit(commit, 12)
        const accepted: number[] = []
        const refused: number[] = []
        const all: Promise<unknown>[] = []
        let next = 0
        for (const { act, count } of steps) {
          if (act === "add") {
            const items = Array.from({ length: count }, () => next++)
            all.push(
              group.add(items).then(
                () => accepted.push(...items),
                () => refused.push(...items),
              ),
            )
          } else if (act === "let go") letGo()
          else if (act === "fail") fail()
          else await new Promise<void>((resolve) => setImmediate(resolve))
        }
        for (let turn = 0; turn < 10 || heldCount() > 0; turn++) {
          letGo()
          await new Promise<void>((resolve) => setImmediate(resolve))
        }
        await Promise.all(all)
        expect(durable).toEqual(accepted)
        expect([...accepted, ...refused].sort((a, b) => a - b)).toEqual(
          Array.from({ length: next }, (_, index) => index),
        )
      }),
      { seed: 3, numRuns: 150 },
    )
  })
})
