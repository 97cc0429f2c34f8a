import { type Property, properties } from "./properties.ts"
import { EwsError } from "./soap.ts"
import { allOf, find, textAt, type XmlNode } from "./xml.ts"

export type BodyType = "Text" | "HTML" | "Best"

/** What a request wants to see of each item. */
export type Shape = {
  readonly wanted: readonly Property[]
  readonly extended: readonly Readonly<Record<string, string>>[]
  readonly bodyType: BodyType
  readonly hasMime: boolean
}

const bodyTypes: readonly BodyType[] = ["Text", "HTML", "Best"]

/** Reads an ItemShape. FindItem gives no bodies, attendees or recurrences, whatever it is asked for. */
export function readShape(node: XmlNode | null, isFind: boolean): Shape {
  const base = textAt(node, "BaseShape") ?? "Default"
  if (!["IdOnly", "Default", "AllProperties"].includes(base)) throw invalid("BaseShape")
  const additional = find(node, "AdditionalProperties")
  const named = new Set(allOf(additional, "FieldURI").map(({ attributes }) => attributes.FieldURI ?? ""))
  if (isFind) refuse(named)
  const wanted = properties.filter(
    (property) =>
      named.has(property.uri) ||
      property.name === "ItemId" ||
      (base === "AllProperties" && property.isHidden !== true && !(isFind && property.isBound === true)) ||
      (base === "Default" && property.isDefault === true && !(isFind && property.isBound === true)),
  )
  const bodyType = bodyTypes.find((known) => known === (textAt(node, "BodyType") ?? "Best"))
  if (bodyType === undefined) throw invalid("BodyType")
  return {
    wanted,
    extended: allOf(additional, "ExtendedFieldURI").map(({ attributes }) => attributes),
    bodyType,
    hasMime: textAt(node, "IncludeMimeContent") === "true",
  }
}

/** Some properties can be had from GetItem alone: the request is refused as a whole. */
function refuse(named: ReadonlySet<string>): void {
  if (properties.some((property) => property.isBound === true && named.has(property.uri)))
    throw new EwsError("ErrorInvalidPropertyRequest", "Property is not valid for this operation.")
}

const invalid = (name: string): EwsError =>
  new EwsError("ErrorSchemaValidation", `The request failed schema validation: The '${name}' element is invalid.`, {
    isFault: true,
  })
