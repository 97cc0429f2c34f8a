import type { EventTime } from "@kalends/domain/event"
import { isOriginalStart } from "@kalends/domain/recurrence"
import { type Schedule, timeOf } from "@kalends/domain/schedule"
import { windowsZone } from "@kalends/domain/zone"
import { escapeXml } from "@kalends/readers/xml"
import type { EventDraft, EventPatch } from "../../../ports/calendar-provider.ts"
import { htmlWithBlock } from "../../html-block.ts"
import { unwritable } from "../../patterned-recurrence.ts"
import type { Field } from "../calls/write-item.ts"
import { recurrenceXml } from "./recurrence.ts"
import { keyName, namedField, tagName } from "./texts.ts"

/** What there is now of the item that is written to. */
export type Now = { readonly html: string; readonly isSeries: boolean; readonly zone: string | null }

/** Each property of a patch, in the order of the schema. Throws Problem "unsupported" (code "schedule"). */
export function patchFields({ subject, schedule, location, block, tag }: EventPatch, now: Now): readonly Field[] {
  return [
    ...(subject === undefined ? [] : [field("item:Subject", leaf("Subject", subject))]),
    ...(block === undefined ? [] : [field("item:Body", htmlBody(htmlWithBlock(now.html, block)))]),
    ...(tag === undefined ? [] : [{ uri: namedField(tagName), content: namedXml(tagName, tag) }]),
    ...(schedule === undefined ? [] : scheduleFields(schedule, now)),
    ...(location === undefined ? [] : [field("calendar:Location", leaf("Location", location))]),
  ]
}

/** Start, end and recurrence; exceptions are written by themselves. */
export function scheduleFields(schedule: Schedule, now: Pick<Now, "isSeries" | "zone">): readonly Field[] {
  const [first, recurrence] = firstOf(schedule)
  return [
    ...timeFields(first, now.zone),
    ...(recurrence !== null
      ? [field("calendar:Recurrence", recurrence)]
      : now.isSeries
        ? [{ uri: "calendar:Recurrence", content: null }]
        : []),
  ]
}

/** Start and end of an item. `zone`: the one it was written in, which an all-day item keeps. */
export function timeFields(time: EventTime, zone: string | null): readonly Field[] {
  const { start, end, windows, isAllDay } = written(time, zone)
  return [
    field("calendar:StartTimeZone", `<t:StartTimeZone Id="${windows}"/>`),
    field("calendar:EndTimeZone", `<t:EndTimeZone Id="${windows}"/>`),
    field("calendar:Start", leaf("Start", start)),
    field("calendar:End", leaf("End", end)),
    field("calendar:IsAllDayEvent", leaf("IsAllDayEvent", isAllDay)),
  ]
}

/** A new item, its properties in the order of the schema ([MS-OXWSCORE], [MS-OXWSMTGS]). */
export function draftXml({ subject, schedule, location, block, tag }: EventDraft, key: string): string {
  const [first, recurrence] = firstOf(schedule)
  const { start, end, windows, isAllDay } = written(first, null)
  return [
    leaf("Subject", subject),
    htmlBody(htmlWithBlock("", block)),
    namedXml(tagName, tag),
    namedXml(keyName, key),
    leaf("Start", start),
    leaf("End", end),
    leaf("IsAllDayEvent", isAllDay),
    leaf("LegacyFreeBusyStatus", "Busy"),
    leaf("Location", location),
    recurrence ?? "",
    `<t:StartTimeZone Id="${windows}"/>`,
    `<t:EndTimeZone Id="${windows}"/>`,
  ].join("")
}

/** When the first occurrence is, and the Recurrence element; null for a single event. */
function firstOf(schedule: Schedule): readonly [EventTime, string | null] {
  if (schedule.kind === "single") return [schedule.time, null]
  const all = { ...schedule.recurrence, excludedStarts: [] }
  if (!schedule.moved.every(({ originalStart }) => isOriginalStart(all, originalStart))) throw unwritable()
  return [timeOf(schedule, schedule.recurrence.start), recurrenceXml(schedule)]
}

/** An all-day item begins at midnight of the zone it was made in, and every time is told as an instant. */
function written(time: EventTime, zone: string | null) {
  switch (time.kind) {
    case "all-day": {
      const own = zone ?? "UTC"
      const midnight = (date: Temporal.PlainDate) => date.toZonedDateTime(own).toInstant().toString()
      const span = { start: midnight(time.startsOn), end: midnight(time.endsBefore) }
      return { ...span, windows: windowsZone(own), isAllDay: "true" }
    }
    case "timed": {
      const span = { start: time.startsAt.toString(), end: time.endsAt.toString() }
      return { ...span, windows: windowsZone(time.zone ?? "UTC"), isAllDay: "false" }
    }
    case "floating":
      throw unwritable()
  }
}

const field = (uri: string, content: string): Field => ({ uri, content })
const leaf = (name: string, value: string) => `<t:${name}>${escapeXml(value)}</t:${name}>`
const htmlBody = (html: string) => `<t:Body BodyType="HTML">${escapeXml(html)}</t:Body>`
const namedXml = (name: string, value: string) =>
  `<t:ExtendedProperty>${namedField(name)}<t:Value>${escapeXml(value)}</t:Value></t:ExtendedProperty>`
