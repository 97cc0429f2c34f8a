import { attributeOf, type XmlNode } from "@kalends/readers/xml"
import type { KnownDevice } from "../../ports/device-door.ts"
import { bodyOf, type FrontItem, folderIdOf, locationOf, subjectOf } from "./front-item.ts"
import { uidOf } from "./icalendar.ts"
import { dateTime, element, leaf, type Markup } from "./markup.ts"

/** For whom an item is written, and how much of it is known to be true. */
export type ItemView = {
  readonly device: KnownDevice
  /** When the calendar was last read, where that is longer ago than a wrong "free" may be. */
  readonly staleSince: Temporal.Instant | null
  readonly bodyType: "Text" | "HTML"
}

export type ItemValue = Temporal.Instant | string | number | boolean | null

/** One property of an item. */
export type Property = {
  readonly name: string
  readonly uri: string
  readonly value: (item: FrontItem, view: ItemView) => ItemValue
  /** For what is more than a value. */
  readonly write?: (item: FrontItem, view: ItemView) => Markup
  /** Part of the shape Default. */
  readonly isDefault?: boolean
  /** Given by GetItem alone. */
  readonly isBound?: boolean
  /** Given only where it is named. */
  readonly isHidden?: boolean
}

const never = () => false
const zero = () => 0

/** In the order of the schema, which is the order of every answer ([MS-OXWSCORE] 2.2.4.24, [MS-OXWSMTGS] 2.2.4.3). */
export const properties: readonly Property[] = [
  { ...itemProperty("ItemId", ({ id }) => id), isDefault: true, write: itemIdMarkup },
  {
    ...itemProperty("ParentFolderId", (_item, { device }) => folderIdOf(device.room, "calendar")),
    write: (_item, { device }) =>
      leaf("t:ParentFolderId", "", { Id: folderIdOf(device.room, "calendar"), ChangeKey: "AQ==" }),
  },
  itemProperty("ItemClass", () => "IPM.Appointment"),
  { ...itemProperty("Subject", ({ booking }, { device }) => subjectOf(booking, device)), isDefault: true },
  itemProperty("Sensitivity", ({ booking }) => (booking.isPrivate ? "Private" : "Normal")),
  { ...itemProperty("Body", textBody), isDefault: true, isBound: true, write: bodyMarkup },
  itemProperty("DateTimeReceived", ({ changedAt }) => changedAt),
  itemProperty("Size", ({ booking }) => 1_000 + (booking.title ?? "").length),
  itemProperty("Importance", () => "Normal"),
  ...["IsSubmitted", "IsDraft", "IsFromMe", "IsResend", "IsUnmodified"].map((name) => itemProperty(name, never)),
  itemProperty("DateTimeSent", ({ changedAt }) => changedAt),
  itemProperty("DateTimeCreated", ({ changedAt }) => changedAt),
  itemProperty("ReminderIsSet", never),
  itemProperty("ReminderMinutesBeforeStart", zero),
  { ...itemProperty("HasAttachments", never), isDefault: true },
  itemProperty("Culture", () => "en-US"),
  { ...itemProperty("EffectiveRights", () => null), write: () => element("t:EffectiveRights", rights) },
  itemProperty("LastModifiedTime", ({ changedAt }) => changedAt),
  itemProperty("IsAssociated", never),
  {
    ...itemProperty("TextBody", textBody),
    isBound: true,
    isHidden: true,
    write: (item, view) => leaf("t:TextBody", textBody(item, view), { BodyType: "Text", IsTruncated: false }),
  },
  calendarProperty("UID", uidOf),
  calendarProperty("DateTimeStamp", ({ changedAt }) => changedAt),
  { ...calendarProperty("Start", ({ booking }) => booking.startsAt), isDefault: true },
  { ...calendarProperty("End", ({ booking }) => booking.endsAt), isDefault: true },
  calendarProperty("IsAllDayEvent", ({ booking }) => booking.isAllDay),
  { ...calendarProperty("LegacyFreeBusyStatus", () => "Busy"), isDefault: true },
  { ...calendarProperty("Location", ({ booking }, { device }) => locationOf(booking, device)), isDefault: true },
  calendarProperty("IsMeeting", () => true),
  calendarProperty("IsCancelled", never),
  calendarProperty("IsRecurring", never),
  calendarProperty("MeetingRequestWasSent", never),
  calendarProperty("IsResponseRequested", never),
  { ...calendarProperty("CalendarItemType", () => "Single"), isDefault: true },
  calendarProperty("MyResponseType", () => "Accept"),
  { ...calendarProperty("Organizer", ({ booking }) => booking.host), isDefault: true, write: organizerMarkup },
  calendarProperty("Duration", ({ booking }) =>
    booking.startsAt.until(booking.endsAt, { largestUnit: "hour" }).toString(),
  ),
  calendarProperty("TimeZone", () => "UTC"),
  calendarProperty("AppointmentSequenceNumber", zero),
  calendarProperty("AppointmentState", () => 3),
  calendarProperty("IsOnlineMeeting", ({ booking }) => booking.join !== null),
  { ...calendarProperty("JoinOnlineMeetingUrl", ({ booking }) => booking.join?.url ?? null), isBound: true },
  calendarProperty("IsOrganizer", never),
]

function itemProperty(name: string, value: Property["value"]): Property {
  return { name, uri: `item:${name}`, value }
}

function calendarProperty(name: string, value: Property["value"]): Property {
  return { name, uri: `calendar:${name}`, value }
}

export function itemIdMarkup({ id, changeKey }: FrontItem): Markup {
  return leaf("t:ItemId", "", { Id: id, ChangeKey: changeKey })
}

function textBody({ booking }: FrontItem, { staleSince }: ItemView): string {
  return bodyOf(booking, staleSince)
}

function bodyMarkup(item: FrontItem, view: ItemView): Markup {
  const text = textBody(item, view)
  if (view.bodyType === "Text") return leaf("t:Body", text, { BodyType: "Text" })
  const paragraphs = text.split("\r\n").map((line) => leaf("p", line))
  return leaf("t:Body", `<html><body>${paragraphs.join("")}</body></html>`, { BodyType: "HTML" })
}

function organizerMarkup({ booking }: FrontItem): Markup {
  return booking.host === null ? "" : element("t:Organizer", element("t:Mailbox", leaf("t:Name", booking.host)))
}

/** What a device may do: read. */
export const rights: readonly Markup[] = [
  ...["CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify"].map((name) =>
    leaf(`t:${name}`, false),
  ),
  leaf("t:Read", true),
]

/** Writes a property; nothing where the item does not have it. */
export function written(property: Property, item: FrontItem, view: ItemView): Markup {
  if (property.write !== undefined) return property.write(item, view)
  const value = property.value(item, view)
  if (value === null) return ""
  return leaf(`t:${property.name}`, value instanceof Temporal.Instant ? dateTime(value) : value)
}

/** Properties that clients know by a number or name of their own ([MS-OXPROPS]). */
const extended: Readonly<Record<string, (item: FrontItem) => ItemValue>> = {
  // PidTagSensitivity: 2 is private.
  "0x36": ({ booking }) => (booking.isPrivate ? 2 : 0),
  // PidTagInternetArticleNumber: a number of its own for each item, by which some clients list them.
  "0xe23": ({ id }) => Buffer.from(id, "base64").readUInt32BE(0) >>> 1,
  // PidTagLastModificationTime.
  "0x3008": ({ changedAt }) => changedAt,
  // PidLidAppointmentStartWhole, PidLidAppointmentEndWhole, PidLidRecurring.
  "33293": ({ booking }) => booking.startsAt,
  "33294": ({ booking }) => booking.endsAt,
  "33315": never,
  // 0: single. 1 would be a series.
  "urn:schemas:calendar:instancetype": zero,
  "urn:schemas:calendar:uid": uidOf,
}

/** What an ExtendedFieldURI names. */
export const extendedNames = ["PropertyName", "PropertyTag", "PropertyId"] as const

/** The value of an extended property; null where an item has none of this name. */
export function extendedValue(item: FrontItem, field: XmlNode): ItemValue {
  const name = extendedNames.map((one) => attributeOf(field, one)).find((one) => one !== null) ?? ""
  const isNumber = attributeOf(field, "PropertyTag") === name && Number.isInteger(Number(name))
  return extended[isNumber ? `0x${Number(name).toString(16)}` : name]?.(item) ?? null
}
