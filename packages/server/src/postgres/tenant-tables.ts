import type { AccountId } from "@kalends/domain/ids"
import type { Transaction } from "kysely"
import type { TenantTables } from "../ports/tenant-tables.ts"
import { type Database, unique } from "./database.ts"

/** Administrators' connections of one account. */
export function createTenantTables(tx: Transaction<Database>, accountId: AccountId): TenantTables {
  const rows = () => tx.selectFrom("tenantConnection").selectAll().where("accountId", "=", accountId)
  return {
    async insert(row) {
      const work = tx.insertInto("tenantConnection").values(row).execute()
      await unique(work, "This organisation is connected already.", "tenant-known")
    },
    async update(tenantConnectionId, changes) {
      const work = tx
        .updateTable("tenantConnection")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("tenantConnectionId", "=", tenantConnectionId)
        .execute()
      await unique(work, "This organisation is connected already.", "tenant-known")
    },
    async renewSecret({ tenantConnectionId, version }, sealedSecret) {
      await tx
        .updateTable("tenantConnection")
        .set({ sealedSecret })
        .where("accountId", "=", accountId)
        .where("tenantConnectionId", "=", tenantConnectionId)
        .where("version", "=", version)
        .execute()
    },
    find: async (tenantConnectionId) =>
      (await rows().where("tenantConnectionId", "=", tenantConnectionId).executeTakeFirst()) ?? null,
    list: () => rows().orderBy("createdAt").orderBy("tenantConnectionId").execute(),
    async delete(tenantConnectionId) {
      await tx
        .deleteFrom("tenantConnection")
        .where("accountId", "=", accountId)
        .where("tenantConnectionId", "=", tenantConnectionId)
        .execute()
    },
    listConnections(tenantConnectionId, { after, limit }) {
      const found = tx
        .selectFrom("connection")
        .select(["connectionId", "userId"])
        .where("accountId", "=", accountId)
        .where("tenantConnectionId", "=", tenantConnectionId)
        .orderBy("connectionId")
        .limit(limit)
      return (after === null ? found : found.where("connectionId", ">", after)).execute()
    },
    async countConnections(tenantConnectionId) {
      const { people, rooms } = await tx
        .selectFrom("connection")
        .innerJoin("appUser", (join) =>
          join
            .onRef("appUser.accountId", "=", "connection.accountId")
            .onRef("appUser.userId", "=", "connection.userId"),
        )
        .select(({ fn }) => [
          fn.countAll<number>().filterWhere("appUser.kind", "=", "person").as("people"),
          fn.countAll<number>().filterWhere("appUser.kind", "=", "room").as("rooms"),
        ])
        .where("connection.accountId", "=", accountId)
        .where("connection.tenantConnectionId", "=", tenantConnectionId)
        .executeTakeFirstOrThrow()
      return { people: Number(people), rooms: Number(rooms) }
    },
  }
}
