import { attributeOf, child, find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { FrontItem } from "./front-item.ts"
import { mimeContent } from "./icalendar.ts"
import { dateTime, element, leaf, type Markup } from "./markup.ts"
import { extendedNames, extendedValue, type ItemView, type Property, properties, written } from "./properties.ts"
import { schemaError } from "./soap.ts"

/** What a request wants to see of each item. */
export type Shape = {
  readonly wanted: readonly Property[]
  /** The ExtendedFieldURIs that are asked for. */
  readonly extended: readonly XmlNode[]
  readonly bodyType: ItemView["bodyType"]
  readonly hasMime: boolean
}

/** Reads an ItemShape. Properties that are not known are passed over, as devices ask for many. */
export function readShape(node: XmlNode, isFind: boolean): Shape {
  const shape = child(node, "ItemShape")
  const base = textAt(shape, "BaseShape")
  if (base === null || !["IdOnly", "Default", "AllProperties"].includes(base)) throw schemaError()
  const additional = child(shape, "AdditionalProperties")
  const named = new Set(additional?.children.map((one) => attributeOf(one, "FieldURI")))
  const isInBase = ({ isDefault, isHidden }: Property) =>
    (base === "Default" && isDefault === true) || (base === "AllProperties" && isHidden !== true)
  return {
    wanted: properties.filter(
      (property) =>
        property.name === "ItemId" ||
        ((named.has(property.uri) || isInBase(property)) && !(isFind && property.isBound === true)),
    ),
    extended: additional?.children.filter(({ name }) => name === "ExtendedFieldURI") ?? [],
    bodyType: textAt(shape, "BodyType") === "Text" ? "Text" : "HTML",
    hasMime: !isFind && textAt(shape, "IncludeMimeContent") === "true",
  }
}

/** An item as CalendarItem. */
export function itemMarkup(item: FrontItem, shape: Shape, view: ItemView): Markup {
  const mime = shape.hasMime ? leaf("t:MimeContent", mimeContent(item, view), { CharacterSet: "UTF-8" }) : ""
  const parts = (isFirst: boolean) =>
    shape.wanted
      .filter((property) => beforeExtended.has(property) === isFirst)
      .map((property) => written(property, item, view))
  const extended = shape.extended.map((field) => extendedMarkup(item, field))
  return element("t:CalendarItem", [mime, ...parts(true), ...extended, ...parts(false)])
}

/** The schema has extended properties behind HasAttachments: clients that are made from it read what comes in its order alone. */
const beforeExtended = new Set(properties.slice(0, properties.findIndex(({ name }) => name === "HasAttachments") + 1))

function extendedMarkup(item: FrontItem, field: XmlNode): Markup {
  const value = extendedValue(item, field)
  if (value === null) return ""
  const names = ["DistinguishedPropertySetId", "PropertySetId", ...extendedNames, "PropertyType"]
  const attributes = Object.fromEntries(
    names.flatMap((name) => {
      const given = attributeOf(field, name)
      return given === null ? [] : [[name, given]]
    }),
  )
  const text = value instanceof Temporal.Instant ? dateTime(value) : value
  return element("t:ExtendedProperty", [element("t:ExtendedFieldURI", "", attributes), leaf("t:Value", text)])
}

/** The parts of a list below the operation's element. */
export const partsOf = (node: XmlNode, ...names: readonly string[]): readonly XmlNode[] =>
  find(node, ...names)?.children ?? []
