import { policyValues } from "@kalends/domain/policy"
import { describe, expect, test } from "vitest"
import { contactsOptions, firstContacts } from "./contacts-choice.ts"

describe("what can be chosen of contacts", () => {
  test("is nothing where policy allows nothing, and never more than it allows", () => {
    const options = policyValues.contactsPermission.map((most) => contactsOptions({ most, proposed: "none" }))
    expect(options).toEqual([[], ["none", "read"], ["none", "read", "read-write"]])
  })

  test("begins with what there was, or else with what is proposed, as far as policy allows", () => {
    const from = (most: "none" | "read" | "read-write", before: "read-write" | null) =>
      firstContacts({ most, proposed: "read" }, before)
    expect([from("read-write", null), from("read-write", "read-write")]).toEqual(["read", "read-write"])
    expect([from("read", "read-write"), from("none", "read-write"), from("none", null)]).toEqual([
      "read",
      "none",
      "none",
    ])
  })
})
