import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { PersonTables, SystemPersonTables } from "../ports/person-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

export function memoryPersons(
  tx: MemoryTransaction,
  accountId: AccountId,
  deleteConnection: (connectionId: ConnectionId) => Promise<void>,
): PersonTables {
  const isMine = (row: { readonly accountId: AccountId }) => row.accountId === accountId
  const linkOf = (userId: string) => {
    const row = tx.find("passwordLink", userId)
    return row !== null && isMine(row) ? row : null
  }
  return {
    async updateUser(userId, changes) {
      if (tx.list("user").some((row) => row.email === changes.email && row.userId !== userId))
        throw new Problem("conflict", "This e-mail address has an account already.", { code: "email-taken" })
      await tx.change("user", userId, (row) => (isMine(row) ? { ...row, ...changes } : row))
    },
    async deleteUser(userId) {
      const user = tx.find("user", userId)
      if (user === null || !isMine(user)) return false
      for (const row of tx.list("connection")) if (row.userId === userId) await deleteConnection(row.connectionId)
      for (const row of tx.list("session")) if (row.userId === userId) await tx.remove("session", row.sessionId)
      for (const row of tx.list("passkey")) if (row.userId === userId) await tx.remove("passkey", row.passkeyId)
      for (const row of tx.list("meeting")) if (row.userId === userId) await tx.remove("meeting", row.meetingId)
      for (const row of tx.list("recoveryCode"))
        if (row.userId === userId) await tx.remove("recoveryCode", `${userId} ${hex(row.codeHash)}`)
      for (const table of ["totp", "member", "passwordLink", "policyNotice", "toolDefault"] as const)
        await tx.remove(table, userId)
      for (const { hostId, delegateId } of tx.list("delegate"))
        if (hostId === userId || delegateId === userId) await tx.remove("delegate", `${hostId} ${delegateId}`)
      return tx.remove("user", userId)
    },
    listOwners: async () =>
      tx
        .list("user")
        .filter((row) => isMine(row) && row.role === "owner" && row.suspendedAt === null)
        .map(({ userId }) => userId),
    putPasswordLink: (row) => tx.put("passwordLink", row.userId, row),
    findPasswordLink: async (userId) => linkOf(userId),
    deletePasswordLink: async (userId) => void (linkOf(userId) !== null && (await tx.remove("passwordLink", userId))),
    async takePasswordLink(tokenHash, now) {
      const isIt = (row: { readonly tokenHash: Uint8Array; readonly expiresAt: Temporal.Instant }) =>
        hex(row.tokenHash) === hex(tokenHash) && Temporal.Instant.compare(row.expiresAt, now) > 0
      const found = tx.list("passwordLink").find((row) => isMine(row) && isIt(row))
      if (found === undefined) return null
      await tx.lock("passwordLink", found.userId)
      const still = linkOf(found.userId)
      return still !== null && isIt(still) && (await tx.remove("passwordLink", found.userId)) ? found.userId : null
    },
  }
}

export function memorySystemPersons(tx: MemoryTransaction): SystemPersonTables {
  return {
    findPasswordLinkByHash: async (tokenHash) =>
      tx.list("passwordLink").find((row) => hex(row.tokenHash) === hex(tokenHash)) ?? null,
    async deleteExpiredPasswordLinks(now) {
      const over = tx.list("passwordLink").filter((row) => Temporal.Instant.compare(row.expiresAt, now) <= 0)
      for (const { userId } of over) await tx.remove("passwordLink", userId)
      return over.length
    },
  }
}
