import type { XmlNode } from "../exchange/xml.ts"

/** A booking as the codec keeps it, in the shape in which it lists it. */
export type CodecBooking = {
  readonly id: string
  readonly meetingId: string
  readonly title: string
  readonly agenda: string
  readonly privacy: "Public" | "Private"
  readonly organizer: { readonly name: string; readonly email: string; readonly id: string }
  readonly startsAt: Temporal.Instant
  readonly startBufferSeconds: number
  readonly endsAt: Temporal.Instant
  readonly endBufferSeconds: number
  readonly platform: string | null
  readonly calls: readonly CodecCall[]
}
type CodecCall = { readonly number: string; readonly protocol: string; readonly callType: string }

export type SoftwareVersion = { readonly major: number; readonly minor: number }

/** Why a list was not taken: the codec keeps the one that it had. */
export type Refused = { readonly refused: string }

const bookingsMost = 5_000
const idLengthMost = 128

/**
 * What `xCommand Bookings Put` takes, as the schemas of 9.15, 10.19 and 11 and later say it (cisco-ce/roomos.cisco.com,
 * schemas/*.json): required are Id, Title, Number, Protocol, Organizer.Name, Time.StartTime and Time.Duration; the platform
 * and WebRTC came with 10, None between 11.14 and 11.24.
 */
export function readBookings(body: string, version: SoftwareVersion): readonly CodecBooking[] | Refused {
  const list = valueAt(parsed(body), "Bookings")
  if (!Array.isArray(list)) return { refused: "Invalid JSON: Bookings is missing" }
  if (list.length > bookingsMost) return { refused: "Too many bookings" }
  const found: CodecBooking[] = []
  for (const entry of list) {
    const booking = readBooking(entry, version)
    if ("refused" in booking) return booking
    if (found.some(({ id }) => id === booking.id)) return { refused: `Duplicate Id ${booking.id}` }
    found.push(booking)
  }
  return found
}

const protocols = ["SIP", "H323", "ISDN", "IP", "Spark"]
const platforms = ["MicrosoftTeams", "GoogleMeet", "Zoom", "Webex", "Other"]

function readBooking(entry: unknown, { major, minor }: SoftwareVersion): CodecBooking | Refused {
  const text = (...path: readonly string[]) => textAt(entry, path)
  const required = [["Id"], ["Title"], ["Number"], ["Protocol"], ["Organizer", "Name"], ["Time", "StartTime"]] as const
  for (const path of required) if (text(...path) === null) return { refused: `Missing ${path.join(".")}` }
  const duration = numberAt(entry, ["Time", "Duration"])
  if (duration === null || duration < 0) return { refused: "Missing Time.Duration" }
  const startsAt = instantOf(text("Time", "StartTime") ?? "")
  if (startsAt === null) return { refused: "Time.StartTime is no UTC time" }
  const id = text("Id") ?? ""
  if (id === "" || id.length > idLengthMost) return { refused: "Id is too long" }
  const protocol = text("Protocol") ?? ""
  const none = major > 11 || (major === 11 && minor >= 24) ? ["None"] : []
  const takes = [...protocols, ...(major >= 10 ? ["WebRTC"] : []), ...none]
  if (!takes.includes(protocol)) return { refused: `Illegal Protocol ${protocol}` }
  const platform = text("MeetingPlatform")
  if (platform !== null && (major < 10 || ![...platforms, ...none].includes(platform)))
    return { refused: `Illegal MeetingPlatform ${platform}` }
  const number = text("Number") ?? ""
  return {
    ...{ id, meetingId: text("MeetingId") ?? "", title: text("Title") ?? "", agenda: text("Agenda") ?? "" },
    privacy: text("Privacy") === "Private" ? "Private" : "Public",
    organizer: {
      ...{ name: text("Organizer", "Name") ?? "", email: text("Organizer", "Email") ?? "" },
      id: text("Organizer", "Id") ?? "",
    },
    ...{ startsAt, endsAt: startsAt.add({ minutes: duration }) },
    startBufferSeconds: numberAt(entry, ["Time", "StartTimeBuffer"]) ?? 300,
    endBufferSeconds: numberAt(entry, ["Time", "EndTimeBuffer"]) ?? 0,
    platform,
    calls: number === "" ? [] : [{ number, protocol, callType: text("CallType") ?? "Video" }],
  }
}

/**
 * What the older, private `bookingsputxml` takes: a list in XML, each with its end and its own calls (as
 * gve-sw/gve_devnet_roomos_bookings_obtp sends it, and as `Bookings List` shows it).
 */
export function readOldBookings(root: XmlNode): readonly CodecBooking[] | Refused {
  if (root.name !== "Bookings") return { refused: "No Bookings" }
  const entries = root.children.filter(({ name }) => name === "Booking")
  if (entries.length > bookingsMost) return { refused: "Too many bookings" }
  const found: CodecBooking[] = []
  for (const entry of entries) {
    const text = (...path: readonly string[]) => xmlAt(entry, path)?.text ?? null
    const [startsAt, endsAt] = ["StartTime", "EndTime"].map((name) => instantOf(text("Time", name) ?? ""))
    const id = text("Id")
    if (id === null || id.length > idLengthMost || !startsAt || !endsAt) return { refused: "Incomplete booking" }
    const calls = xmlAt(entry, ["DialInfo", "Calls"])?.children.filter(({ name }) => name === "Call") ?? []
    found.push({
      ...{ id, meetingId: "", title: text("Title") ?? "", agenda: text("Agenda") ?? "", platform: null },
      privacy: text("Privacy") === "Private" ? "Private" : "Public",
      organizer: {
        name: [text("Organizer", "FirstName"), text("Organizer", "LastName")].filter(Boolean).join(" "),
        ...{ email: text("Organizer", "Email") ?? "", id: "" },
      },
      ...{ startsAt, endsAt },
      startBufferSeconds: Number(text("Time", "StartTimeBuffer") ?? 300),
      endBufferSeconds: Number(text("Time", "EndTimeBuffer") ?? 0),
      calls: calls.map((call) => ({
        number: xmlAt(call, ["Number"])?.text ?? "",
        protocol: xmlAt(call, ["Protocol"])?.text ?? "SIP",
        callType: xmlAt(call, ["CallType"])?.text ?? "Video",
      })),
    })
  }
  return found
}

/** A booking as `xCommand Bookings List` shows it (Codec SX80 API Reference Guide TC7.3, page 98). */
export function listed(booking: CodecBooking, number: number): object {
  const { organizer, calls } = booking
  const [first = "", ...rest] = organizer.name.split(" ")
  return {
    id: String(number),
    ...{ Id: booking.id, MeetingId: booking.meetingId, Title: booking.title, Agenda: booking.agenda },
    Privacy: booking.privacy,
    Organizer: { FirstName: first, LastName: rest.join(" "), Email: organizer.email, Id: organizer.id },
    Time: {
      ...{ StartTime: timeText(booking.startsAt), StartTimeBuffer: String(booking.startBufferSeconds) },
      ...{ EndTime: timeText(booking.endsAt), EndTimeBuffer: String(booking.endBufferSeconds) },
    },
    ...{ MaximumMeetingExtension: "5", BookingStatus: "OK", BookingStatusMessage: "" },
    ...(booking.platform === null ? {} : { MeetingPlatform: booking.platform }),
    Webex: { Enabled: "False", Url: "", MeetingNumber: "", Password: "" },
    ...{ Encryption: "BestEffort", Role: "Slave", Recording: "Disabled" },
    DialInfo: {
      Calls: {
        Call: calls.map(({ number: dialled, protocol, callType }, index) => ({
          ...{ id: String(index + 1), Number: dialled, Protocol: protocol, CallRate: "6000", CallType: callType },
        })),
      },
      ConnectMode: "OBTP",
    },
  }
}

const timeText = (instant: Temporal.Instant) => instant.toString({ smallestUnit: "second" })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function valueAt(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}

const deepAt = (value: unknown, path: readonly string[]) => path.reduce(valueAt, value)

function textAt(value: unknown, path: readonly string[]): string | null {
  const found = deepAt(value, path)
  return typeof found === "string" ? found : null
}

function numberAt(value: unknown, path: readonly string[]): number | null {
  const found = deepAt(value, path)
  return typeof found === "number" && Number.isSafeInteger(found) ? found : null
}

function xmlAt(node: XmlNode, path: readonly string[]): XmlNode | null {
  let found: XmlNode | undefined = node
  for (const name of path) found = found?.children.find((child) => child.name === name)
  return found ?? null
}

function instantOf(text: string): Temporal.Instant | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text)) return null
  try {
    return Temporal.Instant.from(text)
  } catch {
    return null
  }
}
