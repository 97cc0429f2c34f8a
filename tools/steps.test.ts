import { describe, expect, test } from "vitest"
import { countVitest, failureReport, lastLine, runLanes, type StepResult, stepLine, total } from "./steps.ts"

const result = (name: string, failed: number, output = ""): StepResult => ({
  name,
  failed,
  output,
  passed: 2,
  skipped: 0,
  seconds: 1,
})

describe("counting", () => {
  test("takes passed, failed and skipped tests from the report", () => {
    const report = JSON.stringify({
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [],
    })
    expect(countVitest(report, { code: 1 })).toEqual({ passed: 3, failed: 1, skipped: 3 })
  })

  test("counts a file that could not be loaded as a failure", () => {
    const testResults = [
      { status: "failed", assertionResults: [] },
      { status: "failed", assertionResults: [{ status: "failed" }] },
      { status: "passed", assertionResults: [] },
    ]
    expect(countVitest(JSON.stringify({ numPassedTests: 1, numFailedTests: 1, testResults }), { code: 1 }).failed).toBe(
      2,
    )
  })

  test("never calls a run good that ended badly", () => {
    expect(countVitest(null, { code: 1 }).failed).toBe(1)
    expect(
      countVitest(JSON.stringify({ numPassedTests: 9, numFailedTests: 0, testResults: [] }), { code: 1 }).failed,
    ).toBe(1)
    expect(
      countVitest(JSON.stringify({ numPassedTests: 9, numFailedTests: 0, testResults: [] }), { code: 0 }).failed,
    ).toBe(0)
  })

  test("ends in one plain line", () => {
    expect(lastLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed")
    expect(lastLine(total([result("a", 1), { passed: 0, failed: 0, skipped: 2 }]))).toBe(
      "2 passed, 1 failed, 2 skipped",
    )
  })
})

describe("lanes", () => {
  test("run side by side, the steps of one in order, each told as it ends", async () => {
    const told: string[] = []
    const order: string[] = []
    const step = (name: string) => ({
      name,
      run: async () => {
        order.push(name)
        await Promise.resolve()
        return result(name, 0)
      },
    })
    const results = await runLanes([[step("a"), step("b")], [step("c")]], (line) => told.push(line))
    expect(order.slice(0, 2)).toEqual(["a", "c"])
    expect(results.map(({ name }) => name)).toEqual(["a", "b", "c"])
    expect(told).toHaveLength(3)
  })

  test("show what failed steps printed, and nothing of the others", () => {
    expect(failureReport([result("a", 0, "fine"), result("b", 1, "broken\n")])).toBe("\n----- b -----\nbroken\n")
    expect(stepLine(result("a", 1))).toMatch(/^a +FAILED +1\.0 s {2}2 passed, 1 failed$/)
  })
})
