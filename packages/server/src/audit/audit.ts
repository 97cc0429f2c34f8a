import type { AuditEntryView, AuditLine, AuditPage, AuditQuery, AuditVerdict } from "@kalends/protocol/audit"
import { chainCheck } from "../ports/audit-chain.ts"
import { signatureCheck } from "../ports/audit-signature.ts"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import { pageOf } from "../ports/page.ts"
import { actorsOf, namesOf } from "../ports/person-tables.ts"
import type { AuditFilter, AuditRow, Store, UserRow } from "../ports/store.ts"

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

  return {
    async page({ accountId }, query) {
      const filter = filterOf(query)
      return store.inAccount(accountId, async (tables) => {
        const found = await tables.searchAudit({ ...filter, limit: entriesPerPage + 1 })
        const { shown, last } = pageOf(found, entriesPerPage)
        const names = await namesOf(tables, actorsOf(shown))
        const subjects = await tables.nameSubjects([...new Set(shown.map(({ subjectId }) => subjectId))])
        const abouts = new Map(subjects.map(({ subjectId, kind, name }) => [subjectId, { kind, name }]))
        return {
          entries: shown.map((row) => ({ ...viewOf(row, names), about: abouts.get(row.subjectId) ?? null })),
          before: last?.sequence ?? null,
        }
      })
    },
    publicKey,
    async verify(by) {
      const check = chainCheck(signatureCheck(publicKey))
      for await (const rows of read(by)) if (!(await check.takeAll(rows))) break
      return check.verdict()
    },
    async *export(by) {
      const entry = { actor: { kind: "user", userId: by.userId }, action: "audit-exported" } as const
      await store.inAccount(by.accountId, (tables) =>
        tables.appendAudit({ ...entry, subjectId: by.accountId, reason: "user-request", call: by.call }, clock.now()),
      )
      for await (const rows of read(by)) yield rows.map((row) => `${JSON.stringify(lineOf(row))}\n`).join("")
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
