import { statesForPerson } from "@kalends/domain/connection"
import type { ConnectionId } from "@kalends/domain/ids"
import type { RenewedListening } from "../ports/listening-tables.ts"
import { type AnnounceDeps, createAnnounce } from "./announce.ts"
import { leaseMs, lookEveryMs, openingDelayMs, takenPerLookMost, tenureMs } from "./listen-pace.ts"
import { type Listener, type ListenerDeps, startListener } from "./listener.ts"

export type ListenDeps = ListenerDeps & {
  readonly notices: AnnounceDeps["notices"]
  /** Connections that this node listens for at most. */
  readonly listenersMost: number
}

type Held = { readonly listener: Listener; readonly giveBackAtMs: number }

/**
 * Listens to the providers that cannot reach us: every node for a share of the connections, each under a lease that it
 * renews at half life. The row in the table `listening` says who may; subscriptions/arm.ts makes it, and it goes with the
 * connection.
 *
 *   free ──a node looks──▶ leased ──renewed──▶ leased
 *   leased ──node stops, or had it for some hours──▶ free
 *   leased ──node was killed, or cannot reach the database──▶ free when the lease has run out
 *
 * A node closes its streams before their lease has run out by its own clock, so that nobody is listened to twice. After a
 * kill others open what it had within `takeoverBoundMs`; what was missed meanwhile is found by the pass that every opening
 * makes due.
 */
export function createListening(deps: ListenDeps) {
  const { store, world, listenersMost } = deps
  const { clock, random, metrics, log } = world
  const nodeId = random.uuid()
  const announce = createAnnounce({ notices: deps.notices, fanOut: deps.fanOut, clock, metrics })
  const held = new Map<ConnectionId, Held>()
  let renewedAtMs = 0
  let isStopped = false

  const lease = () => {
    const now = clock.now()
    return { nodeId, now, leasedUntil: now.add({ milliseconds: leaseMs }) }
  }

  /** Takes what nobody listens for, as far as there is room. */
  async function take(): Promise<void> {
    const limit = Math.min(takenPerLookMost, listenersMost - held.size)
    if (limit <= 0) return
    const { leasedUntil, ...rest } = lease()
    const all = await store.asSystem((tables) => tables.takeListening({ ...rest, leasedUntil, limit }))
    // Stopped meanwhile: they are given back with the others.
    if (isStopped) return
    for (const taken of all) {
      const { connectionId } = taken
      // Its lease had run out here: whoever listened has closed, or does so now.
      held
        .get(connectionId)
        ?.listener.end()
        .catch(() => {})
      const listener = startListener(deps, {
        ...{ nodeId, announce, taken, leasedUntil },
        delayMs: openingDelayMs(all.length, random.fraction()),
        ended: () => {
          if (held.get(connectionId)?.listener === listener) held.delete(connectionId)
        },
      })
      const giveBackAtMs = clock.now().epochMilliseconds + tenureMs(random.fraction())
      held.set(connectionId, { listener, giveBackAtMs })
    }
  }

  /** Renews all leases. What was lost is closed, and what changed is taken up, should the hint that told so have been lost. */
  async function renew(): Promise<void> {
    const { leasedUntil, ...rest } = lease()
    const before = [...held.values()]
    const renewed = await store.asSystem((tables) => tables.renewListening({ ...rest, leasedUntil }))
    renewedAtMs = rest.now.epochMilliseconds
    const kept = new Set(renewed.map(({ connectionId }) => connectionId))
    for (const { listener } of before) if (!kept.has(listener.connectionId)) await listener.end()
    for (const row of renewed) await keep(row, leasedUntil)
  }

  async function keep(row: RenewedListening, leasedUntil: Temporal.Instant): Promise<void> {
    const { accountId, connectionId, askedAt } = row
    const listener = held.get(connectionId)?.listener
    const isForPerson = statesForPerson.includes(row.state)
    if (listener !== undefined && !isForPerson) {
      listener.hold(leasedUntil)
      return listener.askedFor(askedAt)
    }
    if (listener !== undefined) return listener.unwant()
    await store.inAccount(accountId, ({ listening }) =>
      isForPerson
        ? listening.drop(connectionId, nodeId, askedAt)
        : listening.giveBack(connectionId, nodeId, clock.now()),
    )
  }

  /** Gives back what this node had for long. It has just looked itself, so that others see it first. */
  async function giveBack(): Promise<void> {
    const nowMs = clock.now().epochMilliseconds
    for (const { listener, giveBackAtMs } of [...held.values()]) {
      if (giveBackAtMs > nowMs) continue
      const { accountId, connectionId } = listener
      await listener.end()
      await store.inAccount(accountId, ({ listening }) => listening.giveBack(connectionId, nodeId, clock.now()))
    }
  }

  function tell(): void {
    const nowMs = clock.now().epochMilliseconds
    const listeners = [...held.values()].map(({ listener }) => listener)
    const open = listeners.filter((listener) => listener.state() === "listening")
    for (const state of ["waiting", "opening", "listening"] as const)
      metrics.gauge("listening_streams", listeners.filter((listener) => listener.state() === state).length, { state })
    const silenceMs = open.reduce((longest, { lastSignMs }) => Math.max(longest, nowMs - lastSignMs()), 0)
    metrics.gauge("listening_silence_seconds", silenceMs / 1000)
  }

  /** One look. */
  async function look(): Promise<void> {
    tell()
    if (clock.now().epochMilliseconds - renewedAtMs >= leaseMs / 2) await renew()
    await take()
    await giveBack()
  }

  async function stop(): Promise<void> {
    isStopped = true
    await Promise.all([...held.values()].map(({ listener }) => listener.end()))
    await store
      .asSystem((tables) => tables.releaseListening({ nodeId, now: clock.now() }))
      .catch(() => log.warn("connections listened to could not be given back; others take them when the lease is over"))
    tell()
  }

  return {
    look,
    /** Looks every few seconds until it is stopped; then closes all streams and gives their connections back. */
    start(): () => Promise<void> {
      let cancel = () => {}
      let running: Promise<void> = Promise.resolve()
      const again = (delayMs: number) => {
        if (isStopped) return
        cancel = clock.after(delayMs, () => {
          running = look()
            .catch((error: unknown) =>
              log.error("listening failed", { error: error instanceof Error ? error.name : "unknown" }),
            )
            .then(() => again(lookEveryMs))
        })
      }
      again(0)
      return async () => {
        isStopped = true
        cancel()
        await running
        await stop()
      }
    },
  }
}
