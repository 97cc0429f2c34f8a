import fc from "fast-check"
import { expect, test } from "vitest"
import {
  createLineReader,
  ipcAnswerMost,
  ipcAnswerSchema,
  ipcChangeSchema,
  ipcRequestMost,
  ipcRequestSchema,
  ipcScheduleSchema,
  lineOf,
  parseLine,
} from "./ipc.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

test("lines come out whole, whatever pieces they come in", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " "))),
      fc.array(fc.nat(40)),
      (lines, cuts) => {
        const all = bytes(lines.map((line) => `${line}\n`).join(""))
        const reader = createLineReader(ipcRequestMost)
        const out: string[] = []
        let at = 0
        for (const cut of [...cuts, all.length]) {
          out.push(...reader.read(all.subarray(at, at + cut)))
          at += cut
        }
        expect(out).toEqual(lines)
      },
    ),
  )
})

test("a line that does not end is given up before it is held", () => {
  const reader = createLineReader(10)
  expect(reader.read(bytes("0123456789\n01234"))).toEqual(["0123456789"])
  expect(() => reader.read(bytes("567890"))).toThrow(RangeError)
  expect(() => createLineReader(10).read(bytes("01234567890\n"))).toThrow(RangeError)
})

test("what is not UTF-8 is no line", () => {
  expect(() => createLineReader(ipcRequestMost).read(Uint8Array.of(0xff, 0xfe, 10))).toThrow(TypeError)
  expect(parseLine("{")).toBeNull()
})

const input = {
  key: "0".repeat(32),
  subject: "Comet hunting",
  date: "2026-11-24",
  time: "09:30",
  zone: "Europe/Berlin",
  isRecurring: false,
}

test.each(["body", "attendees", "location", "organizer", "duration"])(
  "a request that carries %s is refused, not passed on without it",
  (field) => {
    expect(ipcScheduleSchema.safeParse(input).success).toBe(true)
    expect(ipcScheduleSchema.safeParse({ ...input, [field]: "x" }).success).toBe(false)
    const change = { meetingId: "0198c6f0-0000-7000-8000-000000000001", [field]: "x" }
    expect(ipcChangeSchema.safeParse(change).success).toBe(false)
    const request = { kind: "request", id: 1, action: "schedule", input, [field]: "x" }
    expect(ipcRequestSchema.safeParse(request).success).toBe(false)
  },
)

test.each([
  ["time", "25:00"],
  ["time", "9:30"],
  ["date", "2026-02-30"],
  ["subject", " "],
  ["subject", "x".repeat(256)],
  ["zone", "x".repeat(61)],
  ["key", "0".repeat(31)],
])("a %s of %j is refused", (field, value) => {
  expect(ipcScheduleSchema.safeParse({ ...input, [field]: value }).success).toBe(false)
})

test("the longest answers and requests that the schemas let through fit into a line", () => {
  // A control character is six bytes of JSON, more than any letter.
  const long = (length: number) => "\u0001".repeat(length)
  const meetingId = "0198c6f0-0000-7000-8000-000000000001"
  const block = { text: long(4_000), html: long(16_000) }
  const meeting = { meetingId, joinUrl: long(2_000), location: long(2_000), block, expiresAt: null }
  const person = { displayName: long(255), email: long(255) }
  const settings = {
    person,
    isOn: true,
    templates: Array.from({ length: 20 }, () => ({ templateId: long(100), name: long(255), isDefault: false })),
    defaults: { templateId: long(100), addsToEveryEvent: false },
    mayScheduleFor: Array.from({ length: 50 }, () => ({ ...person, managesPrivate: true })),
  }
  const answers = [
    { kind: "meeting", id: 1, meeting },
    { kind: "settings", id: 1, settings },
  ]
  for (const answer of answers) expect(bytes(lineOf(ipcAnswerSchema.parse(answer))).length).toBeLessThan(ipcAnswerMost)
  const longest = { ...input, subject: `x${"\u0001".repeat(253)}x`, zone: long(60) }
  const request = ipcRequestSchema.parse({ kind: "request", id: 1, action: "schedule", input: longest })
  expect(bytes(lineOf(request)).length).toBeLessThan(ipcRequestMost)
})
