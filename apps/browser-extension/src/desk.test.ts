import { expect, test } from "vitest"
import { type Answer, createAnswers, type Request } from "./desk.ts"

const face = { subject: "S", date: "2027-03-01", time: "20:00", zone: "Europe/Berlin", isRecurring: false }
const meetingId = "11111111-2222-4333-8444-555555555555"
const made = {
  meetingId,
  joinUrl: "https://j",
  location: "https://j",
  block: { text: "Join", html: "" },
  expiresAt: null,
}
const times = { expiresAt: "2027-01-01T00:00:00Z", now: "2027-01-01T00:00:00Z", pollSeconds: 4 }

function world() {
  const memory = new Map<string, string>()
  const disk = new Map<string, string>()
  const sent: Request[] = []
  const marks: boolean[] = []
  const next: { answer: Answer | Error } = { answer: { status: 200, body: made } }
  const answers = createAnswers({
    kept: {
      find: async (name) => memory.get(name) ?? disk.get(name) ?? null,
      keep: async (name, text, isLasting) => void (isLasting ? disk : memory).set(name, text),
      drop: async (name) => void [memory, disk].map((place) => place.delete(name)),
    },
    async send(request) {
      sent.push(request)
      if (next.answer instanceof Error) throw next.answer
      return next.answer
    },
    openOptions: async () => {},
    mark: async (isOn) => void marks.push(isOn),
  })
  return { memory, disk, sent, marks, next, answers }
}

test.each([true, false])(
  "a code is shown, waited for, and becomes the token; on disk where it is to last: %s",
  async (isLasting) => {
    const { next, answers, memory, disk } = world()
    next.answer = { status: 201, body: { code: "ABCD", token: "t", ...times } }
    const begin = { kind: "begin", deviceName: "Browser extension, Firefox", isLasting } as const
    expect(await answers(begin)).toEqual({ kind: "waiting", code: "ABCD", pollSeconds: 4 })
    next.answer = { status: 200, body: { state: "waiting" } }
    expect(await answers({ kind: "state" })).toMatchObject({ kind: "waiting" })
    next.answer = { status: 503, body: null }
    expect(await answers({ kind: "state" })).toMatchObject({ kind: "waiting" })
    next.answer = { status: 200, body: { state: "connected" } }
    expect(await answers({ kind: "state" })).toEqual({ kind: "signed-in" })
    expect([memory.get("token"), disk.get("token")]).toEqual(isLasting ? [undefined, "t"] : ["t", undefined])
    next.answer = new Error("offline")
    expect(await answers({ kind: "sign-out" })).toEqual({ kind: "signed-out" })
    expect([memory.size, disk.size]).toEqual([0, 0])
  },
)

test("a code that is over is forgotten", async () => {
  const { next, answers, memory } = world()
  memory.set("waiting", "ABCD t 4 ")
  next.answer = { status: 401, body: null }
  expect(await answers({ kind: "state" })).toEqual({ kind: "signed-out" })
  expect(memory.has("waiting")).toBe(false)
})

test("a meeting is asked for with the event's face and what was chosen, and nothing is sent while nobody is signed in", async () => {
  const { sent, answers, memory, next } = world()
  expect(await answers({ kind: "schedule", key: "k", face, choice: {} })).toEqual({ kind: "signed-out" })
  expect(sent).toEqual([])
  memory.set("token", "t")
  const choice = { for: "boss@example.org" }
  expect(await answers({ kind: "schedule", key: "k", face, choice })).toMatchObject({ kind: "made", text: "Join" })
  expect(await answers({ kind: "change", meetingId, face })).toMatchObject({ kind: "made" })
  next.answer = { status: 204, body: null }
  expect(await answers({ kind: "remove", meetingId })).toEqual({ kind: "done" })
  const defaults = { templateId: null, addsToEveryEvent: true }
  expect(await answers({ kind: "save-defaults", defaults })).toEqual({ kind: "done" })
  expect(sent.map(({ method, url, body }) => [method, new URL(url).pathname, body])).toEqual([
    ["POST", "/v1/tools/meetings", { key: "k", ...face, ...choice }],
    ["PATCH", `/v1/tools/meetings/${meetingId}`, face],
    ["DELETE", `/v1/tools/meetings/${meetingId}`, undefined],
    ["PUT", "/v1/tools/defaults", defaults],
  ])
  expect(new Set(sent.map(({ url }) => new URL(url).origin))).toEqual(new Set(["https://kalends.invalid"]))
})

const problem = { type: "about:blank", title: "", status: 403, kind: "forbidden", code: "tool-off" }

test.each([
  [
    { status: 403, body: problem },
    { kind: "refused", code: "tool-off" },
  ],
  [
    { status: 404, body: null },
    { kind: "refused", code: null },
  ],
  [{ status: 429, body: null }, { kind: "failed" }],
  [{ status: 500, body: null }, { kind: "failed" }],
  [{ status: 401, body: null }, { kind: "signed-out" }],
  [new Error("offline"), { kind: "failed" }],
] as const)("an answer of %j is told as %j", async (answer, told) => {
  const { next, answers, memory } = world()
  memory.set("token", "t")
  next.answer = answer
  expect(await answers({ kind: "schedule", key: "k", face, choice: {} })).toEqual(told)
})

test("a page that is not understood marks the extension's button until somebody has read of it, and nothing is sent", async () => {
  const { answers, marks, sent } = world()
  const note = { page: "Outlook", missing: ["location"] } as const
  await answers({ kind: "page-unknown", ...note })
  expect(await answers({ kind: "take-note" })).toEqual({ kind: "note", note })
  expect(await answers({ kind: "take-note" })).toEqual({ kind: "note", note: null })
  expect([marks, sent]).toEqual([[true, false, false], []])
})
