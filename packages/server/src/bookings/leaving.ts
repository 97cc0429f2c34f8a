import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { Log } from "../ports/log.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import type { DeviceLeaving } from "./device-line.ts"

export type LeavingDeps = { readonly store: Store; readonly clock: Clock; readonly log: Log }

const actor = { kind: "service", part: "bookings" } as const

/** Writes what became of devices whose list was to be taken away. */
export function createLeaving({ store, clock, log }: LeavingDeps): DeviceLeaving {
  const audit = (tables: AccountTables, { deviceId }: DeviceRow, reason: "device-cleared" | "device-not-cleared") =>
    tables.appendAudit({ actor, action: "device-changed", subjectId: deviceId, reason }, clock.now())

  /** Nobody signs in at it any more, so that its password goes; it is shown until somebody has seen what became of it. */
  async function giveUp(row: DeviceRow): Promise<void> {
    await store.inAccount(row.accountId, async (tables) => {
      const found = await tables.devices.find(row.deviceId)
      if (found === null || found.removedAt === null || found.holder !== row.holder) return
      await tables.devices.update(row.deviceId, { mustClear: false, sealedSecret: new Uint8Array() })
      await audit(tables, row, "device-not-cleared")
    })
  }

  return {
    cleared: (row) =>
      store.inAccount(row.accountId, async (tables) => {
        const isCleared = await tables.devices.noteCleared(row.deviceId, row.holder ?? "")
        if (isCleared) await audit(tables, row, "device-cleared")
        return isCleared
      }),
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
