import { textNames } from "@kalends/ui/testing/text-names"
import { expect, test } from "vitest"
import { messages } from "./messages.ts"
import { contactWords } from "./messages-contacts.ts"

test.each([messages, contactWords])("both languages have the same texts, and none is empty", (words) => {
  expect(textNames(words.ja)).toEqual(textNames(words.en))
  expect(JSON.stringify(words)).not.toContain('""')
})
