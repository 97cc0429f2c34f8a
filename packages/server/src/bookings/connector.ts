import type { DeviceId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { DeviceNote, DeviceRow } from "../ports/device-tables.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { Random } from "../ports/random.ts"
import { createTurns } from "../ports/turns.ts"
import { leaseSeconds, lookMs, renewMs } from "./connector-pace.ts"
import { type DeviceLine, startDeviceLine } from "./device-line.ts"
import { createLeaving } from "./leaving.ts"
import type { LinkDeps } from "./open-link.ts"
import type { RoomShelves } from "./room-shelves.ts"
import { createRounds } from "./rounds.ts"

export type ConnectorDeps = {
  readonly link: LinkDeps
  readonly shelves: RoomShelves
  readonly fanOut: Pick<FanOut, "publish">
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Devices that a node brings their bookings at most. */
const linesMost = 5_000
const takenPerLook = 500
const callsAtOnce = 64
const noteMs = 500

/**
 * Brings every device its bookings: each node has a share of them under leases, as for calendars that are listened to. A
 * device that somebody changed is let go of and taken anew; what a killed node had is taken by another when its lease is over.
 * A node that was too slow to renew keeps what no other has taken: all its lines opened anew would make it slower still.
 * What becomes of devices is written many at a time.
 */
export function createConnector({ link, shelves, fanOut, clock, random, log }: ConnectorDeps) {
  const { store } = link
  const holder = random.uuid()
  const turns = { opening: createTurns(callsAtOnce), giving: createTurns(callsAtOnce) }
  const leave = createLeaving({ store, fanOut, clock, log })
  const lines = new Map<DeviceId, DeviceLine>()
  /** Let go of because they were changed, perhaps after they were taken as they are now. */
  const dropped = new Set<DeviceId>()
  const notes = new Map<DeviceId, DeviceNote>()
  let cancelNotes: (() => void) | null = null

  function note(one: DeviceNote): void {
    notes.set(one.deviceId, one)
    cancelNotes ??= clock.after(noteMs, () => void writeNotes())
  }

  async function writeNotes(): Promise<void> {
    cancelNotes?.()
    cancelNotes = null
    const written = [...notes.values()]
    notes.clear()
    try {
      await store.asSystem((tables) => tables.noteDevices(written))
    } catch (error) {
      // Those that were not noted again meanwhile.
      for (const one of written) if (!notes.has(one.deviceId)) note(one)
      log.warn("what became of devices could not be written", { problem: kindOf(error) })
    }
  }

  function start(row: DeviceRow): void {
    lines.get(row.deviceId)?.stop()
    const fraction = () => random.fraction()
    lines.set(row.deviceId, startDeviceLine({ link, shelves, note, leave, world: { turns, clock, fraction } }, row))
  }

  function stop(deviceId: DeviceId): void {
    lines.get(deviceId)?.stop()
    lines.delete(deviceId)
  }

  const until = () => clock.now().add({ seconds: leaseSeconds })
  const isPushed = ({ family }: DeviceRow) => link.families.get(family)?.push != null

  /** Holds on, even to what was held for too long; what another node has by now is let go of. */
  async function renew(): Promise<void> {
    const before = [...lines]
    const kept = await store.asSystem((tables) => tables.keepDevices(holder, until()))
    const ids = new Set(kept.map(({ deviceId }) => deviceId))
    for (const [deviceId, line] of before) if (!ids.has(deviceId) && lines.get(deviceId) === line) stop(deviceId)
    // Taken, though the answer did not reach us.
    for (const row of kept) if (isPushed(row) && !lines.has(row.deviceId)) start(row)
  }

  async function take(): Promise<void> {
    for (;;) {
      const limit = Math.min(takenPerLook, linesMost - lines.size)
      if (limit <= 0 || isStopped) return
      const again = [...dropped]
      dropped.clear()
      const lease = { holder, now: clock.now(), until: until() }
      try {
        const taken = await store.asSystem((tables) => tables.takeDevices({ ...lease, again, limit }))
        for (const row of taken) if (isPushed(row)) start(row)
        if (taken.length < limit) return
      } catch (error) {
        for (const deviceId of again) dropped.add(deviceId)
        throw error
      }
    }
  }

  let isStopped = true
  const failed = (error: unknown) => log.warn("devices could not be looked for", { problem: kindOf(error) })
  const renewals = createRounds({ clock, everyMs: renewMs, work: renew, failed })
  const looks = createRounds({ clock, everyMs: lookMs, work: take, failed })

  return {
    /** How many devices this node brings their bookings. */
    get count() {
      return lines.size
    },
    /** Somebody changed a device, here or at another node: it is let go of at once, and taken as it is now. */
    changed(deviceId: DeviceId): void {
      stop(deviceId)
      // What became of it before is not what became of it as it is now.
      notes.delete(deviceId)
      dropped.add(deviceId)
      looks.now()
    },
    /** Looks every few seconds until it is stopped, which gives up all that this node holds. */
    start(): () => Promise<void> {
      isStopped = false
      const rounds = [renewals, looks]
      for (const round of rounds) round.start()
      return async () => {
        isStopped = true
        await Promise.all(rounds.map((round) => round.stop()))
        for (const deviceId of [...lines.keys()]) stop(deviceId)
        await writeNotes()
        cancelNotes?.()
        await store
          .asSystem((tables) => tables.releaseDevices(holder))
          .catch((error: unknown) => log.warn("devices could not be given up", { problem: kindOf(error) }))
      }
    },
  }
}

const kindOf = (error: unknown) => (isProblem(error) ? error.kind : "unknown")
