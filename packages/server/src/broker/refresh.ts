import type { AccountId, ConnectionId, ProviderName } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { type AccessWish, askedFor, type HeldAccess } from "../ports/access-broker.ts"
import type { CalendarProvider, Grant, OAuthSignIn } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionLife } from "../ports/connection-life.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, ConnectionRow, CredentialRow, Store } from "../ports/store.ts"
import { gone, requireConnection, storedAccess } from "./stored-access.ts"

export type RefreshDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly providers: ReadonlyMap<ProviderName, CalendarProvider>
  readonly life: ConnectionLife
  readonly clock: Clock
  readonly metrics: Metrics
}

/** Whose access is wanted, and why. */
export type Wanted = {
  readonly accountId: AccountId
  readonly connectionId: ConnectionId
  readonly wish: AccessWish
}

/** How often the credential may change under our hands before we give up. */
const attemptsMost = 3

type OpenedGrant = {
  readonly kind: "opened"
  readonly refreshToken: string
  readonly version: number
  readonly connection: ConnectionRow
  readonly signIn: OAuthSignIn
}

type Refreshed =
  | { readonly kind: "access"; readonly access: HeldAccess }
  | { readonly kind: "refused"; readonly problem: Problem; readonly triedVersion: number }

/**
 * The refresh, with what its failure means for the connection: throws the provider's Problem after telling the
 * connection's life. A grant that looks dead may have been replaced meanwhile: look once before saying so.
 */
export async function refreshOrTell(deps: RefreshDeps, wanted: Wanted): Promise<HeldAccess> {
  const { accountId, connectionId } = wanted
  let refreshed = await refresh(deps, wanted)
  if (refreshed.kind === "refused" && refreshed.problem.kind === "auth-revoked") {
    const credential = await deps.store.inAccount(accountId, (tables) => tables.findCredential(connectionId))
    if (credential !== null && credential.version !== refreshed.triedVersion) refreshed = await refresh(deps, wanted)
  }
  if (refreshed.kind === "access") return refreshed.access
  await deps.life.isTroubled(accountId, connectionId, refreshed.problem, {
    isLasting: false,
    credentialVersion: refreshed.triedVersion,
  })
  throw refreshed.problem
}

async function refresh(deps: RefreshDeps, wanted: Wanted): Promise<Refreshed> {
  for (let attempt = 1; attempt <= attemptsMost; attempt++) {
    const opened = await openGrant(deps, wanted)
    if (opened.kind !== "opened") return { kind: "access", access: opened }
    const refreshed = await refreshOpened(deps, opened)
    if (refreshed !== null) return refreshed
  }
  throw new Problem("unavailable", "The connection is being changed; try again.", { code: "credential-busy" })
}

/**
 * Opens the refresh token in a transaction of its own. Its audit record holds the account's row until that transaction
 * ends; were it the one that asks the provider, one slow provider would hold up everybody of the account.
 */
function openGrant(deps: RefreshDeps, { accountId, connectionId, wish }: Wanted): Promise<OpenedGrant | HeldAccess> {
  return deps.store.inAccount(accountId, async (tables) => {
    const connection = await requireConnection(tables, connectionId)
    const credential = await tables.findCredential(connectionId)
    if (credential === null) throw gone()
    const known = await storedAccess(deps, tables, credential, wish)
    if (known !== null) return known
    const { signIn } = requireProvider(deps.providers, connection.provider)
    if (signIn.kind !== "oauth") throw gone()
    const { actor, reason, call } = wish
    const opening = { connectionId, actor, reason: `refresh-for-${reason}`, call, kind: "refresh-token" } as const
    const refreshToken = await deps.vault.openSecret(tables, opening, credential.sealedSecret)
    return { kind: "opened", refreshToken, version: credential.version, connection, signIn }
  })
}

/** Under the credential's lock: fetch and store; null when another has changed the credential since it was opened. */
function refreshOpened(deps: RefreshDeps, opened: OpenedGrant): Promise<Refreshed | null> {
  const { connection, version } = opened
  return deps.store.inAccount(connection.accountId, async (tables) => {
    const credential = await tables.lockCredential(connection.connectionId)
    if (credential === null) throw gone()
    if (credential.version !== version) return null
    const granted = await askProvider(deps, opened)
    if (granted instanceof Problem) return { kind: "refused", problem: granted, triedVersion: version }
    const kept = await storeGrant(deps, tables, credential, granted)
    // People may take contacts back by themselves and keep the calendar: what is shown is what there is.
    if (granted.contacts !== connection.contactsPermission)
      await tables.updateConnection(connection.connectionId, { contactsPermission: granted.contacts })
    const { accessToken: token, accessExpiresAt: expiresAt } = granted
    return { kind: "access", access: { kind: "bearer", token, expiresAt, credentialVersion: kept.version } }
  })
}

async function askProvider(
  { clock, metrics }: RefreshDeps,
  { connection, signIn, refreshToken }: OpenedGrant,
): Promise<Grant | Problem> {
  const { provider } = connection
  const startedAt = clock.now()
  const granted = await signIn.refresh(refreshToken, askedFor(connection)).catch(problemOrThrow)
  metrics.observeSeconds("token_refresh_seconds", startedAt.until(clock.now()).total("seconds"), { provider })
  const outcome = granted instanceof Problem ? granted.kind : "refreshed"
  metrics.count("token_refreshes_total", { provider, outcome })
  metrics.countFor(connection, granted instanceof Problem ? "refreshes-failed" : "accesses-refreshed")
  return granted
}

/** Seals what a provider granted into the credential: the refresh token that came, or the one there is. */
export async function storeGrant(
  deps: Pick<RefreshDeps, "vault" | "clock">,
  tables: AccountTables,
  credential: CredentialRow,
  grant: Grant,
): Promise<CredentialRow> {
  const { connectionId } = credential
  await tables.lockAccount()
  const sealedAccessToken = await deps.vault.sealSecret(
    tables,
    { connectionId, kind: "access-token" },
    grant.accessToken,
  )
  const sealedSecret =
    grant.refreshToken === null
      ? credential.sealedSecret
      : await deps.vault.sealSecret(tables, { connectionId, kind: "refresh-token" }, grant.refreshToken)
  const stored = {
    ...credential,
    version: credential.version + 1,
    sealedSecret,
    sealedAccessToken,
    accessExpiresAt: grant.accessExpiresAt,
    refreshExpiresAt: grant.refreshExpiresAt ?? credential.refreshExpiresAt,
    usedAt: deps.clock.now(),
  }
  await tables.upsertCredential(stored)
  await tables.appendAudit(
    {
      actor: { kind: "service", part: "broker" },
      action: "token-refreshed",
      subjectId: connectionId,
      reason: "granted",
    },
    deps.clock.now(),
  )
  return stored
}

function requireProvider(providers: ReadonlyMap<ProviderName, CalendarProvider>, name: ProviderName): CalendarProvider {
  const provider = providers.get(name)
  if (provider === undefined)
    throw new Problem("unsupported", "This calendar service is not set up here.", { code: "provider-not-configured" })
  return provider
}

function problemOrThrow(error: unknown): Problem {
  if (isProblem(error)) return error
  throw error
}
