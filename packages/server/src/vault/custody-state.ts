import { isPassing, isProblem, Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { KeyCustody, WrappedKey } from "../ports/key-custody.ts"
import type { Metrics } from "../ports/metrics.ts"

/** A custodian that fails is left alone for this long, where it does not say for how long. */
export const custodyRestMs = 15_000

export type CustodianRole = "current" | "next" | "former"

export type CustodianState = {
  readonly custody: KeyCustody
  readonly role: CustodianRole
  /** Since when it does not answer; null while it does, and while it was never asked. */
  readonly awaySince: Temporal.Instant | null
  /** When it is asked again, while it is away. */
  readonly retryAt: Temporal.Instant | null
  /** Machine word of what it said last; null when it was well. */
  readonly problemCode: string | null
  readonly answeredAt: Temporal.Instant | null
}

/** All custodians of this node: the one that wraps, and the others that unwrap what they once wrapped. */
export type Custodians = {
  readonly currentLabel: string
  wrap(dataKey: Uint8Array, context: string): Promise<WrappedKey>
  /** Throws Problem "unavailable" when custody is away or refuses, "malformed" as KeyCustody does. */
  unwrap(wrapped: WrappedKey, context: string): Promise<Uint8Array>
  /** Since when the custodian of a key does not answer. */
  awaySince(keyId: string): Temporal.Instant | null
  /** What the custodian that wrapped a key is here; null where none of this node's did. */
  roleOf(keyId: string): CustodianRole | null
  readonly states: readonly CustodianState[]
  /** Asks those that wrap, or will, whether they answer, unless they were just asked. Throws nothing. */
  probe(): Promise<void>
}

export type CustodiansDeps = {
  readonly current: KeyCustody
  readonly next: readonly KeyCustody[]
  readonly former: readonly KeyCustody[]
  readonly world: { readonly clock: Clock; readonly metrics: Metrics }
}

/**
 * Remembers of each custodian whether it answers. One that does not is left alone until it may be asked again, so that
 * nobody waits for a time-out that somebody else has just waited for. A refusal is no silence: it is not bridged.
 */
export function createCustodians({ current, next, former, world }: CustodiansDeps): Custodians {
  const watched = [
    watch(current, "current", world),
    ...next.map((custody) => watch(custody, "next", world)),
    ...former.map((custody) => watch(custody, "former", world)),
  ]
  const [first] = watched
  const ownerOf = (keyId: string) => watched.find(({ custody }) => custody.owns(keyId)) ?? null
  return {
    currentLabel: current.label,
    wrap: (dataKey, context) =>
      first === undefined ? Promise.reject(noCustodian()) : first.ask(() => current.wrap(dataKey, context)),
    async unwrap(wrapped, context) {
      const owner = ownerOf(wrapped.keyId)
      if (owner === null) throw noCustodian()
      return owner.ask(() => owner.custody.unwrap(wrapped, context))
    },
    awaySince: (keyId) => ownerOf(keyId)?.state().awaySince ?? null,
    roleOf: (keyId) => ownerOf(keyId)?.state().role ?? null,
    async probe() {
      await Promise.all(watched.filter(({ role }) => role !== "former").map(({ probe }) => probe()))
    },
    get states() {
      return watched.map(({ state }) => state())
    },
  }
}

function noCustodian(): Problem {
  return new Problem("unavailable", "The keys cannot be reached at the moment.", { code: "custody-unknown" })
}

function watch(custody: KeyCustody, role: CustodianRole, { clock, metrics }: CustodiansDeps["world"]) {
  let seen: Omit<CustodianState, "custody" | "role"> = {
    ...{ awaySince: null, retryAt: null, problemCode: null, answeredAt: null },
  }

  function isWell(): void {
    seen = { awaySince: null, retryAt: null, problemCode: null, answeredAt: clock.now() }
    metrics.count("custody_calls_total", { custodian: custody.name, outcome: "answered" })
    metrics.gauge("custody_away_seconds", 0, { custodian: custody.name })
  }

  /** What the caller is told: never in words of a custodian's own. */
  function noted(problem: Problem): Problem {
    metrics.count("custody_calls_total", { custodian: custody.name, outcome: problem.kind })
    if (problem.kind === "malformed") return problem
    const now = clock.now()
    const isAway = isPassing(problem)
    const awaySince = isAway ? (seen.awaySince ?? now) : null
    const retryAt = problem.retryAt ?? now.add({ milliseconds: custodyRestMs })
    const problemCode = problem.code?.startsWith("custody-")
      ? problem.code
      : isAway
        ? "custody-away"
        : "custody-refused"
    seen = { ...seen, awaySince, retryAt: isAway ? retryAt : null, problemCode }
    metrics.gauge("custody_away_seconds", awaySince?.until(now).total("seconds") ?? 0, { custodian: custody.name })
    return new Problem("unavailable", "The keys cannot be reached at the moment.", {
      ...{ code: problemCode, retryAt, cause: problem },
    })
  }

  async function ask<Result>(work: () => Promise<Result>): Promise<Result> {
    const { retryAt, problemCode } = seen
    if (retryAt !== null && Temporal.Instant.compare(clock.now(), retryAt) < 0)
      throw new Problem("unavailable", "The keys cannot be reached at the moment.", {
        ...{ code: problemCode ?? "custody-away", retryAt },
      })
    try {
      const result = await work()
      isWell()
      return result
    } catch (error) {
      throw isProblem(error) ? noted(error) : error
    }
  }

  return {
    custody,
    role,
    ask,
    async probe(): Promise<void> {
      const isFresh =
        seen.answeredAt !== null && seen.answeredAt.until(clock.now()).total("milliseconds") < custodyRestMs
      if (isFresh && seen.problemCode === null) return
      await ask(() => custody.wrap(new Uint8Array(32), "probe")).catch((error: unknown) => {
        if (!isProblem(error)) throw error
      })
    },
    state: (): CustodianState => ({ custody, role, ...seen }),
  }
}
