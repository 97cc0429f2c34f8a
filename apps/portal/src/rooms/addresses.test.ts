import { expect, test } from "vitest"
import { addressesIn, scriptedMost } from "./addresses.ts"

test("addresses are taken as they were pasted, each once", () => {
  expect(addressesIn(" Draco@Contoso.com\nlyra@contoso.com; draco@contoso.com,\n")).toEqual([
    ...["draco@contoso.com", "lyra@contoso.com"],
  ])
  expect(addressesIn("")).toEqual([])
  const many = Array.from({ length: scriptedMost + 5 }, (_, index) => `room${index}@contoso.com`).join("\n")
  expect(addressesIn(many)).toHaveLength(scriptedMost)
})
