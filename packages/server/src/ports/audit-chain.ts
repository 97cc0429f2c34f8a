import { createHash } from "node:crypto"
import type { AuditRow } from "./store.ts"

/** What stands for the previous hash of an account's first entry. */
export const chainStart: Uint8Array = new Uint8Array(32)

type Chained = Omit<AuditRow, "previousHash" | "hash">

/**
 * SHA-256 over the previous hash and every field of the entry, in a fixed order, each with its length before it, so that
 * no two different entries read alike.
 */
export function chainHash(previousHash: Uint8Array, entry: Chained): Uint8Array {
  const actor = entry.actor.kind === "user" ? entry.actor.userId : entry.actor.part
  const fields = [
    entry.accountId,
    String(entry.sequence),
    entry.at.toString(),
    entry.actor.kind,
    actor,
    entry.action,
    entry.subjectId,
    entry.reason,
  ]
  const hash = createHash("sha256").update(previousHash)
  for (const field of fields) hash.update(`${Buffer.byteLength(field)}:${field}`)
  return new Uint8Array(hash.digest())
}

/** Checks a run of entries that begins at sequence 1. Names the first that does not fit. */
export function verifyChain(
  rows: readonly AuditRow[],
): { readonly isWhole: true } | { readonly isWhole: false; readonly atSequence: number } {
  let previous = chainStart
  for (const [index, row] of rows.entries()) {
    const expected = chainHash(previous, row)
    if (
      row.sequence !== index + 1 ||
      !Buffer.from(row.previousHash).equals(previous) ||
      !Buffer.from(row.hash).equals(expected)
    )
      return { isWhole: false, atSequence: index + 1 }
    previous = row.hash
  }
  return { isWhole: true }
}
