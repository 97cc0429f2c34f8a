import { trustSeconds } from "@kalends/domain/room-state"
import { attributeOf, child, type XmlNode } from "@kalends/readers/xml"
import { type EwsCall, type FrontDeps, folderNamed, lookAt, type Operation, orError, readDateTime } from "../call.ts"
import type { FrontItem } from "../front-item.ts"
import { element, type Markup } from "../markup.ts"
import type { ItemView } from "../properties.ts"
import { matches, sorted } from "../restriction.ts"
import type { Seen } from "../room-watches.ts"
import { itemMarkup, partsOf, readShape, type Shape } from "../shape.ts"
import { EwsError, eachMessage, schemaError } from "../soap.ts"

/** `EWSFindCountLimit` of Exchange (ews-throttling-in-exchange.md); no room has so many bookings in a month. */
const itemsMost = 1_000
const idsMost = 100
/** A month is known, and a little more may be asked for. Exchange's own limit is two years. */
const viewDaysMost = 62

/** FindItem: a calendar view, or pages of all that is known. */
export const findItem =
  (deps: FrontDeps): Operation =>
  async (call) => {
    const shape = readShape(call.node, true)
    const parents = partsOf(call.node, "ParentFolderIds")
    if (parents.length === 0 || parents.length > idsMost) throw schemaError()
    const seen = await orError(lookAt(deps, call))
    return eachMessage("FindItem", parents, (node) => {
      const isCalendar = folderNamed(call.device, node) === "calendar"
      if (isCalendar && seen instanceof EwsError) throw seen
      return listing(call, shape, isCalendar && !(seen instanceof EwsError) ? seen : null)
    })
  }

/** `seen`: null for a folder in which nothing is. */
function listing(call: EwsCall, shape: Shape, seen: Seen | null): Markup {
  const view = viewFor(call, shape, seen)
  const window = child(call.node, "CalendarView")
  const all = seen?.items ?? []
  const found = window === null ? page(call.node, all, view) : inView(window, all, call)
  const items = found.items.map((item) => itemMarkup(item, shape, view))
  return element("m:RootFolder", element("t:Items", items), found.attributes)
}

type Found = {
  readonly items: readonly FrontItem[]
  readonly attributes: Readonly<Record<string, number | boolean>>
}

function inView(window: XmlNode, all: readonly FrontItem[], { zone, node }: EwsCall): Found {
  if (child(node, "Restriction") !== null)
    throw new EwsError("ErrorInvalidOperation", "Restriction may not be combined with a CalendarView.")
  const from = readDateTime(attributeOf(window, "StartDate"), zone)
  const to = readDateTime(attributeOf(window, "EndDate"), zone)
  if (from === null || to === null) throw schemaError()
  if (Temporal.Instant.compare(from, to) > 0)
    throw new EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
  if (from.until(to).total("hours") > viewDaysMost * 24)
    throw new EwsError("ErrorCalendarViewRangeTooBig", `No more than ${viewDaysMost} days are answered at once.`)
  const within = all.filter(
    ({ booking }) =>
      Temporal.Instant.compare(booking.startsAt, to) < 0 && Temporal.Instant.compare(booking.endsAt, from) > 0,
  )
  const items = within.slice(0, countOf(window, "MaxEntriesReturned", itemsMost))
  return {
    items,
    attributes: { TotalItemsInView: items.length, IncludesLastItemInRange: items.length === within.length },
  }
}

function page(node: XmlNode, all: readonly FrontItem[], view: ItemView): Found {
  const paging = child(node, "IndexedPageItemView")
  const expression = child(node, "Restriction")?.children[0]
  const fitting = expression === undefined ? all : all.filter((item) => matches(item, expression, view))
  const passing = sorted(fitting, child(node, "SortOrder"), view)
  const begin = countOf(paging, "Offset", 0)
  const items = passing.slice(begin, begin + countOf(paging, "MaxEntriesReturned", itemsMost))
  const end = begin + items.length
  return {
    items,
    attributes: {
      ...(paging === null ? {} : { IndexedPagingOffset: end }),
      TotalItemsInView: passing.length,
      IncludesLastItemInRange: end >= passing.length,
    },
  }
}

function countOf(node: XmlNode | null, name: string, otherwise: number): number {
  const given = attributeOf(node, name)
  if (given === null) return otherwise
  if (!/^\d{1,10}$/.test(given)) throw schemaError()
  return Math.min(Number(given), itemsMost)
}

function viewFor({ device, now }: EwsCall, { bodyType }: Shape, seen: Seen | null): ItemView {
  const isStale = seen !== null && seen.agenda.readAt.until(now).total("seconds") > trustSeconds
  return { device, bodyType, staleSince: isStale ? seen.agenda.readAt : null }
}

/** GetItem: items by id. */
export const getItem =
  (deps: FrontDeps): Operation =>
  async (call) => {
    const shape = readShape(call.node, false)
    const ids = partsOf(call.node, "ItemIds")
    if (ids.length === 0 || ids.length > idsMost) throw schemaError()
    const seen = await orError(lookAt(deps, call))
    const one = (node: XmlNode): Markup => {
      if (seen instanceof EwsError) throw seen
      const item = seen.byId.get(attributeOf(node, "Id") ?? "")
      if (item === undefined)
        throw new EwsError("ErrorItemNotFound", "The specified object was not found in the store.")
      return element("m:Items", itemMarkup(item, shape, viewFor(call, shape, seen)))
    }
    return eachMessage("GetItem", ids, one, element("m:Items"))
  }
