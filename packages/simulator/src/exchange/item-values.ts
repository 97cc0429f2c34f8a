import { isSameField, parseExtra } from "./item-extra.ts"
import { type Item, uidOf } from "./items.ts"
import type { XmlNode } from "./xml.ts"

/** A property's value for searching and sorting; null where the item has none. */
export type ItemValue = Temporal.Instant | number | string | null

/** An item's value for a path in an expression; null where it has none. */
export function itemValue(item: Item, path: XmlNode | null): ItemValue {
  if (path?.name === "ExtendedFieldURI") return extendedValue(item, path.attributes)
  switch (path?.attributes.FieldURI) {
    case "calendar:Start":
      return item.startsAt
    case "calendar:End":
      return item.endsAt
    case "item:LastModifiedTime":
      return item.event.changedAt
    case "item:Subject":
      return item.details.subject
    case "calendar:Location":
      return item.details.location ?? null
    case "calendar:UID":
      return uidOf(item)
    case "calendar:CalendarItemType":
      return item.type
    case "item:ItemClass":
      return "IPM.Appointment"
    default:
      return null
  }
}

/** What was stored, or one of the properties that Exchange itself keeps of an appointment ([MS-OXPROPS]). */
export function extendedValue(item: Item, field: Readonly<Record<string, string>>): ItemValue {
  const stored = parseExtra(item.details).extended.find((one) => isSameField(one.field, field))?.values[0]
  if (stored !== undefined) return stored
  switch (field.PropertyName ?? field.PropertyId ?? Number(field.PropertyTag)) {
    case "urn:schemas:calendar:instancetype":
      return item.type === "RecurringMaster" ? 1 : 0
    case "urn:schemas:calendar:uid":
      return uidOf(item)
    // PidLidRecurring, 0x8223.
    case "33315":
      return String(item.type === "RecurringMaster")
    // PidTagInternetArticleNumber: what IMAP numbers items by.
    case 0x0e23:
      return item.event.createdSequence
    // PidTagLastModificationTime.
    case 0x3008:
      return item.event.changedAt
    default:
      return null
  }
}
