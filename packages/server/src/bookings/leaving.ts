import type { DeviceId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import type { DeviceLeaving } from "./device-line.ts"

export type LeavingDeps = {
  readonly store: Store
  readonly fanOut: Pick<FanOut, "publish">
  readonly clock: Clock
  readonly log: Log
}

/** More than any room has. */
const systemsMost = 20

const actor = { kind: "service", part: "bookings" } as const

/** Writes what became of devices whose list was to be taken away. */
export function createLeaving({ store, fanOut, clock, log }: LeavingDeps): DeviceLeaving {
  const audit = (tables: AccountTables, { deviceId }: DeviceRow, reason: "device-cleared" | "device-not-cleared") =>
    tables.appendAudit({ actor, action: "device-changed", subjectId: deviceId, reason }, clock.now())

  /** Nobody signs in at it any more, so that its password goes; it is shown until somebody has seen what became of it. */
  async function giveUp(row: DeviceRow): Promise<void> {
    await store.inAccount(row.accountId, async (tables) => {
      await tables.lockAccount()
      const found = await tables.devices.find(row.deviceId)
      if (found === null || found.removedAt === null || found.holder !== row.holder) return
      await tables.devices.update(row.deviceId, { mustClear: false, sealedSecret: new Uint8Array() })
      await audit(tables, row, "device-not-cleared")
    })
  }

  /** What was cleared may be one of the room's others, reached by another name: they are given their list anew. */
  async function letGoOfOthers(tables: AccountTables, { roomId, deviceId }: DeviceRow): Promise<readonly DeviceId[]> {
    if (roomId === null) return []
    const here = await tables.devices.list({ roomId, troubledSince: null, after: null, limit: systemsMost })
    const others = here
      .filter((one) => one.deviceId !== deviceId && one.address !== null && one.removedAt === null)
      .map((one) => one.deviceId)
      .sort()
    for (const other of others) await tables.devices.update(other, { holder: null, heldUntil: null })
    return others
  }

  return {
    async cleared(row) {
      const { isCleared, others } = await store.inAccount(row.accountId, async (tables) => {
        await tables.lockAccount()
        const isCleared = await tables.devices.noteCleared(row.deviceId, row.holder ?? "")
        if (isCleared) await audit(tables, row, "device-cleared")
        const others = isCleared && row.removedAt !== null ? await letGoOfOthers(tables, row) : []
        return { isCleared, others }
      })
      for (const deviceId of others) fanOut.publish({ kind: "devices" }, { kind: "device-changed", deviceId })
      return isCleared
    },
    givenUp(row) {
      giveUp(row).catch((error: unknown) => {
        // Whoever takes it next comes to the same end.
        log.warn("what became of a removed device could not be written", {
          problem: isProblem(error) ? error.kind : "unknown",
        })
      })
    },
  }
}
