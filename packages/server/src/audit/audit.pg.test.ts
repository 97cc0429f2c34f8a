import type { AuditTableQuery } from "@kalends/protocol/audit"
import { sql } from "kysely"
import { beforeEach, describe, expect, test } from "vitest"
import { systemClock } from "../platform/clock.ts"
import { chainHash, chainStart, verifyChain } from "../ports/audit-chain.ts"
import { createAuditKey } from "../ports/audit-signature.ts"
import { createStore, inScope } from "../postgres/store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createAudit } from "./audit.ts"

const database = useDatabase()
let seed = 0
let rows: ReturnType<typeof sampleRows>

const key = createAuditKey(new Uint8Array(32).fill(9))
const store = () => createStore(database(), key)
const audit = () => createAudit({ store: store(), clock: systemClock, publicKey: key.publicKey })

/** An account with five entries, at times of the machine's own clock, nanoseconds and all. */
beforeEach(async () => {
  seed += 1
  rows = sampleRows(seed)
  await store().asSystem((tables) => tables.insertAccount(rows.account))
  await store().inAccount(rows.account.accountId, async (tables) => {
    await tables.insertUser(rows.user)
    const byUser = { kind: "user", userId: rows.user.userId } as const
    const byService = { kind: "service", part: "broker" } as const
    for (const [index, actor] of [byUser, byService, byService, byUser, byService].entries())
      await tables.appendAudit(
        {
          ...{ actor, action: index === 3 ? "signed-in" : "secret-opened", subjectId: `s${index % 2}` },
          ...{ reason: index === 0 ? "client-request" : "pass", call: `job:pass:${index}` },
        },
        systemClock.now(),
      )
  })
})

/** What somebody does who has the database itself. */
const meddle = (statement: string) =>
  inScope(database(), "system", async (tx) => {
    await sql`alter table audit disable trigger audit_is_append_only`.execute(tx)
    await sql.raw(statement).execute(tx)
    await sql`alter table audit enable trigger audit_is_append_only`.execute(tx)
  })
const of = (sequence: number) => `account_id = '${rows.account.accountId}' and sequence = ${sequence}`
const isWhole = { isWhole: true, brokenAt: null, brokenBy: null, head: expect.stringMatching(/^[0-9a-f]{64}$/) }

/** Changes the log and puts the hashes right from entry `from` on, as somebody does who knows how they are made. */
async function rewrite(change: string, from: number) {
  await meddle(change)
  const { accountId } = rows.account
  const all = await store().inAccount(accountId, (tables) => tables.listAudit({ after: 0, limit: 100 }))
  let previous: Uint8Array = all[from - 2]?.hash ?? chainStart
  for (const row of all.slice(from - 1)) {
    const hash = chainHash(previous, row)
    const bytes = (value: Uint8Array) => `decode('${Buffer.from(value).toString("hex")}', 'hex')`
    await meddle(`update audit set previous_hash = ${bytes(previous)}, hash = ${bytes(hash)} where ${of(row.sequence)}`)
    previous = hash
  }
}

describe("the audit log in PostgreSQL", () => {
  test("is whole as it was written, by the machine's own clock", async () => {
    const verdict = await audit().verify(rows.user)
    expect(verdict).toMatchObject({ ...isWhole, count: 5, signedCount: expect.any(Number) })
    expect(verdict.signedUpTo).toBeGreaterThan(0)
  })

  test.each([
    ["at", "at = at + interval '1 microsecond'"],
    ["kind of actor", "actor_kind = 'user'"],
    ["actor", "actor = 'brokes'"],
    ["action", "action = 'secret-sealed'"],
    ["subject", "subject_id = 's2'"],
    ["reason", "reason = 'past'"],
    ["call", "call = 'job:pass:9'"],
    ["call, taken out", "call = null"],
    ["format", "format = 1"],
    ["previous hash", "previous_hash = set_byte(previous_hash, 7, get_byte(previous_hash, 7) # 1)"],
    ["hash", "hash = set_byte(hash, 31, get_byte(hash, 31) # 128)"],
  ])("shows one changed byte of its %s, and where", async (_name, change) => {
    const actor = change.startsWith("actor_kind") ? `, actor = '${rows.user.userId}'` : ""
    await meddle(`update audit set ${change}${actor} where ${of(3)}`)
    expect(await audit().verify(rows.user)).toMatchObject({ isWhole: false, brokenAt: 3 })
  })

  test("shows two entries that were swapped, and one that was put in twice", async () => {
    const columns = "at, actor_kind, actor, action, subject_id, reason, call, format, previous_hash, hash, signature"
    const swap = (a: number, b: number) =>
      `update audit x set (${columns}) = (select ${columns} from audit y where y.account_id = x.account_id ` +
      `and y.sequence = ${a + b} - x.sequence) where ${of(a).replace("account_id", "x.account_id")} or ${of(b).replace("account_id", "x.account_id")}`
    await meddle(swap(2, 4))
    expect(await audit().verify(rows.user)).toMatchObject({ isWhole: false, brokenAt: 2 })
    await meddle(swap(2, 4))
    expect(await audit().verify(rows.user)).toMatchObject({ isWhole: true })
    await meddle(
      `insert into audit (account_id, sequence, ${columns}) select account_id, 6, ${columns} from audit where ${of(5)}`,
    )
    expect(await audit().verify(rows.user)).toMatchObject({ isWhole: false, brokenAt: 6 })
  })

  test("shows that whoever has the database wrote it anew, though every hash fits: the key is not there", async () => {
    await rewrite(`update audit set reason = 'removal' where ${of(1)}`, 1)
    const all = await store().inAccount(rows.account.accountId, (tables) => tables.listAudit({ after: 0, limit: 100 }))
    expect(await verifyChain(all)).toMatchObject({ isWhole: true })
    expect(await audit().verify(rows.user)).toMatchObject({ isWhole: false, brokenAt: 1, brokenBy: "signature" })
    await meddle(`update audit set signature = null where ${of(1)}`)
    expect(await audit().verify(rows.user)).toMatchObject({ isWhole: false, brokenAt: 1, brokenBy: "signature" })
  })

  test("goes on behind entries from before they had calls", async () => {
    await meddle(`delete from audit where ${of(5)} or ${of(4)} or ${of(3)} or ${of(2)}`)
    await rewrite(`update audit set call = null, format = 1, signature = null where ${of(1)}`, 1)
    await store().inAccount(rows.account.accountId, (tables) =>
      tables.appendAudit(
        {
          ...{ actor: { kind: "service", part: "pass" }, action: "secret-opened", subjectId: "c", reason: "pass" },
          call: "job:pass:7",
        },
        systemClock.now(),
      ),
    )
    expect(await audit().verify(rows.user)).toMatchObject({ ...isWhole, count: 2 })
  })

  test("shows an entry that was taken out; where the last one was, only its hash kept elsewhere does", async () => {
    const before = await audit().verify(rows.user)
    await meddle(`delete from audit where ${of(5)}`)
    const cut = await audit().verify(rows.user)
    expect(cut).toMatchObject({ isWhole: true, count: 4 })
    expect(cut.head).not.toBe(before.head)
    await meddle(`delete from audit where ${of(2)}`)
    expect(await audit().verify(rows.user)).toMatchObject({ isWhole: false, brokenAt: 2 })
  })

  test("is only added to", async () => {
    const refused = "the audit log is append-only"
    const asService = (statement: string) => inScope(database(), "system", (tx) => sql.raw(statement).execute(tx))
    await expect(asService(`update audit set reason = 'x' where ${of(3)}`)).rejects.toThrow(refused)
    await expect(asService(`delete from audit where ${of(5)}`)).rejects.toThrow(refused)
    await expect(asService("truncate audit")).rejects.toThrow(refused)
  })

  test("is shown newest first, by whom, what and about which thing", async () => {
    const sequences = async (query: object) => (await audit().page(rows.user, query)).entries.map((one) => one.sequence)
    expect(await sequences({})).toEqual([5, 4, 3, 2, 1])
    expect(await sequences({ actor: rows.user.userId })).toEqual([4, 1])
    expect(await sequences({ action: "secret-opened" })).toEqual([5, 3, 2, 1])
    expect(await sequences({ subject: "s1", before: 4 })).toEqual([2])
    expect(await sequences({ reason: "client-request" })).toEqual([1])
    expect(await sequences({ reason: "pass", action: "secret-opened" })).toEqual([5, 3, 2])
    expect(await sequences({ from: "2100-01-01T00:00:00Z" })).toEqual([])
    expect(await sequences({ to: "2100-01-01T00:00:00Z" })).toHaveLength(5)
    const { entries } = await audit().page(rows.user, { actor: rows.user.userId })
    expect(entries.map(({ call }) => call)).toEqual(["job:pass:3", "job:pass:0"])
    expect(entries[0]?.actor).toMatchObject({ kind: "user", displayName: rows.user.displayName })
  })

  test("says what an entry is about by its name, of whatever is still there", async () => {
    const { user, account, connection } = rows
    await store().inAccount(account.accountId, async (tables) => {
      await tables.insertConnection(connection)
      for (const subjectId of [user.userId, connection.connectionId, "GET /v1/keys", account.accountId])
        await tables.appendAudit(
          {
            actor: { kind: "service", part: "test" },
            action: "secret-opened",
            subjectId,
            reason: "pass",
            call: "job:pass:1",
          },
          systemClock.now(),
        )
    })
    const { entries } = await audit().page(user, {})
    expect(entries.slice(0, 4).map(({ about }) => about)).toEqual([
      null,
      null,
      { kind: "calendar", name: user.displayName },
      { kind: "person", name: user.displayName },
    ])
    seed += 1
    const other = sampleRows(seed)
    await store().asSystem((tables) => tables.insertAccount(other.account))
    const named = await store().inAccount(other.account.accountId, (tables) => tables.nameSubjects([user.userId]))
    expect(named).toEqual([])
  })

  test("is a table of what was chosen, in the reader's words and zone, in which no name is a formula", async () => {
    const { user, account } = rows
    await store().inAccount(account.accountId, async (tables) => {
      await tables.persons.updateUser(user.userId, { displayName: '=HYPERLINK("https://example.org")' })
      await tables.appendAudit(
        { actor: { kind: "service", part: "pass" }, action: "secret-opened", subjectId: user.userId, reason: "pass" },
        Temporal.Instant.from("2100-01-01T00:00:00.5Z"),
      )
    })
    const caller = { ...user, call: "request:1" } as const
    const read = async (query: AuditTableQuery) => (await Array.fromAsync(audit().table(caller, query))).join("")
    const name = `"'=HYPERLINK(""https://example.org"")"`
    const reader = { language: "en", zone: "Asia/Tokyo" } as const
    expect(await read({ ...reader, from: "2100-01-01T00:00:00Z", action: "secret-opened" })).toBe(
      `\ufeff"No.","When (Asia/Tokyo)","Who","What","About","Why","For"\r\n` +
        `6,"2100-01-01 09:00:00","The service (looking for changes)","Secret opened",${name},"to look for changes in the calendar",""\r\n`,
    )
    const japanese = await read({ ...reader, language: "ja", action: "signed-in" })
    expect(japanese).toMatch(new RegExp(`^\ufeff"番号","いつ（Asia/Tokyo）".*\r\n4,"20.*",${RegExp.escape(name)},`))
    // Both were put into the log before the first line went out.
    const { entries } = await audit().page(user, { action: "audit-exported" })
    expect(entries.map(({ reason, call }) => `${reason} ${call}`)).toEqual(["as-table request:1", "as-table request:1"])
  })

  test("a long table is read a part at a time, when the part before was taken, and none is left out or told twice", async () => {
    const { accountId } = rows.account
    const entry = { actor: { kind: "service", part: "pass" }, action: "secret-opened", subjectId: "c" } as const
    await store().inAccount(accountId, (tables) =>
      tables.appendAudits(
        Array.from({ length: 2_100 }, () => ({ ...entry, reason: "pass" as const })),
        systemClock.now(),
      ),
    )
    const query = { language: "en", zone: "UTC", reason: "pass" } as const
    const parts = await Array.fromAsync(audit().table({ ...rows.user, call: "request:1" }, query))
    const numbers = parts.map((part) => [...part.matchAll(/^\d+(?=,)/gm)].map(([text]) => Number(text)))
    expect(numbers.map(({ length }) => length)).toEqual([0, 1_000, 1_000, 104])
    expect(numbers.flat()).toEqual(Array.from({ length: 2_104 }, (_, index) => 2_105 - index))
  })

  test("by day tells all of the day, also where the clock was set back", async () => {
    seed += 1
    const other = sampleRows(seed)
    await store().asSystem((tables) => tables.insertAccount(other.account))
    await store().inAccount(other.account.accountId, async (tables) => {
      const entry = { actor: { kind: "service", part: "test" }, action: "secret-opened", reason: "pass" } as const
      for (const minute of [10, 20, 30, 15, 25, 40])
        await tables.appendAudit(
          { ...entry, subjectId: String(minute) },
          Temporal.Instant.from(`2026-11-23T09:${minute}:00Z`),
        )
    })
    const minutes = async (query: object) => (await audit().page(other.user, query)).entries.map((one) => one.subjectId)
    expect(await minutes({ from: "2026-11-23T09:15:00Z", to: "2026-11-23T09:30:00Z" })).toEqual(["25", "15", "20"])
    expect(await minutes({ from: "2026-11-23T09:25:00Z" })).toEqual(["40", "25", "30"])
    expect(await minutes({ to: "2026-11-23T09:20:00Z" })).toEqual(["15", "10"])
    expect(await minutes({ to: "2026-11-23T09:00:00Z" })).toEqual([])
  })

  test("comes in pages, none of which leaves anything out", async () => {
    await store().inAccount(rows.account.accountId, async (tables) => {
      for (let count = 0; count < 120; count++)
        await tables.appendAudit(
          { actor: { kind: "service", part: "pass" }, action: "secret-opened", subjectId: "c", reason: "pass" },
          systemClock.now(),
        )
    })
    const first = await audit().page(rows.user, {})
    const second = await audit().page(rows.user, { before: first.before ?? 0 })
    const seen = [...first.entries, ...second.entries].map(({ sequence }) => sequence)
    expect(seen).toEqual(Array.from({ length: 125 }, (_, index) => 125 - index))
    expect(second.before).toBeNull()
  })
})
