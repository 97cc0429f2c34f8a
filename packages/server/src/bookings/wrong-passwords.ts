import { parseDeviceId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { KnownDevice } from "../ports/device-door.ts"
import type { Log } from "../ports/log.ts"
import type { Store } from "../ports/store.ts"

export type WrongPasswordsDeps = { readonly store: Store; readonly clock: Clock; readonly log: Log }

/** Devices whose counts wait to be written at most; more than that guessed at once are not counted one by one. */
const waitingMost = 1_000

/** Counts wrong passwords by device. However many come, one writing for a device is under way at a time. */
export function createWrongPasswords({ store, clock, log }: WrongPasswordsDeps) {
  const waiting = new Map<string, number>()

  async function write({ deviceId, room }: KnownDevice): Promise<void> {
    for (let count = waiting.get(deviceId) ?? 0; count > 0; count = waiting.get(deviceId) ?? 0) {
      waiting.set(deviceId, 0)
      const id = parseDeviceId(deviceId)
      await store.inAccount(room.accountId, (tables) => tables.devices.noteWrong(id, count, clock.now()))
    }
  }

  return {
    note(device: KnownDevice): void {
      const { deviceId } = device
      const known = waiting.get(deviceId)
      if (known === undefined && waiting.size >= waitingMost) return
      waiting.set(deviceId, (known ?? 0) + 1)
      if (known !== undefined) return
      write(device)
        .catch((error: unknown) => {
          log.warn("wrong passwords could not be counted", { problem: isProblem(error) ? error.kind : "unknown" })
        })
        .finally(() => waiting.delete(deviceId))
    },
  }
}
