import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { createContext, runInContext } from "node:vm"
import { parse } from "acorn"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { type OfficeScript, plainScript, scriptedOffice } from "./testing/scripted-office.ts"
import { joinUrl, scriptedService } from "./testing/scripted-service.ts"

// The script that classic Outlook on Windows runs, in a world that has what Microsoft documents for it and no more
// (learn.microsoft.com, "Runtimes in Office Add-ins" and "Activate add-ins with events", seen 2026-11-30): an engine, timers,
// fetch, and Office. No page, no window, no storage, no source of randomness, no onReady.

let webFolder = ""
let code = ""
beforeAll(async () => {
  webFolder = await buildApps(["outlook-addin"])
  const written = await readFile(join(webFolder, "outlook-addin/dist/functions.js"), "utf8")
  code = written.replaceAll("__KALENDS_SERVICE__", "https://kalends.example")
})
afterAll(() => rm(webFolder, { recursive: true, force: true }))

/** What came after ECMAScript 2016, so far as an engine of today has it. */
const newer = `
  for (const [place, names] of [
    [Object, ["entries", "values", "fromEntries", "getOwnPropertyDescriptors", "hasOwn", "groupBy"]],
    [Array.prototype, ["flat", "flatMap", "at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"]],
    [String.prototype, ["padStart", "padEnd", "trimStart", "trimEnd", "matchAll", "replaceAll", "at"]],
    [Promise, ["allSettled", "any", "withResolvers", "try"]],
    [Promise.prototype, ["finally"]],
    [Symbol, ["asyncIterator"]],
    [this, ["BigInt", "globalThis", "WeakRef", "AggregateError", "Iterator", "Atomics", "SharedArrayBuffer", "Temporal"]],
  ]) for (const name of names) delete place[name]`

/** Classic Outlook with an event open, on an Exchange server of one's own: that is who is signed in without a page. */
function classicOutlook(changes: Partial<OfficeScript> & { readonly isOld: boolean }) {
  const { isOld, ...script } = changes
  const outlook = scriptedOffice({
    ...{ ...plainScript, accountType: "enterprise", identityToken: "mailbox-server-token", ...script },
  })
  const remote = scriptedService()
  const { onReady: _, ...office } = outlook.office
  const fetch = (address: string, init: RequestInit) => {
    if (!address.startsWith("https://kalends.example/")) throw new TypeError("Only absolute addresses are fetched.")
    return remote.send(new URL(address).pathname, init)
  }
  const world = createContext(
    { Office: office, fetch, setTimeout, clearTimeout },
    { codeGeneration: { strings: false, wasm: false } },
  )
  if (isOld) runInContext(newer, world)
  runInContext(code, world)
  const run = (name: string) => new Promise<unknown>((resolve) => outlook.seen.handlers[name]?.({ completed: resolve }))
  return { ...outlook, ...remote, run }
}

test("the script is written in ECMAScript 2016 and is one script, as Outlook before version 2403 needs it", () => {
  expect(() => parse(code, { ecmaVersion: 2016, sourceType: "script" })).not.toThrow()
  expect(() => parse("async () => {}", { ecmaVersion: 2016, sourceType: "script" })).toThrow()
})

test.each([false, true])(
  "without a page a new event gets its meeting and is followed, with an old engine: %s",
  async (isOld) => {
    const { run, seen, script, state, sent } = classicOutlook({ isOld })
    expect(Object.keys(seen.handlers).toSorted()).toEqual([
      ...["add", "newEvent", "remove", "sending", "seriesChanged", "timeChanged"],
    ])
    await run("newEvent")
    expect(script.location).toBe(joinUrl)
    script.startMs += 86_400_000
    await run("timeChanged")
    expect(state.meeting).toMatchObject({ date: "2026-12-02", time: "20:00", zone: "Europe/Berlin" })
    expect(await run("sending")).toEqual({ allowEvent: true })
    expect(sent.find(({ route }) => route === "POST /v1/tools/meetings")?.body?.key).toMatch(/^[0-9a-f]{32}$/)
    expect(seen.calls.filter((call) => call.startsWith("forbidden"))).toEqual([])
  },
)

test("where nobody is signed in, or nothing answers, each handler says at once that it is done", async () => {
  const { run, state, script } = classicOutlook({ isOld: true, identityToken: null })
  for (const name of ["newEvent", "timeChanged", "seriesChanged", "add", "remove"]) await run(name)
  state.isUp = false
  expect(await run("sending")).toEqual({ allowEvent: true })
  expect(script.location).toBe("")
})
