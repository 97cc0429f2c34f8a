import type { Ability } from "@kalends/domain/ability"
import type { PersonView } from "@kalends/protocol/persons"
import type { PeopleWords } from "../messages-people.ts"

/** Why somebody may not do something to a person, as the words have it. */
export type Bar = keyof PeopleWords["whyNot"]

/** What may be done to a person; null where nothing is in the way. */
export type PersonActs = Readonly<
  Record<"edit" | "role" | "group" | "link" | "factors" | "signOut" | "suspend" | "remove", Bar | null>
>

type Seen = Pick<PersonView, "mayChange" | "isYou" | "isLastOwner" | "suspendedAt" | "signIn">

/** The service decides; this says it before somebody tries, and why. */
export function personActs(person: Seen, abilities: readonly Ability[]): PersonActs {
  const { isYou, isLastOwner, suspendedAt, signIn } = person
  const general: Bar | null = abilities.includes("change-people")
    ? person.mayChange
      ? null
      : "person-above"
    : "not-allowed"
  const first = (...bars: readonly (Bar | false)[]): Bar | null =>
    general ?? bars.find((bar): bar is Bar => bar !== false) ?? null
  const hasFactor = signIn.totpSince !== null || signIn.passkeys.length > 0
  return {
    edit: general,
    role: first(!abilities.includes("change-roles") && "no-roles", isLastOwner && "last-owner"),
    // Who is in which group is policy: it is not about who may do more.
    group: abilities.includes("change-policy") && abilities.includes("read-policy") ? null : "not-allowed",
    link: first(isYou && "own-page", suspendedAt !== null && "person-is-suspended"),
    factors: first(isYou && "own-page", !hasFactor && "no-factor"),
    signOut: first(isYou && "own-page"),
    suspend: first(isYou && "person-is-you", isLastOwner && "last-owner"),
    remove: first(isYou && "person-is-you", isLastOwner && "last-owner"),
  }
}
