import { csvTable } from "@kalends/domain/csv"
import type { DeviceFamiliesView, NewDeviceBody } from "@kalends/protocol/devices"
import { deviceAddressSchema, newDeviceSchema } from "@kalends/protocol/devices"
import { listedDevicesMost } from "@kalends/protocol/many-devices"
import { type Cell, type CsvProblem, type CsvRow, readCsv } from "../csv.ts"

/** The columns of a list of video systems. */
export const listColumns = [
  ...(["room", "family", "name", "address", "username", "password", "certificate"] as const),
  ...(["keepsOthers", "startBufferMinutes", "endBufferMinutes"] as const),
]
export type ListColumn = (typeof listColumns)[number]

/** One system of a list: what is sent of it, and where it stands in the list. */
export type ListedDevice = {
  readonly line: number
  /** The room as the list names it. */
  readonly room: string
  readonly isCalled: boolean
  readonly familyLabel: string
  readonly input: Omit<NewDeviceBody, "roomId">
}

export type ListProblem = {
  readonly kind:
    | CsvProblem["kind"]
    | "empty"
    | "too-many"
    | "column-missing"
    | "column-twice"
    | "wrong"
    | "needed"
    | "doubled"
  readonly line: number
  /** Counted in characters. */
  readonly column: number
  /** Which of the columns it is about. */
  readonly name: ListColumn | null
}

export type DeviceList = {
  readonly devices: readonly ListedDevice[]
  readonly problems: readonly ListProblem[]
  /** Heads of columns that say nothing here. */
  readonly passedOver: readonly string[]
}

type Families = DeviceFamiliesView["families"]

/** What the columns are called, besides their own names; without spaces, signs and the case of letters. */
const heads: Readonly<Record<ListColumn, readonly string[]>> = {
  room: ["room", "roomaddress", "roomname", "roomemail", "mailbox", "email", "会議室", "会議室名", "会議室のアドレス"],
  family: ["family", "kind", "type", "maker", "vendor", "manufacturer", "種類", "メーカー"],
  name: ["name", "devicename", "systemname", "device", "system", "displayname", "名前", "端末名", "端末"],
  address: ["address", "host", "hostname", "ip", "ipaddress", "deviceaddress", "アドレス", "ipアドレス", "ホスト名"],
  username: ["username", "user", "login", "account", "ユーザー名", "ユーザー"],
  password: ["password", "passphrase", "pass", "secret", "パスワード"],
  certificate: [
    "certificate",
    "fingerprint",
    "sha256",
    "certificatefingerprint",
    "証明書",
    "証明書sha256",
    "フィンガープリント",
  ],
  keepsOthers: ["keepsothers", "keepothers", "leaveothers", "ほかの予約を残す"],
  startBufferMinutes: ["startbufferminutes", "startbuffer", "minutesbefore", "開始前の分数"],
  endBufferMinutes: ["endbufferminutes", "endbuffer", "minutesafter", "終了後の分数"],
}

const plain = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s_\-.:()（）/]/g, "")

/** Reads a list: what it says of each system, or what is wrong and where. Nothing of a password is in what it says is wrong. */
export function deviceListOf(text: string, families: Families): DeviceList {
  const { rows, problem } = readCsv(text)
  const [head, ...body] = rows
  if (head === undefined)
    return {
      devices: [],
      passedOver: [],
      problems: [problemAt(problem?.kind ?? "empty", problem ?? { line: 1, column: 1 })],
    }
  const columns = columnsOf(head)
  const problems = [...columns.problems, ...(problem === null ? [] : [problemAt(problem.kind, problem)])]
  const extra = body[listedDevicesMost]?.[0]
  if (extra !== undefined) problems.push(problemAt("too-many", extra))
  const end = { line: (rows.at(-1)?.[0]?.line ?? 1) + 1, column: 1 }
  if (body.length === 0 && problems.length === 0) problems.push(problemAt("empty", end))
  if (problems.length > 0) return { devices: [], problems, passedOver: columns.passedOver }
  const read = body.map((row) => deviceOf(cellsOf(row, columns.found), row, families))
  const devices = read.flatMap(({ device }) => device ?? [])
  const wrong = [...read.flatMap((one) => one.problems), ...doubledIn(read)]
  return {
    devices,
    problems: wrong.sort((a, b) => a.line - b.line || a.column - b.column),
    passedOver: columns.passedOver,
  }
}

const problemAt = (
  kind: ListProblem["kind"],
  { line, column }: Pick<Cell, "line" | "column">,
  name: ListColumn | null = null,
): ListProblem => ({ kind, line, column, name })

const neededHeads: readonly ListColumn[] = ["room", "family"]

function columnsOf(head: CsvRow) {
  const found = new Map<ListColumn, number>()
  const problems: ListProblem[] = []
  const passedOver: string[] = []
  for (const [index, cell] of head.entries()) {
    const name = listColumns.find((one) => heads[one].includes(plain(cell.text)))
    if (name === undefined && cell.text !== "") passedOver.push(cell.text.slice(0, 40))
    if (name === undefined) continue
    if (found.has(name)) problems.push(problemAt("column-twice", cell, name))
    else found.set(name, index)
  }
  const missing = neededHeads.filter((name) => !found.has(name))
  const begin = head[0] ?? { line: 1, column: 1 }
  return {
    found,
    // Without heads the first line may be a system's, with its password.
    passedOver: missing.length === 0 ? passedOver : [],
    problems: [...problems, ...missing.map((name) => problemAt("column-missing", begin, name))],
  }
}

type Cells = Readonly<Partial<Record<ListColumn, Cell>>>

const cellsOf = (row: CsvRow, found: ReadonlyMap<ListColumn, number>): Cells =>
  Object.fromEntries([...found].flatMap(([name, index]) => (row[index] === undefined ? [] : [[name, row[index]]])))

type Read = {
  readonly device: ListedDevice | null
  readonly problems: readonly ListProblem[]
  readonly address: Cell | null
}

function deviceOf(cells: Cells, row: CsvRow, families: Families): Read {
  const begin = row[0] ?? { text: "", line: 1, column: 1 }
  const said = (name: ListColumn) => (name === "password" ? cells[name]?.text : cells[name]?.text.trim()) ?? ""
  const problems: ListProblem[] = []
  const add = (kind: "wrong" | "needed", name: ListColumn) => problems.push(problemAt(kind, cells[name] ?? begin, name))
  /** The value as it is sent; null where the cell is empty, or wrong, which is noted. */
  const valueIn = <Value>(name: ListColumn, parse: (text: string) => Value | null): Value | null => {
    if (said(name) === "") return null
    const value = parse(said(name))
    if (value === null) add("wrong", name)
    return value
  }
  const room = valueIn("room", (text) => (text.length <= 254 ? text : null))
  const family = valueIn("family", (text) => familyOf(text, families))
  const isCalled = family?.isCalled ?? true
  for (const name of ["room", "family", ...(isCalled ? calledColumns : [])] as const)
    if (said(name) === "") add("needed", name)
  const name = valueIn("name", (text) => newDeviceSchema.shape.name.safeParse(text).data ?? null)
  const called = isCalled
    ? {
        address: valueIn("address", (text) => deviceAddressSchema.safeParse(text).data ?? null),
        username: valueIn("username", (text) => newDeviceSchema.shape.username.safeParse(text).data ?? null),
        password: valueIn("password", (text) => newDeviceSchema.shape.password.safeParse(text).data ?? null),
        certificate: valueIn("certificate", fingerprintOf),
        keepsOthers: valueIn("keepsOthers", answerOf) ?? false,
      }
    : { address: null, username: null, password: null, certificate: null, keepsOthers: false }
  const startBufferMinutes = valueIn("startBufferMinutes", minutesOf) ?? 5
  const endBufferMinutes = valueIn("endBufferMinutes", minutesOf) ?? 0
  const address = isCalled ? (cells.address ?? null) : null
  if (problems.length > 0 || room === null || family === null) return { device: null, problems, address }
  const usualName = `${family.label} ${room}`.slice(0, 120)
  const input = { family: family.name, name: name ?? usualName, ...called, startBufferMinutes, endBufferMinutes }
  return {
    device: { line: begin.line, room, isCalled, familyLabel: family.label, input },
    ...{ problems, address },
  }
}

const calledColumns = ["address", "username", "password"] as const

/** By its name, or by what it is called. */
const familyOf = (text: string, families: Families) =>
  families.find(({ name, label }) => [plain(name), plain(label)].includes(plain(text))) ?? null

/** However it is written: with colons, spaces or the name of its digest before it. */
function fingerprintOf(text: string): string | null {
  const digits = text
    .toLowerCase()
    .replace(/^sha-?256[^0-9a-f]*(?:fingerprint\s*[=:]?)?/, "")
    .replaceAll(/[\s:]/g, "")
  return /^[0-9a-f]{64}$/.test(digits) ? digits : null
}

const answers = [
  ["no", "false", "0", "いいえ"],
  ["yes", "true", "1", "はい"],
] as const

function answerOf(text: string): boolean | null {
  const at = answers.findIndex((words) => words.some((word) => word === plain(text)))
  return at === -1 ? null : at === 1
}

function minutesOf(text: string): number | null {
  const minutes = /^\d{1,2}$/.test(text) ? Number(text) : null
  return minutes !== null && minutes <= 30 ? minutes : null
}

/** An address that stands in the list before already. */
function doubledIn(read: readonly Read[]): readonly ListProblem[] {
  const seen = new Set<string>()
  return read.flatMap(({ address, device }) => {
    if (address === null || device === null) return []
    const isDoubled = seen.has(device.input.address ?? "")
    seen.add(device.input.address ?? "")
    return isDoubled ? [problemAt("doubled", address, "address")] : []
  })
}

/** A list to begin from: one that is called, with all that may be said of it, and one that asks. */
export function sampleList(families: Families): string {
  const [called, asking] = [true, false].map(
    (isCalled) => families.find((one) => one.isCalled === isCalled)?.name ?? "",
  )
  const digest = Array.from({ length: 32 }, (_, index) => (index * 7 + 16).toString(16).padStart(2, "0")).join(":")
  return csvTable(
    [
      listColumns,
      [
        "orion@example.org",
        called ?? "",
        "Codec in Orion",
        "10.20.0.7",
        "integrator",
        "its password",
        digest,
        "no",
        "5",
        "0",
      ],
      ["Lyra", called ?? "", "", "codec-lyra.example.org", "integrator", "its password", "", "", "", ""],
      ["Draco", asking ?? "", "Bar in Draco", "", "", "", "", "", "", ""],
    ].filter(([, family]) => family !== ""),
  )
}
