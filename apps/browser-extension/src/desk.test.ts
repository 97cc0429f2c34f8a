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
  const kept = new Map<string, string>()
  const sent: Request[] = []
  const next: { answer: Answer | Error } = { answer: { status: 200, body: made } }
  const answers = createAnswers({
    kept: {
      find: async (name) => kept.get(name) ?? null,
      keep: async (name, text) => void kept.set(name, text),
      drop: async (name) => void kept.delete(name),
    },
    async send(request) {
      sent.push(request)
      if (next.answer instanceof Error) throw next.answer
      return next.answer
    },
  })
  return { kept, sent, next, answers }
}

test("a code is shown, waited for, and becomes the token", async () => {
  const { next, answers, kept } = world()
  next.answer = { status: 201, body: { code: "ABCD", token: "t", ...times } }
  const begin = {
    kind: "begin",
    serviceUrl: "https://k.example.org",
    deviceName: "Browser extension, Firefox",
  } as const
  expect(await answers(begin)).toMatchObject({ kind: "waiting", code: "ABCD" })
  next.answer = { status: 200, body: { state: "waiting" } }
  expect(await answers({ kind: "state" })).toMatchObject({ kind: "waiting" })
  next.answer = { status: 503, body: null }
  expect(await answers({ kind: "state" })).toMatchObject({ kind: "waiting" })
  next.answer = { status: 200, body: { state: "connected" } }
  expect(await answers({ kind: "state" })).toEqual({ kind: "signed-in", serviceUrl: "https://k.example.org" })
  expect(kept.get("token")).toBe("t")
  expect(await answers({ kind: "sign-out" })).toEqual({ kind: "signed-out" })
  expect(kept.has("token")).toBe(false)
})

test("a code that is over is forgotten", async () => {
  const { next, answers, kept } = world()
  kept.set("service", "https://k.example.org").set("waiting", "ABCD t")
  next.answer = { status: 401, body: null }
  expect(await answers({ kind: "state" })).toEqual({ kind: "signed-out" })
  expect(kept.has("waiting")).toBe(false)
})

test("a meeting is asked for with the event's face alone, and nothing is sent while nobody is signed in", async () => {
  const { sent, answers, kept, next } = world()
  expect(await answers({ kind: "schedule", key: "k", face })).toEqual({ kind: "signed-out" })
  expect(sent).toEqual([])
  kept.set("service", "https://k.example.org").set("token", "t")
  expect(await answers({ kind: "schedule", key: "k", face })).toMatchObject({ kind: "made", meetingId, text: "Join" })
  expect(await answers({ kind: "change", meetingId, face })).toMatchObject({ kind: "made" })
  expect(sent.map(({ method, body }) => ({ method, body }))).toEqual([
    { method: "POST", body: { key: "k", ...face } },
    { method: "PATCH", body: face },
  ])
  next.answer = { status: 204, body: null }
  expect(await answers({ kind: "remove", meetingId })).toEqual({ kind: "removed" })
})

test.each([
  [{ status: 403, body: null }, "refused"],
  [{ status: 500, body: null }, "failed"],
  [{ status: 401, body: null }, "signed-out"],
  [new Error("offline"), "failed"],
] as const)("an answer of %j is told as %s", async (answer, kind) => {
  const { next, answers, kept } = world()
  kept.set("service", "https://k.example.org").set("token", "t")
  next.answer = answer
  expect(await answers({ kind: "schedule", key: "k", face })).toEqual({ kind })
})
