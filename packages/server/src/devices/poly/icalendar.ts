import { bodyOf, type FrontItem, locationOf, subjectOf } from "./front-item.ts"
import type { ItemView } from "./properties.ts"

/** The MimeContent of an item: iCalendar in base64, in UTC throughout. */
export function mimeContent(item: FrontItem, { device, staleSince }: ItemView): string {
  const { booking } = item
  const lines = [
    "BEGIN:VCALENDAR",
    "PRODID:-//Kalends//EN",
    "VERSION:2.0",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
    `UID:${uidOf(item)}`,
    `SUMMARY:${escaped(subjectOf(booking, device))}`,
    `LOCATION:${escaped(locationOf(booking, device))}`,
    `DESCRIPTION:${escaped(bodyOf(booking, staleSince))}`,
    `DTSTART:${basic(booking.startsAt)}`,
    `DTEND:${basic(booking.endsAt)}`,
    `DTSTAMP:${basic(item.changedAt)}`,
    `CLASS:${booking.isPrivate ? "PRIVATE" : "PUBLIC"}`,
    "TRANSP:OPAQUE",
    "STATUS:CONFIRMED",
    "SEQUENCE:0",
    "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    "END:VEVENT",
    "END:VCALENDAR",
  ]
  return Buffer.from(`${lines.map(folded).join("\r\n")}\r\n`, "utf8").toString("base64")
}

export const uidOf = ({ id }: FrontItem): string => Buffer.from(id, "base64").toString("hex")

const basic = (instant: Temporal.Instant) => instant.round("second").toString().replaceAll(/[-:]/g, "")

const escaped = (text: string) => text.replaceAll(/[\\;,]/g, "\\$&").replaceAll(/\r?\n/g, "\\n")

/** Lines of at most 75 octets (RFC 5545, 3.1). */
function folded(line: string): string {
  const parts: string[] = []
  let part = ""
  for (const sign of line) {
    if (Buffer.byteLength(part + sign) > 74) {
      parts.push(part)
      part = ""
    }
    part += sign
  }
  return [...parts, part].join("\r\n ")
}
