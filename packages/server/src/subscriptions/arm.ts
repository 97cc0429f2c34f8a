import type { Access } from "@kalends/domain/access"
import { type AccountId, type CalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { AccessBroker, AccessWish } from "../ports/access-broker.ts"
import type { CalendarProvider, PushSource } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Random } from "../ports/random.ts"
import type { CalendarRow, ConnectionRow, Store, SubscriptionRow } from "../ports/store.ts"
import type { HookSecrets } from "./hook-secret.ts"

export type ArmDeps = {
  readonly store: Store
  readonly broker: AccessBroker
  readonly providerOf: (connection: ConnectionRow) => CalendarProvider | null
  readonly secrets: HookSecrets
  /** Where a provider reaches us; null when it cannot. */
  readonly hookUrlOf: (provider: CalendarProvider) => string | null
  readonly world: { readonly clock: Clock; readonly random: Random; readonly metrics: Metrics }
}

const providerTimeoutMs = 15_000
const wish: AccessWish = { actor: { kind: "service", part: "subscriptions" }, reason: "subscribe" }

type Subject = {
  readonly calendar: CalendarRow
  readonly connection: ConnectionRow
  readonly live: readonly SubscriptionRow[]
}

type Arming = {
  readonly calendar: CalendarRow
  readonly access: Access
  readonly provider: CalendarProvider
  readonly push: PushSource
  readonly hookUrl: string
}

/**
 * Arms, renews or replaces a calendar's subscription. Afterwards at most one is live. A new one is armed before the old
 * is stopped, so that nothing is missed in between; a crash between the two leaves one too many for a while, whose
 * notices are as good and which expires by itself. A calendar that cannot be pushed is polled: it has no row.
 * Throws Problem "rate-limited", "unavailable" and the broker's own: the job decides when to try again.
 */
export function createArm(deps: ArmDeps) {
  const { store, broker, world } = deps

  function find(accountId: AccountId, calendarId: CalendarId): Promise<Subject | null> {
    return store.inAccount(accountId, async (tables) => {
      const calendar = await tables.findCalendar(calendarId)
      const connection = calendar === null ? null : await tables.findConnection(calendar.connectionId)
      if (calendar === null || connection === null) return null
      return { calendar, connection, live: await tables.listSubscriptions(calendarId) }
    })
  }

  async function arm({ calendar, access, provider, push, hookUrl }: Arming): Promise<void> {
    const subscriptionId = parseSubscriptionId(world.random.uuid())
    const secret = deps.secrets.write({
      accountId: calendar.accountId,
      calendarId: calendar.calendarId,
      subscriptionId,
    })
    const input = {
      access,
      calendarId: calendar.providerCalendarId,
      subscriptionId,
      secret,
      hookUrl,
      signal: AbortSignal.timeout(providerTimeoutMs),
    }
    const subscribed = await push.subscribe(input)
    const createdAt = world.clock.now()
    const { providerSubscriptionId, providerResourceId, expiresAt } = subscribed
    await store.inAccount(calendar.accountId, (tables) =>
      tables.insertSubscription({
        accountId: calendar.accountId,
        subscriptionId,
        calendarId: calendar.calendarId,
        provider: provider.name,
        providerSubscriptionId,
        providerResourceId,
        expiresAt,
        renewAt: halfLife(createdAt, expiresAt, world.random.fraction()),
        createdAt,
      }),
    )
    world.metrics.count("subscriptions_total", { provider: provider.name, outcome: "armed" })
  }

  /** True when the provider extended it; false when it is gone there. */
  async function renew(row: SubscriptionRow, access: Access, push: PushSource): Promise<boolean> {
    if (push.renew === null) return false
    const { providerSubscriptionId, providerResourceId, accountId, subscriptionId, provider } = row
    try {
      const { expiresAt } = await push.renew({
        access,
        providerSubscriptionId,
        providerResourceId,
        signal: AbortSignal.timeout(providerTimeoutMs),
      })
      const renewAt = halfLife(world.clock.now(), expiresAt, world.random.fraction())
      await store.inAccount(accountId, (tables) => tables.updateSubscription(subscriptionId, { expiresAt, renewAt }))
      world.metrics.count("subscriptions_total", { provider, outcome: "renewed" })
      return true
    } catch (error) {
      if (isProblem(error, "not-found")) return false
      throw error
    }
  }

  async function stop(row: SubscriptionRow, access: Access, push: PushSource): Promise<void> {
    const { providerSubscriptionId, providerResourceId, accountId, subscriptionId } = row
    const input = { access, providerSubscriptionId, providerResourceId, signal: AbortSignal.timeout(providerTimeoutMs) }
    // One that cannot be stopped expires by itself; its notices do no harm.
    await push.stop(input).catch((error: unknown) => {
      if (!isProblem(error)) throw error
    })
    await store.inAccount(accountId, (tables) => tables.deleteSubscription(subscriptionId))
    world.metrics.count("subscriptions_total", { provider: row.provider, outcome: "stopped" })
  }

  return async (accountId: AccountId, calendarId: CalendarId): Promise<"pushed" | "polled" | "gone"> => {
    const subject = await find(accountId, calendarId)
    if (subject === null) return "gone"
    const provider = deps.providerOf(subject.connection)
    const push = provider?.push ?? null
    const hookUrl = provider === null ? null : deps.hookUrlOf(provider)
    if (provider === null || push === null || hookUrl === null) return "polled"
    const access = await broker.freshAccess(accountId, subject.connection.connectionId, wish)
    const isOffered =
      (await provider.detectPush?.(
        access,
        subject.calendar.providerCalendarId,
        AbortSignal.timeout(providerTimeoutMs),
      )) ?? true
    if (!isOffered) return "polled"
    const [newest, ...older] = [...subject.live].reverse()
    const isKept = newest !== undefined && (await renew(newest, access, push))
    try {
      if (!isKept) await arm({ calendar: subject.calendar, access, provider, push, hookUrl })
    } catch (error) {
      if (isProblem(error, "unsupported")) return "polled"
      throw error
    }
    for (const row of isKept || newest === undefined ? older : [newest, ...older]) await stop(row, access, push)
    return "pushed"
  }
}

/** Half of what was granted, a tenth earlier or later, so that what was armed together is not renewed together. */
export function halfLife(from: Temporal.Instant, expiresAt: Temporal.Instant, fraction: number): Temporal.Instant {
  const lifeMs = from.until(expiresAt).total("milliseconds")
  return from.add({ milliseconds: Math.round(lifeMs * (0.45 + 0.1 * fraction)) })
}
