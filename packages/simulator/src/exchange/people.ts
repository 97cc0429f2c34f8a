import { readFolderId, readItemId } from "./ids.ts"
import { mailbox } from "./property-parts.ts"
import { EwsError, eachMessage, errorParts, operationAnswer } from "./soap.ts"
import type { Operation } from "./world.ts"
import { element, find, leaf, type Markup, textAt } from "./xml.ts"
import { allWindowsNames, zoneDefinition } from "./zones.ts"

const resolutionsMost = 100
const noResults = (): EwsError => new EwsError("ErrorNameResolutionNoResults", "No results were found.")

/** ResolveNames: people and rooms whose name or address begins so; a warning when it is more than one. */
export const resolveNamesOperation: Operation = (world, call) => {
  const wanted = (textAt(call.node, "UnresolvedEntry") ?? "").toLowerCase().replace(/^smtp:/, "")
  const found = world.directory
    .people()
    .filter(
      ({ name, email }) =>
        wanted !== "" &&
        [email, ...name.toLowerCase().split(" "), name.toLowerCase()].some((one) => one.startsWith(wanted)),
    )
    .slice(0, resolutionsMost)
  if (found.length === 0)
    return eachMessage("ResolveNames", [0], {
      one: () => {
        throw noResults()
      },
    })
  const set = element(
    "m:ResolutionSet",
    found.map(({ name, email }) =>
      element("t:Resolution", [
        mailbox(name, email),
        element("t:Contact", [
          leaf("t:DisplayName", name),
          element("t:EmailAddresses", leaf("t:Entry", `SMTP:${email}`, { Key: "EmailAddress1" })),
          leaf("t:ContactSource", "ActiveDirectory"),
        ]),
      ]),
    ),
    { TotalItemsInView: found.length, IncludesLastItemInRange: true },
  )
  const isOne = found.length === 1
  const multiple = new EwsError("ErrorNameResolutionMultipleResults", "Multiple results were found.")
  const head = isOne ? [leaf("m:ResponseCode", "NoError")] : errorParts(multiple)
  const message = element("m:ResolveNamesResponseMessage", [...head, set], {
    ResponseClass: isOne ? "Success" : "Warning",
  })
  return operationAnswer("ResolveNames", element("m:ResponseMessages", message))
}

const success = (operation: string, content: Markup): Markup =>
  operationAnswer(operation, [leaf("m:ResponseCode", "NoError"), content], { ResponseClass: "Success" })

/** GetRoomLists: the room lists of the organisation; none are none, and no error. */
export const getRoomListsOperation: Operation = (world) =>
  success(
    "GetRoomLists",
    element(
      "m:RoomLists",
      world.directory
        .roomLists()
        .map(({ name, email }) =>
          element("t:Address", [
            leaf("t:Name", name),
            leaf("t:EmailAddress", email),
            leaf("t:RoutingType", "SMTP"),
            leaf("t:MailboxType", "PublicDL"),
          ]),
        ),
    ),
  )

/** GetRooms: the rooms of one list. */
export const getRoomsOperation: Operation = (world, call) => {
  const rooms = world.directory.roomsOf(textAt(call.node, "RoomList", "EmailAddress") ?? "")
  if (rooms === null) return operationAnswer("GetRooms", errorParts(noResults()), { ResponseClass: "Error" })
  return success(
    "GetRooms",
    element(
      "m:Rooms",
      rooms.map(({ name, email }) =>
        element(
          "t:Room",
          element("t:Id", [
            leaf("t:Name", name),
            leaf("t:EmailAddress", email),
            leaf("t:RoutingType", "SMTP"),
            leaf("t:MailboxType", "Mailbox"),
          ]),
        ),
      ),
    ),
  )
}

/** GetServerTimeZones: the zones that the server knows, with their rules of this year when they are asked for. */
export const getServerTimeZonesOperation: Operation = (world, call) => {
  const isWhole = call.node.attributes.ReturnFullTimeZoneData !== "false"
  const ids = find(call.node, "Ids")?.children.map(({ text }) => text.trim().toLowerCase()) ?? null
  const { year } = world.platform.now().toZonedDateTimeISO("UTC")
  const wanted = allWindowsNames.filter((name) => ids === null || ids.includes(name.toLowerCase()))
  return eachMessage("GetServerTimeZones", [0], {
    one: () =>
      element(
        "m:TimeZoneDefinitions",
        wanted.map((name) => zoneDefinition(name, isWhole, year)),
      ),
  })
}

/** ConvertId: ids are the same in every format here; the answer tells whose mailbox it is. */
export const convertIdOperation: Operation = (world, call) =>
  eachMessage("ConvertId", find(call.node, "SourceIds")?.children ?? [], {
    one({ attributes }) {
      const id = attributes.Id ?? ""
      const key = readItemId(id) ?? readFolderId(id)
      const person = world.directory.people().find((one) => one.id === key?.personId)
      if (person === undefined) throw new EwsError("ErrorInvalidIdMalformed", "Id is malformed.")
      return leaf("m:AlternateId", "", {
        "xsi:type": "t:AlternateIdType",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        Format: call.node.attributes.DestinationFormat ?? "EwsId",
        Id: id,
        Mailbox: person.email,
      })
    },
  })
