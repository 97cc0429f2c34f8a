import type { GroupsView, GroupView } from "@kalends/protocol/groups"

/** Whom a change of the sync concerns, and what becomes different for them. */
export type Concern = {
  /** Which people of the organisation these are, as the service is asked for their names. */
  readonly whom: { readonly groupId: string } | { readonly follows: "organisation" }
  readonly people: number
  /** How many of them have a calendar connected. */
  readonly connected: number
  readonly wasOn: boolean
  readonly isOn: boolean
}

/** Whether the sync is on for people of a group; null is no group. */
export function isOnFor(view: GroupsView, groupId: string | null): boolean {
  return view.groups.find((group) => group.groupId === groupId)?.isOn ?? view.isOn
}

/** People for whom the organisation's own word holds: in no group, or in one that follows it. */
export function followers({ ungrouped, groups }: GroupsView): Pick<Concern, "people" | "connected"> {
  const all = [ungrouped, ...groups.filter(({ isOn }) => isOn === null)]
  const sum = (name: "people" | "connected") => all.reduce((total, counts) => total + counts[name], 0)
  return { people: sum("people"), connected: sum("connected") }
}

/** The organisation's word becomes `isOn`. */
export function accountConcern(view: GroupsView, isOn: boolean): Concern {
  return { whom: { follows: "organisation" }, ...followers(view), wasOn: view.isOn, isOn }
}

/** A group's own word becomes `isOn`, or (null) the group follows the organisation; also when it is dissolved. */
export function groupConcern(view: GroupsView, group: GroupView, isOn: boolean | null): Concern {
  const { groupId, people, connected } = group
  return { whom: { groupId }, people, connected, wasOn: group.isOn ?? view.isOn, isOn: isOn ?? view.isOn }
}
