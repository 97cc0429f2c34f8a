import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type {
  ListeningTables,
  RenewedListening,
  SystemListeningTables,
  TakenListening,
} from "../ports/listening-tables.ts"
import type { Database } from "./database.ts"

/** Listening within one account. */
export function createListeningTables(tx: Transaction<Database>, accountId: AccountId): ListeningTables {
  const held = (connectionId: ConnectionId, nodeId: string) =>
    tx
      .updateTable("listening")
      .where("accountId", "=", accountId)
      .where("connectionId", "=", connectionId)
      .where("nodeId", "=", nodeId)
  return {
    async ask(connectionId, at) {
      await tx
        .insertInto("listening")
        .values({ accountId, connectionId, askedAt: at, nodeId: null, leasedUntil: at, listeningSince: null })
        .onConflict((conflict) => conflict.columns(["accountId", "connectionId"]).doUpdateSet({ askedAt: at }))
        .execute()
    },
    find: async (connectionId) =>
      (await tx
        .selectFrom("listening")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("connectionId", "=", connectionId)
        .executeTakeFirst()) ?? null,
    async mark(connectionId, nodeId, listeningSince) {
      const { numUpdatedRows } = await held(connectionId, nodeId).set({ listeningSince }).executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    async giveBack(connectionId, nodeId, at) {
      await held(connectionId, nodeId).set({ nodeId: null, leasedUntil: at, listeningSince: null }).execute()
    },
    async drop(connectionId, nodeId, askedAt) {
      await tx
        .deleteFrom("listening")
        .where("accountId", "=", accountId)
        .where("connectionId", "=", connectionId)
        .where("nodeId", "=", nodeId)
        .where("askedAt", "<=", askedAt)
        .execute()
    },
  }
}

/** Listening across accounts. */
export function createSystemListening(tx: Transaction<Database>): SystemListeningTables {
  return {
    async takeListening({ nodeId, now, leasedUntil, limit }) {
      const { rows } = await sql<TakenListening>`
        update listening set node_id = ${nodeId}, leased_until = ${leasedUntil}, listening_since = null
        from connection
        where connection.account_id = listening.account_id and connection.connection_id = listening.connection_id
          and (listening.account_id, listening.connection_id) in (
            select account_id, connection_id from listening where leased_until <= ${now}
            order by leased_until limit ${limit} for update skip locked
          )
        returning listening.account_id, listening.connection_id, connection.user_id`.execute(tx)
      return rows
    },
    async renewListening({ nodeId, now, leasedUntil }) {
      const { rows } = await sql<RenewedListening>`
        update listening set leased_until = ${leasedUntil}
        from connection
        where connection.account_id = listening.account_id and connection.connection_id = listening.connection_id
          and listening.node_id = ${nodeId} and listening.leased_until > ${now}
        returning listening.account_id, listening.connection_id, listening.asked_at, connection.state`.execute(tx)
      return rows
    },
    async releaseListening({ nodeId, now }) {
      const { numUpdatedRows } = await tx
        .updateTable("listening")
        .set({ nodeId: null, leasedUntil: now, listeningSince: null })
        .where("nodeId", "=", nodeId)
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },
  }
}
