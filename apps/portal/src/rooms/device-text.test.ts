import type { DeviceView } from "@kalends/protocol/devices"
import { expect, test } from "vitest"
import { videoWords } from "../messages-video.ts"
import { changeOf, deviceDot, editedOf, guessedLine, isElsewhere, linesOf } from "./device-text.ts"

const now = Temporal.Instant.from("2026-11-30T09:00:00Z")
const text = videoWords.en
const telling = { text, locale: "en", now }
const room = { roomId: "00000000-0000-4000-8000-000000000001", displayName: "Orion" }
const device: DeviceView = {
  ...{ deviceId: "00000000-0000-4000-8000-000000000002", room, family: "cisco", familyLabel: "Cisco", isCalled: true },
  ...{ name: "Codec", address: "10.0.0.1", username: "integrator", certificate: null, keepsOthers: false },
  ...{
    createdAt: "2026-11-30T08:00:00Z",
    model: null,
    software: null,
    state: "well",
    lastOkAt: "2026-11-30T08:59:00Z",
  },
  ...{ problem: null, given: { count: 3, at: "2026-11-30T08:59:00Z" }, startBufferMinutes: 5, endBufferMinutes: 0 },
  ...{ leavesUntil: null, isUncleared: false, wrongPasswords: null },
}

test("what is sent is what was changed, and nothing where that is nothing or something is missing", () => {
  const edited = editedOf(device)
  expect(changeOf(device, edited)).toBeNull()
  expect(changeOf(device, { ...edited, name: "  " })).toBeNull()
  expect(changeOf(device, { ...edited, address: "" })).toBeNull()
  const other = { roomId: "00000000-0000-4000-8000-000000000003", name: "Lyra" }
  expect(changeOf(device, { ...edited, room: other, password: "new", endBufferMinutes: 2 })).toEqual({
    ...{ roomId: other.roomId, password: "new", endBufferMinutes: 2 },
  })
})

test("one booking is one, and who has never asked for any does not pass for well", () => {
  const given = { count: 1, at: "2026-11-30T08:59:00Z" }
  expect(linesOf({ ...device, given }, telling)[0]).toBe("Up to date · 1 booking, 1 minute ago")
  const asking = { ...device, isCalled: false, address: null, given: null, state: "new" } as const
  expect(linesOf({ ...asking, lastOkAt: null }, telling)[0]).toBe(text.neverAsked)
  expect(linesOf({ ...asking, state: "well" }, telling)[0]).toBe(text.asks)
})

test("a card says how the system is, when it was last heard of, and what else is to be known", () => {
  expect(linesOf(device, telling)).toEqual(["Up to date · 3 bookings, 1 minute ago", text.lastContact("1 minute ago")])
  const off = linesOf({ ...device, state: "off", isUncleared: true, lastOkAt: null }, telling)
  expect(off).toEqual([text.states.off, text.uncleared, text.noContact])
  const leaving = { ...device, state: "leaving", isUncleared: true, leavesUntil: "2026-12-01T09:00:00Z" } as const
  expect(linesOf(leaving, telling)[0]).toMatch(/^Removed\..*tried until Tue/)
  expect(linesOf({ ...leaving, state: "left" }, telling)[0]).toBe(text.left)
})

test("wrong passwords are told with their count and the last time", () => {
  expect(guessedLine(device, telling)).toBeNull()
  const wrongPasswords = { count: 1, at: "2026-11-30T08:00:00Z" }
  expect(guessedLine({ ...device, wrongPasswords }, telling)).toMatch(
    /^1 wrong password tried .* the last 1 hour ago\./,
  )
})

test("that another address leaves a list behind is said where there is a list, and another address", () => {
  const edited = editedOf(device)
  expect(isElsewhere(device, { ...edited, address: " 10.0.0.1 " })).toBe(false)
  expect(isElsewhere(device, { ...edited, address: "10.0.0.2" })).toBe(true)
  expect(isElsewhere({ ...device, given: null }, { ...edited, address: "10.0.0.2" })).toBe(false)
})

test("one that asks and is silent says so, and its sign is not that of one that is well", () => {
  const asking = { ...device, isCalled: false, address: null, given: null } as const
  expect([linesOf(asking, telling)[0], deviceDot(asking)]).toEqual([text.asks, "well"])
  const silent = { ...asking, state: "silent" } as const
  expect([linesOf(silent, telling)[0], deviceDot(silent)]).toEqual([text.silent, "broken"])
})
