import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Contact, draftFault, matchesContact, sanitizeContact, titleOf } from "./contact.ts"
import { parseProviderContactId } from "./ids.ts"
import { anyDraft } from "./testing/any-contact.ts"

const limits = { emailsMost: 3, phonesMost: { work: 2, home: 2, mobile: 1, other: 0 } }
const grace: Contact = {
  id: parseProviderContactId("c1"),
  version: "1",
  displayName: "Grace Hopper",
  givenName: "Grace",
  familyName: "Hopper",
  emails: ["grace@navy.example"],
  phones: [{ kind: "mobile", number: "+1 555 0100" }],
  organisation: "Navy",
}
const draft = { ...grace }

describe("sanitizing", () => {
  test("keeps the used attributes and nothing else, whatever the object carries besides", () => {
    const more = { ...grace, notes: "canary", birthday: "1906-12-09", phones: [{ ...grace.phones[0], note: "canary" }] }
    const kept = sanitizeContact(more as typeof grace)
    expect(JSON.stringify(kept)).not.toContain("canary")
    expect(Object.keys(kept).sort()).toEqual(Object.keys(grace).sort())
  })

  test("takes out signs that print nothing or turn the direction of writing", () => {
    const turned = { ...grace, displayName: "Grace\u202e reppoH\u0000\n", emails: ["grace@\u200bnavy.example"] }
    expect(sanitizeContact(turned)).toMatchObject({ displayName: "Grace reppoH", emails: ["grace@ navy.example"] })
  })

  test("bounds every text and every list", () => {
    const long = {
      ...grace,
      givenName: "x".repeat(5_000),
      emails: Array.from({ length: 99 }, (_, at) => `a${at}@b.example`),
    }
    const kept = sanitizeContact(long)
    expect([kept.givenName.length, kept.emails.length]).toEqual([200, 20])
  })

  test("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 12 }), (points) => {
        const text = String.fromCodePoint(...points)
        const once = sanitizeContact({ ...grace, displayName: text, givenName: text, emails: [text] })
        expect(sanitizeContact(once)).toEqual(once)
      }),
    )
  })
})

describe("a draft", () => {
  test("that a provider keeps has no fault", () => {
    fc.assert(
      fc.property(anyDraft(limits), (any) => {
        expect([null, "empty"]).toContain(draftFault(any, limits))
      }),
    )
  })

  test.each([
    [{ givenName: "", familyName: "", organisation: "", emails: [] }, "empty"],
    [{ emails: ["no address"] }, "bad-address"],
    [{ emails: ["a@b.example", "c@d.example", "e@f.example", "g@h.example"] }, "too-many-addresses"],
    [{ phones: [{ kind: "other", number: "1" }] }, "too-many-phones"],
  ] as const)("with %j is refused as %s", (change, fault) => {
    expect(draftFault({ ...draft, ...change }, limits)).toBe(fault)
  })
})

describe("a search", () => {
  test.each(["grace", "HOP", "hop gra", "navy.example", "grace@", "navy", "Gráce"])("for %s finds her", (text) => {
    expect(matchesContact(grace, text)).toBe(true)
  })

  test.each(["ruth", "opper", "grace kelly", "555"])("for %s does not find her", (text) => {
    expect(matchesContact(grace, text)).toBe(false)
  })

  test.each(["smith-jo", "jones", "o'bri", "Smith-Jones, O'Brien"])("for %s finds a name of several parts", (text) => {
    const several = { ...grace, displayName: "", givenName: "Smith-Jones", familyName: "O'Brien" }
    expect([matchesContact(several, text), matchesContact(grace, text)]).toEqual([true, false])
  })

  test("finds an accent without one", () => {
    expect(matchesContact({ ...grace, displayName: "Zoë", givenName: "Zoë" }, "zoe")).toBe(true)
  })
})

test("a contact without a name is called by what else is known", () => {
  const nameless = { ...grace, displayName: "", givenName: "", familyName: "" }
  expect([titleOf(grace), titleOf(nameless), titleOf({ ...nameless, organisation: "" })]).toEqual([
    "Grace Hopper",
    "Navy",
    "grace@navy.example",
  ])
})
