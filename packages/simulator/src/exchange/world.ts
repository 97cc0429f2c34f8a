import type { SimulatorContext } from "../context.ts"
import type { Knobs } from "../knobs.ts"
import type { SimEvent } from "../org.ts"
import type { SimResponse } from "../server.ts"
import type { PermissionLevel } from "./directory.ts"
import { type Directory, reaches } from "./directory.ts"
import { mimeContent } from "./icalendar.ts"
import { readItemId } from "./ids.ts"
import { type Item, occurrenceItem, processed, regularOriginals, wholeItem } from "./items.ts"
import { type Actor, type Folder, itemNotFound, type Mailboxes } from "./mailboxes.ts"
import { properties } from "./properties.ts"
import { extendedMarkup, type View } from "./property-parts.ts"
import type { Shape } from "./shape.ts"
import { EwsError } from "./soap.ts"
import { element, leaf, type Markup, type XmlNode } from "./xml.ts"

/** What every operation works on. */
export type World = {
  readonly platform: SimulatorContext["platform"]
  readonly directory: Directory
  readonly mailboxes: Mailboxes
  readonly knobs: Knobs
  /** Items that were moved to Deleted Items, other than destroyed. */
  readonly movedAway: WeakSet<SimEvent>
  /** The zone of all mailboxes (IANA). */
  readonly mailboxZone: () => string
}

/** One call: who asks for what, and how its times are meant. */
export type EwsCall = {
  readonly operation: string
  readonly node: XmlNode
  readonly actor: Actor
  /** IANA; UTC when the request names no zone. */
  readonly zone: string
  /** Whether the header named a zone. */
  readonly hasZone: boolean
  /** The mailbox server that the call was routed to. */
  readonly server: string
  readonly url: string
}

export type Operation = (world: World, call: EwsCall) => Markup | SimResponse

/** The item behind an ItemId, OccurrenceItemId or RecurringMasterItemId. */
export function findItem(world: World, call: EwsCall, node: XmlNode, needed: PermissionLevel): Item {
  const id = node.attributes.Id ?? node.attributes.OccurrenceId ?? node.attributes.RecurringMasterId ?? ""
  const { folder, key } = world.mailboxes.item(call.actor, id, needed)
  const event = folder.calendar?.events.get(key.eventId)
  if (event === undefined || event.isDeleted) throw itemNotFound()
  const zone = world.mailboxZone()
  if (node.name === "OccurrenceItemId") return occurrenceByIndex(folder, event.id, node, zone)
  if (node.name === "RecurringMasterItemId") {
    if (readItemId(id)?.original === null)
      throw new EwsError("ErrorCalendarCannotUseIdForOccurrenceId", "The Id is not the Id of an occurrence.")
    return wholeItem(folder, event, zone)
  }
  const item =
    key.original === null ? wholeItem(folder, event, zone) : occurrenceItem(folder, event, key.original, zone)
  if (item === null) throw itemNotFound()
  return item
}

function occurrenceByIndex(folder: Folder, eventId: string, node: XmlNode, zone: string): Item {
  const event = folder.calendar?.events.get(eventId)
  if (event?.details.rule === undefined)
    throw new EwsError("ErrorCalendarCannotUseIdForRecurringMasterId", "The Id is not the Id of a recurring master.")
  const original = regularOriginals(event)[Number(node.attributes.InstanceIndex ?? "0") - 1]
  if (original === undefined)
    throw new EwsError(
      "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
      "Occurrence index is out of recurrence range.",
    )
  const item = occurrenceItem(folder, event, original, zone)
  if (item === null)
    throw new EwsError(
      "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
      "Occurrence with this index was previously deleted from the recurrence.",
    )
  return item
}

export function viewOf(world: World, call: EwsCall, item: Item, bodyType: Shape["bodyType"]): View {
  const level = world.mailboxes.levelFor(call.actor, item.folder)
  const shown = processed(item, world.directory)
  const { subject, time, location, isPrivate, isFree } = shown
  const limited = {
    subject,
    time,
    ...(location === undefined ? {} : { location }),
    ...(isPrivate === undefined ? {} : { isPrivate }),
    ...(isFree === undefined ? {} : { isFree }),
  }
  return {
    item,
    details: reaches(level, "Reviewer") ? shown : limited,
    zone: call.zone,
    mailboxZone: world.mailboxZone(),
    bodyType,
    folderId: world.mailboxes.folderIdOf(item.folder),
    rights: { canWrite: reaches(level, "Editor") },
  }
}

const cultureAt = properties.findIndex(({ name }) => name === "Culture")

/** The CalendarItem element with what the shape wants. */
export function itemMarkup(view: View, shape: Shape): Markup {
  const parts = shape.wanted.map((property) => property.write(view))
  const extended = shape.extended.map((field) => extendedMarkup(view, field))
  const mime = shape.hasMime ? [leaf("t:MimeContent", mimeContent(view), { CharacterSet: "UTF-8" })] : []
  // ExtendedProperty stands before Culture in the schema.
  const cut = shape.wanted.filter((property) => properties.indexOf(property) < cultureAt).length
  return element(
    "t:CalendarItem",
    [...mime, ...parts.slice(0, cut), ...extended, ...parts.slice(cut)].map((part) => part ?? ""),
  )
}

/** The folder's items as a listing without a calendar view has them: singles and masters. */
export const wholeItems = (folder: Folder, zone: string): readonly Item[] =>
  (folder.calendar?.live() ?? []).map((event) => wholeItem(folder, event, zone))
