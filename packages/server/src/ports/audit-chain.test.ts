import { createPublicKey, verify } from "node:crypto"
import type { AuditAction } from "@kalends/domain/audit"
import { auditReasons } from "@kalends/domain/audit-reason"
import { parseUserId } from "@kalends/domain/ids"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { sampleRows } from "../testing/rows.ts"
import { chainHash, chainStart, nextAuditRow, signedEvery, verifyChain } from "./audit-chain.ts"
import { createAuditKey, signatureCheck } from "./audit-signature.ts"
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
    reason: fc.constantFrom(...auditReasons),
    call: fc.uuid({ version: 4 }).map((id) => `request:${id}` as const),
  }),
  { minLength: 1, maxLength: 8 },
)

const key = createAuditKey(new Uint8Array(32).fill(9))
const check = signatureCheck(key.publicKey)

/** As the service writes it: an entry each `seconds`. */
function chain(given: readonly AuditEntry[], seconds = 1): readonly AuditRow[] {
  const rows: AuditRow[] = []
  for (const [index, entry] of given.entries()) {
    const at = startsAt.add({ seconds: index * seconds })
    rows.push(nextAuditRow(rows.at(-1) ?? null, entry, { accountId, at, signer: key }))
  }
  return rows
}

/** As it was written before entries had calls: the format that logs of that time are in for good. */
function oldChain(given: readonly AuditEntry[]): readonly AuditRow[] {
  const rows: AuditRow[] = []
  for (const [index, { call: _none, ...entry }] of given.entries()) {
    const previousHash = rows.at(-1)?.hash ?? chainStart
    const place = { accountId, sequence: index + 1, at: startsAt.add({ seconds: index }) }
    const row = { ...entry, ...place, call: null, format: 1 } as const
    rows.push({ ...row, previousHash, hash: chainHash(previousHash, row), signature: null })
  }
  return rows
}

/** Written anew from an entry on, by somebody who has no key: every hash fits. */
function rewritten(rows: readonly AuditRow[], from: number): readonly AuditRow[] {
  const anew: AuditRow[] = rows.slice(0, from)
  for (const row of rows.slice(from)) {
    const previousHash = anew.at(-1)?.hash ?? chainStart
    const changed = anew.length === from ? { ...row, subjectId: `${row.subjectId}!` } : row
    anew.push({ ...changed, previousHash, hash: chainHash(previousHash, changed) })
  }
  return anew
}

const openedBy = (subjectId: string): AuditEntry => ({
  ...{ actor: { kind: "service", part: "test" }, action: "secret-opened", subjectId },
  ...{ reason: "pass", call: "job:pass:1" },
})

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
  call: (row) => ({ ...row, call: `${row.call}x` }),
  "call that is taken out": (row) => ({ ...row, call: null }),
  format: (row) => ({ ...row, format: 1 }),
  "letters moved from call to reason": (row) => ({ ...row, reason: `${row.reason}${row.call}`, call: null }),
  "letters moved from reason to subject": (row) => ({
    ...row,
    subjectId: `${row.subjectId}${row.reason}!`,
    reason: "",
  }),
  "previous hash": (row) => ({ ...row, previousHash: flip(row.previousHash) }),
  hash: (row) => ({ ...row, hash: flip(row.hash) }),
}

describe("the audit chain", () => {
  test("is whole as it was written, now or before entries had calls", async () => {
    await fc.assert(
      fc.asyncProperty(entries, entries, async (given, before) => {
        expect(await verifyChain(chain(given), check)).toMatchObject({ isWhole: true, brokenAt: null, brokenBy: null })
        const old = oldChain(before)
        expect(await verifyChain(old, check)).toMatchObject({ isWhole: true, signedCount: 0 })
        const [entry] = given
        if (entry === undefined) return
        const next = nextAuditRow(old.at(-1) ?? null, entry, { accountId, at: startsAt.add({ hours: 1 }), signer: key })
        expect(await verifyChain([...old, next], check)).toMatchObject({ isWhole: true, signedUpTo: next.sequence })
      }),
    )
    expect(await verifyChain([], check)).toMatchObject({ isWhole: true, brokenAt: null })
  })

  test("written in the format of before, an entry reads as it did then", () => {
    const [row] = oldChain([
      { actor: { kind: "service", part: "broker" }, action: "secret-opened", subjectId: "s1", reason: "refresh" },
    ])
    // As the release before wrote it.
    expect(Buffer.from(row?.hash ?? []).toString("hex")).toBe(
      "fe57d0000671adbbb0864b05f7959380573f66c707e8bbb4843bef144976baf7",
    )
  })

  test.each(Object.entries(tamperings))("shows a tampered %s in any row, at that row", async (_field, tamper) => {
    await fc.assert(
      fc.asyncProperty(entries, fc.nat(), async (given, chance) => {
        const at = chance % given.length
        const rows = chain(given).map((row, index) => (index === at ? tamper(row) : row))
        expect(await verifyChain(rows)).toMatchObject({ isWhole: false, brokenAt: at + 1, brokenBy: "entry" })
      }),
      { numRuns: 30 },
    )
  })

  test("shows a row that was taken out, put twice or swapped", async () => {
    const rows = chain(["a", "b", "c"].map(openedBy))
    const [a, b, c] = rows as [AuditRow, AuditRow, AuditRow]
    for (const [damaged, atSequence] of [
      [[b, c], 1],
      [[a, c], 2],
      [[a, a, b], 2],
      [[b, a, c], 1],
      [[a, c, b], 2],
    ] as const)
      expect(await verifyChain(damaged)).toMatchObject({ isWhole: false, brokenAt: atSequence })
  })

  test("a row rewritten with its own hash is found at the next one", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (given) => {
        fc.pre(given.length > 1)
        const rows = chain(given)
        const damaged = rows.map((row, index) => (index === 0 ? (rewritten(rows, 0)[0] ?? row) : row))
        expect(await verifyChain(damaged)).toMatchObject({ isWhole: false, brokenAt: 2 })
      }),
    )
  })

  test("an entry in the old format behind one in the new is no way round signatures", async () => {
    const rows = chain(["a"].map(openedBy))
    const [first] = rows
    const [next] = oldChain(["b"].map(openedBy))
    if (first === undefined || next === undefined) throw new Error("there are two")
    const old = { ...next, sequence: 2, previousHash: first.hash }
    const damaged = [first, { ...old, hash: chainHash(first.hash, old) }]
    expect(await verifyChain(damaged, check)).toMatchObject({ isWhole: false, brokenAt: 2, brokenBy: "entry" })
  })
})

describe("the signatures of the log", () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => openedBy(`n${index}`))

  test("are on the first entry of each minute, each 64th, and on the one that says the log was taken out", () => {
    const within = chain(names(signedEvery * 2 + 1), 0).filter(({ signature }) => signature !== null)
    expect(within.map(({ sequence }) => sequence)).toEqual([1, signedEvery, signedEvery * 2])
    const slow = chain(names(7), 20).filter(({ signature }) => signature !== null)
    expect(slow.map(({ sequence }) => sequence)).toEqual([1, 4, 7])
    const taken = chain([openedBy("a"), { ...openedBy("b"), action: "audit-exported" }, openedBy("c")], 0)
    expect(taken.map(({ signature }) => signature !== null)).toEqual([true, true, false])
  })

  test("show a log that was written anew from any entry on, though every hash fits", async () => {
    const rows = chain(names(12), 20)
    for (const from of rows.keys()) {
      const anew = rewritten(rows, from)
      expect(await verifyChain(anew)).toMatchObject({ isWhole: true })
      // The tail behind the last signature is what they do not cover.
      const isCovered = from < 10
      expect(await verifyChain(anew, check)).toMatchObject({
        isWhole: !isCovered,
        brokenBy: isCovered ? "signature" : null,
      })
    }
  })

  test("show one that was taken off, damaged, put where none belongs, or made with another key", async () => {
    const rows = chain(names(5), 0)
    const other = createAuditKey(new Uint8Array(32).fill(8))
    const damages: readonly (readonly [number, (row: AuditRow) => Uint8Array | null])[] = [
      [0, () => null],
      [0, (row) => flip(row.signature ?? new Uint8Array(64))],
      [0, (row) => other.sign(row.hash)],
      [2, (row) => key.sign(row.hash)],
    ]
    for (const [index, damage] of damages) {
      const damaged = rows.map((row, at) => (at === index ? { ...row, signature: damage(row) } : row))
      expect(await verifyChain(damaged, check)).toMatchObject({ brokenAt: index + 1, brokenBy: "signature" })
    }
    expect(await verifyChain(rows, signatureCheck(other.publicKey))).toMatchObject({
      brokenAt: 1,
      brokenBy: "signature",
    })
  })

  test("are Ed25519 over the purpose and the hash, so that any tool can check them", () => {
    const [row] = chain(names(1))
    const spki = Buffer.concat([
      Buffer.from("302a300506032b6570032100", "hex"),
      Buffer.from(key.publicKey, "base64url"),
    ])
    const text = Buffer.concat([Buffer.from("kalends audit entry 1\n"), row?.hash ?? new Uint8Array()])
    const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" })
    expect(verify(null, text, publicKey, row?.signature ?? new Uint8Array())).toBe(true)
  })

  test("need a key that is one", () => {
    for (const text of ["", "short", `${key.publicKey}A`, "*".repeat(43)]) expect(signatureCheck(text)).toBeNull()
  })
})
