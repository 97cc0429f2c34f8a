import type { RolloutView } from "@kalends/protocol/tenants"
import type { platform } from "./platform.ts"
import { isWorking } from "./rollouts.ts"

const everyMs = 2_000

export type FollowDeps = {
  readonly read: () => Promise<RolloutView>
  readonly tell: (rollout: RolloutView) => void
  /** The service did not answer, or refused. True asks again. */
  readonly fail: (error: unknown) => boolean
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
    const goesOn = await read().then(
      (rollout) => {
        if (!isOver) tell(rollout)
        return isWorking(rollout)
      },
      (error: unknown) => !isOver && fail(error),
    )
    isAsking = false
    if (goesOn && !isOver) stopWaiting = platform.after(everyMs, () => void ask())
  }

  const stopListening = platform.onShown(() => void ask())
  void ask()
  return () => {
    isOver = true
    stopWaiting()
    stopListening()
  }
}
