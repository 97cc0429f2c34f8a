import type { AccountId } from "@kalends/domain/ids"
import type { Transaction } from "kysely"
import type { SystemToolTables, ToolTables } from "../ports/tool-tables.ts"
import type { Database } from "./database.ts"

type Tx = Transaction<Database>

/** What scheduling tools need, of one account, within `tx`. */
export function createToolTables(tx: Tx, accountId: AccountId): ToolTables {
  return { ...templateTables(tx, accountId), ...delegateTables(tx, accountId), ...pairingTables(tx, accountId) }
}

function templateTables(
  tx: Tx,
  accountId: AccountId,
): Pick<ToolTables, "listTemplates" | "putTemplate" | "deleteTemplate" | "findDefault" | "putDefault"> {
  return {
    listTemplates: () =>
      tx
        .selectFrom("toolTemplate")
        .selectAll()
        .where("accountId", "=", accountId)
        .orderBy("name")
        .orderBy("templateId")
        .execute(),
    async putTemplate(row) {
      const { accountId: _account, templateId, createdAt: _created, ...rest } = row
      if (row.isDefault)
        await tx
          .updateTable("toolTemplate")
          .set({ isDefault: false })
          .where("accountId", "=", accountId)
          .where("templateId", "<>", templateId)
          .execute()
      await tx
        .insertInto("toolTemplate")
        .values(row)
        .onConflict((conflict) => conflict.columns(["accountId", "templateId"]).doUpdateSet(rest))
        .execute()
    },
    async deleteTemplate(templateId) {
      const { numDeletedRows } = await tx
        .deleteFrom("toolTemplate")
        .where("accountId", "=", accountId)
        .where("templateId", "=", templateId)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    findDefault: async (userId) =>
      (await tx
        .selectFrom("toolDefault")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .executeTakeFirst()) ?? null,
    async putDefault(row) {
      const { accountId: _account, userId: _user, ...rest } = row
      await tx
        .insertInto("toolDefault")
        .values(row)
        .onConflict((conflict) => conflict.columns(["accountId", "userId"]).doUpdateSet(rest))
        .execute()
    },
  }
}

function delegateTables(
  tx: Tx,
  accountId: AccountId,
): Pick<
  ToolTables,
  "findConnected" | "findDelegate" | "listDelegates" | "listHosts" | "putDelegate" | "deleteDelegate"
> {
  const rows = () => tx.selectFrom("delegate").selectAll().where("accountId", "=", accountId)
  return {
    async findConnected(provider, subjectId) {
      const people = await tx
        .selectFrom("connection")
        .innerJoin("appUser", (join) =>
          join
            .onRef("appUser.accountId", "=", "connection.accountId")
            .onRef("appUser.userId", "=", "connection.userId"),
        )
        .selectAll("appUser")
        .where("connection.accountId", "=", accountId)
        .where("connection.provider", "=", provider)
        .where("connection.subjectId", "=", subjectId)
        .where("connection.tenantConnectionId", "is", null)
        .where("appUser.kind", "=", "person")
        .limit(2)
        .execute()
      return people.length === 1 ? (people[0] ?? null) : null
    },
    findDelegate: async (hostId, delegateId) =>
      (await rows().where("hostId", "=", hostId).where("delegateId", "=", delegateId).executeTakeFirst()) ?? null,
    listDelegates: (hostId) => rows().where("hostId", "=", hostId).orderBy("givenAt").orderBy("delegateId").execute(),
    listHosts: (delegateId) =>
      rows().where("delegateId", "=", delegateId).orderBy("givenAt").orderBy("hostId").execute(),
    async putDelegate(row) {
      const { managesPrivate, givenBy, givenAt } = row
      await tx
        .insertInto("delegate")
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(["accountId", "hostId", "delegateId"]).doUpdateSet({ managesPrivate, givenBy, givenAt }),
        )
        .execute()
    },
    async deleteDelegate(hostId, delegateId) {
      const { numDeletedRows } = await tx
        .deleteFrom("delegate")
        .where("accountId", "=", accountId)
        .where("hostId", "=", hostId)
        .where("delegateId", "=", delegateId)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

function pairingTables(
  tx: Tx,
  accountId: AccountId,
): Pick<ToolTables, "insertPairing" | "findPairing" | "takePairing"> {
  return {
    async insertPairing(row, now, most) {
      await tx.deleteFrom("toolPairing").where("accountId", "=", accountId).where("expiresAt", "<=", now).execute()
      const { count } = await tx
        .selectFrom("toolPairing")
        .where("accountId", "=", accountId)
        .select((select) => select.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow()
      if (count >= most) return false
      await tx.insertInto("toolPairing").values(row).execute()
      return true
    },
    findPairing: async (codeHash, now) =>
      (await tx
        .selectFrom("toolPairing")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("codeHash", "=", codeHash)
        .where("expiresAt", ">", now)
        .executeTakeFirst()) ?? null,
    takePairing: async (codeHash, now) =>
      (await tx
        .deleteFrom("toolPairing")
        .where("accountId", "=", accountId)
        .where("codeHash", "=", codeHash)
        .where("expiresAt", ">", now)
        .returningAll()
        .executeTakeFirst()) ?? null,
  }
}

/** Over all accounts. */
export function createSystemTools(tx: Tx): SystemToolTables {
  return {
    hasToolPairing: async (tokenHash, now) =>
      (await tx
        .selectFrom("toolPairing")
        .select("tokenHash")
        .where("tokenHash", "=", tokenHash)
        .where("expiresAt", ">", now)
        .executeTakeFirst()) !== undefined,
  }
}
