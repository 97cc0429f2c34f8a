import type { SimAttendee, SimDetails } from "../org.ts"
import { isSameField, parseExtra, textOfHtml } from "./item-extra.ts"
import { extendedValue } from "./item-values.ts"
import { type Item, itemIdMarkup, occurrenceItem, originalAt, regularOriginals, zoneOfDetails } from "./items.ts"
import { recurrenceMarkup } from "./recurrence.ts"
import type { BodyType } from "./shape.ts"
import { element, leaf, type Markup } from "./xml.ts"
import { dateTime } from "./zones.ts"

/** An item with what it takes to write it down. `details` are what the reader may see. */
export type View = {
  readonly item: Item
  readonly details: SimDetails
  /** Of the answer's times. */
  readonly zone: string
  readonly mailboxZone: string
  readonly bodyType: BodyType
  readonly folderId: string
  readonly rights: { readonly canWrite: boolean }
}

export const text = (name: string, read: (view: View) => string | number | boolean | null) => (view: View) => {
  const value = read(view)
  return value === null ? null : leaf(`t:${name}`, value)
}
export const time = (name: string, read: (view: View) => Temporal.Instant | null) => (view: View) => {
  const value = read(view)
  return value === null ? null : leaf(`t:${name}`, dateTime(value, view.zone))
}
export const isMaster = ({ item }: View): boolean => item.type === "RecurringMaster"
export const isOccurrence = ({ item }: View): boolean => item.original !== null
export const isMeeting = ({ details }: View): boolean => (details.attendees ?? []).length > 0
export const isOrganizer = ({ details, item }: View): boolean =>
  details.organizer === undefined || details.organizer.email === item.folder.person.email

export const sensitivity = (details: SimDetails): string =>
  details.isPrivate === true ? (parseExtra(details).sensitivity ?? "Private") : "Normal"

/** Free when the calendar says so; otherwise what was written, or busy. */
export function freeBusyOf(details: SimDetails): string {
  if (details.isFree === true) return "Free"
  const own = parseExtra(details).freeBusy
  return own === null || own === "Free" ? "Busy" : own
}

export function mailbox(name: string, email: string): Markup {
  return element("t:Mailbox", [
    leaf("t:Name", name),
    leaf("t:EmailAddress", email),
    leaf("t:RoutingType", "SMTP"),
    leaf("t:MailboxType", "Mailbox"),
  ])
}

export const responses = { accepted: "Accept", declined: "Decline", tentative: "Tentative", none: "Unknown" } as const

export function attendees(name: string, belongs: (attendee: SimAttendee, optional: readonly string[]) => boolean) {
  return ({ details }: View): Markup | null => {
    const { optional } = parseExtra(details)
    const all = (details.attendees ?? []).filter((attendee) => belongs(attendee, optional))
    if (all.length === 0) return null
    return element(
      `t:${name}`,
      all.map((one) =>
        element("t:Attendee", [mailbox(one.name, one.email), leaf("t:ResponseType", responses[one.response])]),
      ),
    )
  }
}

export function body({ details, bodyType }: View): Markup {
  const description = details.description ?? ""
  const { html } = parseExtra(details)
  const isHtml = html !== null && textOfHtml(html) === description
  const wanted = bodyType === "Best" ? (isHtml ? "HTML" : "Text") : bodyType
  const content = wanted === "Text" ? description : isHtml ? html : htmlOf(description)
  return leaf("t:Body", content, { BodyType: wanted, IsTruncated: false })
}

export function htmlOf(description: string): string {
  const safe = description.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  const lines = safe.split(/\r?\n/).join("<br>\r\n")
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n<div>${lines}</div>\r\n</body>\r\n</html>\r\n`
}

export function myResponse(view: View): string {
  if (!isMeeting(view)) return "Organizer"
  if (isOrganizer(view)) return "Organizer"
  const { email } = view.item.folder.person
  const mine = view.details.attendees?.find((attendee) => attendee.email === email)?.response ?? "none"
  return mine === "none" ? "NoResponseReceived" : responses[mine]
}

/** Bits: a meeting, received, cancelled (appointmentstate.md). */
export const stateOf = (view: View): number => (isMeeting(view) ? 1 : 0) + (isOrganizer(view) ? 0 : 2)

export function organizer({ details, item }: View): Markup {
  const { name, email } = details.organizer ?? item.folder.person
  return element("t:Organizer", mailbox(name, email))
}

/** FirstOccurrence, LastOccurrence and ModifiedOccurrences have this content. */
export function occurrenceMarkup(name: string, item: Item, view: View): Markup {
  const original = originalAt(item.original ?? "", item.event.details, view.mailboxZone)
  return element(`t:${name}`, [
    itemIdMarkup(item),
    leaf("t:Start", dateTime(item.startsAt, view.zone)),
    leaf("t:End", dateTime(item.endsAt, view.zone)),
    leaf("t:OriginalStart", dateTime(original, view.zone)),
  ])
}

export function edge(name: string, at: 0 | -1) {
  return (view: View): Markup | null => {
    const { rule } = view.item.event.details
    if (!isMaster(view) || (at === -1 && !/COUNT=|UNTIL=/.test(rule ?? ""))) return null
    const { folder, event } = view.item
    const live = regularOriginals(event).filter((original) => event.exceptions.get(original) !== "cancelled")
    const item = occurrenceItem(folder, event, live.at(at) ?? "", view.mailboxZone)
    return item === null ? null : occurrenceMarkup(name, item, view)
  }
}

export function exceptions(name: "ModifiedOccurrences" | "DeletedOccurrences") {
  return (view: View): Markup | null => {
    const { folder, event } = view.item
    const wanted = [...event.exceptions].filter(([, one]) => (one === "cancelled") === (name === "DeletedOccurrences"))
    if (!isMaster(view) || wanted.length === 0) return null
    const parts = wanted.map(([original]) => {
      if (name === "DeletedOccurrences") {
        const at = originalAt(original, event.details, view.mailboxZone)
        return element("t:DeletedOccurrence", leaf("t:Start", dateTime(at, view.zone)))
      }
      const item = occurrenceItem(folder, event, original, view.mailboxZone)
      return item === null ? "" : occurrenceMarkup("Occurrence", item, view)
    })
    return element(`t:${name}`, parts)
  }
}

export function recurrence(view: View): Markup | null {
  const { rule, time: first } = view.item.event.details
  return isMaster(view) && rule !== undefined
    ? recurrenceMarkup(rule, first, zoneOfDetails(view.item.event.details, view.mailboxZone))
    : null
}

export function rights({ rights: { canWrite } }: View): Markup {
  return element("t:EffectiveRights", [
    leaf("t:CreateAssociated", false),
    leaf("t:CreateContents", false),
    leaf("t:CreateHierarchy", false),
    leaf("t:Delete", canWrite),
    leaf("t:Modify", canWrite),
    leaf("t:Read", true),
    leaf("t:ViewPrivateItems", canWrite),
  ])
}

export const isReadable = ({ item }: View): boolean => !item.event.isMalformed
export const created = ({ item }: View) => item.event.createdAt
export const changed = ({ item }: View) => item.event.changedAt
export const extraOf = ({ details }: View) => parseExtra(details)
export const reminder = (view: View): number | null => extraOf(view).reminderMinutes
export const zoneOfView = ({ details, mailboxZone }: View): string => zoneOfDetails(details, mailboxZone)

/** The value of an extended property, where the item has it. */
export function extendedMarkup({ item, details }: View, field: Readonly<Record<string, string>>): Markup | null {
  const stored = parseExtra(details).extended.find((one) => isSameField(one.field, field))
  const kept = stored === undefined ? extendedValue(item, field) : null
  if (stored === undefined && kept === null) return null
  const texts = stored?.values ?? [kept instanceof Temporal.Instant ? dateTime(kept, "UTC") : String(kept)]
  const values = texts.map((value) => leaf("t:Value", value))
  return element("t:ExtendedProperty", [
    leaf("t:ExtendedFieldURI", "", field),
    stored?.isArray === true ? element("t:Values", values) : (values[0] ?? ""),
  ])
}
