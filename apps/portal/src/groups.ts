import { type PolicySetting, policySettings } from "@kalends/domain/policy"
import type { GroupsView } from "@kalends/protocol/groups"
import type { PolicyLevelsView, PolicyPreview } from "@kalends/protocol/policy"
import { type Standing, standingOf } from "./policy/policy-view.ts"

/** The groups with who is in them, and what is set for the organisation and for each. */
export type GroupsRead = { readonly view: GroupsView; readonly levels: PolicyLevelsView }

export const addressOfGroups = "groups"

export const addressOfGroup = (groupId: string): string => `${addressOfGroups}/${groupId}`

/** The group that is open; null where the list is. */
export function groupOfAddress(address: string): string | null {
  return /^groups\/([0-9a-f-]{36})$/.exec(address)?.[1] ?? null
}

/** Those with the text in their name, however it is written. */
export function groupsNamed<Group extends { readonly name: string }>(
  groups: readonly Group[],
  text: string,
): readonly Group[] {
  const plain = (name: string) => name.normalize("NFKC").toLowerCase()
  return groups.filter(({ name }) => plain(name).includes(plain(text.trim())))
}

/** How many settings a group has a word of its own on. */
export function ownWords({ groups }: PolicyLevelsView, groupId: string): number {
  const says = groups.find((group) => group.groupId === groupId)?.says ?? {}
  return policySettings.filter((setting) => says[setting] !== undefined).length
}

/** How it stands with each setting for a group. */
export function standingsOf(
  levels: PolicyLevelsView,
  groupId: string,
): readonly { readonly setting: PolicySetting; readonly standing: Standing }[] {
  return policySettings.map((setting) => ({ setting, standing: standingOf(levels, [], { groupId, setting }) }))
}

/** What putting somebody into a group, or taking them out of one, would take from them; null: nothing. */
export function lossOf({ counts, people }: PolicyPreview): Loss | null {
  if (counts.disconnect > 0)
    return { kind: "disconnected", causes: people[0]?.causes ?? [], isForGood: counts.disconnectForGood > 0 }
  return counts.blocked > 0 ? { kind: "blocked" } : null
}

export type Loss =
  | { readonly kind: "disconnected"; readonly causes: readonly PolicySetting[]; readonly isForGood: boolean }
  | { readonly kind: "blocked" }
