import type { SimulatorPlatform } from "../platform.ts"
import { type CodecBooking, listed, type Refused, readBookings, type SoftwareVersion } from "./bookings.ts"

export type CodecRole = "Admin" | "User"
export type CodecUser = { readonly name: string; password: string; readonly role: CodecRole }

/** What goes wrong at a codec; all well at the start. */
export type CodecKnobs = {
  /** Each answer comes so late. */
  latencyMs: number
  /** The next n commands are refused. */
  refuseNext: number
  /** The line is cut in the middle of the next n commands. */
  cutNext: number
  /** Nothing answers. */
  isDown: boolean
  /** `NetworkServices Websocket` is off, as on older software. */
  hasWebSocket: boolean
  /** Registered to the cloud, or linked to it (Webex Edge for Devices): before 11 the codec takes no bookings without. */
  isLinked: boolean
}

export type CodecOptions = {
  readonly name: string
  readonly software?: string
  readonly product?: string
  readonly users?: readonly CodecUser[]
}

/** What a command came to: its result's fields, or why not. */
export type Outcome = { readonly result: Readonly<Record<string, unknown>> } | Refused | { readonly unknown: true }

export type CodecEvent = "Updated" | "SyncRequired"

export const usualUsers = (): readonly CodecUser[] => [
  { name: "integrator", password: "codec-password", role: "Admin" },
]
const newestSoftware = "ce26.8.1.0.2f4e1a0b7c3"

/** One codec without a port: its bookings, its commands, and all that tests do to it. */
export class Codec {
  readonly knobs: CodecKnobs = {
    ...{ latencyMs: 0, refuseNext: 0, cutNext: 0, isDown: false, hasWebSocket: true, isLinked: true },
  }
  readonly name: string
  readonly product: string
  readonly users: readonly CodecUser[]
  software: string
  bookings: readonly CodecBooking[] = []
  /** Lists that were put here, and when the last one was. */
  putCount = 0
  puttedAt: Temporal.Instant | null = null
  /** Told of every event. */
  readonly listeners = new Set<(event: CodecEvent) => void>()
  /** Ends every open line. */
  readonly cutters = new Set<() => void>()
  private readonly platform: Pick<SimulatorPlatform, "now">

  constructor(platform: Pick<SimulatorPlatform, "now">, options: CodecOptions) {
    this.platform = platform
    this.name = options.name
    this.product = options.product ?? "Cisco Room Bar"
    this.users = options.users ?? usualUsers()
    this.software = options.software ?? newestSoftware
  }

  /** 26 of "ce26.8.1…", 7 of "TC7.3.9". */
  get version(): SoftwareVersion {
    const [, major = "0", minor = "0"] = /(\d{1,3})\.(\d{1,3})/.exec(this.software) ?? []
    return { major: Number(major), minor: Number(minor) }
  }

  signIn(name: string, password: string): CodecRole | null {
    return this.users.find((user) => user.name === name && user.password === password)?.role ?? null
  }

  /** The bookings are lost, as after a reset of the calendar; the codec asks for them. */
  wipe(): void {
    this.bookings = []
    this.tell("SyncRequired")
  }

  /** All lines are cut and the bookings are lost; it asks for them once somebody listens again. */
  reboot(): void {
    this.bookings = []
    this.wantsSync = true
    this.drop()
  }
  wantsSync = false

  drop(): void {
    for (const cut of [...this.cutters]) cut()
  }

  put(bookings: readonly CodecBooking[]): void {
    this.bookings = bookings
    this.putCount++
    this.puttedAt = this.platform.now()
    this.tell("Updated")
  }

  private tell(event: CodecEvent): void {
    for (const listener of [...this.listeners]) listener(event)
  }

  /** `path` as "Bookings/Put". */
  command(path: string, given: Readonly<Record<string, unknown>>, body: string, role: CodecRole): Outcome {
    if (this.knobs.refuseNext > 0) {
      this.knobs.refuseNext--
      return { refused: "Simulated refusal" }
    }
    switch (path) {
      case "Bookings/Put":
        return this.putBookings(body, role)
      case "Bookings/List":
        return this.list(given)
      case "Bookings/Clear":
        this.bookings = []
        this.tell("Updated")
        return { result: {} }
      default:
        return { unknown: true }
    }
  }

  private putBookings(body: string, role: CodecRole): Outcome {
    const { major, minor } = this.version
    if (major < 9 || (major === 9 && minor < 15)) return { unknown: true }
    if (role !== "Admin") return { refused: "Permission denied" }
    if (major < 11 && !this.knobs.isLinked) return { refused: "Device is not linked to Webex" }
    const read = readBookings(body, this.version)
    if ("refused" in read) return read
    this.put(read)
    return { result: {} }
  }

  private list(given: Readonly<Record<string, unknown>>): Outcome {
    const count = (name: string, otherwise: number) => Number(given[name] ?? otherwise)
    const today = this.platform.now().toZonedDateTimeISO("UTC").startOfDay()
    const from = "DayOffset" in given ? today.add({ days: count("DayOffset", 0) }).toInstant() : null
    const to = "Days" in given ? (from ?? today.toInstant()).add({ hours: 24 * count("Days", 1) }) : null
    const found = this.bookings.filter(
      ({ startsAt, endsAt }) =>
        (from === null || Temporal.Instant.compare(endsAt, from) > 0) &&
        (to === null || Temporal.Instant.compare(startsAt, to) < 0),
    )
    const shown = found.slice(count("Offset", 0)).slice(0, count("Limit", 65_534))
    return {
      result: {
        ResultInfo: { TotalRows: String(found.length) },
        LastUpdated: this.puttedAt?.toString({ smallestUnit: "second" }) ?? "",
        ...(shown.length === 0 ? {} : { Booking: shown.map((booking, index) => listed(booking, index + 1)) }),
      },
    }
  }

  /** What xGet and getxml show; undefined for what this codec has not. */
  get status(): object {
    return {
      SystemUnit: {
        ProductId: this.product,
        Software: { Version: this.software, DisplayName: `RoomOS ${this.software}` },
        Uptime: "3600",
      },
    }
  }
}
