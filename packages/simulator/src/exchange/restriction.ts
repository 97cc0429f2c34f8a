import { type ItemValue, itemValue } from "./item-values.ts"
import type { Item } from "./items.ts"
import { EwsError } from "./soap.ts"
import { find, textAt, type XmlNode } from "./xml.ts"

/** Whether an item passes a search expression of FindItem; an expression that is not known here is refused. */
export function matches(item: Item, expression: XmlNode | null): boolean {
  if (expression === null) return true
  const passes = (child: XmlNode) => matches(item, child)
  switch (expression.name) {
    case "And":
      return expression.children.every(passes)
    case "Or":
      return expression.children.some(passes)
    case "Not":
      return !expression.children.some(passes)
    case "Exists":
      return itemValue(item, expression.children[0] ?? null) !== null
    case "Contains":
      return contains(item, expression)
    default:
      return compares(item, expression)
  }
}

function contains(item: Item, expression: XmlNode): boolean {
  const value = String(itemValue(item, expression.children[0] ?? null) ?? "").toLowerCase()
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
  const value = itemValue(item, expression.children[0] ?? null)
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

/** Items in the order of a SortOrder; in that of their creation without one. */
export function sorted(items: readonly Item[], order: XmlNode | null): readonly Item[] {
  const fields = order?.children ?? []
  return [...items].sort((one, other) => {
    for (const field of fields) {
      const [path = null] = field.children
      const result = orderOf(itemValue(one, path), itemValue(other, path))
      if (result !== 0) return field.attributes.Order === "Descending" ? -result : result
    }
    return 0
  })
}

function orderOf(one: ItemValue, other: ItemValue): number {
  if (one instanceof Temporal.Instant && other instanceof Temporal.Instant) return Temporal.Instant.compare(one, other)
  if (typeof one === "number" && typeof other === "number") return one - other
  return String(one ?? "").localeCompare(String(other ?? ""), "en")
}
