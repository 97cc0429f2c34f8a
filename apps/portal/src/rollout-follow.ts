import type { RolloutView } from "@kalends/protocol/tenants"
import type { platform } from "./platform.ts"
import { isWorking } from "./rollouts.ts"

const everyMs = 2_000

export type FollowDeps = {
  readonly read: () => Promise<RolloutView>
  readonly tell: (rollout: RolloutView) => void
  /** The service did not answer; it is asked again. */
  readonly fail: (error: unknown) => void
  readonly platform: Pick<typeof platform, "after" | "isHidden" | "onShown">
}

/**
 * Asks how work stands, at once and then every two seconds for as long as it is being worked on. Nobody is asked while the
 * page is hidden; when it is shown again, at once. Answers what ends it.
 */
export function followRollout({ read, tell, fail, platform }: FollowDeps): () => void {
  let isOver = false
  let isAsking = false
  let stopWaiting = () => {}

  async function ask(): Promise<void> {
    if (isOver || isAsking || platform.isHidden()) return
    isAsking = true
    stopWaiting()
    const rollout = await read().catch((error: unknown) => {
      if (!isOver) fail(error)
      return null
    })
    isAsking = false
    if (isOver) return
    if (rollout !== null) tell(rollout)
    if (rollout === null || isWorking(rollout)) stopWaiting = platform.after(everyMs, () => void ask())
  }

  const stopListening = platform.onShown(() => void ask())
  void ask()
  return () => {
    isOver = true
    stopWaiting()
    stopListening()
  }
}
