import { parseDeviceId, parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { AddedDeviceView, NewDeviceInput } from "@kalends/protocol/devices"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { AccountTables, UserRow } from "../ports/store.ts"
import type { DeviceChangesDeps } from "./device-changes.ts"
import { nameOf, placeOf, secretOf } from "./device-password.ts"
import { createDeviceRecords } from "./device-records.ts"
import { familyOf } from "./open-link.ts"

/** One that asks and knows already what it is to sign in with. */
export type FirstDevice = {
  /** The room's address. */
  readonly room: string
  readonly family: string
  readonly name: string
  readonly username: string
  readonly password: string
}

type Login = Pick<DeviceRow, "address" | "username" | "certificate"> & { readonly password: string }
type Settings = Pick<NewDeviceInput, "family" | "name" | "keepsOthers" | "startBufferMinutes" | "endBufferMinutes">

/** How devices come to be here. */
export function createDeviceAdding(deps: DeviceChangesDeps) {
  const { store, vault, families, world } = deps
  const { clock, random, fanOut } = world
  const { audit, view } = createDeviceRecords(deps)

  async function insert(
    tables: AccountTables,
    user: UserRow,
    roomId: DeviceRow["roomId"],
    { password, ...given }: Settings & Login,
  ): Promise<DeviceRow> {
    await tables.lockAccount()
    const deviceId = parseDeviceId(random.uuid())
    const row: DeviceRow = {
      ...{ accountId: user.accountId, deviceId, roomId, ...given },
      sealedSecret: await vault.sealSecret(tables, placeOf(deviceId), password),
      createdAt: clock.now(),
      ...fresh,
    }
    if (row.address !== null) await tables.devices.deleteRemovedAt(row.address)
    await tables.devices.insert(row)
    await audit(tables, user, deviceId, "device-added")
    return row
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
    /** Throws Problem "conflict" (code "device-known") where it is there already, "not-found" (code "no-room"). */
    async add(user: UserRow, input: NewDeviceInput): Promise<AddedDeviceView> {
      const added = await store.inAccount(user.accountId, async (tables) => {
        const { roomId, family, name, keepsOthers, startBufferMinutes, endBufferMinutes } = input
        const { isMade, ...login } = loginOf(input, familyOf(families, family).push !== null)
        const room = await tables.rooms.find(parseUserId(roomId))
        if (room === null) throw noRoom()
        const settings = { family, name, keepsOthers, startBufferMinutes, endBufferMinutes }
        const row = await insert(tables, user, room.roomId, { ...settings, ...login })
        return { deviceId: row.deviceId, device: await view(tables, row), password: isMade ? login.password : null }
      })
      // A node takes it at once, rather than with its next look.
      fanOut.publish({ kind: "devices" }, { kind: "device-changed", deviceId: added.deviceId })
      return { device: added.device, password: added.password }
    },

    /** Adds one of the set-up. Throws as `add`, and "unsupported" (code "device-called") for one that is called. */
    addFirst: (user: UserRow, { room: address, family, name, username, password }: FirstDevice) =>
      store.inAccount(user.accountId, async (tables): Promise<void> => {
        if (familyOf(families, family).push !== null)
          throw new Problem("unsupported", "This video system is called.", { code: "device-called" })
        const [room] = await tables.rooms.findByAddresses([address.toLowerCase()])
        if (room === undefined) throw noRoom()
        const settings = { family, name, keepsOthers: false, startBufferMinutes: 5, endBufferMinutes: 0 }
        await insert(tables, user, room.roomId, { ...settings, address: null, certificate: null, username, password })
      }),
  }
}

const noRoom = () => new Problem("not-found", "There is no such room.", { code: "no-room" })

const fresh = {
  ...{ isEnabled: true, mustClear: false, removedAt: null, wrongCount: 0, wrongAt: null },
  ...{ model: null, software: null, lastOkAt: null, problemKind: null, problemCode: null, problemAt: null },
  ...{ givenHash: null, givenCount: null, givenAt: null, holder: null, heldUntil: null },
} as const
