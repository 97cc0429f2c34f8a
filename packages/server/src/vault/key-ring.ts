import type { AccountId } from "@kalends/domain/ids"
import type { Clock } from "../ports/clock.ts"
import type { BoxKey } from "./sealed-box.ts"

/** An unwrapped key is forgotten after this long, used or not; then custody is asked again. */
export const keyLifeMs = 10 * 60_000
const keysInMemoryMost = 10_000

/**
 * Unwrapped keys, for a while. A key that is dropped is not zeroed in place: another caller may be sealing with it, and
 * would seal with a key of zeros. It is a KeyObject, whose bytes live outside the JavaScript heap; Node
 * clears them when the last reference has been collected, at a time that the collector chooses. So dropping bounds how
 * long a key can be used, and only loosely how long its bytes are in memory; JavaScript can promise no more.
 */
export function createKeyRing(clock: Clock) {
  // In the order in which they run out: all live equally long.
  const held = new Map<string, { readonly key: BoxKey; readonly untilMs: number }>()
  const name = (accountId: AccountId, version: number) => `${accountId}:${version}`
  const nowMs = () => clock.now().epochMilliseconds
  let cancelSweep: (() => void) | null = null

  function sweep(): void {
    cancelSweep = null
    for (const [at, { untilMs }] of held) {
      if (untilMs > nowMs()) break
      held.delete(at)
    }
    sweepLater()
  }

  function sweepLater(): void {
    const [oldest] = held.values()
    if (oldest !== undefined && cancelSweep === null) cancelSweep = clock.after(oldest.untilMs - nowMs(), sweep)
  }

  return {
    find(accountId: AccountId, version: number): BoxKey | null {
      const found = held.get(name(accountId, version))
      return found === undefined || found.untilMs <= nowMs() ? null : found.key
    },
    hold(accountId: AccountId, key: BoxKey): BoxKey {
      const [oldest] = held.keys()
      if (held.size >= keysInMemoryMost && oldest !== undefined) held.delete(oldest)
      held.delete(name(accountId, key.version))
      held.set(name(accountId, key.version), { key, untilMs: nowMs() + keyLifeMs })
      sweepLater()
      return key
    },
    clear(): void {
      held.clear()
      cancelSweep?.()
      cancelSweep = null
    },
    get size() {
      return held.size
    },
  }
}
