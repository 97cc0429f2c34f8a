import { bigBlueButtonSecret, startBigBlueButton } from "@kalends/simulator/bigbluebutton/bigbluebutton"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createDoors } from "../../meetings/doors.ts"
import { createHttpClient } from "../../platform/http-client.ts"
import type { Entrant, MeetingDoor } from "../../ports/meeting-backend.ts"
import { someDraft, startEngine } from "../../testing/engine.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { recordOf } from "../../testing/memory-events.ts"
import { describeBackend, face } from "../conformance/suite.ts"
import { type BigBlueButtonOptions, createBigBlueButtonBackend } from "./index.ts"

const codes = new Uint8Array(32).fill(7)
const key = "1".repeat(32)

async function start(now: () => Temporal.Instant) {
  const bbb = await startBigBlueButton({ clock: now, checksums: ["sha256"] })
  const http = createHttpClient({ allowedPrivateHosts: [] })
  const options: BigBlueButtonOptions = {
    ...{ url: bbb.url, secret: bigBlueButtonSecret, guests: "enter" },
    publicUrl: "https://cal.example.org",
  }
  const deps = { http, clock: { ...fakeClock(), now }, codes }
  const backend = createBigBlueButtonBackend(deps, options)
  const close = async () => {
    await http.close()
    await bbb.close()
  }
  return { bbb, deps, options, backend, close }
}

describeBackend("BigBlueButton", async () => {
  const clock = fakeClock()
  const { backend, close } = await start(() => clock.now())
  return { backend, countOf: null, rename: null, remove: null, noteOf: null, close }
})

describe("the BigBlueButton back end", () => {
  let clock = fakeClock()
  let here: Awaited<ReturnType<typeof start>>
  beforeEach(async () => {
    clock = fakeClock()
    here = await start(() => clock.now())
  })
  afterEach(() => here.close())

  const made = async () => (await here.backend.create({ key, face })).backendId
  const doorOf = ({ backend }: typeof here): MeetingDoor => backend.door ?? never()
  const enter = (code: string, name: string, entrant: Entrant = "guest") =>
    doorOf(here).enter(code, { name, entrant, title: "Meeting" })

  test("opened-on-demand: the first who enters opens the meeting, the next ones find it, and an empty one is opened anew", async () => {
    const { bbb } = here
    const code = await made()
    expect(bbb.meetings.all()).toEqual([])
    const first = await enter(code, "Ada", "owner")
    expect(first.isFirst).toBe(true)
    expect((await fetch(first.url, { redirect: "manual" })).headers.get("location")).toContain("/html5client/")
    const second = await enter(code, "Grace & <Hopper>")
    expect(second.isFirst).toBe(false)
    await fetch(second.url, { redirect: "manual" })
    const meeting = bbb.meetings.find(code) ?? never()
    expect(meeting.name).toBe("Meeting")
    expect(meeting.attendees.map(({ fullName }) => fullName)).toEqual(["Ada", "Grace & <Hopper>"])
    for (const { userId } of meeting.attendees) bbb.meetings.leave(meeting, userId)
    await clock.advance(61_000)
    expect(bbb.meetings.find(code)).toBeNull()
    expect((await enter(code, "Ada")).isFirst).toBe(true)
  })

  test("opened-on-demand: a way in is good for one sitting", async () => {
    const { bbb } = here
    const code = await made()
    const old = await enter(code, "Ada")
    bbb.meetings.forgetAll()
    await clock.advance(1_000)
    await enter(code, "Grace")
    await fetch(old.url, { redirect: "manual" })
    expect(bbb.meetings.find(code)?.attendees).toEqual([])
  })

  test("owner-moderates: the owner is moderator, and nobody else", async () => {
    const { bbb } = here
    const code = await made()
    for (const entrant of ["owner", "colleague", "guest"] as const)
      await fetch((await enter(code, entrant, entrant)).url, { redirect: "manual" })
    const roles = bbb.meetings.find(code)?.attendees.map(({ fullName, role }) => [fullName, role])
    expect(roles).toEqual([
      ["owner", "MODERATOR"],
      ["colleague", "VIEWER"],
      ["guest", "VIEWER"],
    ])
  })

  test("two nodes with one key open one meeting, and another key's meeting is another", async () => {
    const { bbb, deps, options } = here
    const other = createBigBlueButtonBackend(deps, options)
    expect((await other.create({ key, face })).backendId).toBe(await made())
    await enter(await made(), "Ada")
    expect((await doorOf({ ...here, backend: other }).enter(await made(), person)).isFirst).toBe(false)
    expect(bbb.meetings.all().length).toBe(1)
  })

  test("end-repeatable: people are put out of a meeting that ends", async () => {
    const { bbb, backend } = here
    const code = await made()
    await fetch((await enter(code, "Ada")).url, { redirect: "manual" })
    await backend.end(code)
    expect(bbb.meetings.find(code)?.endedAt).not.toBeNull()
    await clock.advance(120_000)
    await backend.end(code)
  })

  test("the whole sync: a link by a word in the location, nothing told to the server, ended with its event", async () => {
    const { bbb, backend } = here
    const engine = await startEngine({ dressBackend: () => backend })
    const { jobs, pass, settle, accountId, calendarId, remote } = engine
    const doors = createDoors({ store: engine.store, backends: new Map([[backend.name, backend]]), clock })
    const sync = async () => {
      await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
      for (let due = jobs.take(); due.length > 0; due = jobs.take())
        for (const job of due) {
          if (job.kind === "pass") await pass(job)
          if (job.kind === "settle") await settle(job)
        }
    }
    const id = await remote.hand.create({ ...someDraft(), rule: "FREQ=WEEKLY;COUNT=5" })
    await remote.calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: "@meet" }))
    await sync()
    const event = () => recordOf(remote.calendar.find(id) ?? never())
    const code = /^https:\/\/cal\.example\.org\/m\/([a-z2-7]{24})$/.exec(event().location ?? "")?.[1] ?? never()
    const { version } = event()
    await remote.hand.rename(id, "Perseids")
    await sync()
    await sync()
    expect(event().version).not.toBe(version)
    expect(bbb.calls.count("create")).toBe(0)
    const person = { visitor: null, name: "Ada", title: "Meeting" }
    await fetch(await doors.enter(code, person), { redirect: "manual" })
    expect(bbb.meetings.find(code)?.attendees.length).toBe(1)
    await remote.hand.remove(id)
    await sync()
    expect(bbb.meetings.find(code)?.attendees).toEqual([])
    await expect(doors.enter(code, person)).rejects.toMatchObject({ code: "meeting-ended" })
    expect(bbb.calls.count("create")).toBe(1)
  })

  test("a server that is down, or another secret, is a Problem that names no secret", async () => {
    const { bbb, deps, options } = here
    const code = await made()
    const wrong = createBigBlueButtonBackend(deps, { ...options, secret: "canary-secret" })
    const refused = await doorOf({ ...here, backend: wrong })
      .enter(code, person)
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ kind: "misconfigured", code: "bbb-secret" })
    expect(JSON.stringify(refused) + String(refused)).not.toContain("canary-secret")
    bbb.knobs.isDown = true
    expect(await enter(code, "Ada").catch((error: unknown) => error)).toMatchObject({ kind: "unavailable" })
    await expect(here.backend.end(code)).rejects.toMatchObject({ kind: "unavailable" })
  })
})

const person = { name: "Grace", entrant: "guest", title: "Meeting" } as const

function never(): never {
  throw new Error("there is nothing there")
}
