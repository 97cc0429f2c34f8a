import { occurrencesOf, type SimDetails } from "../org.ts"
import {
  type ContactItem,
  checkContactVersion,
  contactIdMarkup,
  createContact,
  findContact,
  updateContact,
} from "./contacts.ts"
import { readChangeKey } from "./ids.ts"
import { type Draft, deleteProperty, draftOf, finished, inOrder, type Meaning, setProperty } from "./item-changes.ts"
import { withExtra } from "./item-extra.ts"
import { type Item, itemIdMarkup, uidOf, zoneOfDetails } from "./items.ts"
import type { Folder } from "./mailboxes.ts"
import { cancelCopies, deliver, type Reply, replyKinds, respond } from "./meetings.ts"
import { properties } from "./properties.ts"
import { EwsError, eachMessage } from "./soap.ts"
import { type EwsCall, findItem, type Operation, type World } from "./world.ts"
import { allOf, element, find, leaf, type Markup, type XmlNode } from "./xml.ts"

const required = (attribute: string): EwsError =>
  new EwsError(`Error${attribute}Required`, `${attribute} attribute is required for calendar items.`)

const meaningOf = (world: World, call: EwsCall): Meaning => ({
  zone: call.zone,
  mailboxZone: world.mailboxZone(),
  isRoom: (email) => world.directory.findPerson(email)?.isRoom ?? false,
})

const withItem = (item: Pick<Item, "folder" | "event" | "original">): Markup =>
  element("m:Items", element("t:CalendarItem", itemIdMarkup(item)))

const withContact = (item: ContactItem): Markup => element("m:Items", element("t:Contact", contactIdMarkup(item)))

/** CreateItem: appointments and meetings, and answers to meetings. */
export const createItemOperation: Operation = (world, call) => {
  const target = find(call.node, "SavedItemFolderId")?.children[0] ?? null
  const invitations = call.node.attributes.SendMeetingInvitations
  return eachMessage("CreateItem", find(call.node, "Items")?.children ?? [], {
    emptyRest: element("m:Items"),
    one(node) {
      const reply = replyKinds[node.name]
      if (reply !== undefined) return answer(world, call, node, reply)
      if (node.name === "Contact")
        return withContact(createContact(world.mailboxes.folder(call.actor, target ?? ownContacts, "Author"), node))
      if (node.name !== "CalendarItem")
        throw new EwsError("ErrorInvalidRequest", `Items of the kind ${node.name} are not kept here.`)
      if (invitations === undefined) throw required("SendMeetingInvitations")
      const folder = world.mailboxes.folder(call.actor, target ?? ownCalendar, "Author")
      return create(world, call, { folder, node, isSent: invitations !== "SendToNone" })
    },
  })
}

const distinguished = (id: string): XmlNode => ({
  name: "DistinguishedFolderId",
  attributes: { Id: id },
  children: [],
  text: "",
})
const ownCalendar = distinguished("calendar")
const ownContacts = distinguished("contacts")

function answer(world: World, call: EwsCall, node: XmlNode, reply: Reply): Markup {
  const item = findItem(world, call, find(node, "ReferenceItemId") ?? node, "Editor")
  respond(world, item, reply)
  return withItem(item)
}

/** Properties in the order of the schema ([MS-OXWSCORE], [MS-OXWSMTGS]), with those that are written and never told. */
const schemaOrder = properties.flatMap(({ name }) => {
  if (name === "Culture") return ["ExtendedProperty", name]
  return name === "StartTimeZone" ? ["MeetingTimeZone", name] : [name]
})

/** In any other order the whole request is refused (blogs.msdn.microsoft.com/dhruvkh, 2011-10-18). */
function checkOrder(nodes: readonly XmlNode[]): void {
  let last = -1
  for (const { name } of nodes) {
    const place = schemaOrder.indexOf(name)
    if (place >= 0 && (place < last || (place === last && name !== "ExtendedProperty")))
      throw new EwsError(
        "ErrorSchemaValidation",
        `The request failed schema validation: The element 'CalendarItem' has invalid child element '${name}'.`,
        { isFault: true },
      )
    last = Math.max(last, place)
  }
}

type Creation = { readonly folder: Folder; readonly node: XmlNode; readonly isSent: boolean }

function create(world: World, call: EwsCall, { folder, node, isSent }: Creation): Markup {
  const { calendar } = folder
  if (calendar === null)
    throw new EwsError(
      "ErrorCannotCreateCalendarItemInNonCalendarFolder",
      "Cannot create a calendar item in a non-calendar folder.",
    )
  const meaning = meaningOf(world, call)
  const draft = freshDraft(world, call)
  checkOrder(node.children)
  for (const property of inOrder(node.children)) setProperty(draft, property, meaning)
  const details = finished(draft)
  const { name, email } = folder.person
  const isMeeting = (details.attendees ?? []).length > 0
  const event = calendar.create(isMeeting ? { ...details, organizer: { name, email } } : details)
  // The uid is written down, so that the copies of a meeting can be found by it.
  event.details = withExtra(event.details, { uid: uidOf({ event, details }), isMeetingSent: isSent && isMeeting })
  if (isSent && isMeeting) deliver(world, folder.person, event)
  return withItem({ folder, event, original: null })
}

/** An item without a start begins at the next half hour and lasts as long, chosen here. */
function freshDraft(world: World, call: EwsCall): Draft {
  const halfHour = 1_800_000
  const start = Math.ceil(world.platform.now().epochMilliseconds / halfHour) * halfHour
  const zone = call.hasZone ? call.zone : "UTC"
  const time = { kind: "timed", zone: "UTC", start: "2000-01-01T00:00:00", end: "2000-01-01T00:30:00" } as const
  return {
    ...draftOf({ subject: "", time }, world.mailboxZone()),
    startsAt: Temporal.Instant.fromEpochMilliseconds(start),
    endsAt: Temporal.Instant.fromEpochMilliseconds(start + halfHour),
    zone,
    hasNewTime: true,
    isNew: true,
  }
}

/** UpdateItem: single properties of items, series and occurrences. */
export const updateItemOperation: Operation = (world, call) => {
  const { SendMeetingInvitationsOrCancellations: sending, ConflictResolution: resolution } = call.node.attributes
  return eachMessage("UpdateItem", find(call.node, "ItemChanges")?.children ?? [], {
    emptyRest: element("m:Items"),
    one(change) {
      const [target] = change.children
      if (target === undefined) throw new EwsError("ErrorInvalidRequest", "The request is invalid.")
      const contact = findContact(world, call, target)
      if (contact !== null) {
        checkContactVersion(contact, target, resolution ?? "AutoResolve")
        updateContact(contact, find(change, "Updates")?.children ?? [])
        return [withContact(contact), element("m:ConflictResults", leaf("t:Count", 0))]
      }
      if (sending === undefined) throw required("SendMeetingInvitationsOrCancellations")
      const item = findItem(world, call, target, "Editor")
      checkVersion(item, target, resolution ?? "AutoResolve")
      applyUpdates(world, item, { call, updates: find(change, "Updates")?.children ?? [] })
      const { folder, event, original } = item
      if (sending !== "SendToNone" && (event.details.attendees ?? []).length > 0) deliver(world, folder.person, event)
      return [withItem({ folder, event, original }), element("m:ConflictResults", leaf("t:Count", 0))]
    },
  })
}

/**
 * An old change key fails with NeverOverwrite; AutoResolve merges, for the properties are written one by one. That of a
 * series is that of all its occurrences (occurrenceitemid.md), and without one nothing is updated (responsecode.md).
 */
function checkVersion({ event }: Item, { attributes }: XmlNode, resolution: string): void {
  if (resolution === "AlwaysOverwrite") return
  if (attributes.ChangeKey === undefined)
    throw new EwsError("ErrorChangeKeyRequiredForWriteOperations", "A change key is required for this operation.")
  const sequence = readChangeKey(attributes.ChangeKey)
  if (sequence === null) throw new EwsError("ErrorInvalidChangeKey", "The change key is invalid.")
  if (resolution === "NeverOverwrite" && sequence !== event.sequence)
    throw new EwsError(
      "ErrorIrresolvableConflict",
      "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
    )
}

type Updating = { readonly call: EwsCall; readonly updates: readonly XmlNode[] }

function applyUpdates(world: World, item: Item, { call, updates }: Updating): void {
  const meaning = meaningOf(world, call)
  const draft = draftOf(item.details, meaning.mailboxZone)
  const set = updates.filter(({ name }) => name === "SetItemField").map(propertyIn)
  if (updates.some(({ name }) => name === "AppendToItemField"))
    throw new EwsError("ErrorInvalidPropertyAppend", "Append action is not supported for this property.")
  for (const property of inOrder(set)) setProperty(draft, property, meaning)
  for (const { children } of allOf({ ...call.node, children: updates }, "DeleteItemField"))
    if (children[0] !== undefined) deleteProperty(draft, children[0], meaning)
  store(item, draft, meaning.mailboxZone)
}

/** What a SetItemField sets: the one property in its item. */
function propertyIn({ children }: XmlNode): XmlNode {
  const properties = children.find(({ name }) => name === "CalendarItem" || name === "Item")?.children ?? []
  const [property] = properties
  if (property === undefined || properties.length > 1)
    throw new EwsError(
      "ErrorIncorrectUpdatePropertyCount",
      "An object within a change description must contain one and only one property to modify.",
    )
  return property
}

function store({ folder, event, original, details: before }: Item, draft: Draft, mailboxZone: string): void {
  const { calendar } = folder
  if (calendar === null) return
  const details = finished(draft)
  if (original !== null) {
    if (draft.recurrence != null)
      throw new EwsError("ErrorInvalidPropertySet", "Set action is invalid for property: Recurrence.")
    if (draft.hasNewTime) checkBoundary({ event, original, details, mailboxZone })
    const { rule: _, ...single } = details
    return void calendar.except(event, original, single)
  }
  const { time, rule, ...rest } = details
  const isMoved = JSON.stringify(time) !== JSON.stringify(before.time)
  if (draft.recurrence === null) event.details = details
  calendar.update(event, {
    ...rest,
    ...(isMoved || draft.recurrence === null ? { time } : {}),
    ...(rule !== undefined && rule !== before.rule ? { rule } : {}),
  })
}

type Moved = Pick<Item, "event"> & {
  readonly original: string
  readonly details: SimDetails
  readonly mailboxZone: string
}

/** An occurrence may not be moved to the day of a neighbour or beyond it (responsecode.md: ErrorOccurrenceCrossingBoundary). */
function checkBoundary({ event, original, details, mailboxZone }: Moved): void {
  const zone = zoneOfDetails(event.details, mailboxZone)
  const dayOf = (text: string) => text.slice(0, 10)
  const own = dayOf(localDate(original, zone))
  const days = occurrencesOf(event, null)
    .filter((one) => one.original !== original)
    .map((one) => dayOf(one.details.time.start))
    .sort()
  const day = dayOf(details.time.start)
  const previous = days.filter((one) => one < own).at(-1)
  const next = days.find((one) => one > own)
  if ((previous !== undefined && day <= previous) || (next !== undefined && day >= next))
    throw new EwsError(
      "ErrorOccurrenceCrossingBoundary",
      "Modified occurrence is crossing or overlapping adjacent occurrence.",
    )
}

const localDate = (original: string, zone: string): string =>
  original.length <= 10 ? original : Temporal.Instant.from(original).toZonedDateTimeISO(zone).toPlainDate().toString()

/** DeleteItem: an item, a series, or one occurrence. */
export const deleteItemOperation: Operation = (world, call) => {
  const { SendMeetingCancellations: sending, DeleteType: type } = call.node.attributes
  return eachMessage("DeleteItem", find(call.node, "ItemIds")?.children ?? [], {
    one(node) {
      const contact = findContact(world, call, node)
      if (contact !== null) {
        contact.book.remove(contact.contact)
        return ""
      }
      if (sending === undefined) throw required("SendMeetingCancellations")
      const item = findItem(world, call, node, "Editor")
      const { folder, event, original } = item
      if (sending !== "SendToNone") cancelCopies(world, item)
      if (original !== null) folder.calendar?.except(event, original, "cancelled")
      else {
        if (type === "MoveToDeletedItems") world.movedAway.add(event)
        folder.calendar?.remove(event)
      }
      return ""
    },
  })
}
