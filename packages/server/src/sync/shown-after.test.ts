import { expect, test } from "vitest"
import { shownAfter } from "./shown-after.ts"

const before = { topic: "Lesson", schedule: "Monday" }
const written = { topic: "Audit", schedule: "Tuesday" }

test("a service that shows what it was told is compared with that", () => {
  expect(shownAfter({ written, before, now: written })).toEqual({ shown: written, isEdited: false })
})

test("a field that the service passed over is compared with what it has", () => {
  const now = { ...written, schedule: before.schedule }
  expect(shownAfter({ written, before, now })).toEqual({ shown: now, isEdited: false })
})

test("a field that is neither as before nor as told is a person's edit, and the other one is not", () => {
  const now = { ...written, topic: "Party" }
  expect(shownAfter({ written, before, now })).toEqual({ shown: written, isEdited: true })
  const passedOver = { topic: "Party", schedule: before.schedule }
  expect(shownAfter({ written, before, now: passedOver })).toEqual({
    shown: { topic: "Audit", schedule: "Monday" },
    isEdited: true,
  })
})

test("a service that cannot be asked, or has lost the meeting, is compared with what it was told", () => {
  expect(shownAfter({ written, before: null, now: null })).toEqual({ shown: written, isEdited: false })
})
