import type { Attendee, CalendarEvent, EventTime, SeriesRef } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { findZone } from "@kalends/domain/zone"
import { instantFromUtc, oneOf, requireText } from "../parse.ts"
import { attributeOf, find, textAt, type XmlNode } from "../xml.ts"

const shows: ReadonlyMap<string, CalendarEvent["showsAs"]> = new Map([
  ["Free", "free"],
  ["Tentative", "tentative"],
  ["OOF", "out-of-office"],
  ["WorkingElsewhere", "working-elsewhere"],
])
const responses: ReadonlyMap<string, Attendee["response"]> = new Map([
  ["Accept", "accepted"],
  ["Organizer", "accepted"],
  ["Decline", "declined"],
  ["Tentative", "tentative"],
])
const descriptionMost = 50_000

export const itemIdOf = (item: XmlNode): string => requireText(attributeOf(find(item, "ItemId"), "Id"), "id")
export const changeKeyOf = (item: XmlNode): string => attributeOf(find(item, "ItemId"), "ChangeKey") ?? ""
/** "Single", "Occurrence", "Exception" or "RecurringMaster". */
export const itemType = (item: XmlNode): string => textAt(item, "CalendarItemType") ?? "Single"

/** The IANA zone the organiser wrote an item in; null where it is not told, or no table knows it. */
export function zoneOf(item: XmlNode): string | null {
  const zone = find(item, "StartTimeZone")
  return findZone(attributeOf(zone, "Id")) ?? findZone(attributeOf(zone, "Name"))
}

/**
 * One item as GetItem gives it, asked for in UTC. An occurrence that nobody changed is told by the view (`item`), and what
 * the view leaves out by its series (`whole`). Throws TypeError or RangeError when it is malformed.
 */
export function ewsEvent(item: XmlNode, whole: XmlNode = item): CalendarEvent {
  const zone = zoneOf(whole)
  const time = ewsTime(item, zone)
  const response = textAt(item, "MyResponseType")
  const body = textAt(whole, "Body")
  return {
    id: parseProviderEventId(itemIdOf(item)),
    series: null,
    version: changeKeyOf(item),
    time,
    isCancelled: textAt(item, "IsCancelled") === "true",
    showsAs: oneOf(shows, textAt(item, "LegacyFreeBusyStatus"), "busy"),
    isPrivate: (textAt(item, "Sensitivity") ?? "Normal") !== "Normal",
    subject: textAt(item, "Subject") ?? "",
    location: textAt(item, "Location"),
    description: body === null ? null : body.slice(0, descriptionMost).trimEnd(),
    organizer: person(find(item, "Organizer")) ?? person(find(whole, "Organizer")),
    attendees: [
      ...attendees(find(whole, "RequiredAttendees"), false),
      ...attendees(find(whole, "OptionalAttendees"), false),
      ...attendees(find(whole, "Resources"), true),
    ],
    onlineMeetingUrl: textAt(whole, "JoinOnlineMeetingUrl"),
    myResponse: response === "Organizer" ? "organizer" : oneOf(responses, response, "none"),
  }
}

/** The event as an occurrence of a series. Where nobody moved it, its start is its original one. */
export function ofSeries(event: CalendarEvent, seriesId: string, item: XmlNode): CalendarEvent {
  const written = textAt(item, "OriginalStart")
  const zone = zoneOf(item)
  const { time } = event
  let originalStart: SeriesRef["originalStart"]
  if (time.kind === "all-day") originalStart = written === null ? time.startsOn : dateAt(instantFromUtc(written), zone)
  else if (written !== null) originalStart = instantFromUtc(written)
  else originalStart = time.kind === "timed" ? time.startsAt : Temporal.PlainDate.from(time.starts)
  return { ...event, series: { seriesId: parseProviderEventId(seriesId), originalStart } }
}

function ewsTime(item: XmlNode, zone: string | null): EventTime {
  const startsAt = instantFromUtc(requireText(textAt(item, "Start"), "start"))
  const endsAt = instantFromUtc(requireText(textAt(item, "End"), "end"))
  if (textAt(item, "IsAllDayEvent") === "true") {
    const startsOn = dateAt(startsAt, zone)
    const endsBefore = dateAt(endsAt, zone)
    const isForward = Temporal.PlainDate.compare(startsOn, endsBefore) < 0
    return { kind: "all-day", startsOn, endsBefore: isForward ? endsBefore : startsOn.add({ days: 1 }) }
  }
  const isForward = startsAt.epochMilliseconds <= endsAt.epochMilliseconds
  return { kind: "timed", startsAt, endsAt: isForward ? endsAt : startsAt, zone }
}

/**
 * The day of an all-day item, which begins at midnight of the zone that it was made in, told as an instant. Where the zone
 * is unknown, or the instant is no midnight of it, the nearest midnight is meant.
 */
export function dateAt(at: Temporal.Instant, zone: string | null): Temporal.PlainDate {
  if (zone !== null) {
    const own = at.toZonedDateTimeISO(zone)
    if (own.hour === 0 && own.minute === 0) return own.toPlainDate()
  }
  if (at.epochMilliseconds % 86_400_000 === 0) return at.toZonedDateTimeISO("UTC").toPlainDate()
  return at.add({ hours: 12 }).toZonedDateTimeISO("UTC").toPlainDate()
}

function person(node: XmlNode | null): { name: string | null; email: string | null } | null {
  const mailbox = find(node, "Mailbox")
  if (mailbox === null) return null
  const address = textAt(mailbox, "EmailAddress")
  // Legacy distinguished names ("/o=…", routing type EX) are no mail addresses.
  return { name: textAt(mailbox, "Name"), email: address?.includes("@") === true ? address : null }
}

function attendees(node: XmlNode | null, isResource: boolean): Attendee[] {
  return (node?.children ?? []).flatMap((attendee) => {
    const who = person(attendee)
    return who === null
      ? []
      : [{ ...who, response: oneOf(responses, textAt(attendee, "ResponseType"), "none"), isResource }]
  })
}
