import type { AccountId, ConnectionId, ProviderName } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import {
  type AccessBroker,
  type AccessWish,
  type HeldAccess,
  type KeepAlive,
  tokenDigest,
} from "../ports/access-broker.ts"
import type { CalendarProvider, Grant, OAuthSignIn } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionLife } from "../ports/connection-life.ts"
import type { Metrics } from "../ports/metrics.ts"
import { parsePasswordRecord } from "../ports/password-record.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, ConnectionRow, CredentialRow, Store } from "../ports/store.ts"

/** An access token is replaced when it has less than this left. */
export const accessMarginMs = 2 * 60_000

export type BrokerDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly providers: ReadonlyMap<ProviderName, CalendarProvider>
  readonly life: ConnectionLife
  readonly clock: Clock
  readonly metrics: Metrics
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
 * The token broker: a fresh access for a connection, refreshed when it must be. One refresh is in flight for each
 * credential in the whole cluster: whoever refreshes holds the credential's row, and whoever waited for it uses what is
 * there afterwards. The rotated refresh token is stored before the new access token is used by anybody.
 */
export function createBroker(deps: BrokerDeps): AccessBroker & KeepAlive {
  const inFlight = new Map<string, Promise<HeldAccess>>()

  /** The stored access, if it serves; what is missing is said by null. */
  async function stored(
    tables: AccountTables,
    connection: ConnectionRow,
    credential: CredentialRow,
    wish: AccessWish,
  ): Promise<HeldAccess | null> {
    const place = { connectionId: connection.connectionId, actor: wish.actor, reason: wish.reason }
    if (credential.secretKind === "password") {
      const text = await deps.vault.openSecret(tables, { ...place, kind: "password" }, credential.sealedSecret)
      return { kind: "password", credentialVersion: credential.version, ...parsePasswordRecord(text) }
    }
    const { sealedAccessToken, accessExpiresAt } = credential
    if (sealedAccessToken === null || accessExpiresAt === null) return null
    if (deps.clock.now().until(accessExpiresAt).total("milliseconds") < accessMarginMs) return null
    const token = await deps.vault.openSecret(tables, { ...place, kind: "access-token" }, sealedAccessToken)
    if (wish.refusedTokenDigest === tokenDigest(token)) return null
    return { kind: "bearer", token, expiresAt: accessExpiresAt, credentialVersion: credential.version }
  }

  /**
   * Opens the refresh token in a transaction of its own. Its audit record holds the account's row until that transaction
   * ends; were it the one that asks the provider, one slow provider would hold up everybody of the account.
   */
  function openGrant(
    accountId: AccountId,
    connectionId: ConnectionId,
    wish: AccessWish,
  ): Promise<OpenedGrant | HeldAccess> {
    return deps.store.inAccount(accountId, async (tables) => {
      const connection = await requireConnection(tables, connectionId)
      const credential = await tables.findCredential(connectionId)
      if (credential === null) throw gone()
      const known = await stored(tables, connection, credential, wish)
      if (known !== null) return known
      const { signIn } = requireProvider(deps.providers, connection.provider)
      if (signIn.kind !== "oauth") throw gone()
      const opening = { connectionId, actor: wish.actor, reason: "refresh", kind: "refresh-token" } as const
      const refreshToken = await deps.vault.openSecret(tables, opening, credential.sealedSecret)
      return { kind: "opened", refreshToken, version: credential.version, connection, signIn }
    })
  }

  /** Under the credential's lock: fetch and store; null when another has changed the credential since it was opened. */
  function refreshOpened({ connection, signIn, refreshToken, version }: OpenedGrant): Promise<Refreshed | null> {
    return deps.store.inAccount(connection.accountId, async (tables) => {
      const credential = await tables.lockCredential(connection.connectionId)
      if (credential === null) throw gone()
      if (credential.version !== version) return null
      const startedAt = deps.clock.now()
      const granted = await signIn.refresh(refreshToken, connection.permission).catch(problemOrThrow)
      deps.metrics.observeSeconds("token_refresh_seconds", startedAt.until(deps.clock.now()).total("seconds"), {
        provider: connection.provider,
      })
      deps.metrics.count("token_refreshes_total", {
        provider: connection.provider,
        outcome: granted instanceof Problem ? granted.kind : "refreshed",
      })
      if (granted instanceof Problem) return { kind: "refused", problem: granted, triedVersion: version }
      const kept = await storeGrant(deps, tables, credential, granted)
      return {
        kind: "access",
        access: {
          kind: "bearer",
          token: granted.accessToken,
          expiresAt: granted.accessExpiresAt,
          credentialVersion: kept.version,
        },
      }
    })
  }

  async function refresh(accountId: AccountId, connectionId: ConnectionId, wish: AccessWish): Promise<Refreshed> {
    for (let attempt = 1; attempt <= attemptsMost; attempt++) {
      const opened = await openGrant(accountId, connectionId, wish)
      if (opened.kind !== "opened") return { kind: "access", access: opened }
      const refreshed = await refreshOpened(opened)
      if (refreshed !== null) return refreshed
    }
    throw new Problem("unavailable", "The connection is being changed; try again.", { code: "credential-busy" })
  }

  /** The refresh, with what its failure means for the connection. A grant that looks dead may have been replaced meanwhile: look once before saying so. */
  async function refreshOrTell(
    accountId: AccountId,
    connectionId: ConnectionId,
    wish: AccessWish,
  ): Promise<HeldAccess> {
    let refreshed = await refresh(accountId, connectionId, wish)
    if (refreshed.kind === "refused" && refreshed.problem.kind === "auth-revoked") {
      const credential = await deps.store.inAccount(accountId, (tables) => tables.findCredential(connectionId))
      if (credential !== null && credential.version !== refreshed.triedVersion)
        refreshed = await refresh(accountId, connectionId, wish)
    }
    if (refreshed.kind === "access") return refreshed.access
    await deps.life.isTroubled(accountId, connectionId, refreshed.problem, {
      isLasting: false,
      credentialVersion: refreshed.triedVersion,
    })
    throw refreshed.problem
  }

  async function freshAccess(accountId: AccountId, connectionId: ConnectionId, wish: AccessWish): Promise<HeldAccess> {
    const known = await deps.store.inAccount(accountId, async (tables) => {
      const connection = await requireConnection(tables, connectionId)
      refuseUnusable(connection)
      const credential = await tables.findCredential(connectionId)
      if (credential === null) throw gone()
      return stored(tables, connection, credential, wish)
    })
    if (known !== null) return known
    const waiting = inFlight.get(connectionId)
    if (waiting !== undefined) return waiting
    const work = refreshOrTell(accountId, connectionId, wish).finally(() => inFlight.delete(connectionId))
    inFlight.set(connectionId, work)
    return work
  }

  return {
    freshAccess,

    async keepAlive(accountId, connectionId) {
      const isGrant = await deps.store.inAccount(accountId, async (tables) => {
        // Held, because a refresh under way may be about to store a rotated token that an older row would overwrite.
        const credential = await tables.lockCredential(connectionId)
        if (credential === null || credential.secretKind === "password") return false
        await tables.upsertCredential({
          ...credential,
          version: credential.version + 1,
          sealedAccessToken: null,
          accessExpiresAt: null,
        })
        return true
      })
      if (isGrant)
        await freshAccess(accountId, connectionId, { actor: { kind: "service", part: "broker" }, reason: "keep-alive" })
    },
  }
}

/** Seals what a provider granted into the credential: the refresh token that came, or the one there is. */
export async function storeGrant(
  deps: Pick<BrokerDeps, "vault" | "clock">,
  tables: AccountTables,
  credential: CredentialRow,
  grant: Grant,
): Promise<CredentialRow> {
  const { connectionId } = credential
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

export function requireProvider(
  providers: ReadonlyMap<ProviderName, CalendarProvider>,
  name: ProviderName,
): CalendarProvider {
  const provider = providers.get(name)
  if (provider === undefined)
    throw new Problem("unsupported", "This calendar service is not set up here.", { code: "provider-not-configured" })
  return provider
}

async function requireConnection(tables: AccountTables, connectionId: ConnectionId): Promise<ConnectionRow> {
  const connection = await tables.findConnection(connectionId)
  if (connection === null) throw gone()
  return connection
}

/** A connection that a person must mend is not tried again and again: repeated wrong passwords lock accounts. */
function refuseUnusable(connection: ConnectionRow): void {
  if (connection.state === "needs-reauth")
    throw new Problem("auth-revoked", "The calendar must be connected again.", {
      code: connection.problemCode ?? "reconnect",
    })
  if (connection.state === "needs-consent" || connection.state === "disabled")
    throw new Problem("forbidden", "Permission for this calendar was withdrawn.", {
      code: connection.problemCode ?? "permission-withdrawn",
    })
}

function problemOrThrow(error: unknown): Problem {
  if (isProblem(error)) return error
  throw error
}

function gone(): Problem {
  return new Problem("not-found", "There is no such connection.", { code: "no-connection" })
}
