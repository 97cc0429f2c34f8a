import type { ConnectionFacts, EffectivePolicy, PolicySetting } from "@kalends/domain/policy"
import { brokenBy } from "@kalends/domain/policy"
import { type AllLevels, policyOfGroup, reversed, withEdits } from "@kalends/domain/policy-effect"
import type { PeopleClass } from "../ports/policy-tables.ts"
import type { AccountTables } from "../ports/store.ts"

/** What the account and its groups say now. */
export async function readLevels({ policy }: Pick<AccountTables, "policy">): Promise<AllLevels> {
  return { account: await policy.ofAccount(), groups: await policy.ofGroups() }
}

/**
 * What is enforced on connections that are there: as what is said, but for changes that can still be taken back in peace.
 */
export async function levelsInForce(tables: AccountTables, now: Temporal.Instant): Promise<AllLevels> {
  const waiting = await tables.policyChanges.listWaiting()
  const early = waiting.filter(({ runsAt }) => Temporal.Instant.compare(now, runsAt) < 0)
  return early.reduceRight((levels, { edits }) => withEdits(levels, reversed(edits)), await readLevels(tables))
}

/** The settings that connections of a class break; none where there is no connection. */
export function brokenOf(policy: EffectivePolicy, one: PeopleClass): readonly PolicySetting[] {
  const connection = connectionOf(one)
  return connection === null ? [] : brokenBy(policy, connection)
}

/** What policy looks at of a connection; null where there is none. */
export function connectionOf({ provider, permission, contactsPermission }: PeopleClass): ConnectionFacts | null {
  if (provider === null || permission === null || contactsPermission === null) return null
  return { provider, permission, contactsPermission }
}

/** Those of the classes whose connections are at odds with these levels. */
export function atOdds<Class extends PeopleClass>(levels: AllLevels, classes: readonly Class[]): readonly Class[] {
  return classes.filter((one) => brokenOf(policyOfGroup(levels, one.groupId), one).length > 0)
}
