import { parseExtra } from "./item-extra.ts"
import { occurrenceItem, uidOf, zoneOfDetails } from "./items.ts"
import { freeBusyOf, type View } from "./property-parts.ts"
import { windowsName } from "./zones.ts"

/**
 * The MimeContent of a calendar item: iCalendar in base64, a series with its changed occurrences. Exchange names zones as
 * Windows does.
 */
export function mimeContent(view: View): string {
  const zone = zoneOfDetails(view.details, view.mailboxZone)
  const tzid = windowsName(zone) ?? zone
  const lines = [
    "BEGIN:VCALENDAR",
    "METHOD:PUBLISH",
    "PRODID:Microsoft Exchange Server 2010",
    "VERSION:2.0",
    ...timeZone(tzid, zone, view.item.startsAt),
    ...[view, ...changedOccurrences(view)].flatMap((one) => eventLines(one, tzid, zone)),
    "END:VCALENDAR",
  ]
  return Buffer.from(`${lines.map(folded).join("\r\n")}\r\n`, "utf8").toString("base64")
}

function changedOccurrences(view: View): readonly View[] {
  const { folder, event, original } = view.item
  if (original !== null) return []
  return [...event.exceptions.keys()].flatMap((key) => {
    const item = occurrenceItem(folder, event, key, view.mailboxZone)
    return item === null ? [] : [{ ...view, item, details: item.details }]
  })
}

function eventLines(view: View, tzid: string, zone: string): readonly string[] {
  const { item, details } = view
  return [
    "BEGIN:VEVENT",
    `UID:${uidOf({ event: item.event, details: item.event.details })}`,
    ...(item.event.details.rule === undefined || item.original !== null
      ? []
      : [`RRULE:${plainRule(item.event.details.rule)}`]),
    ...(item.original === null
      ? excluded(view, tzid, zone)
      : [originalLine("RECURRENCE-ID", item.original, tzid, zone)]),
    `SUMMARY;LANGUAGE=en-US:${escaped(details.subject)}`,
    ...(details.description === undefined ? [] : [`DESCRIPTION;LANGUAGE=en-US:${escaped(details.description)}`]),
    ...(details.location === undefined ? [] : [`LOCATION;LANGUAGE=en-US:${escaped(details.location)}`]),
    ...timed("DTSTART", details.time.start, view),
    ...timed("DTEND", details.time.end, view),
    `CLASS:${details.isPrivate === true ? "PRIVATE" : "PUBLIC"}`,
    `DTSTAMP:${basic(item.event.changedAt)}`,
    `TRANSP:${freeBusyOf(details) === "Free" ? "TRANSPARENT" : "OPAQUE"}`,
    "STATUS:CONFIRMED",
    "SEQUENCE:0",
    ...people(view),
    `X-MICROSOFT-CDO-BUSYSTATUS:${freeBusyOf(details).toUpperCase()}`,
    `X-MICROSOFT-CDO-ALLDAYEVENT:${details.time.kind === "all-day" ? "TRUE" : "FALSE"}`,
    ...alarm(view),
    "END:VEVENT",
  ]
}

/** Exchange writes the thirty-first of each month as the month's last day ([MS-OXCICAL] 2.1.3.2.2.3). */
const plainRule = (rule: string): string => rule.replace("BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "BYMONTHDAY=-1")

const basic = (instant: Temporal.Instant): string =>
  instant.toString({ smallestUnit: "second" }).replaceAll(/[-:]/g, "")

function timed(name: string, text: string, { details, mailboxZone }: View): readonly string[] {
  const plain = text.replaceAll(/[-:]/g, "")
  if (details.time.kind === "all-day") return [`${name};VALUE=DATE:${plain}`]
  const zone = zoneOfDetails(details, mailboxZone)
  return [zone === "UTC" ? `${name}:${plain}Z` : `${name};TZID=${windowsName(zone) ?? zone}:${plain}`]
}

function excluded({ item }: View, tzid: string, zone: string): readonly string[] {
  return [...item.event.exceptions].flatMap(([original, one]) =>
    one === "cancelled" ? [originalLine("EXDATE", original, tzid, zone)] : [],
  )
}

function originalLine(name: string, original: string, tzid: string, zone: string): string {
  if (original.length <= 10) return `${name};VALUE=DATE:${original.replaceAll("-", "")}`
  const wall = Temporal.Instant.from(original).toZonedDateTimeISO(zone).toPlainDateTime()
  const plain = wall.toString({ smallestUnit: "second" }).replaceAll(/[-:]/g, "")
  return zone === "UTC" ? `${name}:${plain}Z` : `${name};TZID=${tzid}:${plain}`
}

function people({ details, item }: View): readonly string[] {
  const { attendees = [] } = details
  if (attendees.length === 0) return []
  const organizer = details.organizer ?? item.folder.person
  const states = { accepted: "ACCEPTED", declined: "DECLINED", tentative: "TENTATIVE", none: "NEEDS-ACTION" } as const
  return [
    `ORGANIZER;CN=${escaped(organizer.name)}:mailto:${organizer.email}`,
    ...attendees.map(
      ({ name, email, response }) =>
        `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=${states[response]};RSVP=TRUE;CN=${escaped(name)}:mailto:${email}`,
    ),
  ]
}

function alarm({ details }: View): readonly string[] {
  const { reminderMinutes } = parseExtra(details)
  if (reminderMinutes === null) return []
  return [
    "BEGIN:VALARM",
    "DESCRIPTION:REMINDER",
    `TRIGGER;RELATED=START:-PT${reminderMinutes}M`,
    "ACTION:DISPLAY",
    "END:VALARM",
  ]
}

/** A VTIMEZONE under Windows' name: the offsets of the item's year. */
function timeZone(tzid: string, zone: string, at: Temporal.Instant): readonly string[] {
  if (zone === "UTC") return []
  const year = at.toZonedDateTimeISO(zone).year
  const first = Temporal.ZonedDateTime.from({ timeZone: zone, year, month: 1, day: 1 })
  const changes = [first.getTimeZoneTransition("next")]
  changes.push(changes[0]?.getTimeZoneTransition("next") ?? null)
  const parts = changes.flatMap((change) => {
    if (change === null || change.year !== year) return []
    const before = change.subtract({ seconds: 1 })
    const kind = change.offsetNanoseconds > before.offsetNanoseconds ? "DAYLIGHT" : "STANDARD"
    const wall = change.toPlainDateTime().subtract({ nanoseconds: change.offsetNanoseconds - before.offsetNanoseconds })
    const week = wall.day + 7 > wall.daysInMonth ? -1 : Math.ceil(wall.day / 7)
    const day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][wall.dayOfWeek - 1] ?? "SU"
    return section(kind, before.offset, change.offset, [
      `DTSTART:16010101T${wall.toPlainTime().toString({ smallestUnit: "second" }).replaceAll(":", "")}`,
      `RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=${week}${day};BYMONTH=${wall.month}`,
    ])
  })
  const still = section("STANDARD", first.offset, first.offset, ["DTSTART:16010101T000000"])
  return ["BEGIN:VTIMEZONE", `TZID:${tzid}`, ...(parts.length === 0 ? still : parts), "END:VTIMEZONE"]
}

function section(kind: string, from: string, to: string, lines: readonly string[]): readonly string[] {
  const [head = "", ...rest] = lines
  const offset = (text: string) => text.replace(":", "")
  return [`BEGIN:${kind}`, head, `TZOFFSETFROM:${offset(from)}`, `TZOFFSETTO:${offset(to)}`, ...rest, `END:${kind}`]
}

const escaped = (text: string): string =>
  text
    .replaceAll("\\", "\\\\")
    .replaceAll(/([;,])/g, "\\$1")
    .replaceAll(/\r?\n/g, "\\n")

/** No line is longer than 75 characters. */
function folded(line: string): string {
  const parts: string[] = []
  for (let at = 0; at < line.length; at += 73) parts.push(line.slice(at, at + 73))
  return parts.join("\r\n ")
}
