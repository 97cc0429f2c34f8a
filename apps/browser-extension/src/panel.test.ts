import { expect, test } from "vitest"
import type { ReadEvent } from "./editor.ts"
import { createPanel } from "./panel.ts"
import type { Asked, Told } from "./talk.ts"

const face = { subject: "S", date: "2027-03-01", time: "20:00", zone: "Europe/Berlin", isRecurring: false }
const made = { kind: "made", meetingId: "m1", location: "https://j", text: "Join" } as const
const settings = {
  person: { displayName: "Ada", email: "ada@example.org" },
  isOn: true,
  templates: [],
  defaults: { templateId: null, addsToEveryEvent: false },
  mayScheduleFor: [],
}
const wantsEvery = { ...settings, defaults: { templateId: null, addsToEveryEvent: true } }

type World = {
  readonly isNew?: boolean
  readonly hasMeeting?: boolean
  readonly read?: ReadEvent
  readonly answers: Told[]
}

/** A panel beside an event; the background answers one after the other. */
function world({ isNew = true, hasMeeting = false, read = { kind: "read", face }, answers }: World) {
  const asked: Asked[] = []
  const written: string[] = []
  let keys = 0
  const panel = createPanel({
    ask: async (question) => {
      asked.push(question)
      return answers.shift() ?? { kind: "failed" }
    },
    event: {
      ...{ isNew, hasMeeting: () => hasMeeting, read: () => read },
      write: async ({ location }) => void written.push(location),
      remove: async () => void written.push("removed"),
    },
    newKey: () => `key ${++keys}`,
    language: "en",
  })
  return { panel, asked, written }
}

test("a meeting is added, follows and is removed, and the next one is another", async () => {
  const { panel, asked, written } = world({ answers: [made, made, { kind: "done" }, made] })
  panel.choose({ for: "boss@example.org" })
  await panel.schedule()
  expect(panel.state).toMatchObject({ meeting: { meetingId: "m1" }, said: panel.words.added, isProblem: false })
  await panel.schedule()
  await panel.remove()
  expect(panel.state).toMatchObject({ meeting: null, said: panel.words.removed })
  await panel.schedule()
  const choice = { for: "boss@example.org" }
  expect(asked).toEqual([
    { kind: "schedule", key: "key 1", face, choice },
    { kind: "change", meetingId: "m1", face },
    { kind: "remove", meetingId: "m1" },
    { kind: "schedule", key: "key 2", face, choice },
  ])
  expect(written).toEqual(["https://j", "https://j", "removed", "https://j"])
})

test.each([
  [{ isNew: true }, wantsEvery, true],
  [{ isNew: true }, settings, false],
  [{ isNew: true }, { ...wantsEvery, isOn: false }, false],
  [{ isNew: false }, wantsEvery, false],
  [{ isNew: true, hasMeeting: true }, wantsEvery, false],
])(
  "in an event that is %j, a meeting comes by itself only where its person wants it",
  async (event, given, isAdded) => {
    const { panel, written } = world({ ...event, answers: [{ kind: "settings", settings: given }, made] })
    await panel.open()
    expect([panel.state.settings, written.length === 1]).toEqual([given, isAdded])
  },
)

test("whoever is signed out hears of it when they press, not when the page opens", async () => {
  const { panel } = world({ answers: [{ kind: "signed-out" }, { kind: "signed-out" }] })
  await panel.open()
  expect(panel.state.said).toBe("")
  await panel.schedule()
  expect(panel.state).toMatchObject({ said: panel.words.signedOut, isProblem: true, isSignedOut: true })
})

test("an event that has a meeting already gets no other", async () => {
  const { panel, asked } = world({ hasMeeting: true, answers: [] })
  await panel.schedule()
  expect([panel.state.said, asked]).toEqual([panel.words.hadOne, []])
})

test("what cannot be read is named, and nothing is asked or written", async () => {
  const read = { kind: "not-understood", missing: ["startDate", "startTime"] } as const
  const { panel, asked, written } = world({ read, answers: [] })
  await panel.schedule()
  expect(panel.state.said).toBe("Kalends cannot read the date and the time of this event. Nothing was changed.")
  expect([asked, written]).toEqual([[], []])
})

test.each([
  ["tool-off", "Scheduling tools are switched off for you. Ask your administrator."],
  ["something-new", "Kalends does not allow this. Your administrator can say why."],
])("a refusal with the code %s is told in words", async (code, said) => {
  const { panel, written } = world({ answers: [{ kind: "refused", code }] })
  await panel.schedule()
  expect(panel.state).toMatchObject({ said, isProblem: true, meeting: null })
  expect(written).toEqual([])
})

test("a meeting that is gone can be added anew", async () => {
  const { panel, asked } = world({ answers: [made, { kind: "refused", code: "no-meeting" }, made] })
  for (let times = 0; times < 3; times++) await panel.schedule()
  expect(asked.at(-1)).toMatchObject({ kind: "schedule", key: "key 2" })
  expect(panel.state.meeting).toMatchObject({ meetingId: "m1" })
})
