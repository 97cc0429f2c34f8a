import type { Booking } from "@kalends/domain/booking"
import { type DeviceId, parseDeviceId, parseUserId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import type {
  AddedDeviceView,
  CertificateView,
  DeviceBookingsView,
  DeviceChange,
  DeviceFamiliesView,
  DevicesView,
  DeviceTestView,
  DeviceView,
  NewDeviceInput,
} from "@kalends/protocol/devices"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { DeviceFamily } from "../ports/device-family.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { DeviceWire } from "../ports/device-wire.ts"
import { pageOf } from "../ports/page.ts"
import type { Random } from "../ports/random.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { familyOf, openLink } from "./open-link.ts"
import { orderOf } from "./order.ts"
import type { StoredBookings } from "./stored-bookings.ts"

export type DevicesDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly families: ReadonlyMap<string, DeviceFamily>
  readonly wire: Pick<DeviceWire, "certificateOf">
  readonly stored: Pick<StoredBookings, "load">
  readonly world: { readonly clock: Clock; readonly random: Random }
}

const pageSize = 100
const testSeconds = 15
/** Bookings of a device that are shown to a person. */
const shownMost = 50

/** Video systems of rooms, as administrators add, test, change and remove them. */
export function createDevices(deps: DevicesDeps) {
  const { store, vault, families, wire, stored, world } = deps
  const { clock, random } = world

  const within = withinSeconds(clock, testSeconds)
  const audit = (tables: AccountTables, user: UserRow, deviceId: DeviceId, reason: DeviceReason) =>
    tables.appendAudit(
      { actor: { kind: "user", userId: user.userId }, action: "device-changed", subjectId: deviceId, reason },
      clock.now(),
    )

  const views = async (tables: AccountTables, rows: readonly DeviceRow[]): Promise<DeviceView[]> => {
    const names = await tables.rooms.namesOf([...new Set(rows.map(({ roomId }) => roomId))])
    return rows.map((row) => viewOf(row, names.get(row.roomId) ?? "", families.get(row.family)))
  }

  async function view(tables: AccountTables, row: DeviceRow): Promise<DeviceView> {
    const [one] = await views(tables, [row])
    if (one === undefined) throw noDevice()
    return one
  }

  /** What the device is signed in with: given for one that is called, made for one that asks. */
  function loginOf({ address, username, password, certificate }: NewDeviceInput, isCalled: boolean) {
    if (!isCalled) {
      const made = { username: `room-${nameOf(random)}`, password: secretOf(random) }
      return { ...made, address: null, certificate: null, isMade: true }
    }
    if (address === null || username === null || password === null)
      throw new Problem("malformed", "Its address, user name and password are needed.", { code: "device-incomplete" })
    return { address, username, password, certificate, isMade: false }
  }

  return {
    families: (): DeviceFamiliesView => ({
      families: [...families.values()].map(({ name, label, push }) => ({ name, label, isCalled: push !== null })),
    }),

    async certificate(address: string): Promise<CertificateView> {
      const shown = await within((signal) => wire.certificateOf(address, signal))
      return { ...shown, validUntil: shown.validUntil.toString() }
    },

    list: (user: UserRow, { roomId, after }: { readonly roomId: string | null; readonly after: string | null }) =>
      store.inAccount(user.accountId, async (tables): Promise<DevicesView> => {
        const found = await tables.devices.list({
          roomId: roomId === null ? null : parseUserId(roomId),
          after: after === null ? null : await tables.devices.find(parseDeviceId(after)),
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
      const kept = row.address === null ? null : await stored.load(row)
      if (kept === null) return { readAt: null, bookings: [] }
      const daysAhead = families.get(row.family)?.push?.daysAhead ?? 0
      const order = orderOf(kept.bookings, { now: clock.now(), daysAhead, keepsOthers: row.keepsOthers })
      return { readAt: kept.readAt.toString(), bookings: order.bookings.slice(0, shownMost).map(lineOf) }
    },

    /** Throws Problem "conflict" (code "device-known") where it is there already, "not-found" (code "no-room"). */
    add: (user: UserRow, input: NewDeviceInput) =>
      store.inAccount(user.accountId, async (tables): Promise<AddedDeviceView> => {
        const { roomId, family, name, keepsOthers } = input
        const { password, isMade, ...login } = loginOf(input, familyOf(families, family).push !== null)
        const room = await tables.rooms.find(parseUserId(roomId))
        if (room === null) throw new Problem("not-found", "There is no such room.", { code: "no-room" })
        const deviceId = parseDeviceId(random.uuid())
        const row: DeviceRow = {
          ...{ accountId: user.accountId, deviceId, roomId: room.roomId, family, name, ...login, keepsOthers },
          sealedSecret: await vault.sealSecret(tables, placeOf(deviceId), password),
          createdAt: clock.now(),
          ...fresh,
        }
        await tables.devices.insert(row)
        await audit(tables, user, deviceId, "device-added")
        return { device: await view(tables, row), password: isMade ? password : null }
      }),

    change: (user: UserRow, deviceId: DeviceId, { password, roomId, ...given }: DeviceChange) =>
      store.inAccount(user.accountId, async (tables) => {
        const row = await requireDevice(tables, deviceId)
        if (row.address === null && (given.address !== undefined || password !== undefined))
          throw new Problem("unsupported", "This video system signs in here.", { code: "device-asks" })
        if (roomId !== undefined && (await tables.rooms.find(parseUserId(roomId))) === null)
          throw new Problem("not-found", "There is no such room.", { code: "no-room" })
        await tables.devices.update(deviceId, {
          ...definedOf(given),
          ...(roomId === undefined ? {} : { roomId: parseUserId(roomId) }),
          ...(password === undefined
            ? {}
            : { sealedSecret: await vault.sealSecret(tables, placeOf(deviceId), password) }),
          // Whoever brings it its bookings lets go of it, and takes it again as it is now.
          ...{ holder: null, heldUntil: null, givenHash: null },
        })
        await audit(tables, user, deviceId, password === undefined ? "device-changed" : "device-secret")
        return view(tables, await requireDevice(tables, deviceId))
      }),

    /** Another password for a device that signs in here; shown once. */
    renewPassword: (user: UserRow, deviceId: DeviceId) =>
      store.inAccount(user.accountId, async (tables): Promise<AddedDeviceView> => {
        const row = await requireDevice(tables, deviceId)
        if (row.address !== null)
          throw new Problem("unsupported", "This video system has its own password.", { code: "device-called" })
        const password = secretOf(random)
        await tables.devices.update(deviceId, {
          sealedSecret: await vault.sealSecret(tables, placeOf(deviceId), password),
        })
        await audit(tables, user, deviceId, "device-secret")
        return { device: await view(tables, row), password }
      }),

    remove: (user: UserRow, deviceId: DeviceId) =>
      store.inAccount(user.accountId, async (tables): Promise<void> => {
        if (!(await tables.devices.delete(deviceId))) throw noDevice()
        await audit(tables, user, deviceId, "device-removed")
      }),

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

type DeviceReason = "device-added" | "device-changed" | "device-secret" | "device-removed"

const fresh = {
  ...{ model: null, software: null, lastOkAt: null, problemKind: null, problemCode: null, problemAt: null },
  ...{ givenHash: null, givenCount: null, givenAt: null, holder: null, heldUntil: null },
} as const

const placeOf = (deviceId: DeviceId) => ({ connectionId: deviceId, kind: "device-password" }) as const

/** People type these into a system's panel: letters and digits that are not taken for one another. */
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
const drawn = (random: Random, count: number) =>
  [...random.bytes(count)].map((byte) => alphabet[byte % alphabet.length]).join("")
const nameOf = (random: Random) => drawn(random, 12)
/** 100 bits. */
const secretOf = (random: Random) => Array.from({ length: 5 }, () => drawn(random, 5)).join("-")

const noDevice = () => new Problem("not-found", "There is no such video system.", { code: "no-device" })

async function requireDevice(tables: AccountTables, deviceId: DeviceId): Promise<DeviceRow> {
  const row = await tables.devices.find(deviceId)
  if (row === null) throw noDevice()
  return row
}

function lineOf({ startsAt, endsAt, title, host, isPrivate, dial }: Booking): DeviceBookingsView["bookings"][number] {
  return {
    ...{ startsAt: startsAt.toString(), endsAt: endsAt.toString(), title, host, isPrivate },
    numbers: dial.map(({ number }) => number),
  }
}

type Given = Omit<DeviceChange, "password" | "roomId">
/** Fields that were not given stay as they are. */
function definedOf({ name, address, username, certificate, keepsOthers }: Given) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
    ...(username === undefined ? {} : { username }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(keepsOthers === undefined ? {} : { keepsOthers }),
  }
}

function viewOf(row: DeviceRow, displayName: string, family: DeviceFamily | undefined): DeviceView {
  const { deviceId, roomId, problemKind, problemCode, problemAt, lastOkAt, givenAt, givenCount } = row
  return {
    deviceId,
    room: { roomId, displayName },
    ...{ family: row.family, familyLabel: family?.label ?? row.family, isCalled: row.address !== null },
    ...{ name: row.name, address: row.address, username: row.username, certificate: row.certificate },
    ...{ keepsOthers: row.keepsOthers, createdAt: row.createdAt.toString() },
    ...{ model: row.model, software: row.software },
    state: problemKind !== null ? "failing" : lastOkAt === null ? "new" : "well",
    lastOkAt: lastOkAt?.toString() ?? null,
    problem:
      problemKind === null || problemAt === null
        ? null
        : { kind: problemKind, code: problemCode, at: problemAt.toString() },
    given: givenAt === null || givenCount === null ? null : { count: givenCount, at: givenAt.toString() },
  }
}
