import type { ToolCalls } from "@kalends/client/tool-calls"
import type { IpcRequest } from "@kalends/protocol/ipc"
import { expect, test } from "vitest"
import { createToolAnswers } from "./answer-tools.ts"

const meetingId = "0198c6f0-0000-7000-8000-000000000001"
const meeting = {
  ...{ meetingId, joinUrl: "https://meet.example/1", location: "https://meet.example/1" },
  ...{ block: { text: "Join", html: "<a>" }, expiresAt: null },
}

function agent(isSignedIn = true) {
  const asked: unknown[] = []
  const note = (...what: unknown[]) => void asked.push(what)
  const tools: ToolCalls = {
    async settings() {
      note("settings")
      const template = { templateId: meetingId, name: "Plain", isDefault: false }
      return {
        ...{ person: { displayName: "Ada", email: "ada@example.org" }, isOn: true },
        templates: Array.from({ length: 30 }, () => template),
        defaults: { templateId: null, addsToEveryEvent: false },
        mayScheduleFor: [],
      }
    },
    async schedule(input) {
      note("schedule", input)
      return { ...meeting, state: "live" }
    },
    async update(id, change) {
      note("update", id, change)
      return meeting
    },
    async remove(id) {
      note("remove", id)
    },
  }
  const answer = createToolAnswers({ calls: () => (isSignedIn ? tools : null) })
  return { asked, answer: (request: Omit<IpcRequest, "kind">) => answer({ ...request, kind: "request" } as IpcRequest) }
}

const input = {
  ...{ key: "a".repeat(32), subject: "Comet hunting", date: "2026-11-24", time: "09:30" },
  ...{ zone: "Europe/Berlin", isRecurring: false },
}

test("each request is one call to the service with its own fields, and answered under its number", async () => {
  const { asked, answer } = agent()
  const requests = [
    { id: 1, action: "schedule", input },
    { id: 2, action: "update", input: { meetingId, date: "2026-11-25", time: "09:30", zone: "Europe/Berlin" } },
    { id: 3, action: "remove", input: { meetingId } },
  ] as const
  expect(await Promise.all(requests.map(answer))).toEqual([
    { kind: "meeting", id: 1, meeting },
    { kind: "meeting", id: 2, meeting },
    { kind: "removed", id: 3 },
  ])
  expect(asked).toEqual([
    ["schedule", input],
    ["update", meetingId, { date: "2026-11-25", time: "09:30", zone: "Europe/Berlin" }],
    ["remove", meetingId],
  ])
})

test("of many templates the first are told, so that the answer fits into a line", async () => {
  const { answer } = agent()
  const told = await answer({ id: 4, action: "settings" })
  expect(told.kind === "settings" && told.settings.templates.length).toBe(20)
})

test("while nobody is signed in nothing is asked of the service", async () => {
  const { asked, answer } = agent(false)
  await expect(answer({ id: 1, action: "schedule", input } as never)).rejects.toMatchObject({
    code: "agent-signed-out",
  })
  expect(asked).toEqual([])
})
