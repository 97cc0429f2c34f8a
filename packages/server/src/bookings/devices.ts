import type { Booking } from "@kalends/domain/booking"
import { type DeviceId, parseDeviceId, parseUserId } from "@kalends/domain/ids"
import { quietDeviceHours } from "@kalends/domain/in-trouble"
import { isProblem } from "@kalends/domain/problem"
import type {
  CertificateView,
  DeviceBookingsView,
  DeviceFamiliesView,
  DevicesView,
  DeviceTestView,
} from "@kalends/protocol/devices"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { DeviceFamily } from "../ports/device-family.ts"
import type { DeviceWire } from "../ports/device-wire.ts"
import type { FanOut } from "../ports/fan-out.ts"
import { pageOf } from "../ports/page.ts"
import type { Random } from "../ports/random.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { Store, UserRow } from "../ports/store.ts"
import { createDeviceAdding } from "./device-adding.ts"
import { createDeviceChanges } from "./device-changes.ts"
import { createDeviceRecords, requireDevice } from "./device-records.ts"
import { openLink } from "./open-link.ts"
import { orderOf } from "./order.ts"
import type { StoredBookings } from "./stored-bookings.ts"

export type DevicesDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly families: ReadonlyMap<string, DeviceFamily>
  readonly wire: Pick<DeviceWire, "certificateOf">
  readonly stored: Pick<StoredBookings, "load">
  readonly world: { readonly clock: Clock; readonly random: Random; readonly fanOut: Pick<FanOut, "publish"> }
}

type ListAsked = { readonly roomId: string | null; readonly after: string | null; readonly isTroubled?: boolean }

const pageSize = 100
const testSeconds = 15
/** Bookings of a device that are shown to a person. */
const shownMost = 50

/** Video systems of rooms, as administrators add, test, change and remove them. */
export function createDevices(deps: DevicesDeps) {
  const { store, families, wire, stored, world } = deps
  const { clock } = world

  const { view, views } = createDeviceRecords(deps)
  const within = withinSeconds(clock, testSeconds)
  return {
    families: (): DeviceFamiliesView => ({
      families: [...families.values()].map(({ name, label, push }) => ({ name, label, isCalled: push !== null })),
    }),

    async certificate(address: string): Promise<CertificateView> {
      const shown = await within((signal) => wire.certificateOf(address, signal))
      return { ...shown, validUntil: shown.validUntil.toString() }
    },

    /** `roomId`: "gone" for those of rooms that were removed. */
    list: (user: UserRow, { roomId, after, isTroubled = false }: ListAsked) =>
      store.inAccount(user.accountId, async (tables): Promise<DevicesView> => {
        const found = await tables.devices.list({
          roomId: roomId === null || roomId === "gone" ? roomId : parseUserId(roomId),
          after: after === null ? null : await tables.devices.find(parseDeviceId(after)),
          troubledSince: isTroubled ? clock.now().subtract({ hours: quietDeviceHours }) : null,
          limit: pageSize + 1,
        })
        const { shown, last } = pageOf(found, pageSize)
        return { devices: await views(tables, shown), after: last?.deviceId ?? null }
      }),

    find: (user: UserRow, deviceId: DeviceId) =>
      store.inAccount(user.accountId, async (tables) => view(tables, await requireDevice(tables, deviceId))),

    /** What it was given, or is to be once it can be reached; nothing of what it fetches itself. */
    async bookings(user: UserRow, deviceId: DeviceId): Promise<DeviceBookingsView> {
      const row = await store.inAccount(user.accountId, (tables) => requireDevice(tables, deviceId))
      const { accountId, roomId } = row
      const kept = row.address === null || roomId === null ? null : await stored.load({ accountId, roomId })
      if (kept === null) return { readAt: null, bookings: [] }
      const daysAhead = families.get(row.family)?.push?.daysAhead ?? 0
      const limits = { now: clock.now(), daysAhead, bookingsMost: shownMost }
      const order = orderOf(kept.bookings, limits, { ...row, language: "en" })
      return { readAt: kept.readAt.toString(), bookings: order.bookings.map(lineOf) }
    },

    ...createDeviceAdding(deps),
    ...createDeviceChanges(deps),

    /** Signs in at it once. What it says of itself is kept; what is wrong is told, and kept by who brings it its bookings. */
    async test(caller: Caller, deviceId: DeviceId): Promise<DeviceTestView> {
      const row = await store.inAccount(caller.accountId, (tables) => requireDevice(tables, deviceId))
      const opening = { actor: { kind: "user", userId: caller.userId }, call: caller.call } as const
      try {
        const link = await within((signal) => openLink(deps, row, { ...opening, onNeed: () => {}, signal }))
        link.close()
        await store.inAccount(caller.accountId, (tables) => tables.devices.update(deviceId, link.facts))
        return { isWell: true, problem: null, ...link.facts }
      } catch (error) {
        if (!isProblem(error)) throw error
        const problem = { kind: error.kind, code: error.code }
        return { isWell: false, problem, model: row.model, software: row.software }
      }
    },
  }
}
/** Does what a person waits for, no longer than this. */
const withinSeconds =
  (clock: Clock, seconds: number) =>
  async <Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const ending = new AbortController()
    const cancel = clock.after(seconds * 1000, () => ending.abort())
    try {
      return await work(ending.signal)
    } finally {
      cancel()
    }
  }

export type Devices = ReturnType<typeof createDevices>

function lineOf({ startsAt, endsAt, title, host, isPrivate, dial }: Booking): DeviceBookingsView["bookings"][number] {
  return {
    ...{ startsAt: startsAt.toString(), endsAt: endsAt.toString(), title, host, isPrivate },
    numbers: dial.map(({ number }) => number),
  }
}
