import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { rootFolder } from "./platform.ts"

// docs/asvs-5.0-level-2.md is complete, and what it says is shown by a test is shown by that test.

/** How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has. */
const sections: Readonly<Record<string, number>> = {
  "1.1": 2,
  "1.2": 9,
  "1.3": 11,
  "1.4": 3,
  "1.5": 2,
  "2.1": 3,
  "2.2": 3,
  "2.3": 4,
  "2.4": 1,
  "3.2": 2,
  "3.3": 4,
  "3.4": 6,
  "3.5": 5,
  "3.7": 2,
  "4.1": 3,
  "4.2": 1,
  "4.3": 2,
  "4.4": 4,
  "5.1": 1,
  "5.2": 3,
  "5.3": 2,
  "5.4": 3,
  "6.1": 3,
  "6.2": 12,
  "6.3": 4,
  "6.4": 4,
  "6.5": 5,
  "6.6": 3,
  "6.8": 4,
  "7.1": 3,
  "7.2": 4,
  "7.3": 2,
  "7.4": 5,
  "7.5": 2,
  "7.6": 2,
  "8.1": 2,
  "8.2": 3,
  "8.3": 1,
  "8.4": 1,
  "9.1": 3,
  "9.2": 4,
  "10.1": 2,
  "10.2": 2,
  "10.3": 4,
  "10.4": 11,
  "10.5": 5,
  "10.6": 2,
  "10.7": 3,
  "11.1": 2,
  "11.2": 3,
  "11.3": 3,
  "11.4": 4,
  "11.5": 1,
  "11.6": 1,
  "12.1": 3,
  "12.2": 2,
  "12.3": 4,
  "13.1": 1,
  "13.2": 5,
  "13.3": 2,
  "13.4": 5,
  "14.1": 2,
  "14.2": 4,
  "14.3": 3,
  "15.1": 3,
  "15.2": 3,
  "15.3": 7,
  "16.1": 1,
  "16.2": 5,
  "16.3": 4,
  "16.4": 3,
  "16.5": 3,
  "17.1": 1,
  "17.2": 4,
  "17.3": 2,
}

const states = ["met", "partly", "not met", "does not apply"] as const

type Row = {
  readonly number: string
  readonly level: string
  readonly state: string
  readonly how: string
  readonly test: string
}

function rows(): readonly Row[] {
  const page = readFileSync(join(rootFolder, "docs/asvs-5.0-level-2.md"), "utf8")
  return page.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim())
    const [, number = "", level = "", , state = "", how = "", test = ""] = cells
    return /^\d+\.\d+\.\d+$/.test(number) ? [{ number, level, state, how, test }] : []
  })
}

const sectionOf = ({ number }: Row) => number.replace(/\.\d+$/, "")

test("each requirement of levels 1 and 2 has one row, with a state and a reason", () => {
  const all = rows()
  expect(new Set(all.map(({ number }) => number)).size).toBe(all.length)
  const counted = Object.fromEntries(
    [...Map.groupBy(all, sectionOf)].map(([section, of]) => [section, of.length] as const),
  )
  expect(counted).toEqual(sections)
  for (const { number, level, state, how } of all) {
    expect(["1", "2"], number).toContain(level)
    expect(states, number).toContain(state)
    expect(how, number).not.toBe("")
  }
})

test("each test that a row names is there, under that name", () => {
  const named = rows().filter(({ test }) => test !== "")
  expect(named.length).toBeGreaterThan(80)
  const missing = named.filter(({ test: text }) => {
    const [, path = "", name = ""] = /^`([^`]+)`: (.+)$/.exec(text) ?? []
    const file = join(rootFolder, path)
    return !existsSync(file) || !readFileSync(file, "utf8").includes(`"${name}"`)
  })
  expect(missing.map(({ number, test: text }) => `${number} ${text}`)).toEqual([])
})

test("what is needed is said wherever something is lacking", () => {
  const lacking = rows().filter(({ state }) => state === "partly" || state === "not met")
  for (const { number, how } of lacking) expect(how.split(" ").length, number).toBeGreaterThan(1)
  const page = readFileSync(join(rootFolder, "docs/asvs-5.0-level-2.md"), "utf8")
  for (const state of states) {
    const count = rows().filter((row) => row.state === state).length
    expect(page).toMatch(new RegExp(`\\| ${state} +\\| ${count} +\\|`))
  }
})
