import type { Role } from "@kalends/domain/ability"
import type { AccountId, ConnectionId, GroupId, PolicyChangeId, ProviderName, UserId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import {
  type ChoosableSetting,
  type ContactsPermission,
  type EffectivePolicy,
  effectivePolicy,
  type PolicyLevel,
  type PolicyLevels,
  type PolicySetting,
  type PolicyValues,
  type PolicyWord,
} from "@kalends/domain/policy"
import type { PolicyEdit } from "@kalends/domain/policy-effect"

/**
 * waiting: it holds, nobody is disconnected yet, and it can be taken back. running: those whom it concerns are being
 * disconnected. undone: taken back.
 */
export type PolicyChangeState = "waiting" | "running" | "done" | "undone"

export type PolicyChangeRow = {
  readonly accountId: AccountId
  readonly changeId: PolicyChangeId
  readonly state: PolicyChangeState
  /** Empty where people were put into another group. */
  readonly edits: readonly PolicyEdit[]
  readonly createdBy: UserId
  readonly createdAt: Temporal.Instant
  /** Disconnecting begins then. */
  readonly runsAt: Temporal.Instant
  /** When a worker last said that it is at it. */
  readonly touchedAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
  /** Connections that it was at odds with when it was made. */
  readonly concerned: number
  readonly disconnected: number
}

/** Why somebody's calendar was disconnected. */
export type PolicyNoticeRow = {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly changeId: PolicyChangeId
  readonly provider: ProviderName
  readonly cause: PolicySetting
  readonly at: Temporal.Instant
}

/** People for whom policy means the same: of one group, role and kind of connection. */
export type PeopleClass = {
  readonly groupId: GroupId | null
  readonly role: Role
  readonly provider: ProviderName | null
  readonly permission: Permission | null
  readonly contactsPermission: ContactsPermission | null
}

export type ClassMember = {
  readonly userId: UserId
  readonly email: string
  readonly displayName: string
} & PeopleClass

/** Part of AccountTables: changes of policy, and whom they concern. */
export interface PolicyChangeTables {
  insert(row: PolicyChangeRow): Promise<void>
  find(changeId: PolicyChangeId): Promise<PolicyChangeRow | null>
  /** Newest first. */
  list(limit: number): Promise<readonly PolicyChangeRow[]>
  /** Those in state waiting, oldest first. */
  listWaiting(): Promise<readonly PolicyChangeRow[]>
  /** Changes it only while it is in one of these states; false when it is not. */
  updateIf(
    changeId: PolicyChangeId,
    states: readonly PolicyChangeState[],
    changes: Partial<Pick<PolicyChangeRow, "state" | "touchedAt" | "endedAt">>,
  ): Promise<boolean>
  /** Counts so many more, and that somebody is at it. */
  countDisconnected(changeId: PolicyChangeId, count: number, at: Temporal.Instant): Promise<void>
  /** How many people there are of each class; of these people alone, where they are named. */
  countClasses(userIds: readonly UserId[] | null): Promise<readonly (PeopleClass & { readonly count: number })[]>
  /** People of these classes by e-mail address, from `after` (exclusive) on. */
  listPeople(
    classes: readonly PeopleClass[],
    page: { readonly userIds: readonly UserId[] | null; readonly after: string | null; readonly limit: number },
  ): Promise<readonly ClassMember[]>
  /** Connections of people of these classes, by their ids, from `after` (exclusive) on. */
  listConnections(
    classes: readonly PeopleClass[],
    page: { readonly after: ConnectionId | null; readonly limit: number },
  ): Promise<readonly { readonly connectionId: ConnectionId; readonly userId: UserId }[]>
  putNotices(rows: readonly PolicyNoticeRow[]): Promise<void>
  findNotice(userId: UserId): Promise<PolicyNoticeRow | null>
  deleteNotice(userId: UserId): Promise<void>
}

/** Part of SystemTables. */
export interface SystemPolicyTables {
  /** Changes to be worked at of which nobody has said anything since `untouchedSince`; touched, so that no two nodes wake one. */
  takeStalledPolicyChanges(input: {
    readonly untouchedSince: Temporal.Instant
    readonly now: Temporal.Instant
    readonly limit: number
  }): Promise<readonly { readonly accountId: AccountId; readonly changeId: PolicyChangeId }[]>
}

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
