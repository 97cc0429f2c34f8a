import { abilitiesOf } from "@kalends/domain/ability"
import { describe, expect, test } from "vitest"
import { type Bar, personActs } from "./person-acts.ts"

const passkey = {
  ...{ passkeyId: "00000000-0000-4000-8000-00000000000a", name: "Phone", isBackedUp: true },
  ...{ createdAt: "2026-11-23T09:00:00Z", usedAt: null },
}
const person = {
  ...{ mayChange: true, isYou: false, isLastOwner: false, suspendedAt: null },
  signIn: { totpSince: null, passkeys: [passkey], recoveryCodesLeft: 10, hasPassword: true, identities: [] },
}
const all = (bar: Bar | null) => ({
  ...{ edit: bar, role: bar, link: bar, factors: bar, signOut: bar, suspend: bar, remove: bar },
})

describe("what may be done to a person", () => {
  test("an owner may do everything to somebody else", () => {
    expect(personActs(person, abilitiesOf.owner)).toEqual({ ...all(null), group: null })
  })

  test("whoever looks after calendars gives no role", () => {
    expect(personActs(person, abilitiesOf["calendar-admin"])).toEqual({
      ...all(null),
      role: "no-roles",
      group: null,
    })
  })

  test("whoever only reads changes nothing", () => {
    expect(personActs(person, abilitiesOf.auditor)).toEqual({ ...all("not-allowed"), group: "not-allowed" })
  })

  test("nobody changes somebody who may do more; their group is policy's", () => {
    const above = { ...person, mayChange: false }
    expect(personActs(above, abilitiesOf["calendar-admin"])).toEqual({ ...all("person-above"), group: null })
  })

  test("the last owner stays one, by their own hand, too", () => {
    const last = { ...person, isLastOwner: true, isYou: true }
    expect(personActs(last, abilitiesOf.owner)).toMatchObject({
      ...{ edit: null, role: "last-owner", suspend: "person-is-you", remove: "person-is-you", signOut: "own-page" },
    })
    expect(personActs({ ...last, isYou: false }, abilitiesOf.owner)).toMatchObject({
      ...{ suspend: "last-owner", remove: "last-owner", signOut: null },
    })
  })

  test("somebody suspended gets no link, and somebody without a second step loses none", () => {
    const suspended = {
      ...{ ...person, suspendedAt: "2026-11-23T09:00:00Z" },
      signIn: { ...person.signIn, passkeys: [] },
    }
    expect(personActs(suspended, abilitiesOf.owner)).toMatchObject({
      ...{ link: "person-is-suspended", factors: "no-factor", remove: null },
    })
  })
})
