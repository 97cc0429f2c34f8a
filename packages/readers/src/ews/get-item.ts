import { escapeXml, find, type XmlNode } from "../xml.ts"
import { shapeOf } from "./find-item.ts"
import type { EwsMessage } from "./soap.ts"

/** Microsoft advises no more than ten items at once (providers.md C.1). */
export const itemsAtOnce = 10

/** What the used attributes of SPEC 2.4 are made of, and nothing else. */
export const eventFields = [
  "item:Subject",
  "item:Sensitivity",
  "item:Body",
  "calendar:UID",
  "calendar:Start",
  "calendar:End",
  "calendar:OriginalStart",
  "calendar:IsAllDayEvent",
  "calendar:LegacyFreeBusyStatus",
  "calendar:Location",
  "calendar:IsCancelled",
  "calendar:CalendarItemType",
  "calendar:MyResponseType",
  "calendar:Organizer",
  "calendar:RequiredAttendees",
  "calendar:OptionalAttendees",
  "calendar:Resources",
  "calendar:StartTimeZone",
  "calendar:JoinOnlineMeetingUrl",
]

export type ItemName =
  | { readonly kind: "item"; readonly id: string }
  /** The series that an occurrence is of. */
  | { readonly kind: "master-of"; readonly occurrenceId: string }
  /** The occurrence of a series with this number, from 1. */
  | { readonly kind: "occurrence"; readonly masterId: string; readonly index: number }

export function itemNameXml(name: ItemName): string {
  switch (name.kind) {
    case "item":
      return `<t:ItemId Id="${escapeXml(name.id)}"/>`
    case "master-of":
      return `<t:RecurringMasterItemId OccurrenceId="${escapeXml(name.occurrenceId)}"/>`
    case "occurrence":
      return `<t:OccurrenceItemId RecurringMasterId="${escapeXml(name.masterId)}" InstanceIndex="${name.index}"/>`
  }
}

/** GetItem of several items, each answered by a message of its own in this order. */
export function getItemBody(names: readonly ItemName[], shape: string): string {
  return `<m:GetItem>${shape}<m:ItemIds>${names.map(itemNameXml).join("")}</m:ItemIds></m:GetItem>`
}

export const eventShape = shapeOf(eventFields, { body: "Text" })

/** The item of a message; null where it was not had. */
export function gotItem({ node, isError }: EwsMessage): XmlNode | null {
  return isError ? null : (find(node, "Items")?.children[0] ?? null)
}
