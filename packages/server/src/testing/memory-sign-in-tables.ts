import type { AccountId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { SignInTables, SystemSignInTables } from "../ports/sign-in-tables.ts"
import type { UserRow } from "../ports/store.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const earlier = (a: Temporal.Instant, b: Temporal.Instant) => (Temporal.Instant.compare(a, b) < 0 ? a : b)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

/** Whether the person has a confirmed authenticator app or a passkey. */
export function hasFactorIn(
  tx: MemoryTransaction,
  { accountId, userId }: Pick<UserRow, "accountId" | "userId">,
): boolean {
  const isTheirs = (row: Pick<UserRow, "accountId" | "userId">) => row.accountId === accountId && row.userId === userId
  return tx.list("totp").some((row) => isTheirs(row) && row.confirmedAt !== null) || tx.list("passkey").some(isTheirs)
}

export function memorySignIn(tx: MemoryTransaction, accountId: AccountId): SignInTables {
  const isMine = (row: { readonly accountId: AccountId }) => row.accountId === accountId
  const totpOf = (userId: string) => {
    const row = tx.find("totp", userId)
    return row !== null && isMine(row) ? row : null
  }
  const passkeysOf = (userId: string) => tx.list("passkey").filter((row) => isMine(row) && row.userId === userId)
  const codesOf = (userId: string) => tx.list("recoveryCode").filter((row) => isMine(row) && row.userId === userId)
  const codeKey = (userId: string, hash: Uint8Array) => `${userId} ${hex(hash)}`
  return {
    updateSession: (sessionId, changes) =>
      tx.change("session", sessionId, (row) => (isMine(row) ? { ...row, ...changes } : row)),
    async useSessions(sessionIds, { usedAt, unusedUntil }) {
      const rows = tx.list("session").filter((row) => isMine(row) && sessionIds.includes(row.sessionId))
      const used = rows.filter(({ expiresAt }) => Temporal.Instant.compare(expiresAt, usedAt) > 0)
      for (const { sessionId } of used)
        await tx.change("session", sessionId, (row) => ({
          ...{ ...row, usedAt, expiresAt: earlier(row.endsAt, unusedUntil[row.kind]) },
        }))
      return used.map(({ sessionId }) => sessionId)
    },
    asksEverybody: async () => tx.find("account", accountId)?.asksSecondFactor === true,
    askEverybody: (asksSecondFactor) => tx.change("account", accountId, (row) => ({ ...row, asksSecondFactor })),
    async peopleWithoutFactor(limit) {
      const without = tx
        .list("user")
        .filter((row) => isMine(row) && row.role === "user" && row.suspendedAt === null)
        .filter((row) => !hasFactorIn(tx, row))
        .sort((a, b) => (a.email < b.email ? -1 : 1))
      return { count: without.length, some: without.slice(0, limit).map(({ userId, email }) => ({ userId, email })) }
    },
    setPassword: (userId, passwordHash) =>
      tx.change("user", userId, (row) => (isMine(row) ? { ...row, passwordHash } : row)),
    hasFactor: async (userId) => hasFactorIn(tx, { accountId, userId }),
    findTotp: async (userId) => totpOf(userId),
    putTotp: (row) => tx.put("totp", row.userId, row),
    async takeTotpStep(userId, lastStep) {
      await tx.lock("totp", userId)
      const row = totpOf(userId)
      if (row === null || row.lastStep >= lastStep) return false
      await tx.put("totp", userId, { ...row, lastStep })
      return true
    },
    confirmTotp: (userId, confirmedAt) =>
      tx.change("totp", userId, (row) => (isMine(row) ? { ...row, confirmedAt } : row)),
    deleteTotp: async (userId) => void (totpOf(userId) !== null && (await tx.remove("totp", userId))),
    async putRecoveryCodes(userId, hashes, createdAt) {
      for (const { codeHash } of codesOf(userId)) await tx.remove("recoveryCode", codeKey(userId, codeHash))
      for (const codeHash of hashes)
        await tx.put("recoveryCode", codeKey(userId, codeHash), { accountId, userId, codeHash, createdAt })
    },
    countRecoveryCodes: async (userId) => codesOf(userId).length,
    useRecoveryCode: (userId, hash) => tx.remove("recoveryCode", codeKey(userId, hash)),
    async insertPasskey(row) {
      await tx.lock("passkey", hex(row.credentialId))
      if (tx.list("passkey").some((known) => hex(known.credentialId) === hex(row.credentialId)))
        throw new Problem("conflict", "This passkey is registered already.", { code: "passkey-known" })
      await tx.put("passkey", row.passkeyId, row)
    },
    listPasskeys: async (userId) =>
      passkeysOf(userId).sort((a, b) => Temporal.Instant.compare(a.createdAt, b.createdAt)),
    renamePasskey: (passkeyId, name) =>
      tx.change("passkey", passkeyId, (row) => (isMine(row) ? { ...row, name } : row)),
    async usePasskey(passkeyId, use) {
      await tx.lock("passkey", passkeyId)
      const row = tx.find("passkey", passkeyId)
      if (row === null || !isMine(row)) return false
      if (row.counter >= use.counter && (row.counter > 0 || use.counter > 0)) return false
      await tx.put("passkey", passkeyId, { ...row, ...use })
      return true
    },
    deletePasskey: async (passkeyId) => {
      const row = tx.find("passkey", passkeyId)
      return row !== null && isMine(row) && tx.remove("passkey", passkeyId)
    },
    async insertIdentity(row) {
      const key = `${row.issuer} ${row.subject}`
      await tx.lock("identity", key)
      if (tx.find("identity", key) !== null)
        throw new Problem("conflict", "Somebody signs in with this already.", { code: "identity-known" })
      await tx.put("identity", key, row)
    },
    listIdentities: async (userId) => tx.list("identity").filter((row) => isMine(row) && row.userId === userId),
    async deleteIdentity(issuer, subject) {
      const row = tx.find("identity", `${issuer} ${subject}`)
      return row !== null && isMine(row) && tx.remove("identity", `${issuer} ${subject}`)
    },
    touchIdentity: (issuer, subject, usedAt) =>
      tx.change("identity", `${issuer} ${subject}`, (row) => (isMine(row) ? { ...row, usedAt } : row)),
    async spendChallenge(challengeHash, expiresAt) {
      const key = hex(challengeHash)
      await tx.lock("spentChallenge", key)
      if (tx.find("spentChallenge", key) !== null) return false
      await tx.put("spentChallenge", key, { accountId, challengeHash, expiresAt })
      return true
    },
  }
}

export function memorySystemSignIn(tx: MemoryTransaction): SystemSignInTables {
  return {
    findPasskey: async (credentialId) =>
      tx.list("passkey").find((row) => hex(row.credentialId) === hex(credentialId)) ?? null,
    findIdentity: async (issuer, subject) => tx.find("identity", `${issuer} ${subject}`),
    findAccountId: async () => tx.list("account")[0]?.accountId ?? null,
    async deleteSpentChallenges(now) {
      const over = tx.list("spentChallenge").filter((row) => Temporal.Instant.compare(row.expiresAt, now) <= 0)
      for (const { challengeHash } of over) await tx.remove("spentChallenge", hex(challengeHash))
      return over.length
    },
  }
}
