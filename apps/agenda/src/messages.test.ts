import { textNames } from "@kalends/ui/testing/text-names"
import { expect, test } from "vitest"
import { messages } from "./messages.ts"

test("both languages have the same texts, and none is empty", () => {
  expect(textNames(messages.ja)).toEqual(textNames(messages.en))
  expect(JSON.stringify(messages)).not.toContain('""')
})
