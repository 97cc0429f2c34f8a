import { attributeOf, child, find, type XmlNode } from "@kalends/readers/xml"
import type { FrontItem } from "./front-item.ts"
import { extendedValue, type ItemValue, type ItemView, properties } from "./properties.ts"
import { EwsError } from "./soap.ts"

const fieldsMost = 4

const unsupported = (): EwsError =>
  new EwsError("ErrorUnsupportedPathForQuery", "The query is not supported for the property.")

/** Whether an item passes a search expression of FindItem; an expression that is not known here is refused. */
export function matches(item: FrontItem, expression: XmlNode, view: ItemView): boolean {
  const passes = (one: XmlNode) => matches(item, one, view)
  switch (expression.name) {
    case "And":
      return expression.children.every(passes)
    case "Or":
      return expression.children.some(passes)
    case "Not":
      return !expression.children.some(passes)
    case "Exists":
      return valueAt(item, expression.children[0], view) !== null
    default:
      return compares(item, expression, view)
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

function compares(item: FrontItem, expression: XmlNode, view: ItemView): boolean {
  const sign = signs[expression.name]
  if (sign === undefined) throw unsupported()
  const value = valueAt(item, expression.children[0], view)
  const constant = find(expression, "FieldURIOrConstant", "Constant") ?? child(expression, "Constant")
  const wanted = attributeOf(constant, "Value") ?? ""
  if (value === null) return expression.name === "IsNotEqualTo"
  if (value instanceof Temporal.Instant) return sign(Temporal.Instant.compare(value, instantOf(wanted)))
  if (typeof value === "number") return sign(value - Number(wanted))
  return sign(String(value).localeCompare(wanted, "en", { sensitivity: "base" }))
}

/** Items in the order of a SortOrder; by start without one. */
export function sorted(items: readonly FrontItem[], order: XmlNode | null, view: ItemView): readonly FrontItem[] {
  const fields = (order?.children ?? []).slice(0, fieldsMost)
  if (fields.length === 0) return items
  return items.toSorted((one, other) => {
    for (const field of fields) {
      const result = orderOf(valueAt(one, field.children[0], view), valueAt(other, field.children[0], view))
      if (result !== 0) return attributeOf(field, "Order") === "Descending" ? -result : result
    }
    return 0
  })
}

function orderOf(one: ItemValue, other: ItemValue): number {
  if (one instanceof Temporal.Instant && other instanceof Temporal.Instant) return Temporal.Instant.compare(one, other)
  if (typeof one === "number" && typeof other === "number") return one - other
  return String(one ?? "").localeCompare(String(other ?? ""), "en")
}

function valueAt(item: FrontItem, path: XmlNode | undefined, view: ItemView): ItemValue {
  if (path?.name === "ExtendedFieldURI") return extendedValue(item, path)
  const uri = attributeOf(path ?? null, "FieldURI")
  return properties.find((property) => property.uri === uri)?.value(item, view) ?? null
}

function instantOf(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
  } catch {
    throw new EwsError("ErrorInvalidValueForProperty", "The specified value is invalid for property.")
  }
}
