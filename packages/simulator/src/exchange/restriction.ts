import { type Item, uidOf } from "./items.ts"
import { isSameField, parseExtra } from "./item-extra.ts"
import { EwsError } from "./soap.ts"
import { find, textAt, type XmlNode } from "./xml.ts"

/** Whether an item passes a search expression of FindItem; an expression that is not known here is refused. */
export function matches(item: Item, expression: XmlNode | null, mailboxZone: string): boolean {
  if (expression === null) return true
  const passes = (child: XmlNode) => matches(item, child, mailboxZone)
  switch (expression.name) {
    case "And":
      return expression.children.every(passes)
    case "Or":
      return expression.children.some(passes)
    case "Not":
      return !expression.children.some(passes)
    case "Exists":
      return valueOf(item, expression.children[0] ?? null) !== null
    case "Contains":
      return contains(item, expression)
    default:
      return compares(item, expression)
  }
}

function contains(item: Item, expression: XmlNode): boolean {
  const value = String(valueOf(item, expression.children[0] ?? null) ?? "").toLowerCase()
  const wanted = (find(expression, "Constant")?.attributes.Value ?? "").toLowerCase()
  switch (expression.attributes.ContainmentMode) {
    case "FullString":
      return value === wanted
    case "Prefixed":
      return value.startsWith(wanted)
    default:
      return value.includes(wanted)
  }
}

const signs: Readonly<Record<string, (order: number) => boolean>> = {
  IsEqualTo: (order) => order === 0,
  IsNotEqualTo: (order) => order !== 0,
  IsGreaterThan: (order) => order > 0,
  IsGreaterThanOrEqualTo: (order) => order >= 0,
  IsLessThan: (order) => order < 0,
  IsLessThanOrEqualTo: (order) => order <= 0,
}

function compares(item: Item, expression: XmlNode): boolean {
  const sign = signs[expression.name]
  if (sign === undefined)
    throw new EwsError("ErrorUnsupportedPathForQuery", "The query is not supported for the property.")
  const value = valueOf(item, expression.children[0] ?? null)
  const wanted = find(expression, "FieldURIOrConstant", "Constant")?.attributes.Value ?? textAt(expression) ?? ""
  if (value === null) return expression.name === "IsNotEqualTo"
  if (value instanceof Temporal.Instant) return sign(Temporal.Instant.compare(value, instantOf(wanted)))
  if (typeof value === "number") return sign(value - Number(wanted))
  return sign(value.localeCompare(wanted, "en", { sensitivity: "base" }))
}

function instantOf(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
  } catch {
    throw new EwsError("ErrorInvalidValueForProperty", "The specified value is invalid for property.")
  }
}

/** An item's value for a path in an expression; null where it has none. */
function valueOf(item: Item, path: XmlNode | null): Temporal.Instant | number | string | null {
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

/** What was stored, or one of the properties that Exchange itself keeps of an appointment. */
function extendedValue(item: Item, field: Readonly<Record<string, string>>): Temporal.Instant | number | string | null {
  const stored = parseExtra(item.details).extended.find((one) => isSameField(one.field, field))?.values[0]
  if (stored !== undefined) return stored
  switch (field.PropertyName) {
    case "urn:schemas:calendar:instancetype":
      return item.type === "RecurringMaster" ? 1 : 0
    case "urn:schemas:calendar:uid":
      return uidOf(item)
    default:
      return Number(field.PropertyTag) === 0x3008 ? item.event.changedAt : null
  }
}
