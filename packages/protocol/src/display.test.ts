import { roomsMostOf, usualDisplaySettings } from "@kalends/domain/display"
import { describe, expect, test } from "vitest"
import {
  displayActSchema,
  displayBeatSeconds,
  displaysQuerySchema,
  newPairingSchema,
  pairInputSchema,
  screenBookingsMost,
  screenHoursAhead,
} from "./display.ts"

const id = "00000000-0000-4000-8000-0000000000a1"
const pairing = { code: "ABCD-2345", name: "Door", kind: "door", roomIds: [id], settings: usualDisplaySettings }

describe("what a screen and whoever pairs it may send", () => {
  test("is taken as it is meant", () => {
    expect(newPairingSchema.parse({ deviceName: " Chrome on Android " })).toEqual({ deviceName: "Chrome on Android" })
    expect(pairInputSchema.safeParse(pairing).success).toBe(true)
    expect(displaysQuerySchema.parse({})).toEqual({})
    expect(displayActSchema.safeParse({ act: "end", roomId: id, bookingId: "event" }).success).toBe(true)
  })

  test.each([
    [newPairingSchema, { deviceName: "x".repeat(121) }],
    [pairInputSchema, { ...pairing, roomIds: [] }],
    [pairInputSchema, { ...pairing, roomIds: Array.from({ length: roomsMostOf.board + 1 }, () => id) }],
    [pairInputSchema, { ...pairing, settings: { ...usualDisplaySettings, hours: 13 } }],
    [displayActSchema, { act: "delete", roomId: id, bookingId: "event" }],
    [displayActSchema, { act: "end", roomId: id, bookingId: "x".repeat(4097) }],
    [displayActSchema, { act: "book", roomId: id, endsAt: "tomorrow" }],
  ])("is refused where it is not (%#)", (schema, input) => {
    expect(schema.safeParse(input).success).toBe(false)
  })
})

test("a screen knows at least the day after, and a dead stream within a minute", () => {
  expect(screenHoursAhead).toBeGreaterThanOrEqual(48)
  expect(screenBookingsMost).toBeGreaterThanOrEqual(48)
  expect(displayBeatSeconds * 3).toBeLessThanOrEqual(60)
})
