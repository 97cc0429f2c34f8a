import { expect, test } from "vitest"
import { type Ability, abilities, abilitiesOf, hasAbility, isPrivileged, roles } from "./ability.ts"

const rolesWith = (ability: Ability) => roles.filter((role) => hasAbility(role, ability))

test("everybody has their own things, and a user nothing else", () => {
  expect(rolesWith("own")).toEqual([...roles])
  expect(abilitiesOf.user).toEqual(["own"])
  expect(roles.filter(isPrivileged)).toEqual(["owner", "calendar-admin", "room-admin", "auditor"])
})

test("an auditor sees all that can be seen, and changes nothing", () => {
  const readable = abilities.filter((ability) => ability.startsWith("read-"))
  expect(abilitiesOf.auditor).toEqual(["own", ...readable])
})

test("what decides over others' power, over keys and over the log's readers is the owner's alone", () => {
  expect(rolesWith("change-roles")).toEqual(["owner"])
  expect(rolesWith("change-keys")).toEqual(["owner"])
  expect(rolesWith("change-sign-in")).toEqual(["owner"])
  expect(rolesWith("read-audit")).toEqual(["owner", "auditor"])
})

test("rooms and calendars have administrators of their own, who do not reach into each other's work", () => {
  expect(rolesWith("change-rooms")).toEqual(["owner", "room-admin"])
  expect(rolesWith("revoke-connections")).toEqual(["owner", "calendar-admin"])
  expect(rolesWith("change-policy")).toEqual(["owner", "calendar-admin"])
})
