import { csvTable } from "@kalends/domain/csv"
import type { CertificateView, NewDeviceBody } from "@kalends/protocol/devices"
import {
  type CertificatesView,
  type DeviceListAnswer,
  devicesAtOnce,
  type NewDevicesAnswer,
} from "@kalends/protocol/many-devices"
import { inParts } from "../directory.ts"
import type { ListedDevice } from "./device-list.ts"
import { grouped } from "./device-text.ts"

type Found = DeviceListAnswer["devices"][number]
type Shown = CertificatesView["certificates"][number]
type Outcome = NewDevicesAnswer["outcomes"][number]

/** One system of a list, and what is known of it so far. */
export type DeviceRow = {
  readonly listed: ListedDevice
  readonly found: Found
  /** What it shows, where the list names no certificate; null until it was asked. */
  readonly shown: Shown | null
  /** What came of it; null before. */
  readonly outcome: Outcome | null
}

export function rowsOf(devices: readonly ListedDevice[], { devices: found }: DeviceListAnswer): readonly DeviceRow[] {
  return devices.flatMap((listed, index) => {
    const one = found[index]
    return one === undefined ? [] : [{ listed, found: one, shown: null, outcome: null }]
  })
}

export const countsOf = (rows: readonly DeviceRow[]) => ({
  fresh: rows.filter(({ found }) => found.outcome === "new").length,
  known: rows.filter(({ found }) => found.outcome === "known").length,
  refused: rows.filter(({ found }) => found.outcome === "refused").length,
})

/** Those that are to be made, are called, and whose certificate is not known yet. */
export const unpinned = (rows: readonly DeviceRow[]): readonly DeviceRow[] =>
  rows.filter(
    ({ listed, found, shown }) =>
      found.outcome === "new" && listed.isCalled && listed.input.certificate === null && shown === null,
  )

/** The certificate that it shows and nobody vouches for; null where there is none to be compared. */
export const toCompare = ({ shown }: DeviceRow): CertificateView | null =>
  shown?.outcome === "shown" && !shown.certificate.isTrusted ? shown.certificate : null

/** What is done with the rows while it is done, and how many of all that are asked were. */
export type Tell = (rows: readonly DeviceRow[], done: number) => void

/** Asks all that are unpinned for their certificates, a part at a time. */
export async function readAll(
  read: (addresses: readonly string[]) => Promise<CertificatesView>,
  rows: readonly DeviceRow[],
  tell: Tell,
): Promise<void> {
  const asked = unpinned(rows)
  const shown = new Map<DeviceRow, Shown>()
  for (const part of inParts(asked, devicesAtOnce)) {
    const { certificates } = await read(part.map(({ listed }) => listed.input.address ?? ""))
    for (const [index, row] of part.entries()) {
      const one = certificates[index]
      if (one !== undefined) shown.set(row, one)
    }
    tell(
      rows.map((row) => ({ ...row, shown: shown.get(row) ?? row.shown })),
      shown.size,
    )
  }
}

/** As the service takes it; `pins`: whether what it shows is pinned where nobody vouches for it. */
function bodyOf(row: DeviceRow, pins: boolean): NewDeviceBody | null {
  const { listed, found } = row
  if (found.outcome !== "new") return null
  const certificate = listed.input.certificate ?? (pins ? (toCompare(row)?.sha256 ?? null) : null)
  return { ...listed.input, roomId: found.roomId, certificate }
}

/** The same without its password. */
export const withoutPassword = (row: DeviceRow): DeviceRow => ({
  ...row,
  listed: { ...row.listed, input: { ...row.listed.input, password: null } },
})

/** Makes all that are new, a part at a time. What is told has no password of the list any more. */
export async function makeAll(
  make: (devices: NewDeviceBody[]) => Promise<NewDevicesAnswer>,
  rows: readonly DeviceRow[],
  { pins, tell }: { readonly pins: boolean; readonly tell: Tell },
): Promise<void> {
  const outcomes = new Map<DeviceRow, Outcome>()
  const told = () => rows.map((row) => ({ ...withoutPassword(row), outcome: outcomes.get(row) ?? null }))
  tell(told(), 0)
  const fresh = rows.flatMap((row) => {
    const body = bodyOf(row, pins)
    return body === null ? [] : [{ row, body }]
  })
  for (const part of inParts(fresh, devicesAtOnce)) {
    const answer = await make(part.map(({ body }) => body))
    for (const [index, { row }] of part.entries()) {
      const one = answer.outcomes[index]
      if (one !== undefined) outcomes.set(row, one)
    }
    tell(told(), outcomes.size)
  }
}

export const isRefused = ({ found, outcome }: DeviceRow) =>
  found.outcome === "refused" || outcome?.outcome === "refused"

export const outcomeCounts = (rows: readonly DeviceRow[]) => ({
  added: rows.filter(({ outcome }) => outcome?.outcome === "added").length,
  known: rows.filter(({ found, outcome }) => found.outcome === "known" || outcome?.outcome === "known").length,
  refused: rows.filter(isRefused).length,
})

/** User names and passwords that were made for systems that sign in here, as a table; null where none were. */
export function madeTable(rows: readonly DeviceRow[]): string | null {
  const made = rows.flatMap(({ outcome }) =>
    outcome?.outcome === "added" && outcome.password !== null
      ? [[outcome.device.room?.displayName ?? "", outcome.device.name, outcome.device.username, outcome.password]]
      : [],
  )
  return made.length === 0 ? null : csvTable([["room", "name", "username", "password"], ...made])
}

/** Without what was made. */
export const withoutMade = (rows: readonly DeviceRow[]): readonly DeviceRow[] =>
  rows.map((row) => (row.outcome?.outcome === "added" ? { ...row, outcome: { ...row.outcome, password: null } } : row))

/** What is to be compared, as a table. */
export const certificatesTable = (rows: readonly DeviceRow[]): string =>
  csvTable([
    ["room", "name", "address", "sha256", "subject"],
    ...rows.flatMap((row) => {
      const shown = toCompare(row)
      const { room, input } = row.listed
      return shown === null ? [] : [[room, input.name, input.address ?? "", grouped(shown.sha256), shown.subject]]
    }),
  ])
