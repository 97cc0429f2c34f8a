import { expect, test } from "vitest"
import { words } from "./messages.ts"
import { can, missing, ownServerMost, reaches, requirements } from "./requirements.ts"
import { mockOffice } from "./testing/mock-office.ts"

test("each thing needs the set in which Microsoft brought it", () => {
  expect(Object.fromEntries(Object.entries(requirements).map(([name, { since }]) => [name, since]))).toEqual({
    ...{ series: "1.7", "shared-calendars": "1.8", "every-new-event": "1.10", "follows-time": "1.11" },
    ...{ "follows-series": "1.11", "checks-at-send": "1.12", "text-at-send": "1.13", "single-sign-on": "1.1" },
  })
})

test("versions are compared by their parts, not as numbers", () => {
  expect([reaches("1.10", "1.9"), reaches("1.9", "1.10"), reaches("1.5", "1.5"), reaches("2.0", "1.15")]).toEqual([
    ...[true, false, true, true],
  ])
})

test("an Outlook with 1.11 follows what is written, and does not check at sending", () => {
  const { office } = mockOffice({ mailboxSet: "1.11" })
  expect([can(office, "follows-time"), can(office, "checks-at-send")]).toEqual([true, false])
  expect(missing(office)).toEqual(["checks-at-send"])
})

test("what an Exchange server of one's own declares is enough to add by hand, and for nothing that acts by itself", () => {
  const { office } = mockOffice({ mailboxSet: ownServerMost })
  expect(missing(office)).toHaveLength(5)
  expect(missing(mockOffice().office)).toEqual([])
})

test("there are words in both languages for whatever may be missing", () => {
  for (const language of [words.en, words.ja])
    expect(Object.keys(language.lacking).sort()).toEqual(Object.keys(requirements).sort())
})
