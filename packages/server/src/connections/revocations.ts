import { csvLine, csvStart } from "@kalends/domain/csv"
import {
  parseConnectionId,
  parseGroupId,
  parseProviderName,
  parseRevocationId,
  type RevocationId,
  type TenantConnectionId,
} from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type {
  NewRevocation,
  RevocationPreview,
  RevocationScopeInput,
  RevocationSteps,
  RevocationView,
} from "@kalends/protocol/revocations"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import { pageOf } from "../ports/page.ts"
import type { Random } from "../ports/random.ts"
import type { ListedRevocationStep, RevocationRow, RevocationScope } from "../ports/revocation-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { Farewells } from "./farewells.ts"
import { type RunRevocation, tenantsOf } from "./run-revocation.ts"

const perPage = 100
const listedMost = 50
const perRead = 1_000
/** From so many people on, what is revoked is typed once more, and asked for on a fresh second factor. */
const largeFrom = 20

/** Whether so many may be revoked. */
type IsAgreed = (count: number) => boolean

export type RevocationsDeps = {
  readonly store: Store
  readonly farewells: Farewells
  readonly runs: Pick<RunRevocation, "start">
  readonly labelOf: (provider: string) => string
  readonly clock: Clock
  readonly random: Random
}

/** Connections revoked together, as an administrator asks for it and sees what was done. What does it: run-revocation.ts. */
export function createRevocations(deps: RevocationsDeps) {
  const { store, farewells, runs, labelOf, clock, random } = deps

  async function require(tables: AccountTables, revocationId: RevocationId): Promise<AskedFor> {
    const row = await tables.revocations.find(revocationId)
    if (row === null || !isAskedFor(row))
      throw new Problem("not-found", "There is no such revocation.", { code: "no-revocation" })
    return row
  }

  /** The transaction after which no secret of the scope is left, but those that a refresh holds at this moment. */
  async function begin(tables: AccountTables, user: UserRow, scope: RevocationScope, isAgreed: IsAgreed) {
    const now = clock.now()
    const row: AskedFor = {
      ...{ accountId: user.accountId, revocationId: parseRevocationId(random.uuid()), ...storedScope(scope) },
      ...{ state: "deleting", createdBy: user.userId, createdAt: now },
      ...{ secretsDeletedAt: null, touchedAt: now, endedAt: null, counts: null },
    }
    await tables.revocations.insert(row)
    const count = await tables.revocations.addSteps(row.revocationId, scope)
    const tenants = await tenantsOf(tables, row)
    if (count === 0 && tenants.length === 0)
      throw new Problem("not-found", "There is no connection to revoke.", { code: "nobody" })
    if (!isAgreed(count))
      throw new Problem("conflict", "Type once more what you revoke.", { code: "confirmation-needed" })
    const taken = await tables.revocations.takeCredentials(row.revocationId, "left-out")
    for (const { tenantConnectionId, version } of tenants)
      await tables.tenants.update(tenantConnectionId, { sealedSecret: new Uint8Array(), version: version + 1 })
    const actor = { kind: "user", userId: user.userId } as const
    const entry = { actor, action: "revocation-changed", subjectId: row.revocationId } as const
    await tables.appendAudit({ ...entry, reason: `${scope.kind}-begun` }, now)
    return { row, taken, tenants, view: await view(tables, row) }
  }

  /** What is deleted goes on in memory until providers are told, in the background. */
  async function start(user: Caller, work: (tables: AccountTables) => ReturnType<typeof begin>) {
    const { row, taken, tenants, view } = await store.inAccount(user.accountId, async (tables) => {
      await tables.lockAccount()
      return work(tables)
    })
    farewells.keep(taken)
    for (const tenant of tenants) farewells.keepTenant(user.accountId, tenant)
    runs.start(row.accountId, row.revocationId, user.call)
    return view
  }

  async function view(tables: AccountTables, row: AskedFor): Promise<RevocationView> {
    const { waiting, removed, done, ...counts } = row.counts ?? (await tables.revocations.count(row.revocationId))
    const creator = await tables.findUser(row.createdBy)
    return {
      ...{ revocationId: row.revocationId, state: row.state, scope: await scopeView(tables, row) },
      ...{ createdBy: creator?.displayName ?? null, createdAt: row.createdAt.toString() },
      secretsDeletedAt: row.secretsDeletedAt?.toString() ?? null,
      endedAt: row.endedAt?.toString() ?? null,
      ...{ total: waiting + removed + done, removed: removed + done, done, ...counts },
    }
  }

  async function scopeView(tables: AccountTables, { scopeKind, scopeId, provider }: AskedFor) {
    const group =
      scopeKind === "group" ? (await tables.groups.listGroups()).find((one) => one.groupId === scopeId) : null
    return {
      ...{ kind: scopeKind, id: scopeId, provider, providerLabel: provider === null ? null : labelOf(provider) },
      name: scopeKind === "tenant" ? scopeId : (group?.name ?? null),
    }
  }

  const stepView = ({ connectionId, email, displayName, provider, ...step }: ListedRevocationStep) => ({
    ...{ connectionId, email, displayName, provider, providerLabel: labelOf(provider), state: step.state },
    ...{ subscriptionsStopped: step.subscriptionsStopped, subscriptionsLeft: step.subscriptionsLeft },
    grantOutcome: step.grantOutcome,
  })

  return {
    /** Whom it would concern, and what must be typed. */
    preview: (user: UserRow, given: RevocationScopeInput, after: string | null): Promise<RevocationPreview> =>
      store.inAccount(user.accountId, async (tables) => {
        const scope = scopeOf(given)
        const count = await tables.revocations.countConcerned(scope)
        const found = await tables.revocations.listConcerned(scope, { after, limit: perPage + 1 })
        const { shown, last } = pageOf(found, perPage)
        const phrase = await phraseOf(tables, scope)
        return {
          ...{ count, name: phrase, phrase: count >= largeFrom ? phrase : null },
          people: shown.map(({ connectionId, email, displayName, provider, state }) => ({
            ...{ connectionId, email, displayName, provider, providerLabel: labelOf(provider), state },
          })),
          after: last?.email ?? null,
        }
      }),

    /** Whether it concerns so many that it is confirmed. */
    isLarge: (user: UserRow, scope: RevocationScopeInput): Promise<boolean> =>
      store.inAccount(
        user.accountId,
        async (tables) => (await tables.revocations.countConcerned(scopeOf(scope))) >= largeFrom,
      ),

    /** Deletes the secrets, and begins with the rest. Throws Problem "conflict" (code "confirmation-needed"). */
    create: (user: Caller, { scope: given, confirmation }: NewRevocation): Promise<RevocationView> =>
      start(user, async (tables) => {
        const scope = scopeOf(given)
        const phrase = await phraseOf(tables, scope)
        return begin(tables, user, scope, (count) => count < largeFrom || confirmation?.trim() === phrase)
      }),

    /**
     * Removes an administrator's connection to an organisation, with everything that it opens and nothing else of the same
     * tenant. Throws Problem "not-found" (code "no-tenant").
     */
    createOfTenantConnection: (user: Caller, tenantConnectionId: TenantConnectionId): Promise<RevocationView> =>
      start(user, async (tables) => {
        const tenant = await tables.tenants.find(tenantConnectionId)
        if (tenant === null) throw new Problem("not-found", "There is no such connection.", { code: "no-tenant" })
        const { provider, tenantId } = tenant
        return begin(tables, user, { kind: "tenant", provider, tenantId, tenantConnectionId }, () => true)
      }),

    list: (user: UserRow): Promise<RevocationView[]> =>
      store.inAccount(user.accountId, async (tables) => {
        const views: RevocationView[] = []
        for (const row of (await tables.revocations.list(listedMost)).filter(isAskedFor))
          views.push(await view(tables, row))
        return views
      }),

    find: (user: UserRow, revocationId: RevocationId): Promise<RevocationView> =>
      store.inAccount(user.accountId, async (tables) => view(tables, await require(tables, revocationId))),

    steps: (user: UserRow, revocationId: RevocationId, after: string | null): Promise<RevocationSteps> =>
      store.inAccount(user.accountId, async (tables) => {
        await require(tables, revocationId)
        const found = await tables.revocations.listSteps(revocationId, {
          ...{ state: null, after: after === null ? null : parseConnectionId(after), limit: perPage + 1 },
        })
        const { shown, last } = pageOf(found, perPage)
        return { steps: shown.map(stepView), after: last?.connectionId ?? null }
      }),

    /** What was done for each person, as a table for a spreadsheet; read a part at a time. Throws Problem "not-found" at once. */
    async report(user: UserRow, revocationId: RevocationId): Promise<AsyncGenerator<string, void>> {
      await store.inAccount(user.accountId, (tables) => require(tables, revocationId))
      return reportLines(store, user, revocationId)
    },
  }
}

export type Revocations = ReturnType<typeof createRevocations>

async function* reportLines(store: Store, { accountId }: UserRow, revocationId: RevocationId) {
  yield csvStart +
    csvLine(["name", "address", "provider", "secrets", "subscriptions stopped", "subscriptions left", "grant"])
  for (let after: ListedRevocationStep["connectionId"] | null = null; ; ) {
    const steps: readonly ListedRevocationStep[] = await store.inAccount(accountId, ({ revocations }) =>
      revocations.listSteps(revocationId, { state: null, after, limit: perRead }),
    )
    for (const { displayName, email, provider, subscriptionsStopped, subscriptionsLeft, grantOutcome } of steps) {
      const done = [String(subscriptionsStopped), String(subscriptionsLeft), grantOutcome ?? "waiting"]
      yield csvLine([displayName, email, provider, "deleted", ...done])
    }
    after = steps.at(-1)?.connectionId ?? null
    if (steps.length < perRead) return
  }
}

function scopeOf(given: RevocationScopeInput): RevocationScope {
  switch (given.kind) {
    case "connection":
      return { kind: "connection", connectionId: parseConnectionId(given.connectionId) }
    case "group":
      return { kind: "group", groupId: parseGroupId(given.groupId) }
    case "tenant":
      return {
        ...{ kind: "tenant", provider: parseProviderName(given.provider), tenantId: given.tenantId },
        tenantConnectionId: null,
      }
  }
}

/** One that somebody asked for. */
type AskedFor = RevocationRow & { readonly scopeKind: RevocationScope["kind"] }

const isAskedFor = (row: RevocationRow): row is AskedFor => row.scopeKind !== "policy"

type StoredScope = Pick<AskedFor, "scopeKind" | "scopeId" | "provider" | "tenantConnectionId">

function storedScope(scope: RevocationScope): StoredScope {
  const none = { provider: null, tenantConnectionId: null }
  switch (scope.kind) {
    case "connection":
      return { scopeKind: scope.kind, scopeId: scope.connectionId, ...none }
    case "group":
      return { scopeKind: scope.kind, scopeId: scope.groupId, ...none }
    case "tenant":
      return {
        ...{ scopeKind: scope.kind, scopeId: scope.tenantId, provider: scope.provider },
        tenantConnectionId: scope.tenantConnectionId,
      }
  }
}

/** What is typed to confirm: the group's name, or the tenant's. Throws Problem "not-found" for a group that is not there. */
async function phraseOf(tables: AccountTables, scope: RevocationScope): Promise<string | null> {
  if (scope.kind === "connection") return null
  if (scope.kind === "tenant") return scope.tenantId
  const group = (await tables.groups.listGroups()).find(({ groupId }) => groupId === scope.groupId)
  if (group === undefined) throw new Problem("not-found", "There is no such group.", { code: "no-group" })
  return group.name
}
