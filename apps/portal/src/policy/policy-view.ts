import {
  choosableSettings,
  type PolicySetting,
  type PolicyValues,
  type PolicyWord,
  policyDefaults,
} from "@kalends/domain/policy"
import { isSameWord, type PolicyEdit } from "@kalends/domain/policy-effect"
import type { PolicyLevelsView } from "@kalends/protocol/policy"

/** One setting at one level; null is the organisation. */
export type PolicySpot = { readonly groupId: string | null; readonly setting: PolicySetting }

type Value = PolicyValues[PolicySetting]

/**
 * How it stands with a setting at a level. default: nobody has said anything. follows: a group says nothing, so the
 * organisation's word holds. own: the level's own word holds. overruled: the organisation has locked it, whatever the group says.
 */
export type Standing =
  | { readonly kind: "default" | "follows"; readonly value: Value }
  | { readonly kind: "own"; readonly value: Value; readonly isLocked: boolean }
  | { readonly kind: "overruled"; readonly value: Value; readonly own: Value | null }

/** What was said at a level when the page was read. */
export function savedWord({ account, groups }: PolicyLevelsView, { groupId, setting }: PolicySpot): PolicyWord | null {
  const level = groupId === null ? account : groups.find((group) => group.groupId === groupId)?.says
  return level?.[setting] ?? null
}

const isAt = (edit: PolicyEdit, { groupId, setting }: PolicySpot) =>
  edit.groupId === groupId && edit.setting === setting

/** What a level says once the changes that are collected are made. */
export function wordWith(levels: PolicyLevelsView, draft: readonly PolicyEdit[], spot: PolicySpot): PolicyWord | null {
  const edit = draft.find((one) => isAt(one, spot))
  return edit === undefined ? savedWord(levels, spot) : edit.word
}

export function isChanged(draft: readonly PolicyEdit[], spot: PolicySpot): boolean {
  return draft.some((one) => isAt(one, spot))
}

/** The changes with one more; without it where it says what was there before. */
export function draftWith(
  levels: PolicyLevelsView,
  draft: readonly PolicyEdit[],
  { word, ...spot }: PolicySpot & { readonly word: PolicyWord | null },
): readonly PolicyEdit[] {
  const others = draft.filter((one) => !isAt(one, spot))
  const was = savedWord(levels, spot)
  return isSameWord(was, word) ? others : [...others, { ...spot, was, word }]
}

export function standingOf(levels: PolicyLevelsView, draft: readonly PolicyEdit[], spot: PolicySpot): Standing {
  const { groupId, setting } = spot
  const own = wordWith(levels, draft, spot)
  if (groupId === null)
    return own === null ? { kind: "default", value: policyDefaults[setting] } : { kind: "own", ...own }
  const above = wordWith(levels, draft, { groupId: null, setting })
  if (above?.isLocked === true) return { kind: "overruled", value: above.value, own: own?.value ?? null }
  if (own !== null) return { kind: "own", ...own }
  return { kind: "follows", value: above?.value ?? policyDefaults[setting] }
}

/** Whether a lock at this level keeps anybody from anything: groups are below the organisation, people below both. */
export function isLockable({ groupId, setting }: PolicySpot): boolean {
  return groupId === null || choosableSettings.some((one) => one === setting)
}

/** Groups that say something themselves, of any setting, or of which something is about to change. */
export function groupsWithWords(levels: PolicyLevelsView, draft: readonly PolicyEdit[]): PolicyLevelsView["groups"] {
  return levels.groups.filter(
    ({ groupId, says }) =>
      Object.values(says).some((word) => word !== undefined) || draft.some((edit) => edit.groupId === groupId),
  )
}

const idText = /^[0-9a-f-]{36}$/

/** Which level the address names: undefined for the overview. */
export function levelOfAddress(address: string): string | null | undefined {
  const [, first = "", second = ""] = address.split("/")
  if (first === "organisation") return null
  return first === "group" && idText.test(second) ? second : undefined
}

/** Whether an address is one of the policy's pages. */
export function isPolicyAddress(address: string): boolean {
  return address.split(/[/?]/)[0] === "policy"
}

export function addressOfLevel(groupId: string | null): string {
  return groupId === null ? "policy/organisation" : `policy/group/${groupId}`
}
