import type { DeviceId } from "@kalends/domain/ids"
import { quietDeviceHours } from "@kalends/domain/in-trouble"
import { Problem } from "@kalends/domain/problem"
import type { DeviceView } from "@kalends/protocol/devices"
import type { Clock } from "../ports/clock.ts"
import type { DeviceFamily } from "../ports/device-family.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { AccountTables, UserRow } from "../ports/store.ts"
import { isCalendarTrouble } from "./calendar-trouble.ts"
import { clearMs } from "./connector-pace.ts"

export type DeviceRecordsDeps = {
  readonly families: ReadonlyMap<string, DeviceFamily>
  readonly world: { readonly clock: Clock }
}

export type ChangeReason =
  | "device-changed"
  | "device-secret"
  | "device-moved"
  | "device-address"
  | "device-certificate"
  | "device-off"
  | "device-on"
type DeviceReason =
  | ChangeReason
  | "device-added"
  | "device-removed"
  | "device-forgotten"
  | "device-restored"
  | "device-left-behind"

/** Devices as administrators see them, and what the log says of them. */
export function createDeviceRecords({ families, world }: DeviceRecordsDeps) {
  const views = async (tables: AccountTables, rows: readonly DeviceRow[]): Promise<DeviceView[]> => {
    const names = await tables.rooms.namesOf([...new Set(rows.flatMap(({ roomId }) => roomId ?? []))])
    return rows.map((row) =>
      viewOf(row, {
        ...{ displayName: (row.roomId === null ? null : names.get(row.roomId)) ?? "", now: world.clock.now() },
        family: families.get(row.family),
      }),
    )
  }

  async function view(tables: AccountTables, row: DeviceRow): Promise<DeviceView> {
    const [one] = await views(tables, [row])
    if (one === undefined) throw noDevice()
    return one
  }

  return {
    views,
    view,
    audit: (tables: AccountTables, user: UserRow, deviceId: DeviceId, reason: DeviceReason) =>
      tables.appendAudit(
        { actor: { kind: "user", userId: user.userId }, action: "device-changed", subjectId: deviceId, reason },
        world.clock.now(),
      ),
  }
}

const noDevice = () => new Problem("not-found", "There is no such video system.", { code: "no-device" })

export async function requireDevice(tables: AccountTables, deviceId: DeviceId): Promise<DeviceRow> {
  const row = await tables.devices.find(deviceId)
  if (row === null) throw noDevice()
  return row
}

/** Not one that was removed. */
export async function requireKept(tables: AccountTables, deviceId: DeviceId): Promise<DeviceRow> {
  const row = await requireDevice(tables, deviceId)
  if (row.removedAt !== null) throw new Problem("conflict", "This video system was removed.", { code: "device-gone" })
  return row
}

function stateOf(row: DeviceRow, now: Temporal.Instant): DeviceView["state"] {
  const { removedAt, mustClear, isEnabled, address, problemKind, problemCode, lastOkAt } = row
  if (removedAt !== null) return mustClear ? "leaving" : "left"
  if (!isEnabled) return "off"
  if (isCalendarTrouble(problemCode)) return "unread"
  if (problemKind !== null) return "failing"
  if (lastOkAt === null) return "new"
  return address === null && lastOkAt.until(now).total("hours") >= quietDeviceHours ? "silent" : "well"
}

type Beside = {
  readonly displayName: string
  readonly family: DeviceFamily | undefined
  readonly now: Temporal.Instant
}

function viewOf(row: DeviceRow, { displayName, family, now }: Beside): DeviceView {
  const { deviceId, roomId, problemKind, problemCode, problemAt, lastOkAt, givenAt, givenCount } = row
  return {
    deviceId,
    room: roomId === null ? null : { roomId, displayName },
    ...{ family: row.family, familyLabel: family?.label ?? row.family, isCalled: row.address !== null },
    ...{ name: row.name, address: row.address, username: row.username, certificate: row.certificate },
    ...{ keepsOthers: row.keepsOthers, createdAt: row.createdAt.toString() },
    ...{ model: row.model, software: row.software },
    ...{ startBufferMinutes: row.startBufferMinutes, endBufferMinutes: row.endBufferMinutes },
    ...{ state: stateOf(row, now), isUncleared: row.mustClear },
    leavesUntil: row.removedAt?.add({ milliseconds: clearMs }).toString() ?? null,
    wrongPasswords: row.wrongAt === null ? null : { count: row.wrongCount, at: row.wrongAt.toString() },
    lastOkAt: lastOkAt?.toString() ?? null,
    problem:
      problemKind === null || problemAt === null
        ? null
        : { kind: problemKind, code: problemCode, at: problemAt.toString() },
    given: givenAt === null || givenCount === null ? null : { count: givenCount, at: givenAt.toString() },
  }
}
