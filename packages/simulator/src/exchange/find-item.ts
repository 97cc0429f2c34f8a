import { contactMarkup } from "./contacts.ts"
import { type Item, itemsInView } from "./items.ts"
import { type Folder, folderNodes } from "./mailboxes.ts"
import { matches, sorted } from "./restriction.ts"
import { readShape, type Shape } from "./shape.ts"
import { EwsError, eachMessage } from "./soap.ts"
import { type EwsCall, itemMarkup, type Operation, viewOf, type World, wholeItems } from "./world.ts"
import { element, find, type Markup, type XmlNode } from "./xml.ts"
import { readDateTime } from "./zones.ts"

/** `EWSFindCountLimit`: so many items at the most in one answer (ews-throttling-in-exchange.md). */
const findCountMost = 1_000

/** FindItem: a calendar view with occurrences, or a page of singles and masters. */
export const findItemOperation: Operation = (world, call) => {
  const shape = readShape(find(call.node, "ItemShape"), true)
  const view = find(call.node, "CalendarView")
  if (view !== null && find(call.node, "Restriction") !== null)
    throw new EwsError("ErrorInvalidOperation", "Restriction and sort order may not be combined with a CalendarView.")
  return eachMessage("FindItem", folderNodes(call.node, "ParentFolderIds"), {
    one(node) {
      const folder = world.mailboxes.folder(call.actor, node, "FreeBusyTimeAndSubjectAndLocation")
      if (folder.contacts !== null) return contactsPage(world, call, folder)
      return view === null ? page(world, call, { folder, shape }) : calendarView(world, call, { folder, shape, view })
    },
  })
}

/** A page of contacts by their names; restrictions on them are not known here. */
function contactsPage(world: World, call: EwsCall, folder: Folder): Markup {
  const book = folder.contacts
  if (book === null || find(call.node, "Restriction") !== null)
    throw new EwsError("ErrorUnsupportedPathForQuery", "The query is not supported for the property.")
  const paging = find(call.node, "IndexedPageItemView")
  const begin = Number(paging?.attributes.Offset ?? 0)
  const most = Math.min(Number(paging?.attributes.MaxEntriesReturned ?? findCountMost), findCountMost)
  const all = book.live()
  const shown = all.slice(begin, begin + most)
  const written = shown.map((contact) => contactMarkup(world, { folder, book, contact }, find(call.node, "ItemShape")))
  return element("m:RootFolder", element("t:Items", written), {
    ...(paging === null ? {} : { IndexedPagingOffset: begin + shown.length }),
    TotalItemsInView: all.length,
    IncludesLastItemInRange: begin + shown.length >= all.length,
  })
}

type Listing = { readonly folder: Folder; readonly shape: Shape }

function calendarView(
  world: World,
  call: EwsCall,
  { folder, shape, view }: Listing & { readonly view: XmlNode },
): Markup {
  if (folder.calendar === null)
    throw new EwsError("ErrorCalendarFolderIsInvalidForCalendarView", "The folder is not a calendar folder.")
  const from = readDateTime(view.attributes.StartDate ?? null, call.zone)
  const to = readDateTime(view.attributes.EndDate ?? null, call.zone)
  if (from === null || to === null)
    throw new EwsError("ErrorSchemaValidation", "The request failed schema validation.", { isFault: true })
  if (Temporal.Instant.compare(from, to) > 0)
    throw new EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
  if (Temporal.Instant.compare(from.toZonedDateTimeISO("UTC").add({ years: 2 }).toInstant(), to) < 0)
    throw new EwsError(
      "ErrorCalendarViewRangeTooBig",
      "The specified view range exceeds the maximum range of two years.",
    )
  const most = Math.min(Number(view.attributes.MaxEntriesReturned ?? findCountMost), findCountMost)
  const all = itemsInView(folder, { from, to }, world.mailboxZone())
  const shown = all.slice(0, most)
  return rootFolder(world, call, shape, {
    items: shown,
    attributes: { TotalItemsInView: shown.length, IncludesLastItemInRange: shown.length === all.length },
  })
}

function page(world: World, call: EwsCall, { folder, shape }: Listing): Markup {
  const paging = find(call.node, "IndexedPageItemView")
  const restriction = find(call.node, "Restriction")?.children[0] ?? null
  const found = wholeItems(folder, world.mailboxZone()).filter((item) => matches(item, restriction))
  const all = sorted(found, find(call.node, "SortOrder"))
  const wanted = Number(paging?.attributes.Offset ?? 0)
  const most = Math.min(Number(paging?.attributes.MaxEntriesReturned ?? findCountMost), findCountMost)
  const isFromEnd = paging?.attributes.BasePoint === "End"
  const begin = isFromEnd ? Math.max(all.length - wanted - most, 0) : wanted
  const items = all.slice(begin, isFromEnd ? all.length - wanted : begin + most)
  const isLast = isFromEnd ? begin === 0 : begin + items.length >= all.length
  const offset = isFromEnd ? wanted + items.length : begin + items.length
  return rootFolder(world, call, shape, {
    items,
    attributes: {
      ...(paging === null ? {} : { IndexedPagingOffset: offset }),
      TotalItemsInView: all.length,
      IncludesLastItemInRange: isLast,
    },
  })
}

type Found = { readonly items: readonly Item[]; readonly attributes: Readonly<Record<string, number | boolean>> }

function rootFolder(world: World, call: EwsCall, shape: Shape, { items, attributes }: Found): Markup {
  const written = items.map((item) => itemMarkup(viewOf(world, call, item, shape.bodyType), shape))
  return element("m:RootFolder", element("t:Items", written), attributes)
}
