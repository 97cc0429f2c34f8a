import type { DeviceView, NewDeviceBody } from "@kalends/protocol/devices"
import { expect, test } from "vitest"
import type { ListedDevice } from "./device-list.ts"
import {
  certificatesTable,
  countsOf,
  type DeviceRow,
  madeTable,
  makeAll,
  outcomeCounts,
  readAll,
  rowsOf,
  unpinned,
  withoutMade,
} from "./device-making.ts"

const roomId = "00000000-0000-4000-8000-000000000001"
const listed = (name: string, certificate: string | null = null, isCalled = true): ListedDevice => ({
  ...{ line: 2, room: "Orion", isCalled, familyLabel: "Cisco" },
  input: {
    ...{ family: "cisco", name, username: isCalled ? "admin" : null, certificate, keepsOthers: false },
    address: isCalled ? `${name}.example.org` : null,
    password: isCalled ? "top secret" : null,
  },
})
const fresh = { outcome: "new", roomId, roomName: "Orion" } as const
const certificate = (isTrusted: boolean) => ({
  ...{
    sha256: "9f".repeat(32),
    subject: "＝HYPERLINK(1)",
    issuer: "CN=codec",
    validUntil: "2036-01-01T00:00:00Z",
    isTrusted,
  },
})
const viewOf = ({ name, username, address, certificate: pinned }: NewDeviceBody): DeviceView => ({
  ...{
    deviceId: roomId,
    room: { roomId, displayName: "Orion" },
    family: "cisco",
    familyLabel: "Cisco",
    isCalled: true,
  },
  ...{ name, username: username ?? "room-k3v9", address, certificate: pinned, keepsOthers: false },
  ...{ startBufferMinutes: 5, endBufferMinutes: 0, createdAt: "2026-11-30T08:00:00Z", model: null, software: null },
  ...{ state: "new", leavesUntil: null, isUncleared: false, wrongPasswords: null, lastOkAt: null },
  ...{ problem: null, given: null },
})

test("what is new, here already and refused is counted; who names no certificate is asked for it, twenty at a time", async () => {
  const devices = Array.from({ length: 25 }, (_, index) => listed(`codec-${index}`))
  const others = [listed("pinned", "ab".repeat(32)), listed("poly", null, false), listed("known"), listed("lost")]
  const rows = rowsOf([...devices, ...others], {
    devices: [
      ...Array.from({ length: 27 }, () => fresh),
      { outcome: "known", roomName: "Orion", name: "Codec" },
      { outcome: "refused", code: "no-room" },
    ],
  })
  expect(countsOf(rows)).toEqual({ fresh: 27, known: 1, refused: 1 })
  const asked: number[] = []
  let last: readonly DeviceRow[] = []
  const read = async (addresses: readonly string[]) => {
    asked.push(addresses.length)
    return { certificates: addresses.map(() => ({ outcome: "shown", certificate: certificate(false) }) as const) }
  }
  await readAll(read, rows, (found) => (last = found))
  expect([asked, unpinned(rows).length, unpinned(last).length]).toEqual([[20, 5], 25, 0])
  const table = certificatesTable(last).trimEnd().split("\r\n")
  expect(table).toHaveLength(26)
  // Whoever has a device names its certificate.
  expect(table.at(-1)).toContain(`"'＝HYPERLINK(1)"`)
})

test("systems are made a part at a time; what was compared is pinned, and no password stays in what is told", async () => {
  const rows: readonly DeviceRow[] = [
    {
      listed: listed("one"),
      found: fresh,
      shown: { outcome: "shown", certificate: certificate(false) },
      outcome: null,
    },
    { listed: listed("two"), found: fresh, shown: { outcome: "shown", certificate: certificate(true) }, outcome: null },
    { listed: listed("three", "ab".repeat(32)), found: fresh, shown: null, outcome: null },
    { listed: listed("poly", null, false), found: fresh, shown: null, outcome: null },
    { listed: listed("lost"), found: { outcome: "refused", code: "no-room" }, shown: null, outcome: null },
  ]
  const sent: NewDeviceBody[] = []
  const told: (readonly DeviceRow[])[] = []
  const make = async (devices: readonly NewDeviceBody[]) => {
    sent.push(...devices)
    return {
      outcomes: devices.map((one) =>
        one.name === "two"
          ? ({ outcome: "refused", code: "device-incomplete" } as const)
          : ({ outcome: "added", device: viewOf(one), password: one.address === null ? "made-here" : null } as const),
      ),
    }
  }
  await makeAll(make, rows, { pins: true, tell: (more) => void told.push(more) })
  expect(sent.map(({ name, certificate: pinned }) => `${name} ${pinned?.slice(0, 2)}`)).toEqual([
    ...["one 9f", "two undefined", "three ab", "poly undefined"],
  ])
  const last = told.at(-1) ?? []
  expect(outcomeCounts(last)).toEqual({ added: 3, known: 0, refused: 2 })
  expect(JSON.stringify(told)).not.toContain("top secret")
  expect(madeTable(last)).toBe(
    '\uFEFF"room","name","username","password"\r\n"Orion","poly","room-k3v9","made-here"\r\n',
  )
  expect(madeTable(withoutMade(last))).toBeNull()
  await makeAll(make, rows, { pins: false, tell: () => {} })
  expect(sent[4]?.certificate).toBeNull()
})
