import { Problem } from "@kalends/domain/problem"
import { type IpcAnswer, ipcChangeSchema, ipcScheduleSchema } from "@kalends/protocol/ipc"
import { expect, test } from "vitest"
import type { AgentDoor } from "./agent-door.ts"
import type { Appointment, Marks } from "./appointment.ts"
import { messages } from "./messages.ts"
import { type AppointmentItem, createPlugin } from "./plugin.ts"

const key = "k1".repeat(16).replaceAll("k", "a")
const meetingId = "0198c6f0-0000-7000-8000-000000000001"
const meeting = {
  ...{ meetingId, joinUrl: "https://meet.example/1", location: "https://meet.example/1" },
  ...{ block: { text: "Join: https://meet.example/1", html: "<a>" }, expiresAt: null },
}
const base: Appointment = {
  ...{ subject: "Comet hunting", start: "2026-11-24T09:30:00", zone: "W. Europe Standard Time" },
  ...{ isAllDay: false, recurrence: "none", host: null },
}

type Asked = Parameters<AgentDoor["ask"]>[0]

/** An Outlook with one appointment and an agent that answers as it is told. */
function office(start: Partial<Appointment> = {}) {
  const asked: Asked[] = []
  const said: string[] = []
  const did: string[] = []
  const here = {
    appointment: { ...base, ...start },
    marks: { key: null, meetingId: null } as Marks,
    location: "",
    block: "",
  }
  const fails: { with: Problem | null } = { with: null }
  const agent: AgentDoor = {
    async ask(question): Promise<IpcAnswer> {
      asked.push(question)
      if (question.action === "schedule") ipcScheduleSchema.parse(question.input)
      if (question.action === "update") ipcChangeSchema.parse(question.input)
      if (fails.with !== null) throw fails.with
      return question.action === "remove" ? { kind: "removed", id: 1 } : { kind: "meeting", id: 1, meeting }
    },
    close() {},
  }
  const plugin = createPlugin({ agent, language: "en", newKey: () => key })
  const item = (): AppointmentItem => ({
    appointment: here.appointment,
    marks: here.marks,
    async mark(marks) {
      did.push("mark")
      here.marks = marks
    },
    async write({ location, block }) {
      did.push("write")
      Object.assign(here, { location, block: block.text })
    },
    say: (text) => void said.push(text),
  })
  return {
    ...{ asked, said, did, here, fails },
    add: () => plugin.add(item()),
    saved: () => plugin.saved(item()),
    deleted: () => plugin.deleted(item()),
    edit: (change: Partial<Appointment>) => Object.assign(here, { appointment: { ...here.appointment, ...change } }),
  }
}

test("the button asks with subject, date, time, zone and whether it recurs, and writes what it is given", async () => {
  const { add, asked, here, said } = office()
  await add()
  expect(asked).toEqual([
    {
      action: "schedule",
      input: {
        ...{ key, subject: "Comet hunting", date: "2026-11-24", time: "09:30" },
        ...{ zone: "Europe/Berlin", isRecurring: false },
      },
    },
  ])
  expect(here).toMatchObject({ location: meeting.location, block: meeting.block.text, marks: { key, meetingId } })
  expect(said).toEqual([messages.en.added])
})

test.each<[string, Partial<Appointment>, object]>([
  ["a whole day has no time", { isAllDay: true, start: "2026-11-24T00:00" }, { date: "2026-11-24", time: null }],
  ["a series and one of its dates recur", { recurrence: "occurrence" }, { isRecurring: true }],
  ["without a subject it is a meeting", { subject: " \r\n" }, { subject: "Meeting" }],
  ["a long subject is cut", { subject: `${"x".repeat(254)} ${"y".repeat(300)}` }, { subject: "x".repeat(254) }],
  ["an IANA zone is a zone", { zone: "Asia/Tokyo" }, { zone: "Asia/Tokyo" }],
  ["for somebody else, it is said for whom", { host: "grace@example.org" }, { for: "grace@example.org" }],
])("%s", async (_, change, input) => {
  const { add, asked } = office(change)
  await add()
  expect(asked).toMatchObject([{ input }])
})

test("a zone that nobody else would know is not guessed", async () => {
  const { add, asked, said } = office({ zone: "Customized Time Zone" })
  await add()
  expect([asked, said]).toEqual([[], [messages.en.unknownZone]])
})

test("the key is kept before it is used, so that the next press asks for the same meeting", async () => {
  const { add, asked, did, fails, here, said } = office()
  fails.with = new Problem("unavailable", "…", { code: "no-agent" })
  await add()
  expect([did, here.marks, said]).toEqual([["mark"], { key, meetingId: null }, [messages.en.problems["no-agent"]]])
  fails.with = null
  await add()
  expect(asked.map((question) => "input" in question && "key" in question.input && question.input.key)).toEqual([
    key,
    key,
  ])
})

test("only what has changed is told when the appointment is saved, and nothing when nothing has", async () => {
  const { add, saved, edit, asked } = office()
  await add()
  await saved()
  expect(asked.length).toBe(1)
  edit({ start: "2026-11-25T09:30:00" })
  await saved()
  edit({ subject: "Comet hunting in Dome 2" })
  await saved()
  await saved()
  expect(asked.slice(1)).toEqual([
    { action: "update", input: { meetingId, date: "2026-11-25", time: "09:30", zone: "Europe/Berlin" } },
    { action: "update", input: { meetingId, subject: "Comet hunting in Dome 2" } },
  ])
})

test("of an appointment of an earlier day everything is told, once", async () => {
  const { saved, asked, here } = office()
  here.marks = { key, meetingId }
  await saved()
  await saved()
  expect(asked).toEqual([
    {
      action: "update",
      input: {
        ...{ meetingId, subject: "Comet hunting", date: "2026-11-24", time: "09:30" },
        ...{ zone: "Europe/Berlin", isRecurring: false },
      },
    },
  ])
})

test("one date of a series that is moved does not move the series", async () => {
  const { saved, edit, asked, here } = office({ recurrence: "series" })
  here.marks = { key, meetingId }
  edit({ recurrence: "occurrence", start: "2026-12-01T11:00:00" })
  await saved()
  expect(asked).toEqual([])
})

test("appointments without a meeting of ours are never spoken of", async () => {
  const { saved, deleted, asked, said } = office()
  await saved()
  await deleted()
  expect([asked, said]).toEqual([[], []])
})

test("a deleted appointment gives its meeting up", async () => {
  const { deleted, asked, here } = office()
  here.marks = { key, meetingId }
  await deleted()
  expect(asked).toEqual([{ action: "remove", input: { meetingId } }])
})

test("a meeting that is gone is forgotten, and the next press makes another", async () => {
  const { saved, fails, here, said } = office()
  here.marks = { key, meetingId }
  fails.with = new Problem("unsupported", "…", { code: "no-meeting" })
  await saved()
  expect([here.marks, said]).toEqual([{ key: null, meetingId: null }, [messages.en.problems["no-meeting"]]])
})

test("while the agent is away a saved appointment is told later, and the person is told so", async () => {
  const { saved, fails, here, said, asked } = office()
  here.marks = { key, meetingId }
  fails.with = new Problem("unavailable", "…", { code: "no-agent" })
  await saved()
  expect(said).toEqual([messages.en.problems["no-agent"], messages.en.followsLater])
  fails.with = null
  await saved()
  expect([asked.length, said.at(-1)]).toEqual([2, messages.en.updated])
})

test("a problem that the plugin does not know yet is told in the agent's words", async () => {
  const { add, fails, said } = office()
  fails.with = new Problem("unsupported", "The moon is in the way.", { code: "new-one" })
  await add()
  expect(said).toEqual(["The moon is in the way."])
})
