import { expect, test } from "vitest"
import { emptyForm, nameOf, pairInputOf, seenOf, withKind, withRoom } from "./display-form.ts"

const room = (number: number) => ({ roomId: `room-${number}`, name: `Room ${number}` })
const form = emptyForm("en")

test("a door shows the room that was chosen last, a board all of them", () => {
  const door = withRoom(withRoom(form, room(1)), room(2))
  expect(door.rooms).toEqual([room(2)])
  const board = withRoom(withRoom(withKind(form, "board"), room(1)), room(2))
  expect(board.rooms).toEqual([room(1), room(2)])
  expect(withRoom(board, room(1)).rooms).toEqual([room(2)])
  expect(withKind(board, "tv").rooms).toEqual([room(1)])
})

test("a board takes as many as it shows", () => {
  const board = Array.from({ length: 110 }, (_, at) => room(at)).reduce(withRoom, withKind(form, "board"))
  expect(board.rooms).toHaveLength(100)
})

test("is sent once there is a code and a room, and called after its room where nobody named it", () => {
  expect(pairInputOf(form)).toBeNull()
  expect(pairInputOf({ ...withRoom(form, room(1)), code: "ABC" })).toBeNull()
  const whole = { ...withRoom(form, room(1)), code: "abcd-2345" }
  expect(pairInputOf(whole)).toMatchObject({ code: "ABCD2345", name: "Room 1", kind: "door", roomIds: ["room-1"] })
  expect(nameOf({ ...whole, name: " Door " })).toBe("Door")
})

test("a screen that was silent for minutes is not here", () => {
  const now = Temporal.Instant.from("2026-11-30T09:00:00Z")
  expect(seenOf(null, now)).toEqual({ kind: "never" })
  expect(seenOf("2026-11-30T08:58:00Z", now)).toEqual({ kind: "here" })
  expect(seenOf("2026-11-30T08:50:00Z", now)).toMatchObject({ kind: "gone" })
})
