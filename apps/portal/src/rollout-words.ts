import type { RolloutView } from "@kalends/protocol/tenants"
import type { Messages } from "./messages.ts"
import { progressOf } from "./rollouts.ts"

/** The state, in a word. */
export function stateWord({ kind, state }: RolloutView, { rollouts: { states } }: Messages): string {
  return state === "running" ? states.running[kind] : states[state]
}

/** "312 of 500 connected, 3 need attention". */
export function countWords(rollout: RolloutView, { rollouts }: Messages): string {
  const { phase, done, all, failed } = progressOf(rollout)
  const { skipped } = rollout.counts
  return [
    rollouts.counted[phase](done, all),
    failed > 0 ? rollouts.needAttention(failed) : null,
    skipped > 0 && phase === "connect" ? rollouts.leftAsTheyAre(skipped) : null,
  ]
    .filter((part) => part !== null)
    .join(", ")
}

/** How it ended, in whole sentences; null while it is being worked on. */
export function resultSentences(rollout: RolloutView, { rollouts: { results } }: Messages): readonly string[] | null {
  const { kind, state, counts } = rollout
  const { done, failed, skipped, checked, undone, all } = counts
  const left = skipped > 0 ? [results.skipped(skipped)] : []
  const attention = failed > 0 ? [results.failed(failed)] : []
  switch (state) {
    case "checked": {
      const cannot = failed > 0 ? [results.cannotMove(failed)] : []
      return [checked === all ? results.allCanMove(all) : results.canMove(checked, all), ...cannot, ...left]
    }
    case "done": {
      const isAll = kind === "connect" && done === all
      const result =
        kind === "migrate" ? results.moved(done) : isAll ? results.allConnected(done) : results.connected(done)
      return [result, ...attention, ...left]
    }
    case "undone":
      return [results.movedBack(undone), ...(failed > 0 ? attention : [results.asBefore])]
    case "stopped":
      return [results.paused, ...attention]
    default:
      return null
  }
}
