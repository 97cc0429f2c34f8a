import { withoutBlock } from "@kalends/domain/body-block"
import { expect, test } from "vitest"
import { recall, remember } from "./event-memory.ts"
import { clearMeeting, markedBlock, textPlace, writeMeeting } from "./event-text.ts"
import { mockOffice } from "./testing/mock-office.ts"

const meeting = {
  meetingId: "00000000-0000-4000-8000-000000000001",
  ...{ joinUrl: "https://meet.example/abc", location: "https://meet.example/abc" },
  block: { text: "Join the meeting: https://meet.example/abc", html: "Join the meeting: <a>…</a>" },
}

test("a meeting added by hand goes into the location and to where the person writes", async () => {
  const { office, item, seen, script } = mockOffice()
  await writeMeeting(item, meeting, textPlace(office, true))
  expect(script.location).toBe(meeting.location)
  expect(seen.calls).toEqual(["location.get", "location.set", "body.setSelectedData"])
  expect(seen.body.join("")).toContain("-::~ meeting ~::-")
})

test("a handler's text waits for sending where the client can, and else stands on top", async () => {
  const now = mockOffice({ mailboxSet: "1.13" })
  await writeMeeting(now.item, meeting, textPlace(now.office, false))
  expect([now.seen.atSend === null, now.seen.body]).toEqual([false, []])
  const old = mockOffice({ mailboxSet: "1.12" })
  await writeMeeting(old.item, meeting, textPlace(old.office, false))
  expect(old.seen.calls).toContain("body.prepend")
})

test("a place that the person wrote stays beside the link, and the link is written once", async () => {
  const { item, script } = mockOffice({ location: "Dome 2" })
  await writeMeeting(item, meeting, "at-cursor")
  await writeMeeting(item, meeting, "at-cursor")
  expect(script.location).toBe("Dome 2; https://meet.example/abc")
})

test("taking the meeting away leaves the person's own place, and takes back what waits for sending", async () => {
  const { office, item, seen, script } = mockOffice({ location: "Dome 2" })
  await writeMeeting(item, meeting, "at-send")
  await clearMeeting(office, item, meeting.location)
  expect([script.location, seen.atSend]).toEqual(["Dome 2", null])
  expect(seen.calls.filter((call) => call.startsWith("forbidden"))).toEqual([])
})

test("plain descriptions get plain lines that the service finds again by their marks", async () => {
  const { item, seen } = mockOffice({ bodyType: "text" })
  await writeMeeting(item, meeting, "at-cursor")
  expect(seen.body[0]).toContain(meeting.block.text)
  expect(withoutBlock(`Agenda\n${markedBlock(meeting.block, "text")}`)).toBe("Agenda")
})

test("what belongs to the event is kept with it, and rubbish counts as nothing", async () => {
  const { item, seen } = mockOffice()
  const told = { subject: "a", date: "2026-12-01", time: null, zone: "UTC", isRecurring: false }
  const memory = { key: "0".repeat(32), meetingId: meeting.meetingId, location: meeting.location, told }
  await remember(item, memory)
  expect(await recall(item)).toEqual(memory)
  Object.assign(seen.properties, { kalends: "{}" })
  expect(await recall(item)).toBeNull()
  await remember(item, null)
  expect(seen.properties).toEqual({})
})
