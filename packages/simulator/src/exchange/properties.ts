import { parseExtra } from "./item-extra.ts"
import { itemIdMarkup, originalAt, spanOf, uidOf } from "./items.ts"
import {
  attendees,
  body,
  changed,
  created,
  edge,
  exceptions,
  extraOf,
  freeBusyOf,
  isMeeting,
  isOccurrence,
  isOrganizer,
  isReadable,
  myResponse,
  organizer,
  recurrence,
  reminder,
  rights,
  sensitivity,
  stateOf,
  text,
  time,
  type View,
  zoneOfView,
} from "./property-parts.ts"
import { element, leaf, type Markup } from "./xml.ts"
import { zoneReference } from "./zones.ts"

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

/** All properties in the order of the schema, which is the order of every answer ([MS-OXWSCORE], [MS-OXWSMTGS]). */
export const properties: readonly Property[] = [
  { name: "ItemId", uri: "item:ItemId", isDefault: true, write: ({ item }) => itemIdMarkup(item) },
  {
    name: "ParentFolderId",
    uri: "item:ParentFolderId",
    write: ({ folderId }) => leaf("t:ParentFolderId", "", { Id: folderId, ChangeKey: "AQAAAA==" }),
  },
  {
    name: "ItemClass",
    uri: "item:ItemClass",
    write: text("ItemClass", (view) => (isOccurrence(view) ? "IPM.Appointment.Occurrence" : "IPM.Appointment")),
  },
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
      return categories.length === 0
        ? null
        : element(
            "t:Categories",
            categories.map((one) => leaf("t:String", one)),
          )
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
  {
    name: "ReminderMinutesBeforeStart",
    uri: "item:ReminderMinutesBeforeStart",
    write: text("ReminderMinutesBeforeStart", (view) => reminder(view) ?? 15),
  },
  { name: "DisplayCc", uri: "item:DisplayCc", write: text("DisplayCc", () => "") },
  {
    name: "DisplayTo",
    uri: "item:DisplayTo",
    write: text("DisplayTo", ({ details }) => (details.attendees ?? []).map((one) => one.name).join("; ")),
  },
  { name: "HasAttachments", uri: "item:HasAttachments", isDefault: true, write: text("HasAttachments", () => false) },
  { name: "Culture", uri: "item:Culture", write: text("Culture", () => "en-US") },
  { name: "EffectiveRights", uri: "item:EffectiveRights", write: rights },
  {
    name: "LastModifiedName",
    uri: "item:LastModifiedName",
    write: text("LastModifiedName", ({ item }) => item.folder.person.name),
  },
  { name: "LastModifiedTime", uri: "item:LastModifiedTime", write: time("LastModifiedTime", changed) },
  { name: "IsAssociated", uri: "item:IsAssociated", write: text("IsAssociated", () => false) },
  {
    name: "TextBody",
    uri: "item:TextBody",
    isBound: true,
    isHidden: true,
    write: ({ details }) => leaf("t:TextBody", details.description ?? "", { BodyType: "Text", IsTruncated: false }),
  },
  { name: "UID", uri: "calendar:UID", write: text("UID", ({ item }) => uidOf(item)) },
  {
    name: "RecurrenceId",
    uri: "calendar:RecurrenceId",
    write: time("RecurrenceId", ({ item, mailboxZone }) =>
      item.original === null ? null : originalAt(item.original, item.event.details, mailboxZone),
    ),
  },
  { name: "DateTimeStamp", uri: "calendar:DateTimeStamp", write: time("DateTimeStamp", changed) },
  {
    name: "Start",
    uri: "calendar:Start",
    isDefault: true,
    write: time("Start", (view) => (isReadable(view) ? view.item.startsAt : null)),
  },
  {
    name: "End",
    uri: "calendar:End",
    isDefault: true,
    write: time("End", (view) => (isReadable(view) ? view.item.endsAt : null)),
  },
  {
    name: "OriginalStart",
    uri: "calendar:OriginalStart",
    write: time("OriginalStart", ({ item, mailboxZone }) =>
      item.original === null ? null : originalAt(item.original, item.event.details, mailboxZone),
    ),
  },
  {
    name: "IsAllDayEvent",
    uri: "calendar:IsAllDayEvent",
    write: text("IsAllDayEvent", ({ details }) => details.time.kind === "all-day"),
  },
  {
    name: "LegacyFreeBusyStatus",
    uri: "calendar:LegacyFreeBusyStatus",
    isDefault: true,
    write: text("LegacyFreeBusyStatus", ({ details }) => freeBusyOf(details)),
  },
  {
    name: "Location",
    uri: "calendar:Location",
    isDefault: true,
    write: text("Location", ({ details }) => details.location ?? null),
  },
  { name: "IsMeeting", uri: "calendar:IsMeeting", write: text("IsMeeting", isMeeting) },
  { name: "IsCancelled", uri: "calendar:IsCancelled", write: text("IsCancelled", () => false) },
  {
    name: "IsRecurring",
    uri: "calendar:IsRecurring",
    write: text("IsRecurring", ({ item }) => item.original !== null),
  },
  {
    name: "MeetingRequestWasSent",
    uri: "calendar:MeetingRequestWasSent",
    write: text("MeetingRequestWasSent", (view) => extraOf(view).isMeetingSent),
  },
  {
    name: "IsResponseRequested",
    uri: "calendar:IsResponseRequested",
    write: text("IsResponseRequested", (view) => extraOf(view).isResponseRequested),
  },
  {
    name: "CalendarItemType",
    uri: "calendar:CalendarItemType",
    isDefault: true,
    write: text("CalendarItemType", ({ item }) => item.type),
  },
  { name: "MyResponseType", uri: "calendar:MyResponseType", write: text("MyResponseType", myResponse) },
  { name: "Organizer", uri: "calendar:Organizer", isDefault: true, write: organizer },
  {
    name: "RequiredAttendees",
    uri: "calendar:RequiredAttendees",
    isBound: true,
    write: attendees("RequiredAttendees", (one, optional) => one.isRoom !== true && !optional.includes(one.email)),
  },
  {
    name: "OptionalAttendees",
    uri: "calendar:OptionalAttendees",
    isBound: true,
    write: attendees("OptionalAttendees", (one, optional) => one.isRoom !== true && optional.includes(one.email)),
  },
  {
    name: "Resources",
    uri: "calendar:Resources",
    isBound: true,
    write: attendees("Resources", (one) => one.isRoom === true),
  },
  {
    name: "ConflictingMeetingCount",
    uri: "calendar:ConflictingMeetingCount",
    isBound: true,
    write: text("ConflictingMeetingCount", () => 0),
  },
  {
    name: "AdjacentMeetingCount",
    uri: "calendar:AdjacentMeetingCount",
    isBound: true,
    write: text("AdjacentMeetingCount", () => 0),
  },
  {
    name: "Duration",
    uri: "calendar:Duration",
    write: text("Duration", (view) => {
      const { startsAt, endsAt } = spanOf(view.details, view.mailboxZone)
      return isReadable(view) ? startsAt.until(endsAt, { largestUnit: "hours" }).toString() : null
    }),
  },
  { name: "TimeZone", uri: "calendar:TimeZone", write: text("TimeZone", zoneOfView) },
  {
    name: "AppointmentSequenceNumber",
    uri: "calendar:AppointmentSequenceNumber",
    write: text("AppointmentSequenceNumber", () => 0),
  },
  { name: "AppointmentState", uri: "calendar:AppointmentState", write: text("AppointmentState", stateOf) },
  { name: "Recurrence", uri: "calendar:Recurrence", isBound: true, write: recurrence },
  { name: "FirstOccurrence", uri: "calendar:FirstOccurrence", isBound: true, write: edge("FirstOccurrence", 0) },
  { name: "LastOccurrence", uri: "calendar:LastOccurrence", isBound: true, write: edge("LastOccurrence", -1) },
  {
    name: "ModifiedOccurrences",
    uri: "calendar:ModifiedOccurrences",
    isBound: true,
    write: exceptions("ModifiedOccurrences"),
  },
  {
    name: "DeletedOccurrences",
    uri: "calendar:DeletedOccurrences",
    isBound: true,
    write: exceptions("DeletedOccurrences"),
  },
  {
    name: "StartTimeZone",
    uri: "calendar:StartTimeZone",
    isBound: true,
    write: (view) => zoneReference("StartTimeZone", zoneOfView(view)),
  },
  {
    name: "EndTimeZone",
    uri: "calendar:EndTimeZone",
    isBound: true,
    write: (view) => zoneReference("EndTimeZone", parseExtra(view.details).zone ?? zoneOfView(view)),
  },
  { name: "ConferenceType", uri: "calendar:ConferenceType", write: text("ConferenceType", () => 0) },
  {
    name: "AllowNewTimeProposal",
    uri: "calendar:AllowNewTimeProposal",
    write: text("AllowNewTimeProposal", (view) => extraOf(view).allowNewTimeProposal),
  },
  {
    name: "IsOnlineMeeting",
    uri: "calendar:IsOnlineMeeting",
    write: text("IsOnlineMeeting", ({ details }) => details.onlineUrl !== undefined),
  },
  {
    name: "JoinOnlineMeetingUrl",
    uri: "calendar:JoinOnlineMeetingUrl",
    isBound: true,
    write: text("JoinOnlineMeetingUrl", ({ details }) => details.onlineUrl ?? null),
  },
  { name: "IsOrganizer", uri: "calendar:IsOrganizer", write: text("IsOrganizer", isOrganizer) },
]
