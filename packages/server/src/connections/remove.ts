import type { Access } from "@kalends/domain/access"
import { askedFor, tenantTarget } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { Removal, Removed } from "../ports/connection-removal.ts"
import { parsePasswordRecord } from "../ports/password-record.ts"
import type { TakenCredential } from "../ports/revocation-tables.ts"
import type { AccountTables, AuditEntry, ConnectionRow, SecretKind, SubscriptionRow } from "../ports/store.ts"
import type { RemovalDeps, TellDeps } from "./deps.ts"
import { within } from "./within.ts"

const providerTimeoutMs = 10_000

/** What the provider must still be told with, in memory only. */
export type LastSecrets = { readonly access: Access | null; readonly refreshToken: string | null }

/** A connection that is gone here, and what its provider knows of it. */
export type Taken = LastSecrets & {
  readonly connection: Pick<
    ConnectionRow,
    "accountId" | "userId" | "provider" | "permission" | "contactsPermission" | "tenantConnectionId" | "subjectEmail"
  >
  readonly subscriptions: readonly Pick<SubscriptionRow, "providerSubscriptionId" | "providerResourceId">[]
}

/**
 * Removes a connection at once (SPEC 1.6). One transaction deletes secrets, cursors and subscriptions, whatever the
 * provider does, and takes into memory what the provider must still be told with; nothing but a refresh under way,
 * which holds the credential, comes before it. Then, each within ten seconds, the provider's subscriptions are stopped
 * and its grant revoked, in that order, because a revoked grant can stop nothing.
 */
export async function removeConnection(deps: RemovalDeps, removal: Removal): Promise<Removed | null> {
  const { accountId, userId, connectionId, actor } = removal
  const taken = await takeAndDelete(deps, removal)
  if (taken === null) return null
  deps.fanOut.publish({ kind: "user", accountId, userId }, { kind: "connection-changed", connectionId, state: "gone" })
  const { stopped, grantRevoked } = await tellProvider(deps, taken, removal.call)
  await deps.store.inAccount(accountId, (tables) =>
    tables.appendAudit(
      { actor, action: "grant-revoked", subjectId: connectionId, reason: grantRevoked },
      deps.clock.now(),
    ),
  )
  return {
    secretsDeleted: true,
    subscriptionsStopped: stopped,
    subscriptionsLeftToExpire: taken.subscriptions.length - stopped,
    grantRevoked,
  }
}

function takeAndDelete(deps: RemovalDeps, removal: Removal): Promise<Taken | null> {
  const { accountId, userId, connectionId, actor, reason: why, call } = removal
  return deps.store.inAccount(accountId, async (tables) => {
    const credential = await tables.lockCredential(connectionId)
    const connection = await tables.findConnection(connectionId)
    if (connection === null || connection.userId !== userId) return null
    const reason = typeof why === "string" ? why : await why(tables, connection)
    if (reason === null) return null
    await tables.lockAccount()
    const subscriptions: SubscriptionRow[] = []
    for (const { calendarId } of await tables.listCalendars(connectionId))
      subscriptions.push(...(await tables.listSubscriptions(calendarId)))
    await tables.deleteConnection(connectionId)
    await tables.appendAudit({ actor, action: "connection-removed", subjectId: connectionId, reason }, deps.clock.now())
    await removal.alongside?.(tables, connection)
    const isAccessNeeded = subscriptions.length > 0
    const held = credential === null ? [] : [{ actor, call, credential, isAccessNeeded }]
    const [secrets = { access: null, refreshToken: null }] = await openLast(deps, tables, held)
    return { connection, subscriptions, ...secrets }
  })
}

export type Last = {
  readonly actor: AuditEntry["actor"]
  readonly call: Call
  readonly credential: TakenCredential
  readonly isAccessNeeded: boolean
}

/** Opens what providers must be told with, for each in turn; what cannot be opened is null, and stands in no way of deleting it. */
export async function openLast(
  { vault, clock }: Pick<RemovalDeps, "vault" | "clock">,
  tables: AccountTables,
  lasts: readonly Last[],
): Promise<readonly LastSecrets[]> {
  const wanted = lasts.flatMap(({ actor, call, credential, isAccessNeeded }) =>
    neededOf(credential, isAccessNeeded, clock.now()).map(({ kind, sealed }) => ({
      opening: { connectionId: credential.connectionId, kind, actor, reason: "removal", call } as const,
      sealed,
    })),
  )
  const opened = await vault.openSecrets(tables, wanted)
  const found = new Map(
    wanted.map(({ opening: { connectionId, kind } }, index) => [`${connectionId} ${kind}`, opened[index] ?? null]),
  )
  return lasts.map(({ credential: { connectionId, accessExpiresAt } }): LastSecrets => {
    const of = (kind: SecretKind) => found.get(`${connectionId} ${kind}`) ?? null
    const [record, token] = [of("password"), of("access-token")]
    if (record !== null) return { access: { kind: "password", ...parsePasswordRecord(record) }, refreshToken: null }
    const access = token === null || accessExpiresAt === null ? null : { token, expiresAt: accessExpiresAt }
    return { access: access === null ? null : { kind: "bearer", ...access }, refreshToken: of("refresh-token") }
  })
}

type Needed = { readonly kind: SecretKind; readonly sealed: Uint8Array }

function neededOf(
  { sealedSecret, secretKind, sealedAccessToken, accessExpiresAt }: TakenCredential,
  isAccessNeeded: boolean,
  now: Temporal.Instant,
): readonly Needed[] {
  if (secretKind === "tenant") return []
  if (secretKind === "password") return isAccessNeeded ? [{ kind: "password", sealed: sealedSecret }] : []
  const refresh: Needed = { kind: "refresh-token", sealed: sealedSecret }
  const isValid = accessExpiresAt !== null && Temporal.Instant.compare(now, accessExpiresAt) < 0
  return isAccessNeeded && isValid && sealedAccessToken !== null
    ? [refresh, { kind: "access-token", sealed: sealedAccessToken }]
    : [refresh]
}

export type Told = { readonly stopped: number; readonly grantRevoked: Removed["grantRevoked"] }

/** Stops the subscriptions and revokes the grant, in that order, each within ten seconds; throws nothing that a provider does. */
export async function tellProvider(deps: TellDeps, taken: Taken, call: Call): Promise<Told> {
  const provider = deps.providers.get(taken.connection.provider)
  if (provider === undefined) return { stopped: 0, grantRevoked: "not-confirmed" }
  const isAccessNeeded = taken.subscriptions.length > 0 && taken.access === null
  const last = isAccessNeeded ? await lastAccess(deps, provider, taken, call) : taken
  const stopped = last.access === null ? 0 : await stopAll(deps, provider, last.access, taken.subscriptions)
  return { stopped, grantRevoked: await revoke(deps, provider, { ...taken, ...last }) }
}

/** Access for stopping subscriptions, where none is at hand. What cannot be stopped is left to expire, and the user is told so. */
async function lastAccess(deps: TellDeps, provider: CalendarProvider, taken: Taken, call: Call): Promise<LastSecrets> {
  const { connection } = taken
  if (connection.tenantConnectionId === null) return lastRefresh(deps, provider, taken)
  const actor = { kind: "user", userId: connection.userId } as const
  const access = within(deps.clock, providerTimeoutMs, () =>
    deps.broker.accessByTenant(tenantTarget(connection), { actor, reason: "removal", call }),
  )
  return { access: await access.catch(() => null), refreshToken: null }
}

/** Access for stopping subscriptions when the stored one has run out. What it gives is not stored; a rotated token is the one to revoke. */
async function lastRefresh(
  { clock }: TellDeps,
  { signIn }: CalendarProvider,
  { refreshToken, connection }: Taken,
): Promise<LastSecrets> {
  if (signIn.kind !== "oauth" || refreshToken === null) return { access: null, refreshToken }
  try {
    const grant = await within(clock, providerTimeoutMs, () => signIn.refresh(refreshToken, askedFor(connection)))
    return {
      access: { kind: "bearer", token: grant.accessToken, expiresAt: grant.accessExpiresAt },
      refreshToken: grant.refreshToken ?? refreshToken,
    }
  } catch {
    // Whatever it was, the subscriptions are left to expire, and the user is told so.
    return { access: null, refreshToken }
  }
}

async function stopAll(
  deps: TellDeps,
  { name, push }: CalendarProvider,
  access: Access,
  subscriptions: Taken["subscriptions"],
): Promise<number> {
  if (push === null) return 0
  const outcomes = await Promise.allSettled(
    subscriptions.map(({ providerSubscriptionId, providerResourceId }) =>
      within(deps.clock, providerTimeoutMs, () =>
        push.stop({
          access,
          providerSubscriptionId,
          providerResourceId,
          signal: AbortSignal.timeout(providerTimeoutMs),
        }),
      ),
    ),
  )
  for (const { status } of outcomes)
    deps.metrics.count("subscriptions_total", {
      provider: name,
      outcome: status === "fulfilled" ? "stopped" : "failed",
    })
  return outcomes.filter(({ status }) => status === "fulfilled").length
}

async function revoke(
  { clock }: TellDeps,
  { signIn }: CalendarProvider,
  { connection, refreshToken }: Taken,
): Promise<Removed["grantRevoked"]> {
  if (signIn.kind !== "oauth" || connection.tenantConnectionId !== null) return "not-possible"
  if (refreshToken === null) return "not-confirmed"
  try {
    return (await within(clock, providerTimeoutMs, () => signIn.revoke(refreshToken))) ? "revoked" : "not-possible"
  } catch {
    // The secrets are gone here whatever the provider did; what it did is not known.
    return "not-confirmed"
  }
}
