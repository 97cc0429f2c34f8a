import { Problem } from "@kalends/domain/problem"

export type GroupCommit<Item> = {
  /** Resolves once the items are durable. Rejects with what the commit threw, or Problem "unavailable" when too much waits. */
  add(items: readonly Item[]): Promise<void>
}

type Waiting<Item> = {
  readonly items: readonly Item[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: while one batch is being made durable, all that arrives waits for the next one. Under load the batches
 * grow and the cost of each item falls; without load an item is committed at once. `itemsMost` bounds what waits.
 */
export function createGroupCommit<Item>(
  commit: (items: readonly Item[]) => Promise<void>,
  itemsMost: number,
): GroupCommit<Item> {
  let waiting: Waiting<Item>[] = []
  let waitingCount = 0
  let isCommitting = false

  async function commitWaiting(): Promise<void> {
    isCommitting = true
    while (waiting.length > 0) {
      // Requests that arrived with this one in the same turn of the event loop join its batch.
      await new Promise<void>((resolve) => setImmediate(resolve))
      const batch = waiting
      waiting = []
      waitingCount = 0
      await commit(batch.flatMap(({ items }) => items)).then(
        () => batch.forEach(({ resolve }) => resolve()),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      )
    }
    isCommitting = false
  }

  return {
    add(items) {
      if (items.length === 0) return Promise.resolve()
      if (waitingCount + items.length > itemsMost)
        return Promise.reject(
          new Problem("unavailable", "Too much is waiting; send it again later.", { code: "queue-full" }),
        )
      waitingCount += items.length
      return new Promise((resolve, reject) => {
        waiting.push({ items, resolve, reject })
        if (!isCommitting) void commitWaiting()
      })
    },
  }
}
