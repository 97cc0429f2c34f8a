import type { PolicyChangeView, PolicyPreview, PolicyPreviewInput } from "@kalends/protocol/policy"
import type { Person } from "../people-pages.ts"

export const effects = ["disconnect", "blocked", "stay"] as const
export type Effect = (typeof effects)[number]

/** As many as one call moves. */
export const movedMost = 1_000

export type Moved = Pick<Person, "userId" | "displayName" | "groupId">
export type Move = { readonly groupId: string | null; readonly userIds: readonly string[] }

/** Whom a move concerns, and how. */
export type MoveEffects = { readonly counts: PolicyPreview["counts"]; readonly of: ReadonlyMap<string, Effect> }

export const moveOf = (people: readonly Moved[], groupId: string | null): Move => ({
  groupId,
  userIds: people.map(({ userId }) => userId),
})

/** What has to be done to have everybody where they were: a move for each group that somebody came from. */
export function wayBack(people: readonly Moved[]): readonly Move[] {
  const by = Map.groupBy(people, ({ groupId = null }) => groupId)
  return [...by].map(([groupId, from]) => moveOf(from, groupId))
}

type Preview = (input: PolicyPreviewInput) => Promise<PolicyPreview>

/** All pages of each kind: there are no more people in it than are moved. */
export async function readEffects(preview: Preview, { groupId, userIds }: Move): Promise<MoveEffects> {
  const move = { groupId, userIds: [...userIds] }
  const of = new Map<string, Effect>()
  let counts: PolicyPreview["counts"] | null = null
  for (const effect of effects) {
    if (counts !== null && counts[effect] === 0) continue
    for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const page: PolicyPreview = await preview({ move, effect, after })
      for (const { userId } of page.people) of.set(userId, effect)
      counts ??= page.counts
      after = page.after
    }
  }
  return { counts: counts ?? { people: 0, disconnect: 0, disconnectForGood: 0, blocked: 0, stay: 0 }, of }
}

/** Whether calendars are still being disconnected. */
export function isGoingOn({ state }: Pick<PolicyChangeView, "state">): boolean {
  return state === "waiting" || state === "running"
}
