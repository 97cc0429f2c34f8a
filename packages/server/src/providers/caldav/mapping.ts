import { withBlock } from "@kalends/domain/body-block"
import type { EventTime } from "@kalends/domain/event"
import { findJoinLink } from "@kalends/domain/join-link"
import { Problem } from "@kalends/domain/problem"
import { isOriginalStart, type WallStart } from "@kalends/domain/recurrence"
import { isSameSchedule, type MovedOccurrence, type Schedule, type Series, timeOf } from "@kalends/domain/schedule"
import { movedLines, parseScheduleLines, scheduleLines } from "@kalends/domain/series-ical"
import { findZone } from "@kalends/domain/zone"
import { utcStamp } from "@kalends/readers/caldav/window"
import { plainText } from "@kalends/readers/plain-text"
import type { EventDraft, EventPatch, EventRecord, EventTexts } from "../../ports/calendar-provider.ts"
import {
  type ContentLine,
  escapedText,
  type IcsFile,
  linesNamed,
  type Part,
  partOf,
  readIcs,
  textNamed,
  withLines,
  writeIcs,
} from "./ics-text.ts"
import { vtimezone } from "./vtimezone.ts"

const tagName = "X-KALENDS-MEETING"
const linkNames = [
  "CONFERENCE",
  "X-GOOGLE-CONFERENCE",
  "X-MICROSOFT-SKYPETEAMSMEETINGURL",
  "X-MICROSOFT-ONLINEMEETINGCONFLINK",
]
const timeNames = ["DTSTART", "DTEND", "DURATION"]
const scheduleNames = [...timeNames, "RRULE", "RDATE", "EXDATE"]
const eventsMost = 2_000

/** The event or series of a calendar object, the parts that are its own, and what the master itself says of when. */
type Family = {
  readonly uid: string
  readonly master: Part
  readonly schedule: Schedule
  readonly overrides: readonly Override[]
}
type Override = { readonly part: Part; readonly originalStart: WallStart; readonly isCancelled: boolean }

/** What a calendar object says of its event, but for id and version. */
export type ObjectRecord = Omit<EventRecord, "eventId" | "version" | "isOrganizer"> & {
  /** Lower-case address; null where nobody is named, for then it is nobody else's. */
  readonly organizer: string | null
}

/** The texts that may carry a meeting, of all events in an object. */
export function objectTexts(data: string): readonly EventTexts[] {
  return eventParts(readIcs(data)).map((part) => ({
    location: textNamed(part, "LOCATION"),
    others: [
      plainText(textNamed(part, "DESCRIPTION")),
      textNamed(part, "URL"),
      ...linkNames.map((name) => textNamed(part, name)),
      textNamed(part, tagName),
    ],
  }))
}

/** `uid` null: of the object's first event. Null when it holds none. Throws Problem "malformed" or "unsupported" (a zone, EXRULE). */
export function readRecord(data: string, uid: string | null): ObjectRecord | null {
  const family = familyOf(readIcs(data), uid)
  if (family === null) return null
  const { master } = family
  const organizer = textNamed(master, "ORGANIZER")
  return {
    subject: textNamed(master, "SUMMARY") ?? "",
    schedule: scheduleOf(family),
    location: textNamed(master, "LOCATION"),
    description: plainText(textNamed(master, "DESCRIPTION")),
    onlineMeetingUrl: linkOf(master),
    isCancelled: isCancelled(master),
    tag: textNamed(master, tagName),
    organizer: organizer === null ? null : organizer.replace(/^mailto:/i, "").toLowerCase(),
  }
}

function linkOf(master: Part): string | null {
  const told = linkNames.map((name) => textNamed(master, name)).find((url) => /^https:\/\//i.test(url ?? ""))
  const url = textNamed(master, "URL")
  return told ?? findJoinLink({ onlineMeetingUrl: null, location: url, description: null })?.url ?? null
}

const isCancelled = (part: Part) => textNamed(part, "STATUS")?.toUpperCase() === "CANCELLED"

function eventParts({ parts }: IcsFile): readonly Part[] {
  const found = parts.filter(({ isEvent }) => isEvent)
  if (found.length > eventsMost) throw new Problem("malformed", "The calendar object holds too many events.")
  return found
}

function familyOf(file: IcsFile, wanted: string | null): Family | null {
  const events = eventParts(file)
  const uid = wanted ?? events.map((part) => textNamed(part, "UID")).find((one) => one !== null) ?? null
  const own = events.filter((part) => textNamed(part, "UID") === uid)
  const masters = own.filter((part) => !isOverride(part))
  const master = newest(masters.length > 0 ? masters : own)
  if (uid === null || master === null) return null
  const others = own.filter((part) => part !== master && isOverride(part))
  const { schedule, originals } = originalsOf(master, others)
  const byStart = Map.groupBy(originals, ({ originalStart }) => originalStart.toString())
  const overrides = [...byStart.values()].flatMap((versions) => {
    const part = newest(versions.map((one) => one.part))
    return versions.filter((one) => one.part === part).map((one) => ({ ...one, isCancelled: isCancelled(one.part) }))
  })
  return { uid, master, schedule, overrides }
}

const isOverride = (part: Part) => linesNamed(part, "RECURRENCE-ID").length > 0

/** Of several versions in one file the one with the highest SEQUENCE, of those the last. */
function newest(versions: readonly Part[]): Part | null {
  const sequence = (part: Part) => Number(textNamed(part, "SEQUENCE")) || 0
  return versions.reduce<Part | null>(
    (best, part) => (best === null || sequence(part) >= sequence(best) ? part : best),
    null,
  )
}

/**
 * What a master says of when, and the original starts of its overrides on its clock; none where it is no series. A cancelled
 * one needs no start of its own, and some programs name the day alone. Throws Problem "unsupported" (code "schedule") for
 * one that changes all that follow, too.
 */
function originalsOf(master: Part, overrides: readonly Part[]) {
  if (overrides.some((part) => linesNamed(part, "RECURRENCE-ID").some((id) => /;RANGE=THISANDFUTURE\b/i.test(id))))
    throw new Problem("unsupported", "The series is changed from one day on within one event.", { code: "schedule" })
  const whole = parseScheduleLines(
    linesOf(master),
    overrides.map((part) => withStart(linesOf(part))),
  )
  if (whole.kind === "single") return { schedule: whole, originals: [] }
  const { start } = whole.recurrence
  const ownCount = whole.moved.length - overrides.length
  const originals = whole.moved.slice(ownCount).flatMap(({ originalStart: named }, index) => {
    const part = overrides[index]
    const isDayOfTimed = named instanceof Temporal.PlainDate && start instanceof Temporal.PlainDateTime
    const originalStart: WallStart = isDayOfTimed ? named.toPlainDateTime(start.toPlainTime()) : named
    return part === undefined ? [] : [{ part, originalStart }]
  })
  return { schedule: { ...whole, moved: whole.moved.slice(0, ownCount) }, originals }
}

function withStart(lines: readonly string[]): readonly string[] {
  if (lines.some((line) => /^DTSTART\b/i.test(line))) return lines
  return lines.flatMap((line) =>
    /^RECURRENCE-ID\b/i.test(line) ? [line, line.replace(/^RECURRENCE-ID/i, "DTSTART")] : [line],
  )
}

/** Lines that say when; a zone that only a path before its name makes strange is known by its name. */
function linesOf(part: Part): readonly string[] {
  return linesNamed(part, ...scheduleNames, "RECURRENCE-ID", "EXRULE").map((line) =>
    line.replace(/;TZID="?([^":;]+)"?(?=[;:])/i, (whole, name: string) => {
      const place = /([A-Z]\w{1,30}\/[A-Z][\w+-]{1,30}(?:\/\w{1,30})?)$/.exec(name)?.[1]
      return findZone(name) === null && place !== undefined ? `;TZID=${place}` : whole
    }),
  )
}

function scheduleOf({ schedule, overrides }: Family): Schedule {
  if (schedule.kind === "single") return schedule
  const there = overrides.filter((one) => !one.isCancelled)
  const moved = there.map(({ part, originalStart }) => ({ originalStart, time: timeOfOverride(part) }))
  const holes = overrides.filter((one) => one.isCancelled).map(({ originalStart }) => originalStart)
  const { recurrence } = schedule
  const excludedStarts = [...recurrence.excludedStarts, ...holes]
  return { ...schedule, recurrence: { ...recurrence, excludedStarts }, moved: [...schedule.moved, ...moved] }
}

function timeOfOverride(part: Part): EventTime {
  const schedule = parseScheduleLines(linesOf(part).filter((line) => !/^(?:RRULE|RDATE|EXDATE)\b/i.test(line)))
  if (schedule.kind === "series") throw new Problem("malformed", "An occurrence cannot be a series.")
  return schedule.time
}

/** A new calendar object. `now`: for DTSTAMP. */
export function newObject(
  { subject, schedule, location, block, tag }: EventDraft,
  key: string,
  now: Temporal.Instant,
): string {
  const stamp = utcStamp(now)
  const event = partOf(true, [
    "BEGIN:VEVENT",
    `UID:${key}`,
    `DTSTAMP:${stamp}`,
    ...scheduleLines(schedule),
    "END:VEVENT",
  ])
  const file: IcsFile = {
    lineEnd: "\r\n",
    parts: [
      partOf(false, ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Kalends//EN"]),
      event,
      partOf(false, ["END:VCALENDAR", ""]),
    ],
  }
  return editedObject(writeIcs(file), { uid: key, patch: { subject, location, block, tag, schedule }, now })
}

export type Edit = { readonly uid: string | null; readonly patch: EventPatch; readonly now: Temporal.Instant }

/**
 * The object with one event changed; all that is not meant stays letter for letter. Throws Problem "not-found" when the
 * event is not in it.
 */
export function editedObject(data: string, { uid, patch, now }: Edit): string {
  const file = readIcs(data)
  const family = familyOf(file, uid)
  if (family === null) throw new Problem("not-found", "The event is gone.")
  const master = withSchedule(withTexts(family.master, patch), family, { patch, now })
  const overrides = wantedOverrides(family, master, patch)
  const known = new Set(file.parts.filter((part) => isOverride(part) && textNamed(part, "UID") === family.uid))
  const parts = file.parts.flatMap((part) => {
    if (part === family.master) return [master, ...overrides.added]
    if (!known.has(part)) return [part]
    const kept = overrides.kept.get(part)
    return kept === undefined ? [] : [kept]
  })
  return writeIcs(withZones({ ...file, parts: inFilesZones(file, parts, family) }, patch.schedule))
}

function withTexts(part: Part, { subject, location, block, tag }: EventPatch): Part {
  const put = (one: Part, name: string, text: string | null | undefined) =>
    text === undefined
      ? one
      : withLines(one, [name], text === null || text === "" ? [] : [`${name}:${escapedText(text)}`])
  const described = block === undefined ? undefined : withBlock(textNamed(part, "DESCRIPTION") ?? "", block)
  const texts = [
    ["SUMMARY", subject],
    ["LOCATION", location],
    ["DESCRIPTION", described],
    [tagName, tag],
  ] as const
  return texts.reduce((one, [name, text]) => put(one, name, text), part)
}

type Meant = { readonly patch: EventPatch; readonly now: Temporal.Instant }

function withSchedule(part: Part, family: Family, { patch: { schedule }, now }: Meant): Part {
  const stamped = withLines(part, ["DTSTAMP"], [`DTSTAMP:${utcStamp(now)}`])
  const changed =
    linesNamed(part, "LAST-MODIFIED").length > 0
      ? withLines(stamped, ["LAST-MODIFIED"], [`LAST-MODIFIED:${utcStamp(now)}`])
      : stamped
  if (schedule === undefined) return changed
  const sequence = (Number(textNamed(part, "SEQUENCE")) || 0) + 1
  const raised = withLines(changed, ["SEQUENCE"], [`SEQUENCE:${sequence}`])
  const own = ownSchedule(schedule, family)
  const isSame = isSameSchedule(own, family.schedule)
  return isSame ? raised : withLines(raised, scheduleNames, scheduleLines(own))
}

/** What the master itself says of a schedule: not what its overrides do. */
function ownSchedule(schedule: Schedule, { overrides }: Family): Schedule {
  if (schedule.kind === "single") return schedule
  const cancelled = new Set(overrides.filter((one) => one.isCancelled).map((one) => String(one.originalStart)))
  const excludedStarts = schedule.recurrence.excludedStarts.filter((start) => !cancelled.has(String(start)))
  return { ...schedule, moved: [], recurrence: { ...schedule.recurrence, excludedStarts } }
}

/**
 * Overrides as they are to be. Texts that one shared with its series go along with the series'. One that is not to be
 * elsewhere any more goes back to its time; one whose occurrence is gone, goes.
 */
function wantedOverrides(family: Family, master: Part, { schedule, ...texts }: EventPatch) {
  const kept = new Map<Part, Part>()
  for (const { part } of family.overrides) kept.set(part, withTexts(part, sharedTexts(part, family.master, texts)))
  if (schedule === undefined) return { kept, added: [] }
  if (schedule.kind === "single") return { kept: new Map<Part, Part>(), added: [] }
  const wanted = new Map(schedule.moved.map((one) => [one.originalStart.toString(), one]))
  const excluded = new Set(schedule.recurrence.excludedStarts.map(String))
  const known = new Set<string>()
  for (const { part, originalStart, isCancelled: isHole } of family.overrides) {
    const name = originalStart.toString()
    if (isHole ? !excluded.has(name) : !isOriginalStart(schedule.recurrence, originalStart)) kept.delete(part)
    else if (!isHole) {
      known.add(name)
      const moved = wanted.get(name) ?? { originalStart, time: timeOf(schedule, originalStart) }
      kept.set(part, retimed(kept.get(part) ?? part, moved, schedule))
    }
  }
  const added = schedule.moved
    .filter(({ originalStart }) => !known.has(originalStart.toString()))
    .map((one) =>
      withLines(
        withLines(master, ["RRULE", "RDATE", "EXDATE", "DURATION", "DTEND"], []),
        ["DTSTART"],
        movedLines(schedule, one),
      ),
    )
  return { kept, added }
}

/** The texts of a patch that concern an override: those that it had from its series, and the block that it carries. */
function sharedTexts(part: Part, master: Part, { subject, location, block, tag }: EventPatch): EventPatch {
  const isShared = (name: string) => textNamed(part, name) === textNamed(master, name)
  const description = textNamed(part, "DESCRIPTION") ?? ""
  const hasBlock = withBlock(description, null) !== description.trim()
  return {
    ...(subject !== undefined && isShared("SUMMARY") ? { subject } : {}),
    ...(location !== undefined && isShared("LOCATION") ? { location } : {}),
    ...(block !== undefined && (hasBlock || isShared("DESCRIPTION")) ? { block } : {}),
    ...(tag !== undefined && isShared(tagName) ? { tag } : {}),
  }
}

function retimed(part: Part, moved: MovedOccurrence, series: Series): Part {
  const now: Schedule = { kind: "single", time: timeOfOverride(part) }
  if (isSameSchedule(now, { kind: "single", time: moved.time })) return part
  return withLines(part, [...timeNames, "RECURRENCE-ID"], movedLines(series, moved))
}

/** Our lines name zones as the file does: "Europe/Berlin" may be defined in it as "W. Europe Standard Time". */
function inFilesZones(file: IcsFile, parts: readonly Part[], { master }: Family): readonly Part[] {
  const own = linesNamed(master, "DTSTART")
    .map((line) => /;TZID="?([^":;]+)"?(?=[;:])/i.exec(line)?.[1])
    .find((name) => name !== undefined)
  const zone = own === undefined ? null : findZone(own)
  if (own === undefined || zone === null || zone === own) return parts
  const asTheyStood = new Set(file.parts)
  const renamed = (line: ContentLine): readonly ContentLine[] =>
    line.text.includes(`;TZID=${zone}`)
      ? partOf(true, [line.text.replace(`;TZID=${zone}`, `;TZID=${quoted(own)}`)]).lines
      : [line]
  return parts.map((part) => (asTheyStood.has(part) ? part : { ...part, lines: part.lines.flatMap(renamed) }))
}

const quoted = (name: string) => (/[^\w/+ .-]/.test(name) ? `"${name}"` : name)

/** Every zone that is named is defined (RFC 5545 3.2.19). */
function withZones(file: IcsFile, schedule: Schedule | undefined): IcsFile {
  if (schedule === undefined) return file
  const texts = file.parts.flatMap(({ lines }) => lines).map(({ text }) => text)
  const defined = new Set(texts.flatMap((text) => /^TZID:(.+)$/i.exec(text)?.[1]?.trim() ?? []))
  const named = new Set(
    texts.flatMap((text) => /^(?:DTSTART|DTEND|RECURRENCE-ID);TZID=([^":;]+)[;:]/.exec(text)?.[1] ?? []),
  )
  const missing = [...named].filter((name) => !defined.has(name) && findZone(name) === name)
  const from = schedule.kind === "series" ? schedule.recurrence.start : startOf(schedule)
  const start = from instanceof Temporal.PlainDate ? from.toPlainDateTime() : from
  const at = file.parts.findIndex(({ isEvent }) => isEvent)
  return { ...file, parts: file.parts.toSpliced(at, 0, ...missing.map((zone) => vtimezone(zone, start))) }
}

function startOf({ time }: Extract<Schedule, { kind: "single" }>): WallStart {
  if (time.kind === "all-day") return time.startsOn
  return time.kind === "floating" ? time.starts : time.startsAt.toZonedDateTimeISO("UTC").toPlainDateTime()
}
