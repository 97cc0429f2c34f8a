import { expect, test } from "vitest"
import { changesSince, ownerOfCalendar, readEvent } from "./event.ts"
import { mockOffice } from "./testing/mock-office.ts"
import type { OfficeScript } from "./testing/scripted-office.ts"

async function read(changes: Partial<OfficeScript> = {}) {
  const { office, item, seen } = mockOffice(changes)
  return { told: await readEvent({ office, item, browserZone: "Europe/Paris" }, "Meeting"), seen }
}

test("reads subject, start, zone and whether it recurs, and nothing else", async () => {
  const { told, seen } = await read()
  expect(told).toEqual({
    ...{ subject: "Observation", date: "2026-12-01", time: "20:00", zone: "Europe/Berlin", isRecurring: false },
  })
  expect(seen.calls).toEqual(["subject.get", "start.get", "recurrence.get"])
})

test("tells the clock of the zone that Outlook has, and of the browser's where nobody knows it", async () => {
  expect((await read({ timeZone: "Tokyo Standard Time" })).told).toMatchObject({
    ...{ date: "2026-12-02", time: "04:00", zone: "Asia/Tokyo" },
  })
  expect((await read({ timeZone: "Customized Time Zone" })).told.zone).toBe("Europe/Paris")
})

test("a series is told as one where the client knows of series", async () => {
  expect((await read({ recurrence: { recurrenceType: "weekly" } })).told.isRecurring).toBe(true)
  const old = await read({ recurrence: { recurrenceType: "weekly" }, mailboxSet: "1.5" })
  expect(old.told.isRecurring).toBe(false)
  expect(old.seen.calls).not.toContain("recurrence.get")
})

test("an event without a subject gets a word of ours, and a long one is cut", async () => {
  expect((await read({ subject: "  " })).told.subject).toBe("Meeting")
  expect((await read({ subject: "x".repeat(400) })).told.subject).toHaveLength(255)
})

test("only what is different is told, the time with its date and zone", async () => {
  const { told } = await read()
  expect(changesSince(told, told)).toBeNull()
  expect(changesSince(told, { ...told, subject: "Moved" })).toEqual({ subject: "Moved" })
  expect(changesSince(told, { ...told, date: "2026-12-02" })).toEqual({
    ...{ date: "2026-12-02", time: "20:00", zone: "Europe/Berlin" },
  })
  expect(changesSince(told, { ...told, isRecurring: true })).toEqual({ isRecurring: true })
})

test("whose calendar it is, is asked where the client can tell, and null in one's own", async () => {
  const shared = mockOffice({ owner: "grace@example.org" })
  expect(await ownerOfCalendar(shared.office, shared.item)).toBe("grace@example.org")
  const own = mockOffice()
  expect(await ownerOfCalendar(own.office, own.item)).toBeNull()
  const old = mockOffice({ owner: "grace@example.org", mailboxSet: "1.7" })
  expect(await ownerOfCalendar(old.office, old.item)).toBeNull()
})
