import type { GroupId, UserId } from "@kalends/domain/ids"
import {
  type ChoosableSetting,
  type EffectivePolicy,
  effectivePolicy,
  type PolicyLevel,
  type PolicyLevels,
  type PolicySetting,
  type PolicyValues,
  type PolicyWord,
} from "@kalends/domain/policy"

/** Part of AccountTables: what is set by policy, for the account, for its groups, and by each person for themselves. */
export interface PolicyTables {
  ofAccount(): Promise<PolicyLevel>
  ofGroup(groupId: GroupId): Promise<PolicyLevel>
  /** Groups that say anything. */
  ofGroups(): Promise<ReadonlyMap<GroupId, PolicyLevel>>
  /** The levels that have a say about one person, in one statement. */
  ofUser(userId: UserId): Promise<PolicyLevels>
  /** What the account (null) or a group says of a setting; null: nothing from now on. */
  say<Setting extends PolicySetting>(
    groupId: GroupId | null,
    setting: Setting,
    word: PolicyWord<Setting> | null,
  ): Promise<void>
  choose<Setting extends ChoosableSetting>(
    userId: UserId,
    setting: Setting,
    value: PolicyValues[Setting] | null,
  ): Promise<void>
}

/** What holds for one person now, and why. */
export async function effectivePolicyOf(
  { policy }: { readonly policy: Pick<PolicyTables, "ofUser"> },
  userId: UserId,
): Promise<EffectivePolicy> {
  const { account, group, choice } = await policy.ofUser(userId)
  return effectivePolicy(account, group, choice)
}
