import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { PeopleWithoutFactor, SignInTables, SystemSignInTables } from "../ports/sign-in-tables.ts"
import { type Database, unique } from "./database.ts"

/** What people of one account prove themselves with, within `tx`. */
export function createSignInTables(tx: Transaction<Database>, accountId: AccountId): SignInTables {
  return {
    async updateSession(sessionId, changes) {
      await tx
        .updateTable("session")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("sessionId", "=", sessionId)
        .execute()
    },
    async useSessions(sessionIds, { usedAt, unusedUntil }) {
      if (sessionIds.length === 0) return []
      // Held in their order before any is written.
      await tx
        .selectFrom("session")
        .select("sessionId")
        .where("accountId", "=", accountId)
        .where("sessionId", "in", sessionIds)
        .orderBy("sessionId")
        .forUpdate()
        .execute()
      const used = await tx
        .updateTable("session")
        .set({
          usedAt,
          expiresAt: sql`least(ends_at, case when kind = 'tool' then ${unusedUntil.tool}::timestamptz else ${unusedUntil.person}::timestamptz end)`,
        })
        .where("accountId", "=", accountId)
        .where("sessionId", "in", sessionIds)
        .where("expiresAt", ">", usedAt)
        .returning("sessionId")
        .execute()
      return used.map(({ sessionId }) => sessionId)
    },
    asksEverybody: async () =>
      (await tx.selectFrom("account").select("asksSecondFactor").where("accountId", "=", accountId).executeTakeFirst())
        ?.asksSecondFactor === true,
    async askEverybody(asksSecondFactor) {
      await tx.updateTable("account").set({ asksSecondFactor }).where("accountId", "=", accountId).execute()
    },
    async peopleWithoutFactor(limit) {
      const { rows } = await sql<PeopleWithoutFactor["some"][number] & { readonly count: number }>`
        with without as not materialized (
          select l.user_id, l.email from listed_person as l
          where l.account_id = ${accountId} and l.kind = 'person' and not l.has_factor and l.role = 'user'
            and not exists (select from app_user as u
              where u.account_id = l.account_id and u.user_id = l.user_id and u.suspended_at is not null)
        )
        select user_id, email, (select count(*)::int from without) as count from without order by email limit ${limit}`.execute(
        tx,
      )
      return { count: rows[0]?.count ?? 0, some: rows.map(({ userId, email }) => ({ userId, email })) }
    },
    async setPassword(userId, passwordHash) {
      await tx
        .updateTable("appUser")
        .set({ passwordHash })
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .execute()
    },
    async hasFactor(userId) {
      const of = sql`account_id = ${accountId} and user_id = ${userId}`
      const { rows } = await sql<{ has: boolean }>`
        select exists (select from totp where ${of} and confirmed_at is not null)
          or exists (select from passkey where ${of}) as has`.execute(tx)
      return rows[0]?.has === true
    },
    ...totpTables(tx, accountId),
    ...recoveryTables(tx, accountId),
    ...passkeyTables(tx, accountId),
    ...identityTables(tx, accountId),
    async spendChallenge(challengeHash, expiresAt) {
      const { numInsertedOrUpdatedRows = 0n } = await tx
        .insertInto("spentChallenge")
        .values({ accountId, challengeHash, expiresAt })
        .onConflict((conflict) => conflict.columns(["accountId", "challengeHash"]).doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows > 0n
    },
  }
}

type TotpTables = Pick<SignInTables, "findTotp" | "putTotp" | "takeTotpStep" | "confirmTotp" | "deleteTotp">

function totpTables(tx: Transaction<Database>, accountId: AccountId): TotpTables {
  return {
    findTotp: async (userId) =>
      (await tx
        .selectFrom("totp")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .executeTakeFirst()) ?? null,
    async putTotp(row) {
      const { accountId: _account, userId: _user, ...changes } = row
      await tx
        .insertInto("totp")
        .values(row)
        .onConflict((conflict) => conflict.columns(["accountId", "userId"]).doUpdateSet(changes))
        .execute()
    },
    async takeTotpStep(userId, lastStep) {
      const { numUpdatedRows } = await tx
        .updateTable("totp")
        .set({ lastStep })
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .where("lastStep", "<", lastStep)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    async confirmTotp(userId, confirmedAt) {
      await tx
        .updateTable("totp")
        .set({ confirmedAt })
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .execute()
    },
    async deleteTotp(userId) {
      await tx.deleteFrom("totp").where("accountId", "=", accountId).where("userId", "=", userId).execute()
    },
  }
}

type RecoveryTables = Pick<SignInTables, "putRecoveryCodes" | "countRecoveryCodes" | "useRecoveryCode">

function recoveryTables(tx: Transaction<Database>, accountId: AccountId): RecoveryTables {
  return {
    async putRecoveryCodes(userId, hashes, createdAt) {
      await tx.deleteFrom("recoveryCode").where("accountId", "=", accountId).where("userId", "=", userId).execute()
      if (hashes.length === 0) return
      const rows = hashes.map((codeHash) => ({ accountId, userId, codeHash, createdAt }))
      await tx.insertInto("recoveryCode").values(rows).execute()
    },
    countRecoveryCodes: async (userId) =>
      (
        await tx
          .selectFrom("recoveryCode")
          .select((select) => select.fn.countAll<number>().as("count"))
          .where("accountId", "=", accountId)
          .where("userId", "=", userId)
          .executeTakeFirstOrThrow()
      ).count,
    async useRecoveryCode(userId, codeHash) {
      const { numDeletedRows } = await tx
        .deleteFrom("recoveryCode")
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .where("codeHash", "=", codeHash)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

type PasskeyTables = Pick<
  SignInTables,
  "insertPasskey" | "listPasskeys" | "renamePasskey" | "usePasskey" | "deletePasskey"
>

function passkeyTables(tx: Transaction<Database>, accountId: AccountId): PasskeyTables {
  return {
    async insertPasskey(row) {
      await unique(
        tx.insertInto("passkey").values(row).execute(),
        "This passkey is registered already.",
        "passkey-known",
      )
    },
    listPasskeys: (userId) =>
      tx
        .selectFrom("passkey")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .orderBy("createdAt")
        .execute(),
    async renamePasskey(passkeyId, name) {
      await tx
        .updateTable("passkey")
        .set({ name })
        .where("accountId", "=", accountId)
        .where("passkeyId", "=", passkeyId)
        .execute()
    },
    async usePasskey(passkeyId, use) {
      const { numUpdatedRows } = await tx
        .updateTable("passkey")
        .set(use)
        .where("accountId", "=", accountId)
        .where("passkeyId", "=", passkeyId)
        .where(({ eb, or, and }) =>
          or([eb("counter", "<", use.counter), and([eb("counter", "=", 0), eb.lit(use.counter === 0)])]),
        )
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    async deletePasskey(passkeyId) {
      const { numDeletedRows } = await tx
        .deleteFrom("passkey")
        .where("accountId", "=", accountId)
        .where("passkeyId", "=", passkeyId)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

type IdentityTables = Pick<SignInTables, "insertIdentity" | "listIdentities" | "touchIdentity" | "deleteIdentity">

function identityTables(tx: Transaction<Database>, accountId: AccountId): IdentityTables {
  return {
    async insertIdentity(row) {
      await unique(
        tx.insertInto("identity").values(row).execute(),
        "Somebody signs in with this already.",
        "identity-known",
      )
    },
    listIdentities: (userId) =>
      tx
        .selectFrom("identity")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .orderBy("createdAt")
        .execute(),
    async deleteIdentity(issuer, subject) {
      const { numDeletedRows } = await tx
        .deleteFrom("identity")
        .where("accountId", "=", accountId)
        .where("issuer", "=", issuer)
        .where("subject", "=", subject)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    async touchIdentity(issuer, subject, usedAt) {
      await tx
        .updateTable("identity")
        .set({ usedAt })
        .where("accountId", "=", accountId)
        .where("issuer", "=", issuer)
        .where("subject", "=", subject)
        .execute()
    },
  }
}

/** Looks across accounts: whoever signs in has not said to which they belong. */
export function createSystemSignIn(tx: Transaction<Database>): SystemSignInTables {
  return {
    findPasskey: async (credentialId) =>
      (await tx
        .selectFrom("passkey")
        .selectAll()
        .where("credentialId", "=", credentialId)
        .limit(1)
        .executeTakeFirst()) ?? null,
    findIdentity: async (issuer, subject) =>
      (await tx
        .selectFrom("identity")
        .selectAll()
        .where("issuer", "=", issuer)
        .where("subject", "=", subject)
        .limit(1)
        .executeTakeFirst()) ?? null,
    findAccountId: async () =>
      (await tx.selectFrom("account").select("accountId").orderBy("createdAt").limit(1).executeTakeFirst())
        ?.accountId ?? null,
    async deleteSpentChallenges(now) {
      const { numDeletedRows } = await tx
        .deleteFrom("spentChallenge")
        .where("expiresAt", "<=", now)
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}
