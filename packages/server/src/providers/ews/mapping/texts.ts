import { shapeOf } from "@kalends/readers/ews/find-item"
import { attributeOf, find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { EventTexts } from "../../../ports/calendar-provider.ts"

/** Our own named properties. Microsoft Graph sees them under the same names, so that they stay when a mailbox moves there. */
const propertySet = "9d3c2f4e-6b0a-4f0e-8f6d-5a1c7e24b9d0"
export const tagName = "KalendsMeeting"
/** The key with which we made the event. */
export const keyName = "KalendsKey"

export function namedField(name: string): string {
  return `<t:ExtendedFieldURI PropertySetId="${propertySet}" PropertyName="${name}" PropertyType="String"/>`
}

/** The value of a named property; null where the item has none. */
export function namedValue(item: XmlNode, name: string): string | null {
  for (const property of item.children)
    if (
      property.name === "ExtendedProperty" &&
      attributeOf(find(property, "ExtendedFieldURI"), "PropertyName") === name
    )
      return textAt(property, "Value")
  return null
}

/** What a lookout wants of an item, and nothing else. */
export const textsShape = shapeOf(["item:Body", "calendar:Location", "calendar:JoinOnlineMeetingUrl"], {
  body: "Text",
  extended: namedField(tagName),
})

export function itemTexts(item: XmlNode): EventTexts {
  return {
    location: textAt(item, "Location"),
    others: [textAt(item, "Body"), textAt(item, "JoinOnlineMeetingUrl"), namedValue(item, tagName)],
  }
}
