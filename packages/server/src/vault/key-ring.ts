import type { AccountId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { BoxKey } from "./sealed-box.ts"

/** An unwrapped key is confirmed with its custodian, or forgotten, before it is this old. */
export const keyLifeMs = 10 * 60_000
/** So long before its end a key in use is confirmed: longer than the custodian may take. */
const confirmBeforeMs = 30_000
/** How often it is looked which keys that concerns; a custodian that is away rests as long. */
const lookEveryMs = 15_000
const keysInMemoryMost = 10_000
const confirmsAtOnce = 8

/** How a key is had again from its custodian, and since when that is away. */
export type KeySource = {
  /** Unwraps it once more: throws Problem "unavailable" while custody is away. */
  confirm(): Promise<BoxKey>
  awaySince(): Temporal.Instant | null
}

type Held = {
  readonly accountId: AccountId
  readonly key: BoxKey
  readonly source: KeySource
  confirmedAtMs: number
  /** Since it was last confirmed. */
  isUsed: boolean
}

/**
 * Unwrapped keys, for a while:
 *
 *   held ──unused when its life ends──▶ dropped
 *   held ──used, its custodian answers──▶ held for another life
 *   held ──its custodian is away──▶ held until the grace is over, counted from when it went away
 *   held ──its custodian refuses──▶ dropped at once
 *
 * A key that is dropped is not zeroed in place: another caller may be sealing with it, and would seal with a key of zeros. It
 * is a KeyObject, whose bytes live outside the JavaScript heap; Node clears them when the last reference has been collected,
 * at a time that the collector chooses. So dropping bounds how long a key can be used, and only loosely how long its bytes
 * are in memory; JavaScript can promise no more.
 */
export function createKeyRing(clock: Clock, graceMs: number) {
  const held = new Map<string, Held>()
  const name = (accountId: AccountId, version: number) => `${accountId}:${version}`
  const nowMs = () => clock.now().epochMilliseconds
  let cancelLook: (() => void) | null = null

  function usableUntilMs({ confirmedAtMs, source }: Held): number {
    const life = confirmedAtMs + keyLifeMs
    const awaySince = source.awaySince()
    return awaySince === null ? life : Math.max(life, awaySince.epochMilliseconds + graceMs)
  }

  function look(): void {
    cancelLook = null
    const due: Held[] = []
    for (const [at, one] of held) {
      const isEnding = nowMs() >= one.confirmedAtMs + keyLifeMs - confirmBeforeMs
      const isOver = nowMs() >= usableUntilMs(one)
      if (isOver || (isEnding && !one.isUsed && one.source.awaySince() === null)) held.delete(at)
      else if (isEnding) due.push(one)
    }
    void confirmAll(due)
    lookLater()
  }

  async function confirmAll(due: Held[]): Promise<void> {
    await Promise.all(
      Array.from({ length: confirmsAtOnce }, async () => {
        for (let one = due.shift(); one !== undefined; one = due.shift()) await confirm(one)
      }),
    )
  }

  async function confirm(one: Held): Promise<void> {
    try {
      await one.source.confirm()
      one.confirmedAtMs = nowMs()
      one.isUsed = false
    } catch (error) {
      const isAway = isProblem(error, "unavailable") && one.source.awaySince() !== null
      const at = name(one.accountId, one.key.version)
      if (!isAway && held.get(at) === one) held.delete(at)
    }
  }

  function lookLater(): void {
    if (held.size > 0 && cancelLook === null) cancelLook = clock.after(lookEveryMs, look)
  }

  return {
    find(accountId: AccountId, version: number): BoxKey | null {
      const found = held.get(name(accountId, version))
      if (found === undefined || usableUntilMs(found) <= nowMs()) return null
      found.isUsed = true
      return found.key
    },
    hold(accountId: AccountId, key: BoxKey, source: KeySource): BoxKey {
      const [oldest] = held.keys()
      if (held.size >= keysInMemoryMost && oldest !== undefined) held.delete(oldest)
      held.delete(name(accountId, key.version))
      held.set(name(accountId, key.version), { accountId, key, source, confirmedAtMs: nowMs(), isUsed: true })
      lookLater()
      return key
    },
    /** The account's keys: they were destroyed. */
    drop(accountId: AccountId): void {
      for (const [at, one] of held) if (one.accountId === accountId) held.delete(at)
    },
    clear(): void {
      held.clear()
      cancelLook?.()
      cancelLook = null
    },
    get size() {
      return held.size
    },
  }
}
