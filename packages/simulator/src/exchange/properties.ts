import type { SimAttendee, SimDetails } from "../org.ts"
import { type Item, itemIdMarkup, originalAt, regularOriginals, occurrenceItem, spanOf, uidOf, zoneOfDetails } from "./items.ts"
import { isSameField, parseExtra, textOfHtml } from "./item-extra.ts"
import { recurrenceMarkup } from "./recurrence.ts"
import type { BodyType } from "./shape.ts"
import { element, leaf, type Markup } from "./xml.ts"
import { dateTime, zoneReference } from "./zones.ts"

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

/** One property: null where the item does not have it. */
export type Property = {
  readonly name: string
  readonly uri: string
  readonly write: (view: View) => Markup | null
  /** Part of the shape Default. */
  readonly isDefault?: boolean
  /** Of GetItem alone. */
  readonly isBound?: boolean
  /** Given only when it is named. */
  readonly isHidden?: boolean
}

const text = (name: string, read: (view: View) => string | number | boolean | null) => (view: View) => {
  const value = read(view)
  return value === null ? null : leaf(`t:${name}`, value)
}
const time = (name: string, read: (view: View) => Temporal.Instant | null) => (view: View) => {
  const value = read(view)
  return value === null ? null : leaf(`t:${name}`, dateTime(value, view.zone))
}
const isMaster = ({ item }: View): boolean => item.type === "RecurringMaster"
const isOccurrence = ({ item }: View): boolean => item.original !== null
const isMeeting = ({ details }: View): boolean => (details.attendees ?? []).length > 0
const isOrganizer = ({ details, item }: View): boolean =>
  details.organizer === undefined || details.organizer.email === item.folder.person.email

const sensitivity = (details: SimDetails): string =>
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

const responses = { accepted: "Accept", declined: "Decline", tentative: "Tentative", none: "Unknown" } as const

function attendees(name: string, belongs: (attendee: SimAttendee, optional: readonly string[]) => boolean) {
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

function body({ details, bodyType }: View): Markup {
  const description = details.description ?? ""
  const { html } = parseExtra(details)
  const isHtml = html !== null && textOfHtml(html) === description
  const wanted = bodyType === "Best" ? (isHtml ? "HTML" : "Text") : bodyType
  const content = wanted === "Text" ? description : isHtml ? html : htmlOf(description)
  return leaf("t:Body", content, { BodyType: wanted, IsTruncated: false })
}

function htmlOf(description: string): string {
  const safe = description.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  const lines = safe.split(/\r?\n/).join("<br>\r\n")
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n<div>${lines}</div>\r\n</body>\r\n</html>\r\n`
}

function myResponse(view: View): string {
  if (!isMeeting(view)) return "Organizer"
  if (isOrganizer(view)) return "Organizer"
  const { email } = view.item.folder.person
  const mine = view.details.attendees?.find((attendee) => attendee.email === email)?.response ?? "none"
  return mine === "none" ? "NoResponseReceived" : responses[mine]
}

/** Bits: a meeting, received, cancelled (appointmentstate.md). */
const stateOf = (view: View): number => (isMeeting(view) ? 1 : 0) + (isOrganizer(view) ? 0 : 2)

function organizer({ details, item }: View): Markup {
  const { name, email } = details.organizer ?? item.folder.person
  return element("t:Organizer", mailbox(name, email))
}

/** FirstOccurrence, LastOccurrence and ModifiedOccurrences have this content. */
function occurrenceMarkup(name: string, item: Item, view: View): Markup {
  const original = originalAt(item.original ?? "", item.event.details, view.mailboxZone)
  return element(`t:${name}`, [
    itemIdMarkup(item),
    leaf("t:Start", dateTime(item.startsAt, view.zone)),
    leaf("t:End", dateTime(item.endsAt, view.zone)),
    leaf("t:OriginalStart", dateTime(original, view.zone)),
  ])
}

function edge(name: string, at: 0 | -1) {
  return (view: View): Markup | null => {
    const { rule } = view.item.event.details
    if (!isMaster(view) || (at === -1 && !/COUNT=|UNTIL=/.test(rule ?? ""))) return null
    const { folder, event } = view.item
    const live = regularOriginals(event).filter((original) => event.exceptions.get(original) !== "cancelled")
    const item = occurrenceItem(folder, event, live.at(at) ?? "", view.mailboxZone)
    return item === null ? null : occurrenceMarkup(name, item, view)
  }
}

function exceptions(name: "ModifiedOccurrences" | "DeletedOccurrences") {
  return (view: View): Markup | null => {
    const { folder, event } = view.item
    const wanted = [...event.exceptions].filter(
      ([, one]) => (one === "cancelled") === (name === "DeletedOccurrences"),
    )
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

function recurrence(view: View): Markup | null {
  const { rule, time: first } = view.item.event.details
  return isMaster(view) && rule !== undefined
    ? recurrenceMarkup(rule, first, zoneOfDetails(view.item.event.details, view.mailboxZone))
    : null
}

function rights({ rights: { canWrite } }: View): Markup {
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

const isReadable = ({ item }: View): boolean => !item.event.isMalformed
const created = ({ item }: View) => item.event.createdAt
const changed = ({ item }: View) => item.event.changedAt
const extraOf = ({ details }: View) => parseExtra(details)
const reminder = (view: View): number | null => extraOf(view).reminderMinutes
const zoneOfView = ({ details, mailboxZone }: View): string => zoneOfDetails(details, mailboxZone)

/** All properties in the order of the schema, which is the order of every answer ([MS-OXWSCORE], [MS-OXWSMTGS]). */
export const properties: readonly Property[] = [
  { name: "ItemId", uri: "item:ItemId", isDefault: true, write: ({ item }) => itemIdMarkup(item) },
  { name: "ParentFolderId", uri: "item:ParentFolderId", write: ({ folderId }) => leaf("t:ParentFolderId", "", { Id: folderId, ChangeKey: "AQAAAA==" }) },
  { name: "ItemClass", uri: "item:ItemClass", write: text("ItemClass", (view) => (isOccurrence(view) ? "IPM.Appointment.Occurrence" : "IPM.Appointment")) },
  { name: "Subject", uri: "item:Subject", isDefault: true, write: text("Subject", ({ details }) => details.subject) },
  { name: "Sensitivity", uri: "item:Sensitivity", write: text("Sensitivity", ({ details }) => sensitivity(details)) },
  { name: "Body", uri: "item:Body", isBound: true, isDefault: true, write: body },
  { name: "DateTimeReceived", uri: "item:DateTimeReceived", write: time("DateTimeReceived", created) },
  { name: "Size", uri: "item:Size", write: text("Size", ({ details }) => 4_000 + (details.description ?? "").length) },
  {
    name: "Categories",
    uri: "item:Categories",
    write: (view) => {
      const { categories } = extraOf(view)
      return categories.length === 0 ? null : element("t:Categories", categories.map((one) => leaf("t:String", one)))
    },
  },
  { name: "Importance", uri: "item:Importance", write: text("Importance", (view) => extraOf(view).importance) },
  { name: "IsSubmitted", uri: "item:IsSubmitted", write: text("IsSubmitted", () => false) },
  { name: "IsDraft", uri: "item:IsDraft", write: text("IsDraft", (view) => !isMeeting(view)) },
  { name: "IsFromMe", uri: "item:IsFromMe", write: text("IsFromMe", () => false) },
  { name: "IsResend", uri: "item:IsResend", write: text("IsResend", () => false) },
  { name: "IsUnmodified", uri: "item:IsUnmodified", write: text("IsUnmodified", () => false) },
  { name: "DateTimeSent", uri: "item:DateTimeSent", write: time("DateTimeSent", created) },
  { name: "DateTimeCreated", uri: "item:DateTimeCreated", write: time("DateTimeCreated", created) },
  {
    name: "ReminderDueBy",
    uri: "item:ReminderDueBy",
    write: time("ReminderDueBy", (view) => (reminder(view) === null || !isReadable(view) ? null : view.item.startsAt)),
  },
  { name: "ReminderIsSet", uri: "item:ReminderIsSet", write: text("ReminderIsSet", (view) => reminder(view) !== null) },
  { name: "ReminderMinutesBeforeStart", uri: "item:ReminderMinutesBeforeStart", write: text("ReminderMinutesBeforeStart", (view) => reminder(view) ?? 15) },
  { name: "DisplayCc", uri: "item:DisplayCc", write: text("DisplayCc", () => "") },
  { name: "DisplayTo", uri: "item:DisplayTo", write: text("DisplayTo", ({ details }) => (details.attendees ?? []).map((one) => one.name).join("; ")) },
  { name: "HasAttachments", uri: "item:HasAttachments", isDefault: true, write: text("HasAttachments", () => false) },
  { name: "Culture", uri: "item:Culture", write: text("Culture", () => "en-US") },
  { name: "EffectiveRights", uri: "item:EffectiveRights", write: rights },
  { name: "LastModifiedName", uri: "item:LastModifiedName", write: text("LastModifiedName", ({ item }) => item.folder.person.name) },
  { name: "LastModifiedTime", uri: "item:LastModifiedTime", write: time("LastModifiedTime", changed) },
  { name: "IsAssociated", uri: "item:IsAssociated", write: text("IsAssociated", () => false) },
  { name: "TextBody", uri: "item:TextBody", isBound: true, isHidden: true, write: ({ details }) => leaf("t:TextBody", details.description ?? "", { BodyType: "Text", IsTruncated: false }) },
  { name: "UID", uri: "calendar:UID", write: text("UID", ({ item }) => uidOf(item)) },
  {
    name: "RecurrenceId",
    uri: "calendar:RecurrenceId",
    write: time("RecurrenceId", ({ item, mailboxZone }) =>
      item.original === null ? null : originalAt(item.original, item.event.details, mailboxZone),
    ),
  },
  { name: "DateTimeStamp", uri: "calendar:DateTimeStamp", write: time("DateTimeStamp", changed) },
  { name: "Start", uri: "calendar:Start", isDefault: true, write: time("Start", (view) => (isReadable(view) ? view.item.startsAt : null)) },
  { name: "End", uri: "calendar:End", isDefault: true, write: time("End", (view) => (isReadable(view) ? view.item.endsAt : null)) },
  {
    name: "OriginalStart",
    uri: "calendar:OriginalStart",
    write: time("OriginalStart", ({ item, mailboxZone }) =>
      item.original === null ? null : originalAt(item.original, item.event.details, mailboxZone),
    ),
  },
  { name: "IsAllDayEvent", uri: "calendar:IsAllDayEvent", write: text("IsAllDayEvent", ({ details }) => details.time.kind === "all-day") },
  { name: "LegacyFreeBusyStatus", uri: "calendar:LegacyFreeBusyStatus", isDefault: true, write: text("LegacyFreeBusyStatus", ({ details }) => freeBusyOf(details)) },
  { name: "Location", uri: "calendar:Location", isDefault: true, write: text("Location", ({ details }) => details.location ?? null) },
  { name: "IsMeeting", uri: "calendar:IsMeeting", write: text("IsMeeting", isMeeting) },
  { name: "IsCancelled", uri: "calendar:IsCancelled", write: text("IsCancelled", () => false) },
  { name: "IsRecurring", uri: "calendar:IsRecurring", write: text("IsRecurring", ({ item }) => item.original !== null) },
  { name: "MeetingRequestWasSent", uri: "calendar:MeetingRequestWasSent", write: text("MeetingRequestWasSent", (view) => extraOf(view).isMeetingSent) },
  { name: "IsResponseRequested", uri: "calendar:IsResponseRequested", write: text("IsResponseRequested", (view) => extraOf(view).isResponseRequested) },
  { name: "CalendarItemType", uri: "calendar:CalendarItemType", isDefault: true, write: text("CalendarItemType", ({ item }) => item.type) },
  { name: "MyResponseType", uri: "calendar:MyResponseType", write: text("MyResponseType", myResponse) },
  { name: "Organizer", uri: "calendar:Organizer", isDefault: true, write: organizer },
  { name: "RequiredAttendees", uri: "calendar:RequiredAttendees", isBound: true, write: attendees("RequiredAttendees", (one, optional) => one.isRoom !== true && !optional.includes(one.email)) },
  { name: "OptionalAttendees", uri: "calendar:OptionalAttendees", isBound: true, write: attendees("OptionalAttendees", (one, optional) => one.isRoom !== true && optional.includes(one.email)) },
  { name: "Resources", uri: "calendar:Resources", isBound: true, write: attendees("Resources", (one) => one.isRoom === true) },
  { name: "ConflictingMeetingCount", uri: "calendar:ConflictingMeetingCount", isBound: true, write: text("ConflictingMeetingCount", () => 0) },
  { name: "AdjacentMeetingCount", uri: "calendar:AdjacentMeetingCount", isBound: true, write: text("AdjacentMeetingCount", () => 0) },
  {
    name: "Duration",
    uri: "calendar:Duration",
    write: text("Duration", (view) => {
      const { startsAt, endsAt } = spanOf(view.details, view.mailboxZone)
      return isReadable(view) ? startsAt.until(endsAt, { largestUnit: "hours" }).toString() : null
    }),
  },
  { name: "TimeZone", uri: "calendar:TimeZone", write: text("TimeZone", zoneOfView) },
  { name: "AppointmentSequenceNumber", uri: "calendar:AppointmentSequenceNumber", write: text("AppointmentSequenceNumber", () => 0) },
  { name: "AppointmentState", uri: "calendar:AppointmentState", write: text("AppointmentState", stateOf) },
  { name: "Recurrence", uri: "calendar:Recurrence", isBound: true, write: recurrence },
  { name: "FirstOccurrence", uri: "calendar:FirstOccurrence", isBound: true, write: edge("FirstOccurrence", 0) },
  { name: "LastOccurrence", uri: "calendar:LastOccurrence", isBound: true, write: edge("LastOccurrence", -1) },
  { name: "ModifiedOccurrences", uri: "calendar:ModifiedOccurrences", isBound: true, write: exceptions("ModifiedOccurrences") },
  { name: "DeletedOccurrences", uri: "calendar:DeletedOccurrences", isBound: true, write: exceptions("DeletedOccurrences") },
  { name: "StartTimeZone", uri: "calendar:StartTimeZone", isBound: true, write: (view) => zoneReference("StartTimeZone", zoneOfView(view)) },
  { name: "EndTimeZone", uri: "calendar:EndTimeZone", isBound: true, write: (view) => zoneReference("EndTimeZone", parseExtra(view.details).zone ?? zoneOfView(view)) },
  { name: "ConferenceType", uri: "calendar:ConferenceType", write: text("ConferenceType", () => 0) },
  { name: "AllowNewTimeProposal", uri: "calendar:AllowNewTimeProposal", write: text("AllowNewTimeProposal", (view) => extraOf(view).allowNewTimeProposal) },
  { name: "IsOnlineMeeting", uri: "calendar:IsOnlineMeeting", write: text("IsOnlineMeeting", ({ details }) => details.onlineUrl !== undefined) },
  { name: "JoinOnlineMeetingUrl", uri: "calendar:JoinOnlineMeetingUrl", isBound: true, write: text("JoinOnlineMeetingUrl", ({ details }) => details.onlineUrl ?? null) },
  { name: "IsOrganizer", uri: "calendar:IsOrganizer", write: text("IsOrganizer", isOrganizer) },
]

/** The value of an extended property, where the item has it. */
export function extendedMarkup({ details }: View, field: Readonly<Record<string, string>>): Markup | null {
  const found = parseExtra(details).extended.find((one) => isSameField(one.field, field))
  if (found === undefined) return null
  const values = found.values.map((value) => leaf("t:Value", value))
  return element("t:ExtendedProperty", [
    leaf("t:ExtendedFieldURI", "", field),
    found.isArray ? element("t:Values", values) : (values[0] ?? ""),
  ])
}
