import { hasAbility, hasMoreThan } from "@kalends/domain/ability"
import type { GroupId, UserId } from "@kalends/domain/ids"
import type { Clock } from "../ports/clock.ts"
import type { IdentityRow, PasskeyRow } from "../ports/sign-in-tables.ts"
import type { SessionRow, Store, UserRow } from "../ports/store.ts"
import { requirePerson } from "./administration.ts"
import { isSignedIn } from "./sessions.ts"

/** One person, with what they sign in with and where they are signed in. */
export type Person = {
  readonly user: UserRow
  readonly mayChange: boolean
  readonly isLastOwner: boolean
  readonly group: { readonly groupId: GroupId; readonly name: string } | null
  readonly hasConnection: boolean
  readonly sessions: readonly SessionRow[]
  readonly totpSince: Temporal.Instant | null
  readonly passkeys: readonly PasskeyRow[]
  readonly recoveryCodesLeft: number
  readonly identities: readonly IdentityRow[]
  readonly linkExpiresAt: Temporal.Instant | null
}

/** Throws Problem "not-found" (code "no-person"). */
export function findPerson(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  by: Pick<UserRow, "accountId" | "role">,
  userId: UserId,
): Promise<Person> {
  return store.inAccount(by.accountId, async (tables) => {
    const user = await requirePerson(tables, userId)
    const owners = await tables.persons.listOwners()
    const groupId = await tables.groups.findGroupOfUser(userId)
    const group = groupId === null ? null : (await tables.groups.listGroups()).find((one) => one.groupId === groupId)
    const link = await tables.persons.findPasswordLink(userId)
    const now = clock.now()
    return {
      user,
      mayChange: hasAbility(by.role, "change-people") && !hasMoreThan(user.role, by.role),
      isLastOwner: owners.length === 1 && owners[0] === userId,
      group: group ?? null,
      hasConnection: (await tables.findConnectionOfUser(userId)) !== null,
      sessions: (await tables.listSessions(userId, now)).filter(isSignedIn),
      totpSince: (await tables.signIn.findTotp(userId))?.confirmedAt ?? null,
      passkeys: await tables.signIn.listPasskeys(userId),
      recoveryCodesLeft: await tables.signIn.countRecoveryCodes(userId),
      identities: await tables.signIn.listIdentities(userId),
      linkExpiresAt: link !== null && Temporal.Instant.compare(link.expiresAt, now) > 0 ? link.expiresAt : null,
    }
  })
}
