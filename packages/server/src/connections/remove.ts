import type { Access } from "@kalends/domain/access"
import type { ConnectionId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { RemovalView } from "@kalends/protocol/api"
import type { AccessWish } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { ConnectionRow, SubscriptionRow, UserRow } from "../ports/store.ts"
import type { ConnectionsDeps } from "./deps.ts"

const providerTimeoutMs = 10_000

type Taken = {
  readonly connection: ConnectionRow
  readonly subscriptions: readonly SubscriptionRow[]
  readonly refreshToken: string | null
}

/**
 * Removes a connection at once (SPEC 1.6). What the provider must still be told is taken into memory first; then secrets,
 * cursors and subscriptions are deleted in one transaction, whatever the provider does; then, each within ten seconds,
 * its subscriptions are stopped and its grant revoked, in that order, because a revoked grant can stop nothing.
 */
export async function removeConnection(
  deps: ConnectionsDeps,
  user: UserRow,
  connectionId: ConnectionId,
): Promise<RemovalView> {
  const wish: AccessWish = { actor: { kind: "user", userId: user.userId }, reason: "removal" }
  const access = await deps.broker.freshAccess(user.accountId, connectionId, wish).catch(() => null)
  const taken = await takeAndDelete(deps, user, connectionId)
  deps.fanOut.publish(
    { kind: "user", accountId: user.accountId, userId: user.userId },
    { kind: "connection-changed", connectionId, state: "gone" },
  )
  const provider = deps.providers.get(taken.connection.provider)
  const stopped =
    provider === undefined || access === null ? 0 : await stopAll(deps, provider, access, taken.subscriptions)
  const grantRevoked = provider === undefined ? "not-confirmed" : await revoke(provider, taken.refreshToken)
  await deps.store.inAccount(user.accountId, (tables) =>
    tables.appendAudit(
      { actor: wish.actor, action: "grant-revoked", subjectId: connectionId, reason: grantRevoked },
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

function takeAndDelete(deps: ConnectionsDeps, user: UserRow, connectionId: ConnectionId): Promise<Taken> {
  return deps.store.inAccount(user.accountId, async (tables) => {
    const credential = await tables.lockCredential(connectionId)
    const connection = await tables.findConnection(connectionId)
    if (connection === null) throw new Error("the connection was checked before")
    const calendars = await tables.listCalendars(connectionId)
    const subscriptions = (
      await Promise.all(calendars.map(({ calendarId }) => tables.listSubscriptions(calendarId)))
    ).flat()
    const actor = { kind: "user", userId: user.userId } as const
    const opening = { connectionId, kind: "refresh-token", actor, reason: "removal" } as const
    // A secret that cannot be opened any more must not stand in the way of deleting it.
    const refreshToken =
      credential?.secretKind === "refresh-token"
        ? await deps.vault.openSecret(tables, opening, credential.sealedSecret).catch(() => null)
        : null
    await tables.appendAudit(
      { actor, action: "connection-removed", subjectId: connectionId, reason: "asked" },
      deps.clock.now(),
    )
    await tables.deleteConnection(connectionId)
    return { connection, subscriptions, refreshToken }
  })
}

async function stopAll(
  deps: ConnectionsDeps,
  provider: CalendarProvider,
  access: Access,
  subscriptions: readonly SubscriptionRow[],
): Promise<number> {
  const { push } = provider
  if (push === null) return 0
  const outcomes = await Promise.allSettled(
    subscriptions.map(({ providerSubscriptionId, providerResourceId }) =>
      push.stop({ access, providerSubscriptionId, providerResourceId, signal: AbortSignal.timeout(providerTimeoutMs) }),
    ),
  )
  for (const { status } of outcomes)
    deps.metrics.count("subscriptions_total", {
      provider: provider.name,
      outcome: status === "fulfilled" ? "stopped" : "failed",
    })
  return outcomes.filter(({ status }) => status === "fulfilled").length
}

async function revoke(provider: CalendarProvider, refreshToken: string | null): Promise<RemovalView["grantRevoked"]> {
  if (provider.signIn.kind !== "oauth" || refreshToken === null) return "not-possible"
  try {
    return (await provider.signIn.revoke(refreshToken)) ? "revoked" : "not-possible"
  } catch (error) {
    if (isProblem(error)) return "not-confirmed"
    throw error
  }
}
