import { findZone } from "@kalends/domain/zone"
import { attributeOf, textAt } from "@kalends/readers/xml"
import type { KnownDevice } from "../../../ports/device-door.ts"
import { isOwnAddress, type Operation } from "../call.ts"
import { element, leaf, type Markup } from "../markup.ts"
import { partsOf } from "../shape.ts"
import { EwsError, eachMessage, plainAnswer } from "../soap.ts"

/** ResolveNames: the room itself, by its name or address. Nobody else is told of. */
export const resolveNames: Operation = async ({ node, device }) =>
  eachMessage("ResolveNames", [node], () => {
    const asked = textAt(node, "UnresolvedEntry") ?? ""
    const wanted = asked
      .trim()
      .toLowerCase()
      .replace(/^smtp:/, "")
    const isRoom = wanted !== "" && (isOwnAddress(device, wanted) || device.roomName.toLowerCase().startsWith(wanted))
    if (!isRoom) throw new EwsError("ErrorNameResolutionNoResults", "No results were found.")
    const mailbox = element("t:Mailbox", [
      leaf("t:Name", device.roomName),
      leaf("t:EmailAddress", addressOf(device)),
      leaf("t:RoutingType", "SMTP"),
      leaf("t:MailboxType", "Mailbox"),
    ])
    const contact = element("t:Contact", [
      leaf("t:DisplayName", device.roomName),
      element("t:EmailAddresses", leaf("t:Entry", `SMTP:${addressOf(device)}`, { Key: "EmailAddress1" })),
      leaf("t:ContactSource", "ActiveDirectory"),
    ])
    return element("m:ResolutionSet", element("t:Resolution", [mailbox, contact]), {
      TotalItemsInView: 1,
      IncludesLastItemInRange: true,
    })
  })

/** The address by which a device knows its mailbox: one that leads nowhere, where the room has none. */
export const addressOf = ({ roomAddress, username }: KnownDevice): string =>
  roomAddress ?? (username.includes("@") ? username : `${username}@rooms.invalid`)

/** ConvertId: ids are the same in every format here; the answer tells whose mailbox it is. */
export const convertId: Operation = async ({ node, device }) =>
  eachMessage("ConvertId", partsOf(node, "SourceIds"), (one) =>
    leaf("m:AlternateId", "", {
      "xsi:type": "t:AlternateIdType",
      "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
      Format: attributeOf(node, "DestinationFormat") ?? "EwsId",
      Id: attributeOf(one, "Id") ?? "",
      Mailbox: addressOf(device),
    }),
  )

/** GetServerTimeZones: UTC, in which every time is answered; of other zones that are asked for, nothing. */
export const getServerTimeZones: Operation = async ({ node }) => {
  const isWhole = attributeOf(node, "ReturnFullTimeZoneData") !== "false"
  const asked = partsOf(node, "Ids").map(({ text }) => findZone(text.trim()))
  const isAsked = asked.length === 0 || asked.includes("UTC")
  return eachMessage("GetServerTimeZones", [node], () =>
    element("m:TimeZoneDefinitions", isAsked ? utcDefinition(isWhole) : ""),
  )
}

function utcDefinition(isWhole: boolean): Markup {
  const periods = element("t:Period", "", { Bias: "P0DT0H0M0.0S", Name: "Standard", Id: "UTC/standard" })
  const group = element("t:Transition", leaf("t:To", "UTC/standard", { Kind: "Period" }))
  const rules = [
    element("t:Periods", periods),
    element("t:TransitionsGroups", element("t:TransitionsGroup", group, { Id: 0 })),
    element("t:Transitions", element("t:Transition", leaf("t:To", 0, { Kind: "Group" }))),
  ]
  return element("t:TimeZoneDefinition", isWhole ? rules : [], { Id: "UTC", Name: "(UTC) Coordinated Universal Time" })
}

/** GetRoomLists: none. A device sees its own room. */
export const getRoomLists: Operation = async () => plainAnswer("GetRoomLists", [element("m:RoomLists")])
