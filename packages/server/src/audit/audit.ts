import type { AuditReason } from "@kalends/domain/audit-reason"
import { csvLine, csvStart } from "@kalends/domain/csv"
import type {
  AuditEntryView,
  AuditLine,
  AuditPage,
  AuditQuery,
  AuditTableQuery,
  AuditVerdict,
} from "@kalends/protocol/audit"
import { actorText, subjectText } from "@kalends/protocol/audit-text"
import { auditEntryWords } from "@kalends/protocol/messages-audit-entries"
import { chainCheck } from "../ports/audit-chain.ts"
import { signatureCheck } from "../ports/audit-signature.ts"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import { pageOf } from "../ports/page.ts"
import { actorsOf, namesOf } from "../ports/person-tables.ts"
import type { AccountTables, AuditFilter, AuditRow, Store, UserRow } from "../ports/store.ts"

const entriesPerPage = 100
const entriesPerRead = 1_000

export type AuditDeps = {
  readonly store: Store
  readonly clock: Clock
  /** With which the log's signatures are checked, in base64url. */
  readonly publicKey: string
}

/** The organisation's log, as its administrators see it. */
export interface AuditFeature {
  /** Newest first. */
  page(by: UserRow, query: AuditQuery): Promise<AuditPage>
  /** With which anybody checks the log's signatures, in base64url. */
  readonly publicKey: string
  /** Reads the whole log and checks each hash and signature; bounded in memory. */
  verify(by: UserRow): Promise<AuditVerdict>
  /** The whole log from its beginning, a line of JSON for each entry. Writes first that it was asked for. */
  export(by: Caller): AsyncGenerator<string, void>
  /**
   * What fits, newest first, as a table for spreadsheets in the reader's language and zone: a thousand entries at a time,
   * each time read when the last were taken. Writes first that it was asked for.
   */
  table(by: Caller, query: AuditTableQuery): AsyncGenerator<string, void>
}

export function createAudit({ store, clock, publicKey }: AuditDeps): AuditFeature {
  /** Each read is a transaction of its own: a slow reader holds nothing. The log only grows, so that no entry is missed. */
  async function* read({ accountId }: UserRow): AsyncGenerator<readonly AuditRow[], void> {
    for (let after = 0; ; ) {
      const rows = await store.inAccount(accountId, (tables) => tables.listAudit({ after, limit: entriesPerRead }))
      if (rows.length > 0) yield rows
      after = rows.at(-1)?.sequence ?? after
      if (rows.length < entriesPerRead) return
    }
  }

  /** At most `size` entries that fit, newest first. */
  async function pageOfSize({ accountId }: UserRow, query: AuditQuery, size: number): Promise<AuditPage> {
    return store.inAccount(accountId, async (tables) => {
      const found = await tables.searchAudit({ ...filterOf(query), limit: size + 1 })
      const { shown, last } = pageOf(found, size)
      return { entries: await viewsOf(tables, shown), before: last?.sequence ?? null }
    })
  }

  const noteExport = ({ accountId, userId, call }: Caller, reason: AuditReason) =>
    store.inAccount(accountId, (tables) =>
      tables.appendAudit(
        { actor: { kind: "user", userId }, action: "audit-exported", subjectId: accountId, reason, call },
        clock.now(),
      ),
    )

  return {
    page: (by, query) => pageOfSize(by, query, entriesPerPage),
    publicKey,
    async verify(by) {
      const check = chainCheck(signatureCheck(publicKey))
      for await (const rows of read(by)) if (!(await check.takeAll(rows))) break
      return check.verdict()
    },
    async *export(by) {
      await noteExport(by, "user-request")
      for await (const rows of read(by)) yield rows.map((row) => `${JSON.stringify(lineOf(row))}\n`).join("")
    },
    async *table(by, { language, zone, ...query }) {
      await noteExport(by, "as-table")
      yield csvStart + csvLine(headOf({ language, zone }))
      for (let before: number | null | undefined; before !== null; ) {
        const page: AuditPage = await pageOfSize(
          by,
          before === undefined ? query : { ...query, before },
          entriesPerRead,
        )
        yield page.entries.map((entry) => csvLine(cellsOf(entry, { language, zone }))).join("")
        before = page.before
      }
    },
  }
}

function filterOf({ before, actor, action, subject, reason, from, to }: AuditQuery): AuditFilter {
  return {
    before: before ?? null,
    actor: actor ?? null,
    action: action ?? null,
    subjectId: subject ?? null,
    reason: reason ?? null,
    from: from === undefined ? null : Temporal.Instant.from(from),
    to: to === undefined ? null : Temporal.Instant.from(to),
  }
}

type Reader = Pick<AuditTableQuery, "language" | "zone">

function headOf({ language, zone }: Reader): readonly string[] {
  const { number, whenIn, who, what, why, about, call } = auditEntryWords[language]
  return [number, whenIn(zone), who, what, about, why, call]
}

function cellsOf({ sequence, at, actor, action, about, reason, call }: AuditEntryView, { language, zone }: Reader) {
  const words = auditEntryWords[language]
  return [
    sequence,
    whenText(Temporal.Instant.from(at), zone),
    actorText(actor, words),
    words.actions[action],
    about === null ? "" : subjectText(about, words),
    words.reasonOf(reason),
    call ?? "",
  ]
}

/** "2026-11-30 07:14:13": spreadsheets of all languages take it for a time. */
const whenText = (at: Temporal.Instant, zone: string) =>
  at.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: "second" }).replace("T", " ")

/** With the names of whoever did it, and of what it was done to. */
async function viewsOf(tables: AccountTables, rows: readonly AuditRow[]): Promise<AuditEntryView[]> {
  const names = await namesOf(tables, actorsOf(rows))
  const subjects = await tables.nameSubjects([...new Set(rows.map(({ subjectId }) => subjectId))])
  const abouts = new Map(subjects.map(({ subjectId, kind, name }) => [subjectId, { kind, name }]))
  return rows.map((row) => ({ ...viewOf(row, names), about: abouts.get(row.subjectId) ?? null }))
}

function viewOf(
  { sequence, at, actor, action, subjectId, reason, call }: AuditRow,
  names: ReadonlyMap<string, string>,
): Omit<AuditEntryView, "about"> {
  return {
    sequence,
    at: at.toString(),
    actor:
      actor.kind === "user"
        ? { kind: "user", userId: actor.userId, displayName: names.get(actor.userId) ?? null }
        : actor,
    ...{ action, subjectId, reason, call },
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

function lineOf({ actor, at, previousHash, hash, signature, ...row }: AuditRow): AuditLine {
  const { accountId, sequence, action, subjectId, reason, call, format } = row
  return {
    ...{ accountId, sequence, at: at.toString(), actorKind: actor.kind },
    actor: actor.kind === "user" ? actor.userId : actor.part,
    ...{ action, subjectId, reason, call, format, previousHash: hex(previousHash), hash: hex(hash) },
    signature: signature === null ? null : hex(signature),
  }
}
