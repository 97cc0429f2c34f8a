import { auditReasons } from "@kalends/domain/audit-reason"
import { expect, test } from "vitest"
import { reasonText } from "./messages-audit-reasons.ts"

test.each(["en", "ja"] as const)("every reason that the service writes has words, in %s", (language) => {
  const texts = auditReasons.map((reason) => reasonText(reason, language))
  expect(texts.filter((text, index) => text === "" || text === auditReasons[index])).toEqual([])
})

test.each(["en", "ja"] as const)("no two reasons read alike where one is chosen, in %s", (language) => {
  const texts = auditReasons.map((reason) => reasonText(reason, language))
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([])
})

test("words for a reason say what it was made of", () => {
  expect(reasonText("refresh-for-pass", "en")).toBe("to renew an access token: to look for changes in the calendar")
  expect(reasonText("healthy-to-needs-reauth", "en")).toBe("from “connected” to “to be signed in again”")
  expect(reasonText("migrate-undone", "en")).toBe("Moving people: undone")
})

test("a word that a version before wrote is shown as it stands", () => {
  expect(reasonText("something-else", "ja")).toBe("something-else")
})
