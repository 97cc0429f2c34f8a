import { expect, test } from "vitest"
import { words } from "./messages.ts"
import { addinWorld } from "./testing/addin-world.ts"
import { phoneScript } from "./testing/scripted-office.ts"
import { joinUrl } from "./testing/scripted-service.ts"

const dayMs = 86_400_000
const allowed = new Set(["key", "subject", "date", "time", "zone", "isRecurring", "templateId", "for"])

test("a new event gets a meeting by itself where the person wants that, and only once", async () => {
  const { run, script, seen, sent } = addinWorld()
  await run("newEvent")
  await run("newEvent")
  expect(script.location).toBe(joinUrl)
  expect(sent.filter(({ route }) => route === "POST /v1/tools/meetings")).toHaveLength(1)
  expect(seen.atSend).toContain(joinUrl)
})

test("a new event gets none where the person does not want that, or is not allowed to", async () => {
  const unwanted = addinWorld()
  unwanted.state.settings = { ...unwanted.state.settings, defaults: { templateId: null, addsToEveryEvent: false } }
  await unwanted.run("newEvent")
  const off = addinWorld()
  off.state.settings = { ...off.state.settings, isOn: false }
  await off.run("newEvent")
  expect([unwanted.script.location, off.script.location]).toEqual(["", ""])
})

test("an event that is moved and becomes a series is told, and nothing is told twice", async () => {
  const { run, script, state, sent } = addinWorld()
  await run("newEvent")
  script.startMs += dayMs
  await run("timeChanged")
  expect(state.meeting).toMatchObject({ date: "2026-12-02", time: "20:00", zone: "Europe/Berlin" })
  script.recurrence = { recurrenceType: "weekly" }
  await run("seriesChanged")
  await run("seriesChanged")
  expect(state.meeting?.isRecurring).toBe(true)
  expect(sent.filter(({ route }) => route.startsWith("PATCH"))).toHaveLength(2)
})

test("no handler acts where Outlook lacks its set, and each still says that it is done", async () => {
  const { run, script, sent } = addinWorld({ mailboxSet: "1.9" })
  await run("newEvent")
  await run("add")
  script.startMs += dayMs
  const before = sent.length
  await run("timeChanged")
  await run("seriesChanged")
  expect(await run("sending")).toEqual({ allowEvent: true })
  expect(sent).toHaveLength(before)
})

test("at sending what is new is told; where that fails the person is told, and may send anyway", async () => {
  const { run, script, state } = addinWorld()
  await run("newEvent")
  script.startMs += dayMs
  expect(await run("sending")).toEqual({ allowEvent: true })
  expect(state.meeting?.date).toBe("2026-12-02")
  script.startMs += dayMs
  state.isUp = false
  expect(await run("sending")).toEqual({ allowEvent: false, errorMessage: words.en.sendNotReady })
  state.isUp = true
  state.meeting = null
  expect(await run("sending")).toEqual({ allowEvent: false, errorMessage: words.en.sendNotTold })
})

test("an event without a meeting is sent without asking anybody", async () => {
  const { run, sent } = addinWorld()
  expect(await run("sending")).toEqual({ allowEvent: true })
  expect(sent).toEqual([])
})

test("buttons say what they did, and what went wrong in words", async () => {
  const { run, seen, script, state } = addinWorld()
  await run("add")
  await run("remove")
  expect(script.location).toBe("")
  state.isUp = false
  await run("add")
  expect(seen.notices).toEqual([...[words.en.added, words.en.removed, words.en.problems["service-unreachable"]]])
})

test("on a phone the switch makes a meeting whose link is in the location, or is put back", async () => {
  const { run, script, state, sent } = addinWorld(phoneScript)
  state.isUp = false
  expect(await run("add")).toEqual({ allowEvent: false })
  state.isUp = true
  expect(await run("add")).toBeUndefined()
  expect(script.location).toBe(joinUrl)
  expect(sent.filter(({ route }) => route === "POST /v1/tools/meetings")).toHaveLength(1)
})

test("who presses a button may be asked who they are; what happens by itself asks nobody", async () => {
  const { run, script, seen, asks, state } = addinWorld()
  asks.mustAsk = true
  await run("newEvent")
  await run("sending")
  expect([asks.windows, script.location]).toEqual([0, ""])
  await run("add")
  expect([asks.windows, script.location]).toEqual([1, joinUrl])
  const unknown = addinWorld({ sets: [] })
  expect(await unknown.run("add")).toEqual({ allowEvent: false })
  expect([unknown.asks.windows, unknown.seen.notices]).toEqual([0, [words.en.problems["signed-out"]]])
  expect([seen.notices, state.doors.size]).toEqual([[words.en.added], 2])
})

test("a lost answer makes no second meeting: the key stays with the event", async () => {
  const { run, sent, state } = addinWorld()
  await run("newEvent")
  const again = addinWorld()
  again.state.isUp = false
  await again.run("add")
  again.state.isUp = true
  await again.run("add")
  const keys = again.sent.filter(({ route }) => route === "POST /v1/tools/meetings").map(({ body }) => body?.key)
  expect([new Set(keys).size, state.meeting === null, sent.length > 0]).toEqual([1, false, true])
})

test("in somebody else's calendar the meeting is asked for in their name", async () => {
  const { run, state } = addinWorld({ owner: "grace@example.org" })
  await run("add")
  expect(state.meeting?.for).toBe("grace@example.org")
})

test("whatever happens, the service is told the allowed fields and nothing else, and nothing forbidden is read", async () => {
  const { run, script, sent, seen } = addinWorld({ owner: "grace@example.org" })
  for (const name of ["newEvent", "timeChanged", "seriesChanged", "sending", "remove", "add"] as const) {
    script.startMs += dayMs
    await run(name)
  }
  const told = sent.filter(({ route }) => route.includes("/v1/tools/meetings"))
  expect(told.flatMap(({ body }) => Object.keys(body ?? {})).filter((field) => !allowed.has(field))).toEqual([])
  expect(seen.calls.filter((call) => call.startsWith("forbidden"))).toEqual([])
})
