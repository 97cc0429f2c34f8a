/** What a person is to their organisation. Each person has one. */
export const roles = ["owner", "calendar-admin", "room-admin", "auditor", "user"] as const
export type Role = (typeof roles)[number]

/**
 * What somebody may do, as a route asks for it. own: one's own calendar, meetings and devices. The others are about the
 * organisation; reading and changing are apart.
 */
export const abilities = [
  "own",
  "read-people",
  "change-people",
  "change-roles",
  "read-policy",
  "change-policy",
  "read-connections",
  "revoke-connections",
  "read-organisation",
  "change-organisation",
  "read-audit",
  "read-keys",
  "change-keys",
  "read-figures",
  "read-rooms",
  "change-rooms",
  "change-sign-in",
] as const
export type Ability = (typeof abilities)[number]

const calendarAdmin: readonly Ability[] = [
  ...["own", "read-people", "change-people", "read-policy", "change-policy"],
  ...["read-connections", "revoke-connections", "read-organisation", "change-organisation", "read-figures"],
] as const
const roomAdmin: readonly Ability[] = ["own", "read-people", "read-figures", "read-rooms", "change-rooms"]
const auditor: readonly Ability[] = abilities.filter((ability) => ability === "own" || ability.startsWith("read-"))

/**
 * The whole of who may do what: the least that each role's work needs. An administrator of calendars does not read the
 * log, which tells of administrators too, and an auditor changes nothing.
 */
export const abilitiesOf: Readonly<Record<Role, readonly Ability[]>> = {
  owner: abilities,
  "calendar-admin": calendarAdmin,
  "room-admin": roomAdmin,
  auditor,
  user: ["own"],
}

export function hasAbility(role: Role, ability: Ability): boolean {
  return abilitiesOf[role].includes(ability)
}

/** True for who has any say or sight beyond their own things: these sign in with a second factor. */
export function isPrivileged(role: Role): boolean {
  return abilitiesOf[role].length > 1
}

/** Whether somebody may do things that the other may not: such a one does not change them, nor what they sign in with. */
export function hasMoreThan(role: Role, other: Role): boolean {
  return abilitiesOf[role].some((ability) => !hasAbility(other, ability))
}
