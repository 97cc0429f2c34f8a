import { createHash } from "node:crypto"
import type { AccountId } from "@kalends/domain/ids"
import type { AuditEntry, AuditRow } from "./store.ts"

/** What stands for the previous hash of an account's first entry. */
export const chainStart: Uint8Array = new Uint8Array(32)

/** At the latest every so many entries one is signed. */
export const signedEvery = 64

/** Signs an entry's hash with a key that is not in the database. */
export interface AuditSigner {
  sign(hash: Uint8Array): Uint8Array
}
/** Whether a signature of an entry's hash is by the key that this was made with. */
export type CheckSignature = (hash: Uint8Array, signature: Uint8Array) => Promise<boolean>

type Chained = Omit<AuditRow, "previousHash" | "hash" | "signature">

/**
 * SHA-256 over the previous hash and every field of the entry, in a fixed order, each with its length before it, so that
 * no two different entries read alike. Format 1 is of entries without a call; format 2 says first that it is format 2,
 * which no entry of format 1 begins with: there the account's id comes first.
 */
export function chainHash(previousHash: Uint8Array, entry: Chained): Uint8Array {
  const actor = entry.actor.kind === "user" ? entry.actor.userId : entry.actor.part
  const fields = [
    ...(entry.format === 1 ? [] : ["2"]),
    entry.accountId,
    String(entry.sequence),
    entry.at.toString(),
    entry.actor.kind,
    actor,
    entry.action,
    entry.subjectId,
    entry.reason,
    ...(entry.format === 1 ? [] : [entry.call ?? ""]),
  ]
  const hash = createHash("sha256").update(previousHash)
  for (const field of fields) hash.update(`${Buffer.byteLength(field)}:${field}`)
  return new Uint8Array(hash.digest())
}

type Last = Pick<AuditRow, "sequence" | "at" | "hash">

/** The row of an entry behind an account's last one; null for the first. */
export function nextAuditRow(
  last: Last | null,
  entry: AuditEntry,
  {
    accountId,
    at,
    signer,
  }: { readonly accountId: AccountId; readonly at: Temporal.Instant; readonly signer: AuditSigner | null },
): AuditRow {
  const previousHash = last?.hash ?? chainStart
  // The hash is of what the database keeps: it counts in microseconds, the clock in nanoseconds.
  const written = { accountId, sequence: (last?.sequence ?? 0) + 1, at: at.round("microsecond") }
  const row = { ...entry, ...written, call: entry.call ?? null, format: 2 } as const
  const hash = chainHash(previousHash, row)
  const signature = signer !== null && isSigned(row, last) ? signer.sign(hash) : null
  return { ...row, previousHash, hash, signature }
}

/**
 * Which entries bear a signature: the first of each minute, each 64th, and what is written when the log is taken out of the
 * service. It follows from the entries themselves, so that one which is missing shows.
 */
function isSigned({ format, sequence, at, action }: Chained, last: Pick<Last, "at"> | null): boolean {
  if (format === 1) return false
  return (
    sequence % signedEvery === 0 || action === "audit-exported" || last === null || minuteOf(last) !== minuteOf({ at })
  )
}

const minuteOf = ({ at }: Pick<Last, "at">) => Math.floor(at.epochMilliseconds / 60_000)

export type ChainVerdict = {
  readonly isWhole: boolean
  readonly count: number
  /** Sequence of the first entry that does not fit; null where all do. */
  readonly brokenAt: number | null
  /** Whether it does not fit the one before it, or has not the signature that it should have. */
  readonly brokenBy: "entry" | "signature" | null
  /** Hash of the last entry that fits, in hexadecimal. */
  readonly head: string
  /** The last entry that bears a signature that fits, and how many do; null and 0 where none was looked at. */
  readonly signedUpTo: number | null
  readonly signedCount: number
}

type Misfit = Exclude<ChainVerdict["brokenBy"], null>

/**
 * Checks entries from sequence 1 on, as they come; one that could not be read is null, and does not fit. `check`: null
 * where there is no key to check signatures with.
 */
export function chainCheck(check: CheckSignature | null) {
  let last: AuditRow | null = null
  let count = 0
  let broken: { readonly at: number; readonly by: Misfit } | null = null
  const signed: { upTo: number | null; count: number } = { upTo: null, count: 0 }
  const misfitOf = async (row: AuditRow | null): Promise<Misfit | null> => {
    const previous = last?.hash ?? chainStart
    const isNext = row !== null && row.sequence === count + 1 && isSame(row.previousHash, previous)
    // Once entries are signed, one in the old format would be a way round it.
    const isFormatKept = row !== null && row.format >= (last?.format ?? 1)
    if (row === null || !isNext || !isFormatKept || !isSame(row.hash, chainHash(previous, row))) return "entry"
    if (check === null) return null
    const isToBeSigned = isSigned(row, last)
    if (isToBeSigned !== (row.signature !== null)) return "signature"
    if (row.signature === null) return null
    if (!(await check(row.hash, row.signature))) return "signature"
    signed.upTo = row.sequence
    signed.count += 1
    return null
  }
  return {
    /** False from the first entry on that does not fit. */
    async takeAll(rows: readonly (AuditRow | null)[]): Promise<boolean> {
      for (const row of rows) {
        if (broken !== null) return false
        const misfit = await misfitOf(row)
        if (misfit === null) last = row
        else broken = { at: count + 1, by: misfit }
        count += 1
      }
      return broken === null
    },
    verdict: (): ChainVerdict => ({
      ...{ isWhole: broken === null, count, brokenAt: broken?.at ?? null, brokenBy: broken?.by ?? null },
      head: Buffer.from(last?.hash ?? chainStart).toString("hex"),
      ...{ signedUpTo: signed.upTo, signedCount: signed.count },
    }),
  }
}

/** Checks a whole log at once. */
export async function verifyChain(
  rows: readonly AuditRow[],
  check: CheckSignature | null = null,
): Promise<ChainVerdict> {
  const chain = chainCheck(check)
  await chain.takeAll(rows)
  return chain.verdict()
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b)
