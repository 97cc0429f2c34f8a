import type { CheckView } from "@kalends/protocol/checkup"
import { checkupCodes } from "@kalends/protocol/checkup-codes"
import { expect, test } from "vitest"
import { filled, findingsOf, linesFor, readable, readMailboxes, untold } from "./checkup.ts"
import { messages } from "./messages.ts"

test("every setting that is looked at has words in both languages", () => {
  for (const language of ["en", "ja"] as const) {
    const { codes } = messages[language].checkup
    expect(Object.keys(codes).toSorted()).toEqual([...checkupCodes].toSorted())
    for (const { name, wrong, fix } of Object.values(codes)) expect([name, wrong, fix].every(Boolean)).toBe(true)
  }
})

test("what is to be copied is the same in both languages, and so is how many steps there are", () => {
  const shape = (language: "en" | "ja") =>
    Object.values(messages[language].checkup.codes).map(({ lines, steps }) => ({ lines, steps: steps?.length }))
  expect(shape("ja")).toEqual(shape("en"))
})

test("no text is left with a place that is not filled", () => {
  for (const { checkup } of Object.values(messages))
    for (const { wrong, fix, lines = "", steps = [] } of Object.values(checkup.codes))
      for (const text of [wrong, fix, lines, ...steps]) expect(filled(text, {})).not.toMatch(/\{\w+\||\|\}/)
})

test("a text is filled with what was found, and what it does not name is told besides", () => {
  const text = "The secret ends on {endsOn|a day soon}."
  expect(filled(text, { endsOn: "2027-04-30" })).toBe("The secret ends on 2027-04-30.")
  expect(filled(text, {})).toBe("The secret ends on a day soon.")
  expect(untold([text], { endsOn: "2027-04-30", role: "Calendars.Read", because: "x" })).toEqual(["Calendars.Read"])
})

test("lines about mailboxes are there for each of them, and days are written as people do", () => {
  const lines = "Connect\nSet -Identity {mailbox|<room>}"
  expect(linesFor(lines, {}, [])).toBe("Connect\nSet -Identity <room>")
  expect(linesFor(lines, {}, ["a@b.example", "c@b.example"])).toBe(
    "Connect\nSet -Identity a@b.example\nSet -Identity c@b.example",
  )
  expect(readable({ endsOn: "2027-04-30", at: "2027-04-30T09:00:00Z", seconds: 4 }, "en-GB")).toEqual({
    endsOn: "30 April 2027",
    at: "30 April 2027",
    seconds: 4,
  })
})

const check = (changes: Partial<CheckView>): CheckView => ({
  code: "mailbox-missing",
  outcome: "wrong",
  subject: "mailbox",
  mailbox: null,
  facts: {},
  ...changes,
})

test("the same finding on several mailboxes is told once", () => {
  const checks = [
    check({ mailbox: "ada@contoso.example" }),
    check({ code: "clock-skew", subject: "service", facts: { seconds: 400 } }),
    check({ mailbox: "grace@contoso.example" }),
    check({ mailbox: "alan@contoso.example", outcome: "right" }),
  ]
  const findings = findingsOf({ checkedAt: "2026-11-23T09:00:00Z", checks }, "wrong")
  expect(findings.map(({ code, mailboxes }) => [code, mailboxes])).toEqual([
    ["mailbox-missing", ["ada@contoso.example", "grace@contoso.example"]],
    ["clock-skew", []],
  ])
})

test("mailboxes are read as they are pasted, and what is no address is told", () => {
  expect(readMailboxes(" a@b.example,\nc@d.example; a@b.example ")).toEqual({
    kind: "good",
    mailboxes: ["a@b.example", "c@d.example"],
  })
  expect(readMailboxes("ada")).toEqual({ kind: "no-address", text: "ada" })
  expect(readMailboxes(Array.from({ length: 21 }, (_, at) => `a${at}@b.example`).join("\n"))).toEqual({
    kind: "too-many",
  })
})
