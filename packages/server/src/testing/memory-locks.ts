/** Locks by name, each held by one holder until it lets go of all; those who wait are served in order. */
export type Locks<Holder extends object> = {
  /** Resolves when `holder` has the lock; at once when it has it already. Throws Error "deadlock detected" instead of waiting for ever. */
  take(holder: Holder, name: string): Promise<void>
  /** True when `holder` has the lock now; false, without waiting, when another has it. */
  takeAtOnce(holder: Holder, name: string): boolean
  releaseAll(holder: Holder): void
}

type Waiter<Holder> = { readonly holder: Holder; readonly resume: () => void }

export function createLocks<Holder extends object>(): Locks<Holder> {
  const owners = new Map<string, Holder>()
  const queues = new Map<string, Waiter<Holder>[]>()
  const waitsFor = new Map<Holder, string>()

  /** Follows who waits for whom; true when the chain comes back to `holder`. */
  function wouldDeadlock(holder: Holder, name: string): boolean {
    for (let next: string | undefined = name; next !== undefined; ) {
      const owner = owners.get(next)
      if (owner === undefined) return false
      if (owner === holder) return true
      next = waitsFor.get(owner)
    }
    return false
  }

  return {
    async take(holder, name) {
      const owner = owners.get(name)
      if (owner === holder) return
      if (owner === undefined) {
        owners.set(name, holder)
        return
      }
      if (wouldDeadlock(holder, name)) throw new Error("deadlock detected")
      waitsFor.set(holder, name)
      await new Promise<void>((resume) => queues.set(name, [...(queues.get(name) ?? []), { holder, resume }]))
    },

    takeAtOnce(holder, name) {
      const owner = owners.get(name)
      if (owner === undefined) owners.set(name, holder)
      return owner === undefined || owner === holder
    },

    releaseAll(holder) {
      for (const [name, owner] of [...owners]) {
        if (owner !== holder) continue
        const [next, ...rest] = queues.get(name) ?? []
        queues.set(name, rest)
        if (next === undefined) owners.delete(name)
        else {
          owners.set(name, next.holder)
          waitsFor.delete(next.holder)
          next.resume()
        }
      }
    },
  }
}
