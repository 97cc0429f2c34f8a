import type { Access } from "@kalends/domain/access"
import { type AccountId, type CalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { type AccessBroker, type AccessWish, tokenDigest } from "../ports/access-broker.ts"
import type { CalendarProvider, PushSource } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { Metrics } from "../ports/metrics.ts"
import { isSuspended } from "../ports/person-tables.ts"
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
const actor: AccessWish["actor"] = { kind: "service", part: "subscriptions" }

type Subject = {
  readonly calendar: CalendarRow
  readonly connection: ConnectionRow
  readonly live: readonly SubscriptionRow[]
}

type Armed = "pushed" | "listened" | "polled" | "gone"

/** How this calendar's provider is reached, and how it reaches us. */
type Way = {
  readonly provider: CalendarProvider
  readonly push: PushSource
  readonly hookUrl: string
}

/**
 * Arms, renews or replaces a calendar's subscription. Afterwards at most one is live. A new one is armed before the old
 * is stopped, so that nothing is missed in between; a crash between the two leaves one too many for a while, whose
 * notices are as good and which expires by itself. A calendar that cannot be pushed is listened to
 * where that is possible (listen.ts opens the stream), else polled. Whatever is armed anew makes a pass due, for what
 * changed before the provider began to tell.
 * Throws Problem "rate-limited", "unavailable" and the broker's own: the job decides when to try again.
 */
export function createArm(deps: ArmDeps) {
  const { store, broker, world } = deps

  function find(accountId: AccountId, calendarId: CalendarId): Promise<Subject | null> {
    return store.inAccount(accountId, async (tables) => {
      const calendar = await tables.findCalendar(calendarId)
      const connection = calendar === null ? null : await tables.findConnection(calendar.connectionId)
      if (calendar === null || connection === null || (await isSuspended(tables, connection.userId))) return null
      return { calendar, connection, live: await tables.listSubscriptions(calendarId) }
    })
  }

  async function arm(calendar: CalendarRow, access: Access, { provider, push, hookUrl }: Way): Promise<void> {
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
    const { accountId, calendarId } = calendar
    await store.inAccount(accountId, async (tables) => {
      await tables.insertSubscription({
        accountId,
        subscriptionId,
        calendarId,
        provider: provider.name,
        providerSubscriptionId,
        providerResourceId,
        expiresAt,
        renewAt: halfLife(createdAt, expiresAt, world.random.fraction()),
        createdAt,
      })
      await tables.addJobs([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
    })
    world.metrics.count("subscriptions_total", { provider: provider.name, outcome: "armed" })
    world.metrics.countFor({ accountId, provider: provider.name }, "subscriptions-armed")
  }

  async function renew(
    row: SubscriptionRow,
    access: Access,
    push: PushSource,
  ): Promise<"renewed" | "gone" | "not-renewable"> {
    if (push.renew === null) return "not-renewable"
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
      world.metrics.countFor(row, "subscriptions-renewed")
      return "renewed"
    } catch (error) {
      if (isProblem(error, "not-found")) return "gone"
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

  async function armIfSupported(calendar: CalendarRow, access: Access, way: Way): Promise<boolean> {
    try {
      await arm(calendar, access, way)
      return true
    } catch (error) {
      if (isProblem(error, "unsupported")) return false
      throw error
    }
  }

  /** Forgets one that the provider no longer knows, so that the calendar is not taken for pushed. */
  async function forget({ accountId, subscriptionId, provider }: SubscriptionRow): Promise<void> {
    await store.inAccount(accountId, (tables) => tables.deleteSubscription(subscriptionId))
    world.metrics.count("subscriptions_total", { provider, outcome: "lost" })
    world.metrics.countFor({ accountId, provider }, "subscriptions-lost")
  }

  async function keepPushed({ calendar, live }: Subject, access: Access, way: Way): Promise<"pushed" | "polled"> {
    const { provider, push } = way
    const signal = AbortSignal.timeout(providerTimeoutMs)
    const isOffered = (await provider.detectPush?.(access, calendar.providerCalendarId, signal)) ?? true
    if (!isOffered) return "polled"
    const [newest, ...older] = [...live].reverse()
    const renewed = newest === undefined ? "none" : await renew(newest, access, push)
    const isArmed = renewed === "renewed" || (await armIfSupported(calendar, access, way))
    if (newest !== undefined && renewed === "gone") await forget(newest)
    if (!isArmed) return "polled"
    const left = newest !== undefined && renewed === "not-renewable" ? [newest, ...older] : older
    for (const row of left) await stop(row, access, push)
    return "pushed"
  }

  async function pushed(subject: Subject, way: Way, call: Call): Promise<"pushed" | "polled" | "gone"> {
    const wish = { actor, reason: "subscribe", call } as const
    const { accountId, connectionId } = subject.connection
    const access = await broker.freshAccess(accountId, connectionId, wish)
    try {
      return await keepPushed(subject, access, way)
    } catch (error) {
      if (!isProblem(error, "auth-expired") || access.kind !== "bearer") throw error
      const refusedTokenDigest = tokenDigest(access.token)
      const replaced = await broker.freshAccess(accountId, connectionId, { ...wish, refusedTokenDigest })
      // What is live is read again: the first attempt may have come half of the way.
      const now = await find(accountId, subject.calendar.calendarId)
      return now === null ? "gone" : keepPushed(now, replaced, way)
    }
  }

  return async (accountId: AccountId, calendarId: CalendarId, call: Call): Promise<Armed> => {
    const subject = await find(accountId, calendarId)
    if (subject === null) return "gone"
    const provider = deps.providerOf(subject.connection)
    const push = provider?.push ?? null
    const hookUrl = provider === null ? null : deps.hookUrlOf(provider)
    if (provider === null || push === null || hookUrl === null) return listened(deps, subject)
    const outcome = await pushed(subject, { provider, push, hookUrl }, call).catch((error: unknown) => {
      world.metrics.countFor(subject.connection, "subscriptions-failed")
      throw error
    })
    return outcome === "polled" ? listened(deps, subject) : outcome
  }
}

/** Asks for a stream where the provider does not push the calendar to us, and there can be one. */
async function listened(
  { store, providerOf, world }: ArmDeps,
  { connection }: Subject,
): Promise<"listened" | "polled" | "gone"> {
  if ((providerOf(connection)?.listen ?? null) === null) return "polled"
  const { accountId, connectionId } = connection
  return store.inAccount(accountId, async (tables) => {
    // Removed meanwhile.
    if ((await tables.findConnection(connectionId)) === null) return "gone"
    await tables.listening.ask(connectionId, world.clock.now())
    return "listened"
  })
}

/** Half of what was granted, a tenth earlier or later, so that what was armed together is not renewed together. */
export function halfLife(from: Temporal.Instant, expiresAt: Temporal.Instant, fraction: number): Temporal.Instant {
  const lifeMs = from.until(expiresAt).total("milliseconds")
  return from.add({ milliseconds: Math.round(lifeMs * (0.45 + 0.1 * fraction)) })
}
