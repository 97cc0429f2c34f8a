import { expect, test } from "vitest"
import { messages } from "./messages.ts"

/** The names of all texts, those of groups as "group.name". */
function names(value: object, prefix = ""): readonly string[] {
  return Object.entries(value).flatMap(([name, text]) =>
    typeof text === "object" && text !== null ? names(text, `${prefix}${name}.`) : [`${prefix}${name}`],
  )
}

test("both languages have the same texts, and none is empty", () => {
  expect(names(messages.ja).toSorted()).toEqual(names(messages.en).toSorted())
  expect(JSON.stringify(messages)).not.toContain('""')
})
