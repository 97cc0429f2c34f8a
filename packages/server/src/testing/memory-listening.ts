import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import type { ListeningRow, ListeningTables, SystemListeningTables, TakenListening } from "../ports/listening-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

/** Held by nobody, for any node to take from `at` on. */
const free = (at: Temporal.Instant) => ({ nodeId: null, leasedUntil: at, listeningSince: null })

/** Listening within one account, in memory. */
export function memoryListening(tx: MemoryTransaction, accountId: AccountId): ListeningTables {
  const find = (connectionId: ConnectionId) => {
    const row = tx.find("listening", connectionId)
    return row?.accountId === accountId ? row : null
  }
  const held = async (connectionId: ConnectionId, nodeId: string): Promise<ListeningRow | null> => {
    await tx.lock("listening", connectionId)
    const row = find(connectionId)
    return row?.nodeId === nodeId ? row : null
  }
  return {
    async ask(connectionId, at) {
      // The foreign key: only a connection there is can be listened to.
      if (tx.find("connection", connectionId) === null) throw new Error("violates foreign key constraint of listening")
      await tx.lock("listening", connectionId)
      const fresh = { accountId, connectionId, ...free(at) }
      await tx.put("listening", connectionId, { ...(find(connectionId) ?? fresh), askedAt: at })
    },
    find: async (connectionId) => find(connectionId),
    async mark(connectionId, nodeId, listeningSince) {
      const row = await held(connectionId, nodeId)
      if (row !== null) await tx.put("listening", connectionId, { ...row, listeningSince })
      return row !== null
    },
    async giveBack(connectionId, nodeId, at) {
      const row = await held(connectionId, nodeId)
      if (row !== null) await tx.put("listening", connectionId, { ...row, ...free(at) })
    },
    async drop(connectionId, nodeId, askedAt) {
      const row = await held(connectionId, nodeId)
      if (row !== null && Temporal.Instant.compare(row.askedAt, askedAt) <= 0)
        await tx.remove("listening", connectionId)
    },
  }
}

/** Listening across accounts, in memory. */
export function memorySystemListening(tx: MemoryTransaction): SystemListeningTables {
  const isAfter = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) > 0
  return {
    async takeListening({ nodeId, now, leasedUntil, limit }) {
      const due = tx
        .list("listening")
        .filter((row) => !isAfter(row.leasedUntil, now))
        .sort((a, b) => Temporal.Instant.compare(a.leasedUntil, b.leasedUntil))
        .slice(0, limit)
      const taken: TakenListening[] = []
      for (const { accountId, connectionId } of due) {
        // Read again once it is held: another node may have taken it meanwhile.
        await tx.lock("listening", connectionId)
        const row = tx.find("listening", connectionId)
        const userId = tx.find("connection", connectionId)?.userId
        if (row === null || userId === undefined || isAfter(row.leasedUntil, now)) continue
        await tx.put("listening", connectionId, { ...row, nodeId, leasedUntil, listeningSince: null })
        taken.push({ accountId, connectionId, userId })
      }
      return taken
    },
    async renewListening({ nodeId, now, leasedUntil }) {
      const mine = tx.list("listening").filter((row) => row.nodeId === nodeId && isAfter(row.leasedUntil, now))
      for (const { connectionId } of mine)
        await tx.change("listening", connectionId, (row) => (row.nodeId === nodeId ? { ...row, leasedUntil } : row))
      return mine.flatMap(({ accountId, connectionId, askedAt }) => {
        const state = tx.find("connection", connectionId)?.state
        return state === undefined ? [] : [{ accountId, connectionId, askedAt, state }]
      })
    },
    async releaseListening({ nodeId, now }) {
      const mine = tx.list("listening").filter((row) => row.nodeId === nodeId)
      for (const { connectionId } of mine)
        await tx.change("listening", connectionId, (row) => (row.nodeId === nodeId ? { ...row, ...free(now) } : row))
      return mine.length
    },
  }
}
