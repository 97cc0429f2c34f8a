import { createHash } from "node:crypto"
import type { Booking } from "@kalends/domain/booking"
import { untitledText } from "@kalends/domain/room-words"
import { escapeXml } from "@kalends/readers/xml"
import type { DeviceOrder } from "../../ports/device-family.ts"
import { knowsNone, knowsPlatform, type SoftwareVersion } from "./version.ts"

/** Longest text of a title or a name; the documents name none, and no panel shows more. */
const textMost = 200
const ownPrefix = "kalends-"

/** One booking in the words of `xCommand Bookings Put`. */
export type PutBooking = {
  readonly Id: string
  readonly MeetingId?: string
  readonly Title: string
  readonly Agenda?: string
  readonly Privacy: "Public" | "Private"
  readonly Number: string
  readonly Protocol: string
  readonly CallType?: string
  readonly MeetingPlatform?: string
  readonly Organizer: { readonly Name: string; readonly Email?: string }
  readonly Time: {
    readonly StartTime: string
    readonly Duration: number
    readonly StartTimeBuffer: number
    readonly EndTimeBuffer: number
  }
}

/** Whether a booking of a device is one that we gave it. */
export const isOurs = (id: string) => id.startsWith(ownPrefix)

/** A name of ours for a booking: the provider's are longer than the 128 characters that a device takes. */
export function idOf({ id }: Pick<Booking, "id">): string {
  return `${ownPrefix}${createHash("sha256").update(id).digest("base64url").slice(0, 32)}`
}

const platforms: Readonly<Record<string, string>> = {
  "Microsoft Teams": "MicrosoftTeams",
  "Google Meet": "GoogleMeet",
  Zoom: "Zoom",
  Webex: "Webex",
}

/** The bookings as `Bookings Put` takes them; `others` are left as they are. */
export function putBody(order: DeviceOrder, others: readonly PutBooking[], version: SoftwareVersion | null): string {
  const own = order.bookings.map((booking) => putBooking(booking, order, version))
  return JSON.stringify({ Bookings: [...own, ...others] })
}

/** What holds for the whole list. */
type ListSettings = Omit<DeviceOrder, "bookings">

const buffersOf = ({ startBufferMinutes, endBufferMinutes }: ListSettings) => ({
  ...{ StartTimeBuffer: startBufferMinutes * 60, EndTimeBuffer: endBufferMinutes * 60 },
})

function putBooking(booking: Booking, settings: ListSettings, version: SoftwareVersion | null): PutBooking {
  const { startsAt, endsAt, join, dial, isPrivate, host } = booking
  const call = callOf(dial)
  const platform = join === null ? null : (platforms[join.vendor] ?? "Other")
  return {
    Id: idOf(booking),
    Title: titleOf(booking, settings),
    Privacy: isPrivate ? "Private" : "Public",
    // Required, and empty where there is nothing to dial.
    Number: call?.number ?? "",
    Protocol: call?.protocol ?? (knowsNone(version) ? "None" : "SIP"),
    ...(platform !== null && knowsPlatform(version) ? { MeetingPlatform: platform } : {}),
    // Required: an empty one could make the device refuse the whole list.
    Organizer: { Name: plain(host ?? "") || "-" },
    Time: {
      StartTime: timeText(startsAt),
      Duration: minutesBetween(startsAt, endsAt),
      ...buffersOf(settings),
    },
  }
}

/** One number alone: SIP where there is one. */
function callOf(dial: Booking["dial"]): { readonly number: string; readonly protocol: string } | null {
  const found = dial.find(({ protocol }) => protocol === "sip") ?? dial[0]
  return found === undefined ? null : { number: found.number, protocol: found.protocol === "sip" ? "SIP" : "H323" }
}

const titleOf = (booking: Booking, { language }: ListSettings): string =>
  plain(booking.title ?? "") || untitledText(booking, language)

/** One line of whole characters. Half of one, as a cut through an emoji leaves it, could make a device refuse the list. */
const plain = (text: string) =>
  [
    ...text
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{NChar}]+/gu, " ")
      .trim(),
  ]
    .slice(0, textMost)
    .join("")
    .trim()

const timeText = (instant: Temporal.Instant) => instant.toString({ smallestUnit: "second" })
const minutesBetween = (from: Temporal.Instant, to: Temporal.Instant) =>
  Math.max(1, Math.ceil(from.until(to).total("minutes")))

/**
 * The bookings as the older, private `bookingsputxml` takes them, in the shape that `xCommand Bookings List` shows (Codec
 * SX80 API Reference Guide TC7.3, page 98) and that gve-sw/gve_devnet_roomos_bookings_obtp sends, seen 2026-11-29. With an
 * end instead of a duration, and with every number.
 */
export function oldPutXml(order: DeviceOrder): string {
  const items = order.bookings.map((booking) => oldBooking(booking, order))
  return `<?xml version="1.0"?>\n<Bookings status="OK">${items.join("")}</Bookings>`
}

function oldBooking(booking: Booking, settings: ListSettings): string {
  const { StartTimeBuffer, EndTimeBuffer } = buffersOf(settings)
  const { startsAt, endsAt, isPrivate, host, dial } = booking
  const [first = "-", ...rest] = (plain(host ?? "") || "-").split(" ")
  const calls = dial.map(
    ({ protocol, number }) =>
      `<Call><Number>${escapeXml(number)}</Number><Protocol>${protocol === "sip" ? "SIP" : "H323"}</Protocol><CallRate>6000</CallRate><CallType>Video</CallType></Call>`,
  )
  const extension = "<MaximumMeetingExtension>5</MaximumMeetingExtension>"
  return [
    `<Booking><Id>${idOf(booking)}</Id><Title>${escapeXml(titleOf(booking, settings))}</Title><Agenda></Agenda>`,
    `<Privacy>${isPrivate ? "Private" : "Public"}</Privacy>`,
    `<Organizer><FirstName>${escapeXml(first)}</FirstName><LastName>${escapeXml(rest.join(" "))}</LastName><Email></Email></Organizer>`,
    `<Time><StartTime>${timeText(startsAt)}</StartTime><StartTimeBuffer>${StartTimeBuffer}</StartTimeBuffer>`,
    `<EndTime>${timeText(endsAt)}</EndTime><EndTimeBuffer>${EndTimeBuffer}</EndTimeBuffer></Time>`,
    `${extension}<BookingStatus>OK</BookingStatus><BookingStatusMessage></BookingStatusMessage>`,
    "<Webex><Enabled>False</Enabled><Url></Url><MeetingNumber></MeetingNumber><Password></Password></Webex>",
    "<Encryption>BestEffort</Encryption><Role>Master</Role><Recording>Disabled</Recording>",
    `<DialInfo><Calls>${calls.join("")}</Calls><ConnectMode>OBTP</ConnectMode></DialInfo></Booking>`,
  ].join("")
}
