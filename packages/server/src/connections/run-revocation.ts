import type { Access } from "@kalends/domain/access"
import type { revocationReasons } from "@kalends/domain/audit-reason"
import type { AccountId, RevocationId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { TenantBroker, TenantTarget } from "../ports/access-broker.ts"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { ListedRevocationStep, RevocationRow, RevocationState } from "../ports/revocation-tables.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, AuditEntry, Store } from "../ports/store.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import type { TellDeps } from "./deps.ts"
import type { Farewells } from "./farewells.ts"
import { keepTouching } from "./keep-touching.ts"
import { type LastSecrets, openLast, type Told, tellProvider } from "./remove.ts"

/** Connections that one transaction removes: some 100 ms. */
const removedAtOnce = 250
/** Connections whose secrets one transaction opens to tell their providers with. */
const openedAtOnce = 50
/**
 * While one of two waits for the database, the other asks providers: sixteen calls at once, each for another mailbox. Graph lets
 * an app delete 5,000 subscriptions of a tenant in 20 seconds, in a batch or by themselves (throttling-subscription-services.md
 * of Microsoft's documents, seen 2026-11-30); Google's channels.stop has no batch.
 */
const lanes = 2
const toldAtOnce = 8
const stepsPerLook = 200

export type RunRevocationDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly tell: TellDeps
  readonly fanOut: FanOut
  readonly farewells: Farewells
  readonly clock: Clock
}

/**
 * Does what is left of a revocation, from wherever it stands. Any number of workers may be at one, and any may die: each
 * transaction stands for itself, and says in the rows what it did. Only what a dead worker had in memory is lost: with it
 * went the secrets, so that its grants stay "not confirmed", and nobody can use them either.
 *
 *   deleting ──no credential is left──▶ removing ──no connection is left──▶ telling ──each provider was asked──▶ done
 */
export function createRunRevocation(deps: RunRevocationDeps) {
  const { store, fanOut, farewells, clock } = deps
  const running = new Set<Promise<void>>()
  let isStopping = false

  /** The credentials that a refresh held when the others were deleted: each is waited for, and goes as it is by then. */
  async function deleteRest(row: RevocationRow): Promise<void> {
    const taken = await store.inAccount(row.accountId, async (tables) => {
      const rest = await tables.revocations.takeCredentials(row.revocationId, "waited-for")
      await tables.lockAccount()
      const now = clock.now()
      const changes = { state: "removing", secretsDeletedAt: now, touchedAt: now } as const
      if (await tables.revocations.updateIf(row.revocationId, "deleting", changes))
        await tables.appendAudit(entryOf(row, "secrets-deleted"), now)
      return rest
    })
    farewells.keep(taken)
  }

  /** False when no connection is left. */
  async function removeSome({ accountId, revocationId, createdBy }: RevocationRow): Promise<boolean> {
    const some = await store.inAccount(accountId, async (tables) => {
      await tables.lockAccount()
      const removed = await tables.revocations.removeSome(revocationId, removedAtOnce)
      const actor = { kind: "user", userId: createdBy } as const
      const entries = removed.flatMap(({ connectionId, isRemoved }): AuditEntry[] =>
        isRemoved ? [{ actor, action: "connection-removed", subjectId: connectionId, reason: "revoked" }] : [],
      )
      await tables.appendAudits(entries, clock.now())
      return removed
    })
    for (const { userId, connectionId, isRemoved } of some)
      if (isRemoved)
        fanOut.publish({ kind: "user", accountId, userId }, { kind: "connection-changed", connectionId, state: "gone" })
    return some.length > 0
  }

  /** The administrator's connection to the organisation goes with the last connection that it opened. */
  async function endRemoving(row: RevocationRow): Promise<void> {
    await store.inAccount(row.accountId, async (tables) => {
      await tables.lockAccount()
      if (
        !(await tables.revocations.updateIf(row.revocationId, "removing", { state: "telling", touchedAt: clock.now() }))
      )
        return
      for (const { tenantConnectionId } of await tenantsOf(tables, row)) {
        const { people, rooms } = await tables.tenants.countConnections(tenantConnectionId)
        if (people + rooms > 0) continue
        await tables.tenants.delete(tenantConnectionId)
        const actor = { kind: "user", userId: row.createdBy } as const
        const entry = { actor, action: "tenant-removed", subjectId: tenantConnectionId, reason: "revoked" } as const
        await tables.appendAudit(entry, clock.now())
      }
    })
  }

  /** False when nobody is left to be told of. */
  async function tellSome(row: RevocationRow, call: Call): Promise<boolean> {
    const page = { state: "removed", after: null, limit: stepsPerLook } as const
    const steps = await store.inAccount(row.accountId, (tables) => tables.revocations.listSteps(row.revocationId, page))
    const waiting = [...steps]
    const lane = async () => {
      while (waiting.length > 0 && !isStopping)
        await tellTogether(deps, { row, steps: waiting.splice(0, openedAtOnce), call, isStopping: () => isStopping })
    }
    const outcomes = await Promise.allSettled(Array.from({ length: lanes }, lane))
    const failed = outcomes.find((outcome) => outcome.status === "rejected")
    if (failed !== undefined) throw failed.reason
    return steps.length > 0
  }

  async function end(row: RevocationRow): Promise<void> {
    await store.inAccount(row.accountId, async (tables) => {
      await tables.lockAccount()
      const now = clock.now()
      // Of what a change of policy removed, the log and the change say all.
      if (row.scopeKind === "policy") return tables.revocations.delete(row.revocationId)
      const isEnded = await tables.revocations.updateIf(row.revocationId, "telling", {
        ...{ state: "done", endedAt: now, counts: await tables.revocations.count(row.revocationId) },
      })
      if (isEnded) await tables.appendAudit(entryOf(row, "told"), now)
    })
  }

  /** One piece of it; how it stands before that, or null where there is nothing to do. */
  async function step(accountId: AccountId, revocationId: RevocationId, call: Call): Promise<RevocationState | null> {
    const row = await store.inAccount(accountId, (tables) => tables.revocations.find(revocationId))
    if (row === null || row.state === "done") return null
    if (row.state === "deleting") await deleteRest(row)
    else if (row.state === "removing") {
      if (!(await removeSome(row))) await endRemoving(row)
    } else if (!(await tellSome(row, call))) await end(row)
    return row.state
  }

  async function run(accountId: AccountId, revocationId: RevocationId, call: Call): Promise<void> {
    const stop = await keepTouching(clock, () => touch(accountId, revocationId))
    try {
      while (!isStopping && (await step(accountId, revocationId, call)) !== null);
    } finally {
      stop()
    }
  }

  async function touch(accountId: AccountId, revocationId: RevocationId): Promise<void> {
    await store.inAccount(accountId, async ({ revocations }) => {
      const row = await revocations.find(revocationId)
      if (row !== null && row.state !== "done")
        await revocations.updateIf(revocationId, row.state, { touchedAt: clock.now() })
    })
  }

  return {
    /** The job: goes on where another left off. */
    run,
    /** Begins in the background, where the secrets are. What fails is taken up by whoever finds that nobody is at it. */
    start(accountId: AccountId, revocationId: RevocationId, call: Call): void {
      const work = run(accountId, revocationId, call)
        .catch(() => {})
        .finally(() => running.delete(work))
      running.add(work)
    },
    /** Ends after the steps that are under way. */
    async stop(): Promise<void> {
      isStopping = true
      await Promise.all(running)
      farewells.clear()
    },
    /** Resolves when nothing is under way here. */
    idle: async (): Promise<void> => void (await Promise.all(running)),
  }
}

export type RunRevocation = ReturnType<typeof createRunRevocation>

type Telling = {
  readonly row: RevocationRow
  readonly steps: readonly ListedRevocationStep[]
  readonly call: Call
  readonly isStopping: () => boolean
}

/**
 * Tells the providers of some connections: one transaction opens what they are told with, and one writes what came of it. Who is
 * killed in between has told some of whom nobody knows; they are told again, as those whose secrets are lost.
 */
async function tellTogether(deps: RunRevocationDeps, telling: Telling): Promise<void> {
  const waiting = [...(await openSome(deps, telling))]
  const told: ToldStep[] = []
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !telling.isStopping(); next = waiting.shift())
      told.push({ step: next.step, ...(await tellOne(deps, telling, next)) })
  }
  const outcomes = await Promise.allSettled(Array.from({ length: toldAtOnce }, work))
  if (told.length > 0) await writeTold(deps, telling, told)
  const failed = outcomes.find((outcome) => outcome.status === "rejected")
  if (failed !== undefined) throw failed.reason
}

type OpenedStep = { readonly step: ListedRevocationStep; readonly isBack: boolean; readonly last: LastSecrets }
type ToldOne = Pick<Told, "stopped"> & { readonly grantRevoked: Told["grantRevoked"] | "reconnected" }
type ToldStep = ToldOne & { readonly step: ListedRevocationStep }

const subscriptionsOf = ({ farewell }: ListedRevocationStep) => farewell?.subscriptions ?? []

function openSome(deps: RunRevocationDeps, { row, steps, call }: Telling): Promise<readonly OpenedStep[]> {
  const actor = { kind: "user", userId: row.createdBy } as const
  const held = steps.flatMap((step) => {
    const credential = deps.farewells.take(step.connectionId)
    const isAccessNeeded = subscriptionsOf(step).length > 0
    return credential === null ? [] : [{ actor, call, credential, isAccessNeeded }]
  })
  return deps.store.inAccount(row.accountId, async (tables) => {
    const opened = await openLast(deps, tables, held)
    const lasts = new Map(held.map(({ credential }, index) => [credential.connectionId, opened[index]]))
    const found: OpenedStep[] = []
    for (const step of steps) {
      const current = await tables.findConnectionOfUser(step.userId)
      const last = lasts.get(step.connectionId) ?? { access: null, refreshToken: null }
      found.push({ step, isBack: current?.provider === step.provider, last })
    }
    return found
  })
}

function tellOne(
  deps: RunRevocationDeps,
  { row, call }: Telling,
  { step, isBack, last }: OpenedStep,
): Promise<ToldOne> {
  const { accountId, createdBy } = row
  const { farewell, userId, provider } = step
  const connection = {
    ...{ accountId, userId, provider, permission: farewell?.permission ?? "read" },
    contactsPermission: farewell?.contactsPermission ?? "none",
    ...{ tenantConnectionId: farewell?.tenantConnectionId ?? null, subjectEmail: farewell?.mailbox ?? null },
  }
  // A new grant of the same person at the same provider may be one with the old: it is not revoked from under them.
  if (isBack) return Promise.resolve({ stopped: 0, grantRevoked: "reconnected" })
  return tellProvider(tellDeps(deps, createdBy), { connection, subscriptions: subscriptionsOf(step), ...last }, call)
}

async function writeTold(
  { store, clock }: RunRevocationDeps,
  { row }: Telling,
  told: readonly ToldStep[],
): Promise<void> {
  const { accountId, revocationId, createdBy } = row
  const actor = { kind: "user", userId: createdBy } as const
  const done = told.map(({ step, stopped, grantRevoked }) => ({
    ...{ connectionId: step.connectionId, subscriptionsStopped: stopped, grantOutcome: grantRevoked },
    subscriptionsLeft: subscriptionsOf(step).length - stopped,
  }))
  await store.inAccount(accountId, async (tables) => {
    await tables.lockAccount()
    const ended = new Set(await tables.revocations.endSteps(revocationId, done))
    const entries = done.flatMap(({ connectionId, grantOutcome }): AuditEntry[] =>
      ended.has(connectionId)
        ? [{ actor, action: "grant-revoked", subjectId: connectionId, reason: grantOutcome }]
        : [],
    )
    await tables.appendAudits(entries, clock.now())
  })
}

/** The administrators' connections of the tenant that is revoked, or the one that is. */
export async function tenantsOf(
  tables: AccountTables,
  row: Pick<RevocationRow, "scopeKind" | "scopeId" | "provider" | "tenantConnectionId">,
): Promise<readonly TenantConnectionRow[]> {
  const { scopeKind, scopeId, provider, tenantConnectionId } = row
  if (scopeKind !== "tenant") return []
  const all = await tables.tenants.list()
  return tenantConnectionId === null
    ? all.filter((one) => one.provider === provider && one.tenantId === scopeId)
    : all.filter((one) => one.tenantConnectionId === tenantConnectionId)
}

function entryOf({ revocationId, createdBy }: RevocationRow, reason: (typeof revocationReasons)[number]): AuditEntry {
  return { actor: { kind: "user", userId: createdBy }, action: "revocation-changed", subjectId: revocationId, reason }
}

/** Access by an administrator's connection whose secret is deleted already: with what is in memory, once for all where it serves all. */
function tellDeps(deps: RunRevocationDeps, createdBy: RevocationRow["createdBy"]): TellDeps {
  const broker: TenantBroker = {
    accessByTenant: async (target, wish) =>
      deps.farewells.findTenant(target.tenantConnectionId) === null
        ? deps.tell.broker.accessByTenant(target, wish)
        : lastTenantAccess(deps, target, { createdBy, call: wish.call }),
  }
  return { ...deps.tell, broker }
}

async function lastTenantAccess(
  { store, vault, tell, farewells }: RunRevocationDeps,
  { accountId, tenantConnectionId, mailbox, permission }: TenantTarget,
  { createdBy, call }: Pick<RevocationRow, "createdBy"> & { readonly call: Call },
): Promise<Access> {
  const held = farewells.findTenant(tenantConnectionId)
  const source = held === null ? null : (tell.providers.get(held.provider)?.tenant ?? null)
  if (held === null || source === null) throw new Error("the tenant's secret is in memory")
  const known = farewells.accessOf(tenantConnectionId)
  if (known !== null) return { ...(await known), mailbox }
  const actor = { kind: "user", userId: createdBy } as const
  const opening = { connectionId: tenantConnectionId, kind: "tenant", actor, reason: "removal", call } as const
  const asked = store
    .inAccount(accountId, (tables) => vault.openSecret(tables, opening, held.sealedSecret))
    .then(async (secret) => (await source.access({ secret, mailbox, permission })).access)
  if (source.isTokenForAll) farewells.holdAccess(tenantConnectionId, asked)
  try {
    const access = await asked
    return source.isTokenForAll ? { ...access, mailbox } : access
  } catch (error) {
    // What the whole tenant refuses is not asked for again, for any of its people; anything else may pass.
    if (isProblem(error) && error.isTenantWide) farewells.holdAccess(tenantConnectionId, asked)
    else farewells.dropAccess(tenantConnectionId)
    throw error
  }
}
