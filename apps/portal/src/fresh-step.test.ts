import { expect, test } from "vitest"
import { createFreshStep } from "./fresh-step.ts"

test("is asked once for all calls that wait, and ends them all alike", async () => {
  const step = createFreshStep()
  const seen: boolean[] = []
  step.subscribe(() => seen.push(step.isAsked))
  const calls = [step.ask(), step.ask()]
  expect(step.isAsked).toBe(true)
  step.shown()
  expect(await Promise.all(calls)).toEqual([true, true])
  const left = step.ask()
  step.leave()
  expect(await left).toBe(false)
  expect(seen).toEqual([true, false, true, false])
})

test("where nobody can be asked, the refusal stands", async () => {
  const step = createFreshStep()
  expect(await step.ask()).toBe(false)
  step.subscribe(() => {})()
  expect(await step.ask()).toBe(false)
  expect(step.isAsked).toBe(false)
})
