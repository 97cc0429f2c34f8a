import type { AccountId, UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { AccountTables, AuditRow, Changes, UserRow } from "./store.ts"

/** With which somebody sets a new password, once. One for each person: a new one ends the one before. */
export type PasswordLinkRow = {
  readonly accountId: AccountId
  readonly userId: UserId
  /** SHA-256 of what the link says, which is kept nowhere. */
  readonly tokenHash: Uint8Array
  /** The administrator. */
  readonly createdBy: UserId
  readonly createdAt: Temporal.Instant
  readonly expiresAt: Temporal.Instant
}

/** Part of AccountTables: what administrators change of people. */
export interface PersonTables {
  /** Throws Problem "conflict" (code "email-taken") where another has the address. */
  updateUser(
    userId: UserId,
    changes: Pick<Changes<UserRow>, "email" | "displayName" | "role" | "suspendedAt">,
  ): Promise<void>
  /** Deletes the person with all that is theirs; false when there was none. */
  deleteUser(userId: UserId): Promise<boolean>
  /** Owners who may sign in. Whoever decides by it holds the account's lock. */
  listOwners(): Promise<readonly UserId[]>
  putPasswordLink(row: PasswordLinkRow): Promise<void>
  findPasswordLink(userId: UserId): Promise<PasswordLinkRow | null>
  deletePasswordLink(userId: UserId): Promise<void>
  /** Spends the link, so that of two who follow it at once one is told whose it is; null when it is unknown, over or spent. */
  takePasswordLink(tokenHash: Uint8Array, now: Temporal.Instant): Promise<UserId | null>
}

/** Part of SystemTables: whoever follows a link has not said to which account they belong. */
export interface SystemPersonTables {
  /** Those that are over, too, until they are deleted. */
  findPasswordLinkByHash(tokenHash: Uint8Array): Promise<PasswordLinkRow | null>
  deleteExpiredPasswordLinks(now: Temporal.Instant): Promise<number>
}

/** Whether the calendar of this person rests: nothing of it is read, and nothing is handed out. */
export async function isSuspended(tables: Pick<AccountTables, "findUser">, userId: UserId): Promise<boolean> {
  return ((await tables.findUser(userId))?.suspendedAt ?? null) !== null
}

/** What is said wherever somebody suspended would be let in, or their calendar opened. */
export function suspended(): Problem {
  return new Problem("forbidden", "An administrator has suspended this person.", { code: "person-suspended" })
}

/** Names of people by their ids; whoever is gone has none. */
export async function namesOf(
  tables: Pick<AccountTables, "findUsers">,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<string, string>> {
  const people = await tables.findUsers([...new Set(userIds)])
  return new Map(people.map(({ userId, displayName }) => [userId, displayName]))
}

/** Those people who did what entries of the log are about. */
export const actorsOf = (entries: readonly Pick<AuditRow, "actor">[]): readonly UserId[] =>
  entries.flatMap(({ actor }) => (actor.kind === "user" ? [actor.userId] : []))
