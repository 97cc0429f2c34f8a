import type { AuditAction } from "@kalends/domain/audit"
import { parseUserId } from "@kalends/domain/ids"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { sampleRows } from "../testing/rows.ts"
import { chainHash, chainStart, verifyChain } from "./audit-chain.ts"
import type { AuditEntry, AuditRow } from "./store.ts"

const { accountId } = sampleRows(1).account
const startsAt = Temporal.Instant.from("2026-11-23T09:00:00Z")
const actions: readonly AuditAction[] = ["signed-in", "secret-opened", "token-refreshed"]

const entries: fc.Arbitrary<readonly AuditEntry[]> = fc.array(
  fc.record({
    actor: fc.oneof(
      fc.uuid({ version: 4 }).map((id) => ({ kind: "user" as const, userId: parseUserId(id) })),
      fc.string({ maxLength: 8 }).map((part) => ({ kind: "service" as const, part })),
    ),
    action: fc.constantFrom(...actions),
    subjectId: fc.string({ maxLength: 8 }),
    reason: fc.string({ maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 8 },
)

function chain(given: readonly AuditEntry[]): readonly AuditRow[] {
  const rows: AuditRow[] = []
  for (const [index, entry] of given.entries()) {
    const previousHash = rows.at(-1)?.hash ?? chainStart
    const row = { ...entry, accountId, sequence: index + 1, at: startsAt.add({ seconds: index }) }
    rows.push({ ...row, previousHash, hash: chainHash(previousHash, row) })
  }
  return rows
}

const flip = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 7 ? byte ^ 1 : byte))
const tamperings: Readonly<Record<string, (row: AuditRow) => AuditRow>> = {
  account: (row) => ({ ...row, accountId: sampleRows(2).account.accountId }),
  sequence: (row) => ({ ...row, sequence: row.sequence + 1 }),
  time: (row) => ({ ...row, at: row.at.add({ nanoseconds: 1 }) }),
  "kind of actor": (row) => ({
    ...row,
    actor:
      row.actor.kind === "user"
        ? { kind: "service", part: row.actor.userId }
        : { kind: "user", userId: row.actor.part as ReturnType<typeof parseUserId> },
  }),
  actor: (row) => ({ ...row, actor: { kind: "service", part: "somebody else" } }),
  action: (row) => ({ ...row, action: "signed-out" }),
  subject: (row) => ({ ...row, subjectId: `${row.subjectId}x` }),
  reason: (row) => ({ ...row, reason: `${row.reason}x` }),
  "letters moved from reason to subject": (row) => ({
    ...row,
    subjectId: `${row.subjectId}${row.reason}!`,
    reason: "",
  }),
  "previous hash": (row) => ({ ...row, previousHash: flip(row.previousHash) }),
  hash: (row) => ({ ...row, hash: flip(row.hash) }),
}

describe("the audit chain", () => {
  test("is whole as it was written", () => {
    fc.assert(
      fc.property(entries, (given) => {
        expect(verifyChain(chain(given))).toMatchObject({ isWhole: true, brokenAt: null })
      }),
    )
    expect(verifyChain([])).toMatchObject({ isWhole: true, brokenAt: null })
  })

  test.each(Object.entries(tamperings))("shows a tampered %s in any row, at that row", (_field, tamper) => {
    fc.assert(
      fc.property(entries, fc.nat(), (given, chance) => {
        const at = chance % given.length
        const rows = chain(given).map((row, index) => (index === at ? tamper(row) : row))
        expect(verifyChain(rows)).toMatchObject({ isWhole: false, brokenAt: at + 1 })
      }),
      { numRuns: 30 },
    )
  })

  test("shows a row that was taken out, put twice or swapped", () => {
    const rows = chain(
      ["a", "b", "c"].map((reason) => ({
        actor: { kind: "service", part: "test" },
        action: "signed-in",
        subjectId: "x",
        reason,
      })),
    )
    const [a, b, c] = rows as [AuditRow, AuditRow, AuditRow]
    for (const [damaged, atSequence] of [
      [[b, c], 1],
      [[a, c], 2],
      [[a, a, b], 2],
      [[b, a, c], 1],
      [[a, c, b], 2],
    ] as const)
      expect(verifyChain(damaged)).toMatchObject({ isWhole: false, brokenAt: atSequence })
  })

  test("a row rewritten with its own hash is found at the next one", () => {
    fc.assert(
      fc.property(entries, (given) => {
        fc.pre(given.length > 1)
        const rows = chain(given).map((row, index) => {
          if (index !== 0) return row
          const rewritten = { ...row, reason: `${row.reason}!` }
          return { ...rewritten, hash: chainHash(row.previousHash, rewritten) }
        })
        expect(verifyChain(rows)).toMatchObject({ isWhole: false, brokenAt: 2 })
      }),
    )
  })
})
