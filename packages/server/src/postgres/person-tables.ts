import type { AccountId } from "@kalends/domain/ids"
import type { Transaction } from "kysely"
import type { PersonTables, SystemPersonTables } from "../ports/person-tables.ts"
import { type Database, unique } from "./database.ts"

/** What administrators change of the people of one account, within `tx`. */
export function createPersonTables(tx: Transaction<Database>, accountId: AccountId): PersonTables {
  return {
    async updateUser(userId, changes) {
      await unique(
        tx
          .updateTable("appUser")
          .set(changes)
          .where("accountId", "=", accountId)
          .where("userId", "=", userId)
          .where("kind", "=", "person")
          .execute(),
        "This e-mail address has an account already.",
        "email-taken",
      )
    },
    async deleteUser(userId) {
      const { numDeletedRows } = await tx
        .deleteFrom("appUser")
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .where("kind", "=", "person")
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    async listOwners() {
      const owners = await tx
        .selectFrom("appUser")
        .select("userId")
        .where("accountId", "=", accountId)
        .where("role", "=", "owner")
        .where("suspendedAt", "is", null)
        .execute()
      return owners.map(({ userId }) => userId)
    },
    async putPasswordLink(row) {
      const { accountId: _account, userId: _user, ...changes } = row
      await tx
        .insertInto("passwordLink")
        .values(row)
        .onConflict((conflict) => conflict.columns(["accountId", "userId"]).doUpdateSet(changes))
        .execute()
    },
    findPasswordLink: async (userId) =>
      (await tx
        .selectFrom("passwordLink")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .executeTakeFirst()) ?? null,
    async deletePasswordLink(userId) {
      await tx.deleteFrom("passwordLink").where("accountId", "=", accountId).where("userId", "=", userId).execute()
    },
    takePasswordLink: async (tokenHash, now) =>
      (
        await tx
          .deleteFrom("passwordLink")
          .where("accountId", "=", accountId)
          .where("tokenHash", "=", tokenHash)
          .where("expiresAt", ">", now)
          .returning("userId")
          .executeTakeFirst()
      )?.userId ?? null,
  }
}

/** Looks across accounts: whoever follows a link has not said to which they belong. */
export function createSystemPersons(tx: Transaction<Database>): SystemPersonTables {
  return {
    findPasswordLinkByHash: async (tokenHash) =>
      (await tx.selectFrom("passwordLink").selectAll().where("tokenHash", "=", tokenHash).executeTakeFirst()) ?? null,
    async deleteExpiredPasswordLinks(now) {
      const { numDeletedRows } = await tx
        .deleteFrom("passwordLink")
        .where("expiresAt", "<=", now)
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}
