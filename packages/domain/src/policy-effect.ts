import type { Role } from "./ability.ts"
import {
  brokenBy,
  type ConnectionFacts,
  type EffectivePolicy,
  effectivePolicy,
  type PolicyLevel,
  type PolicySetting,
  type PolicyWord,
  policySettings,
} from "./policy.ts"

/** What an account and its groups say, by the groups' ids. */
export type AllLevels = { readonly account: PolicyLevel; readonly groups: ReadonlyMap<string, PolicyLevel> }

/** Another word, of the account (null) or a group, in place of what it said; null: none. */
export type PolicyEdit = {
  readonly groupId: string | null
  readonly setting: PolicySetting
  readonly was: PolicyWord | null
  readonly word: PolicyWord | null
}

/** The levels once the edits are made, in their order. */
export function withEdits({ account, groups }: AllLevels, edits: readonly PolicyEdit[]): AllLevels {
  const after = { account, groups: new Map(groups) }
  for (const { groupId, setting, word } of edits) {
    if (groupId === null) after.account = withWord(after.account, setting, word)
    else after.groups.set(groupId, withWord(after.groups.get(groupId) ?? {}, setting, word))
  }
  return after
}

function withWord(level: PolicyLevel, setting: PolicySetting, word: PolicyWord | null): PolicyLevel {
  const { [setting]: _before, ...rest } = level
  return word === null ? rest : { ...rest, [setting]: word }
}

/** What takes the edits back. */
export function reversed(edits: readonly PolicyEdit[]): readonly PolicyEdit[] {
  return edits.map(({ was, word, ...where }) => ({ ...where, was: word, word: was })).reverse()
}

/** True where both say the same. */
export function isSameWord(one: PolicyWord | null, other: PolicyWord | null): boolean {
  if (one === null || other === null) return one === other
  return one.isLocked === other.isLocked && textOf(one.value) === textOf(other.value)
}

const textOf = (value: PolicyWord["value"]) => (typeof value === "string" ? value : [...value].sort().join(","))

/** What holds for people of a group, or (null) of none, as far as they have not chosen themselves. */
export function policyOfGroup({ account, groups }: AllLevels, groupId: string | null): EffectivePolicy {
  return effectivePolicy(account, groupId === null ? {} : (groups.get(groupId) ?? {}), {})
}

/** Who connects a calendar themselves where only administrators may. */
const administrators: readonly Role[] = ["owner", "calendar-admin", "room-admin"]

/** Whether somebody may connect a calendar themselves, of any service. */
export function mayConnect({ whoMayConnect, providers }: EffectivePolicy, role: Role): boolean {
  if (whoMayConnect.value === "nobody" || providers.value.length === 0) return false
  return whoMayConnect.value === "everybody" || administrators.includes(role)
}

/** A person, as far as policy is about them. */
export type PersonFacts = { readonly role: Role; readonly connection: ConnectionFacts | null }

/**
 * disconnect: their connection is at odds with what is to hold. blocked: they could connect a calendar and cannot any more.
 * stay: something changes, and their connection stays. none: nothing changes for them.
 */
export type PolicyEffect = "disconnect" | "blocked" | "stay" | "none"

export function effectOn(
  before: EffectivePolicy,
  after: EffectivePolicy,
  { role, connection }: PersonFacts,
): PolicyEffect {
  if (connection !== null && brokenBy(after, connection).length > 0) return "disconnect"
  if (mayConnect(before, role) && !mayConnect(after, role)) return "blocked"
  const isSame = policySettings.every((setting) => {
    const [one, other] = [before[setting], after[setting]]
    return textOf(one.value) === textOf(other.value) && one.mayChoose === other.mayChoose
  })
  return isSame ? "none" : "stay"
}
