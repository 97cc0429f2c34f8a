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

export type ChainVerdict = {
  readonly isWhole: boolean
  readonly count: number
  /** Sequence of the first entry that does not fit; null where all do. */
  readonly brokenAt: number | null
  /** Hash of the last entry that fits, in hexadecimal. */
  readonly head: string
}

/** Checks entries from sequence 1 on, as they come; one that could not be read is null, and does not fit. */
export function chainCheck() {
  let previous = chainStart
  let count = 0
  let brokenAt: number | null = null
  const fits = (row: AuditRow | null): row is AuditRow =>
    row !== null &&
    row.sequence === count + 1 &&
    isSame(row.previousHash, previous) &&
    isSame(row.hash, chainHash(previous, row))
  return {
    /** False from the first entry on that does not fit. */
    takeAll(rows: readonly (AuditRow | null)[]): boolean {
      for (const row of rows) {
        if (brokenAt !== null) return false
        if (fits(row)) previous = row.hash
        else brokenAt = count + 1
        count += 1
      }
      return brokenAt === null
    },
    verdict: (): ChainVerdict => ({
      isWhole: brokenAt === null,
      count,
      brokenAt,
      head: Buffer.from(previous).toString("hex"),
    }),
  }
}

/** Checks a whole log at once. */
export function verifyChain(rows: readonly AuditRow[]): ChainVerdict {
  const check = chainCheck()
  check.takeAll(rows)
  return check.verdict()
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b)
