import { createHash } from "node:crypto"
import { occurrenceAt, occurrencesOf, type SimDetails, type SimEvent } from "../org.ts"
import type { Directory } from "./directory.ts"
import { changeKey, itemId } from "./ids.ts"
import { parseExtra } from "./item-extra.ts"
import type { Folder } from "./mailboxes.ts"
import { leaf, type Markup } from "./xml.ts"

export type ItemType = "Single" | "Occurrence" | "Exception" | "RecurringMaster"

/** One item as it is looked at: a single one, a whole series, or one occurrence. */
export type Item = {
  readonly folder: Folder
  readonly event: SimEvent
  readonly original: string | null
  readonly details: SimDetails
  readonly type: ItemType
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
}

/** The zone that an item's wall clock means: its own, or for all-day items the one it was made in. */
export const zoneOfDetails = (details: SimDetails, mailboxZone: string): string =>
  details.time.kind === "timed" ? details.time.zone : (parseExtra(details).zone ?? mailboxZone)

/** All-day items begin and end at midnight of their zone (how-to-create-all-day-events-by-using-ews-in-exchange.md). */
export function spanOf(details: SimDetails, mailboxZone: string) {
  const zone = zoneOfDetails(details, mailboxZone)
  const at = (text: string) => Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant()
  return { startsAt: at(details.time.start), endsAt: at(details.time.end) }
}

/** The instant of an original start, which all-day series keep as a date. */
export function originalAt(original: string, details: SimDetails, mailboxZone: string): Temporal.Instant {
  if (original.length > 10) return Temporal.Instant.from(original)
  return Temporal.PlainDate.from(original).toZonedDateTime(zoneOfDetails(details, mailboxZone)).toInstant()
}

export function wholeItem(folder: Folder, event: SimEvent, mailboxZone: string): Item {
  const { details } = event
  const type = details.rule === undefined ? "Single" : "RecurringMaster"
  return { folder, event, original: null, details, type, ...spanOf(details, mailboxZone) }
}

/** One occurrence of a series; null when there is none, or no longer. */
export function occurrenceItem(folder: Folder, event: SimEvent, original: string, mailboxZone: string): Item | null {
  const found = occurrenceAt(event, original)
  if (found === null) return null
  const type = found.isException ? "Exception" : "Occurrence"
  return { folder, event, original, details: found.details, type, ...spanOf(found.details, mailboxZone) }
}

/** All original starts that the rule gives, cancelled ones too: what `InstanceIndex` counts. */
export const regularOriginals = (event: SimEvent): readonly string[] =>
  occurrencesOf({ ...event, exceptions: new Map() }, null).flatMap(({ original }) =>
    original === null ? [] : [original],
  )

type Span = { readonly from: Temporal.Instant; readonly to: Temporal.Instant }

/** What a calendar view shows: singles and occurrences that touch the span, by their start. */
export function itemsInView(folder: Folder, { from, to }: Span, mailboxZone: string): readonly Item[] {
  const wide = { from: from.subtract({ hours: 26 }), to: to.add({ hours: 26 }) }
  return (folder.calendar?.live() ?? [])
    .flatMap((event) => occurrencesOf(event, wide))
    .map(({ event, original, details, isException }): Item => {
      const type = original === null ? "Single" : isException ? "Exception" : "Occurrence"
      return { folder, event, original, details, type, ...spanOf(details, mailboxZone) }
    })
    .filter(({ startsAt, endsAt }) => touches(startsAt, endsAt, { from, to }))
    .sort((one, other) => Temporal.Instant.compare(one.startsAt, other.startsAt))
}

function touches(startsAt: Temporal.Instant, endsAt: Temporal.Instant, { from, to }: Span): boolean {
  const isLater = Temporal.Instant.compare(startsAt, to) >= 0
  const isOver = Temporal.Instant.compare(endsAt, from) <= 0
  return !isLater && (!isOver || Temporal.Instant.compare(startsAt, from) === 0)
}

/** `ItemId` of an item; the change key goes with every write to the item, an occurrence's with every write to its series. */
export function itemIdMarkup(
  { folder, event, original }: Pick<Item, "folder" | "event" | "original">,
  name = "t:ItemId",
): Markup {
  const id = itemId({ personId: folder.person.id, folder: folder.key, eventId: event.id, original })
  return leaf(name, "", { Id: id, ChangeKey: changeKey(event.sequence) })
}

/** The same in each copy of a meeting: a GlobalObjectId in hexadecimal ([MS-OXOCAL] 2.2.1.27). */
export function uidOf({ event, details }: Pick<Item, "event" | "details">): string {
  const own = parseExtra(details).uid ?? parseExtra(event.details).uid
  return own ?? globalObjectId(event.id)
}

/** A UID in Exchange's form, always the same for a text. */
export function globalObjectId(text: string): string {
  const digest = createHash("md5").update(text).digest("hex").toUpperCase()
  return `040000008200E00074C5B7101A82E008${"0".repeat(32)}10000000${digest}`
}

/** How a room shows what it accepted, by its calendar processing (Set-CalendarProcessing). */
export function processed(item: Item, directory: Directory): SimDetails {
  const { person } = item.folder
  if (!person.isRoom) return item.details
  const { deleteSubject, addOrganizerToSubject, deleteComments } = directory.processingOf(person)
  const subject = deleteSubject ? "" : item.details.subject
  const organizer = item.details.organizer?.name ?? ""
  return {
    ...item.details,
    subject: addOrganizerToSubject ? `${organizer} ${subject}`.trim() : subject,
    ...(deleteComments ? { description: "" } : {}),
  }
}
