import { parseUserId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { NewDeviceInput } from "@kalends/protocol/devices"
import {
  type CertificatesView,
  type DeviceListAnswer,
  type DeviceListInput,
  listedDevicesMost,
  type NewDevicesAnswer,
} from "@kalends/protocol/many-devices"
import type { DeviceFamily } from "../ports/device-family.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { Devices } from "./devices.ts"

export type ManyDevicesDeps = {
  readonly store: Store
  readonly families: ReadonlyMap<string, DeviceFamily>
  readonly devices: Pick<Devices, "add" | "certificate">
}

type Listed = DeviceListInput["devices"][number]
type Found = DeviceListAnswer["devices"][number]

/** Rooms that have one of the names of a list: names may be those of several. */
const namedMost = 2 * listedDevicesMost

/** Video systems as they come from a list. */
export function createManyDevices({ store, families, devices }: ManyDevicesDeps) {
  async function addOne(user: UserRow, input: NewDeviceInput): Promise<NewDevicesAnswer["outcomes"][number]> {
    try {
      const isThere =
        input.address === null && (await store.inAccount(user.accountId, (tables) => isThereToAsk(tables, input)))
      return isThere ? { outcome: "known" } : { outcome: "added", ...(await devices.add(user, input)) }
    } catch (error) {
      const code = codeOf(error)
      return code === "device-known" ? { outcome: "known" } : { outcome: "refused", code }
    }
  }

  return {
    /** What would become of each. */
    preview: (user: UserRow, { devices: listed }: DeviceListInput): Promise<DeviceListAnswer> =>
      store.inAccount(user.accountId, async (tables) => {
        const names = listed.map(({ room }) => room.trim().toLowerCase())
        const named = await tables.manyRooms.findNamed(names, namedMost)
        const there = await tables.devices.listThere({
          addresses: listed.flatMap(({ address }) => address ?? []),
          roomIds: named.map(({ roomId }) => roomId),
        })
        const roomsOf = Map.groupBy(
          named.flatMap((room) =>
            [...new Set([room.name.toLowerCase(), room.address])].map((name) => ({ name, room })),
          ),
          ({ name }) => name,
        )
        const roomNames = await tables.rooms.namesOf([...new Set(there.flatMap(({ roomId }) => roomId ?? []))])
        return {
          devices: listed.map((one, index) => {
            const rooms = roomsOf.get(names[index] ?? "")?.map(({ room }) => room) ?? []
            const known = there.find((row) => isSame(row, one, rooms))
            if (known !== undefined)
              return {
                ...{ outcome: "known", name: known.name },
                roomName: (known.roomId === null ? null : roomNames.get(known.roomId)) ?? "",
              }
            return families.has(one.family) ? placeOf(rooms) : { outcome: "refused", code: "no-family" }
          }),
        }
      }),

    /** All at the same time; `mayCall` says of each whether it still may be called. */
    certificates: async (addresses: readonly string[], mayCall: () => boolean): Promise<CertificatesView> => ({
      certificates: await Promise.all(
        addresses.map(async (address) => {
          if (!mayCall()) return { outcome: "refused", code: "too-many-attempts" } as const
          try {
            return { outcome: "shown", certificate: await devices.certificate(address) } as const
          } catch (error) {
            return { outcome: "refused", code: codeOf(error) } as const
          }
        }),
      ),
    }),

    /** One after another, each in a transaction of its own. */
    async add(user: UserRow, inputs: readonly NewDeviceInput[]): Promise<NewDevicesAnswer> {
      const outcomes: NewDevicesAnswer["outcomes"] = []
      for (const input of inputs) outcomes.push(await addOne(user, input))
      return { outcomes }
    },
  }
}

export type ManyDevices = ReturnType<typeof createManyDevices>

/** Throws what is no problem: a mistake of ours. */
function codeOf(error: unknown): string {
  if (!isProblem(error)) throw error
  return error.code ?? error.kind
}

function placeOf(rooms: readonly RoomRow[]): Found {
  const [room, ...others] = rooms
  if (room === undefined) return { outcome: "refused", code: "no-room" }
  if (others.length > 0) return { outcome: "refused", code: "several-rooms" }
  return { outcome: "new", roomId: room.roomId, roomName: room.name }
}

const isSame = (row: DeviceRow, { address, family, name }: Listed, rooms: readonly RoomRow[]): boolean =>
  address === null || address === undefined
    ? row.address === null &&
      row.family === family &&
      row.name === name &&
      rooms.some(({ roomId }) => roomId === row.roomId)
    : row.address === address

/** Of those that ask, nothing but this tells whether one is there already. */
async function isThereToAsk({ devices }: AccountTables, { roomId, family, name }: NewDeviceInput): Promise<boolean> {
  const there = await devices.listThere({ addresses: [], roomIds: [parseUserId(roomId)] })
  return there.some((row) => row.address === null && row.family === family && row.name === name)
}
