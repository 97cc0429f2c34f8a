import { attributeOf, escapeXml, find, type XmlNode } from "../xml.ts"
import type { EwsMessage } from "./soap.ts"

export type CalendarView = {
  readonly folderId: string
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
}

/** What a view tells of each occurrence; attendees, texts and zones are not had from FindItem. */
const viewFields = [
  "item:Subject",
  "item:Sensitivity",
  "calendar:UID",
  "calendar:Start",
  "calendar:End",
  "calendar:IsAllDayEvent",
  "calendar:LegacyFreeBusyStatus",
  "calendar:Location",
  "calendar:IsCancelled",
  "calendar:CalendarItemType",
  "calendar:MyResponseType",
  "calendar:Organizer",
]

/** An ItemShape of these properties alone. */
export function shapeOf(
  fields: readonly string[],
  more: { readonly body?: "Text" | "HTML"; readonly extended?: string } = {},
): string {
  const body = more.body === undefined ? "" : `<t:BodyType>${more.body}</t:BodyType>`
  const uris = fields.map((field) => `<t:FieldURI FieldURI="${field}"/>`).join("")
  const additional = uris + (more.extended ?? "")
  const properties = additional === "" ? "" : `<t:AdditionalProperties>${additional}</t:AdditionalProperties>`
  return `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${body}${properties}</m:ItemShape>`
}

/** FindItem with a CalendarView: series expanded, no paging (calendarview.md). */
export function findItemBody({ folderId, startsAt, endsAt }: CalendarView): string {
  const view = `<m:CalendarView StartDate="${startsAt}" EndDate="${endsAt}" MaxEntriesReturned="1000"/>`
  return `<m:FindItem Traversal="Shallow">${shapeOf(viewFields)}${view}<m:ParentFolderIds><t:FolderId Id="${escapeXml(folderId)}"/></m:ParentFolderIds></m:FindItem>`
}

/** The items of a FindItem's answer; `isWhole` is false where there are more than were shown. */
export function foundItems({ node }: EwsMessage): { readonly items: readonly XmlNode[]; readonly isWhole: boolean } {
  const folder = find(node, "RootFolder")
  return {
    items: find(folder, "Items")?.children ?? [],
    isWhole: attributeOf(folder, "IncludesLastItemInRange") !== "false",
  }
}

/** FindItem of the items that have this value in an extended property: ids, and when they were made; `property` is an ExtendedFieldURI. */
export function findByPropertyBody(folderId: string, property: string, value: string): string {
  const restriction = `<m:Restriction><t:IsEqualTo>${property}<t:FieldURIOrConstant><t:Constant Value="${escapeXml(value)}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>`
  return `<m:FindItem Traversal="Shallow">${shapeOf(["item:DateTimeCreated"])}${restriction}<m:ParentFolderIds><t:FolderId Id="${escapeXml(folderId)}"/></m:ParentFolderIds></m:FindItem>`
}
