import type { Access } from "@kalends/domain/access"
import type { TenantConnectionId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { type AccessWish, accessDigest, type TenantTarget } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { FigureCounts } from "../ports/metrics.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import type { TenantSource } from "../ports/tenant-source.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { gone } from "./stored-access.ts"

export type TenantAccessDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly providers: ReadonlyMap<CalendarProvider["name"], CalendarProvider>
  readonly clock: Clock
  readonly metrics: FigureCounts
}

/** An access is replaced when it has less than this left. */
const marginMs = 2 * 60_000
/** Passwords and the like are opened anew, with an audit record, this often. */
const passwordLifeMs = 60 * 60_000
/** What the whole organisation met is not tried again for each of its mailboxes. */
const brokenForMs = 60_000
/** Accesses held at once; a token is some two kilobytes. */
const heldMost = 20_000

type Held = { readonly access: Access; readonly untilMs: number }

/**
 * Access by administrators' connections. What the provider gives is held in this node's memory alone: it can be had again
 * at any time. A secret that signing in renews stays good for a while beside the new one, so that nodes need not agree.
 * One request is under way for each token.
 */
export function createTenantAccess(deps: TenantAccessDeps) {
  const held = new Map<string, Held>()
  const inFlight = new Map<string, Promise<Access>>()
  const broken = new Map<string, { readonly problem: Problem; readonly version: number; readonly untilMs: number }>()
  const nowMs = () => deps.clock.now().epochMilliseconds

  /** By `tenant` as it is stored now. */
  async function access(target: TenantTarget, tenant: TenantConnectionRow, wish: AccessWish): Promise<Access> {
    const { mailbox, permission } = target
    const source = requireSource(deps, tenant)
    const key = [tenant.tenantConnectionId, tenant.version, permission, source.isTokenForAll ? "" : mailbox].join(" ")
    const known = held.get(key)
    if (known !== undefined && serves(known, wish, nowMs())) {
      deps.metrics.countFor(tenant, "accesses-stored")
      return withMailbox(known.access, source, mailbox)
    }
    const rest = broken.get(tenant.tenantConnectionId)
    // Another secret has not met what its predecessor met.
    if (rest?.version === tenant.version && nowMs() < rest.untilMs) throw rest.problem
    const shared = inFlight.get(key)
    if (shared !== undefined) deps.metrics.countFor(tenant, "accesses-shared")
    const asked = shared ?? ask({ target, tenant, source, wish, key })
    inFlight.set(key, asked)
    return withMailbox(await asked, source, mailbox)
  }

  async function ask(asking: Asking & { readonly key: string }): Promise<Access> {
    const { tenant, key } = asking
    try {
      const access = await request(deps, asking)
      deps.metrics.countFor(tenant, "accesses-refreshed")
      hold(key, {
        access,
        untilMs: access.kind === "bearer" ? access.expiresAt.epochMilliseconds : nowMs() + passwordLifeMs,
      })
      broken.delete(tenant.tenantConnectionId)
      await noteWell(deps, tenant)
      return access
    } catch (error) {
      if (!isProblem(error) || !isOfTenant(error)) throw error
      const problem = brokenTenant(error, deps.clock.now())
      broken.set(tenant.tenantConnectionId, { problem, version: tenant.version, untilMs: nowMs() + brokenForMs })
      await noteBroken(deps, tenant, error)
      throw problem
    } finally {
      inFlight.delete(key)
    }
  }

  function hold(key: string, value: Held): void {
    held.delete(key)
    held.set(key, value)
    const [oldest] = held.keys()
    if (held.size > heldMost && oldest !== undefined) held.delete(oldest)
  }

  return access
}

type Asking = {
  readonly target: TenantTarget
  readonly tenant: TenantConnectionRow
  readonly source: TenantSource
  readonly wish: AccessWish
}

/** Throws Problem "not-found" (code "no-connection") when it has been removed. */
export async function requireTenant(
  tables: Pick<AccountTables, "tenants">,
  tenantConnectionId: TenantConnectionId,
): Promise<TenantConnectionRow> {
  const tenant = await tables.tenants.find(tenantConnectionId)
  if (tenant === null) throw gone()
  return tenant
}

function requireSource({ providers }: TenantAccessDeps, { provider }: TenantConnectionRow): TenantSource {
  const source = providers.get(provider)?.tenant ?? null
  if (source === null)
    throw new Problem("unsupported", "This calendar service is not set up here.", { code: "provider-not-configured" })
  return source
}

function serves({ access, untilMs }: Held, { refusedTokenDigest }: AccessWish, nowMs: number): boolean {
  const isRefused = refusedTokenDigest === accessDigest(access)
  return !isRefused && untilMs - nowMs >= marginMs
}

/** A token for all is told whom it is used for; another one says so itself. */
function withMailbox(access: Access, { isTokenForAll }: TenantSource, mailbox: string): Access {
  return isTokenForAll ? { ...access, mailbox } : access
}

async function request(
  { store, vault }: TenantAccessDeps,
  { target: { mailbox, permission }, tenant, source, wish }: Asking,
): Promise<Access> {
  const { tenantConnectionId, sealedSecret, accountId } = tenant
  const { actor, reason, call } = wish
  const opening = { connectionId: tenantConnectionId, kind: "tenant", actor, reason, call } as const
  const secret = await store.inAccount(accountId, (tables) => vault.openSecret(tables, opening, sealedSecret))
  const { access, renewedSecret } = await source.access({ secret, mailbox, permission })
  if (renewedSecret !== null)
    await store.inAccount(accountId, async (tables) => {
      const place = { connectionId: tenantConnectionId, kind: "tenant" } as const
      await tables.tenants.renewSecret(tenant, await vault.sealSecret(tables, place, renewedSecret))
    })
  return access
}

/** What concerns every mailbox, and its administrator alone can mend. */
function isOfTenant(problem: Problem): boolean {
  return problem.isTenantWide || problem.kind === "misconfigured"
}

function brokenTenant(problem: Problem, now: Temporal.Instant): Problem {
  return new Problem("unavailable", "The administrator's connection to this organisation needs attention.", {
    code: "tenant-connection-broken",
    retryAt: now.add({ minutes: 5 }),
    cause: problem,
  })
}

const noteEveryMs = 60_000

async function noteWell({ store, clock }: TenantAccessDeps, tenant: TenantConnectionRow): Promise<void> {
  const now = clock.now()
  const isStale = tenant.lastOkAt === null || tenant.lastOkAt.until(now).total("milliseconds") >= noteEveryMs
  if (tenant.problemKind === null && !isStale) return
  await store.inAccount(tenant.accountId, async (tables) => {
    if (tenant.problemKind !== null) await tables.lockAccount()
    const healed = { problemKind: null, problemCode: null, problemAt: null }
    await tables.tenants.update(tenant.tenantConnectionId, { lastOkAt: now, ...healed })
    if (tenant.problemKind !== null) await tables.appendAudit(moved(tenant, "well"), now)
  })
}

async function noteBroken(
  { store, clock }: TenantAccessDeps,
  tenant: TenantConnectionRow,
  met: Problem,
): Promise<void> {
  const isKnown = tenant.problemKind === met.kind && tenant.problemCode === met.code
  if (isKnown) return
  await store.inAccount(tenant.accountId, async (tables) => {
    await tables.lockAccount()
    // Replaced meanwhile: what the old secret met says nothing of the new one.
    const current = await tables.tenants.find(tenant.tenantConnectionId)
    if (current === null || current.version !== tenant.version) return
    const now = clock.now()
    const problem = { problemKind: met.kind, problemCode: met.code, problemAt: tenant.problemAt ?? now }
    await tables.tenants.update(tenant.tenantConnectionId, problem)
    await tables.appendAudit(moved(tenant, "broken"), now)
  })
}

function moved({ tenantConnectionId }: TenantConnectionRow, to: "well" | "broken") {
  return {
    actor: { kind: "service", part: "broker" },
    action: "tenant-state-changed",
    subjectId: tenantConnectionId,
    reason: to,
  } as const
}
