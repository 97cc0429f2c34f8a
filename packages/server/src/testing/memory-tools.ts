import type { AccountId } from "@kalends/domain/ids"
import type { SystemToolTables, ToolPairingRow, ToolTables } from "../ports/tool-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const isPast = (at: Temporal.Instant, now: Temporal.Instant) => Temporal.Instant.compare(at, now) <= 0
const delegateKey = (hostId: string, delegateId: string) => `${hostId} ${delegateId}`

/** What scheduling tools need, of one account, in memory. */
export function memoryTools(tx: MemoryTransaction, accountId: AccountId): ToolTables {
  const own = <Row extends { readonly accountId: AccountId }>(rows: readonly Row[]) =>
    rows.filter((row) => row.accountId === accountId)
  const templates = () => own(tx.list("toolTemplate"))
  const delegates = () =>
    own(tx.list("delegate")).sort(
      (a, b) =>
        Temporal.Instant.compare(a.givenAt, b.givenAt) ||
        (delegateKey(a.hostId, a.delegateId) < delegateKey(b.hostId, b.delegateId) ? -1 : 1),
    )
  const pairings = () => own(tx.list("toolPairing"))
  const findPairing = (codeHash: Uint8Array, now: Temporal.Instant): ToolPairingRow | null =>
    pairings().find((row) => hex(row.codeHash) === hex(codeHash) && !isPast(row.expiresAt, now)) ?? null
  return {
    listTemplates: async () => [...templates()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    async putTemplate(row) {
      for (const { templateId } of templates())
        if (row.isDefault && templateId !== row.templateId)
          await tx.change("toolTemplate", templateId, (other) => ({ ...other, isDefault: false }))
      await tx.put("toolTemplate", row.templateId, row)
    },
    async deleteTemplate(templateId) {
      if (!templates().some((row) => row.templateId === templateId)) return false
      for (const { userId, templateId: chosen } of own(tx.list("toolDefault")))
        if (chosen === templateId) await tx.change("toolDefault", userId, (row) => ({ ...row, templateId: null }))
      return tx.remove("toolTemplate", templateId)
    },
    findDefault: async (userId) => own(tx.list("toolDefault")).find((row) => row.userId === userId) ?? null,
    putDefault: (row) => tx.put("toolDefault", row.userId, row),
    async findConnected(provider, subjectId) {
      const people = own(tx.list("connection"))
        .filter((row) => row.provider === provider && row.subjectId === subjectId && row.tenantConnectionId === null)
        .flatMap(({ userId }) => own(tx.list("user")).filter((row) => row.userId === userId))
      return people.length === 1 ? (people[0] ?? null) : null
    },
    findDelegate: async (hostId, delegateId) =>
      delegates().find((row) => row.hostId === hostId && row.delegateId === delegateId) ?? null,
    listDelegates: async (hostId) => delegates().filter((row) => row.hostId === hostId),
    listHosts: async (delegateId) => delegates().filter((row) => row.delegateId === delegateId),
    putDelegate: (row) => tx.put("delegate", delegateKey(row.hostId, row.delegateId), row),
    deleteDelegate: (hostId, delegateId) => tx.remove("delegate", delegateKey(hostId, delegateId)),
    async insertPairing(row, now, most) {
      for (const one of pairings()) if (isPast(one.expiresAt, now)) await tx.remove("toolPairing", hex(one.tokenHash))
      if (pairings().length >= most) return false
      await tx.put("toolPairing", hex(row.tokenHash), row)
      return true
    },
    findPairing: async (codeHash, now) => findPairing(codeHash, now),
    async takePairing(codeHash, now) {
      const row = findPairing(codeHash, now)
      return row !== null && (await tx.remove("toolPairing", hex(row.tokenHash))) ? row : null
    },
  }
}

/** Over all accounts, in memory. */
export function memorySystemTools(tx: MemoryTransaction): SystemToolTables {
  return {
    hasToolPairing: async (tokenHash, now) =>
      tx.list("toolPairing").some((row) => hex(row.tokenHash) === hex(tokenHash) && !isPast(row.expiresAt, now)),
  }
}
