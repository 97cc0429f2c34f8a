import { Problem } from "@kalends/domain/problem"
import type { WallStart } from "@kalends/domain/recurrence"
import { type MovedOccurrence, originalStartOf, type Schedule, type Series } from "@kalends/domain/schedule"
import { shapeOf } from "@kalends/readers/ews/find-item"
import { eventFields } from "@kalends/readers/ews/get-item"
import { changeKeyOf, dateAt, ewsEvent, zoneOf } from "@kalends/readers/ews/to-domain"
import { instantFromUtc, requireText } from "@kalends/readers/parse"
import { attributeOf, find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { EventRecord } from "../../../ports/calendar-provider.ts"
import { recurrenceOf, ruleFromEws } from "./recurrence.ts"
import { namedField, namedValue, tagName } from "./texts.ts"

const recordFields = [
  ...eventFields,
  "calendar:IsMeeting",
  "calendar:Recurrence",
  "calendar:ModifiedOccurrences",
  "calendar:DeletedOccurrences",
]
/** What is read of a master or a single item, its body as text or as the HTML it is. */
export const recordShape = {
  text: shapeOf(recordFields, { body: "Text", extended: namedField(tagName) }),
  html: shapeOf(recordFields, { body: "HTML", extended: namedField(tagName) }),
}

/** A master or single item, and the ids of the occurrences that were moved, by original start. */
export type Whole = {
  readonly item: XmlNode
  readonly record: EventRecord
  readonly exceptions: ReadonlyMap<string, string>
}

/** Throws TypeError or RangeError where it cannot be read, Problem "unsupported" for a clock that nobody knows. */
export function wholeOf(item: XmlNode): Whole {
  const recurrence = recurrenceOf(item)
  const series = recurrence === null ? null : seriesOf(item, ruleFromEws(recurrence))
  const event = ewsEvent(item)
  const schedule: Schedule = series ?? { kind: "single", time: event.time }
  const record: EventRecord = {
    eventId: event.id,
    version: changeKeyOf(item),
    subject: event.subject,
    schedule,
    location: event.location,
    description: event.description,
    onlineMeetingUrl: event.onlineMeetingUrl,
    isOrganizer: !isMeeting(item) || event.myResponse === "organizer",
    isCancelled: event.isCancelled,
    tag: namedValue(item, tagName),
  }
  return { item, record, exceptions: series === null ? new Map() : exceptionsOf(item, series) }
}

/** Whether anybody is invited. */
export function isMeeting(item: XmlNode): boolean {
  return textAt(item, "IsMeeting") === "true"
}

function seriesOf(item: XmlNode, rule: string): Series {
  const { time } = ewsEvent(item)
  const zone = zoneOf(item)
  if (time.kind === "floating") throw new TypeError("Exchange gives every time its zone")
  const frame = (start: WallStart) => ({ start, rules: [rule], extraStarts: [], excludedStarts: [] })
  const bare: Series =
    time.kind === "all-day"
      ? {
          ...{ kind: "series", recurrence: frame(time.startsOn), zone: null, moved: [] },
          length: time.startsOn.until(time.endsBefore).total("days"),
        }
      : {
          ...{ kind: "series", zone: requireZone(zone), moved: [] },
          recurrence: frame(time.startsAt.toZonedDateTimeISO(requireZone(zone)).toPlainDateTime()),
          length: time.startsAt.until(time.endsAt).total("minutes"),
        }
  const excludedStarts = children(item, "DeletedOccurrences").map((hole) =>
    startNamed(bare, textAt(hole, "Start"), zone),
  )
  const moved = children(item, "ModifiedOccurrences").map((one) => movedOf(bare, one, zone))
  return { ...bare, recurrence: { ...bare.recurrence, excludedStarts }, moved }
}

function requireZone(zone: string | null): string {
  if (zone === null)
    throw new Problem("unsupported", "The series goes by a clock that is not known here.", { code: "zone" })
  return zone
}

const children = (item: XmlNode, name: string): readonly XmlNode[] => find(item, name)?.children ?? []

/** An original start as Exchange names it, an instant, on the clock of the series. */
function startNamed(series: Series, text: string | null, zone: string | null): WallStart {
  const at = instantFromUtc(requireText(text, "start"))
  return series.recurrence.start instanceof Temporal.PlainDate ? dateAt(at, zone) : originalStartOf(series, at)
}

function movedOf(series: Series, node: XmlNode, zone: string | null): MovedOccurrence {
  const startsAt = instantFromUtc(requireText(textAt(node, "Start"), "start"))
  const endsAt = instantFromUtc(requireText(textAt(node, "End"), "end"))
  const originalStart = startNamed(series, textAt(node, "OriginalStart"), zone)
  if (series.recurrence.start instanceof Temporal.PlainDate)
    return {
      originalStart,
      time: { kind: "all-day", startsOn: dateAt(startsAt, zone), endsBefore: dateAt(endsAt, zone) },
    }
  return { originalStart, time: { kind: "timed", startsAt, endsAt, zone: series.zone } }
}

function exceptionsOf(item: XmlNode, series: Series): ReadonlyMap<string, string> {
  const zone = zoneOf(item)
  return new Map(
    children(item, "ModifiedOccurrences").flatMap((node) => {
      const id = attributeOf(find(node, "ItemId"), "Id")
      return id === null ? [] : [[startNamed(series, textAt(node, "OriginalStart"), zone).toString(), id] as const]
    }),
  )
}
