import { occurrencesIn, type SimAttendee, type SimDetails, type SimTime } from "../org.ts"
import { type ExtendedProperty, isSameField, parseExtra, textOfHtml, withExtra } from "./item-extra.ts"
import { spanOf, zoneOfDetails } from "./items.ts"
import { ruleOf } from "./recurrence.ts"
import { EwsError } from "./soap.ts"
import { allOf, find, textAt, type XmlNode } from "./xml.ts"
import { readDateTime, zoneOf } from "./zones.ts"

/** An item while it is written: its times are instants until all of the request is read. */
export type Draft = {
  details: SimDetails
  startsAt: Temporal.Instant
  endsAt: Temporal.Instant
  zone: string
  isAllDay: boolean
  /** The `Recurrence` as it came; null to end the series, undefined to leave it. */
  recurrence: XmlNode | null | undefined
  hasNewTime: boolean
  /** The zone that the request names for this item. */
  namedZone: string | null
  /** Not in any folder yet. */
  isNew: boolean
}

export type Meaning = {
  /** Of times without offset. */
  readonly zone: string
  readonly mailboxZone: string
  readonly isRoom: (email: string) => boolean
}

export function draftOf(details: SimDetails, mailboxZone: string): Draft {
  return {
    details,
    ...spanOf(details, mailboxZone),
    zone: zoneOfDetails(details, mailboxZone),
    isAllDay: details.time.kind === "all-day",
    recurrence: undefined,
    hasNewTime: false,
    namedZone: null,
    isNew: false,
  }
}

const invalid = (property: string): EwsError =>
  new EwsError("ErrorInvalidPropertySet", `Set action is invalid for property: ${property}.`)
const schema = (name: string): EwsError =>
  new EwsError("ErrorSchemaValidation", `The request failed schema validation: The '${name}' element is invalid.`, {
    isFault: true,
  })

const busyStates = ["Free", "Tentative", "Busy", "OOF", "WorkingElsewhere", "NoData"]

function setTime(draft: Draft, node: XmlNode, which: "startsAt" | "endsAt", meaning: Meaning): void {
  const instant = readDateTime(textAt(node), draft.namedZone ?? meaning.zone)
  if (instant === null) throw schema(node.name)
  draft[which] = instant
  draft.hasNewTime = true
}

function setZone(draft: Draft, node: XmlNode): void {
  const zone = zoneOf(node)
  if (zone === null) throw new EwsError("ErrorTimeZone", "The specified time zone isn't valid.")
  draft.zone = zone
  draft.namedZone = zone
  draft.hasNewTime = true
}

const setDetails = (draft: Draft, changes: Partial<SimDetails>): void => {
  draft.details = { ...draft.details, ...changes }
}
const setExtra = (draft: Draft, changes: Parameters<typeof withExtra>[1]): void => {
  draft.details = withExtra(draft.details, changes)
}

function setBody(draft: Draft, node: XmlNode): void {
  const isHtml = node.attributes.BodyType === "HTML"
  setDetails(draft, { description: isHtml ? textOfHtml(node.text) : node.text })
  setExtra(draft, { html: isHtml ? node.text : null })
}

function attendeesIn(node: XmlNode, isRoom: (email: string) => boolean): readonly SimAttendee[] {
  return allOf(node, "Attendee").map((attendee) => {
    const email = (textAt(attendee, "Mailbox", "EmailAddress") ?? "").toLowerCase()
    const name = textAt(attendee, "Mailbox", "Name") ?? email
    return { name, email, response: "none" as const, ...(isRoom(email) ? { isRoom: true } : {}) }
  })
}

function setAttendees(draft: Draft, node: XmlNode | null, which: string, { isRoom }: Meaning): void {
  const { optional } = parseExtra(draft.details)
  const all = draft.details.attendees ?? []
  const kindOf = (one: SimAttendee) =>
    one.isRoom === true ? "Resources" : optional.includes(one.email) ? "OptionalAttendees" : "RequiredAttendees"
  const fresh = node === null ? [] : attendeesIn(node, (email) => which === "Resources" || isRoom(email))
  const kept = all.filter((one) => kindOf(one) !== which)
  // An answer that is known already is not lost by writing the list again.
  const merged = fresh.map((one) => ({
    ...one,
    response: all.find(({ email }) => email === one.email)?.response ?? one.response,
  }))
  setDetails(draft, { attendees: [...kept, ...merged.filter(({ email }) => !kept.some((one) => one.email === email))] })
  if (which === "OptionalAttendees") setExtra(draft, { optional: fresh.map(({ email }) => email) })
}

function setExtended(draft: Draft, node: XmlNode): void {
  const field = find(node, "ExtendedFieldURI")?.attributes ?? {}
  const list = find(node, "Values")
  const values = allOf(list ?? node, "Value").map(({ text }) => text)
  const property: ExtendedProperty = { field, values, isArray: list !== null }
  const others = parseExtra(draft.details).extended.filter((one) => !isSameField(one.field, field))
  setExtra(draft, { extended: [...others, property] })
}

function setReminder(draft: Draft, node: XmlNode): void {
  const minutes = parseExtra(draft.details).reminderMinutes
  if (node.name === "ReminderIsSet")
    return setExtra(draft, { reminderMinutes: textAt(node) === "true" ? (minutes ?? 15) : null })
  if (minutes !== null) setExtra(draft, { reminderMinutes: Number(textAt(node)) })
}

function setStatus(draft: Draft, node: XmlNode): void {
  const state = textAt(node) ?? ""
  if (!busyStates.includes(state)) throw schema("LegacyFreeBusyStatus")
  setDetails(draft, { isFree: state === "Free" })
  setExtra(draft, { freeBusy: state })
}

function setSensitivity(draft: Draft, node: XmlNode): void {
  const value = textAt(node) ?? "Normal"
  setDetails(draft, { isPrivate: value !== "Normal" })
  setExtra(draft, { sensitivity: value === "Normal" ? null : value })
}

const isTrue = (node: XmlNode): boolean => textAt(node) === "true"

type Setter = (draft: Draft, node: XmlNode, meaning: Meaning) => void

const setters: Readonly<Record<string, Setter>> = {
  Subject: (draft, node) => setDetails(draft, { subject: node.text }),
  Location: (draft, node) => setDetails(draft, { location: node.text }),
  Body: setBody,
  Start: (draft, node, meaning) => setTime(draft, node, "startsAt", meaning),
  End: (draft, node, meaning) => setTime(draft, node, "endsAt", meaning),
  IsAllDayEvent: (draft, node) => void Object.assign(draft, { isAllDay: isTrue(node), hasNewTime: true }),
  StartTimeZone: setZone,
  EndTimeZone: () => {},
  MeetingTimeZone: setZone,
  LegacyFreeBusyStatus: setStatus,
  Sensitivity: setSensitivity,
  Importance: (draft, node) => setExtra(draft, { importance: textAt(node) ?? "Normal" }),
  Categories: (draft, node) => setExtra(draft, { categories: allOf(node, "String").map(({ text }) => text) }),
  ReminderIsSet: setReminder,
  ReminderMinutesBeforeStart: setReminder,
  ReminderDueBy: () => {},
  IsResponseRequested: (draft, node) => setExtra(draft, { isResponseRequested: isTrue(node) }),
  AllowNewTimeProposal: (draft, node) => setExtra(draft, { allowNewTimeProposal: isTrue(node) }),
  RequiredAttendees: (draft, node, meaning) => setAttendees(draft, node, node.name, meaning),
  OptionalAttendees: (draft, node, meaning) => setAttendees(draft, node, node.name, meaning),
  Resources: (draft, node, meaning) => setAttendees(draft, node, node.name, meaning),
  Recurrence: (draft, node) => void Object.assign(draft, { recurrence: node }),
  ExtendedProperty: setExtended,
  Culture: () => {},
  ItemClass: () => {},
}

const deleters: Readonly<Record<string, (draft: Draft, meaning: Meaning) => void>> = {
  "item:Subject": (draft) => setDetails(draft, { subject: "" }),
  "calendar:Location": (draft) => setDetails(draft, { location: "" }),
  "item:Body": (draft) => {
    setDetails(draft, { description: "" })
    setExtra(draft, { html: null })
  },
  "item:Categories": (draft) => setExtra(draft, { categories: [] }),
  "calendar:RequiredAttendees": (draft, meaning) => setAttendees(draft, null, "RequiredAttendees", meaning),
  "calendar:OptionalAttendees": (draft, meaning) => setAttendees(draft, null, "OptionalAttendees", meaning),
  "calendar:Resources": (draft, meaning) => setAttendees(draft, null, "Resources", meaning),
  "calendar:Recurrence": (draft) => void Object.assign(draft, { recurrence: null }),
  "item:ReminderIsSet": (draft) => setExtra(draft, { reminderMinutes: null }),
}

/** Elements in the order in which they have to be set: zones first, so that times without offset are read in them. */
export const inOrder = (nodes: readonly XmlNode[]): readonly XmlNode[] => [
  ...nodes.filter(({ name }) => /TimeZone$/.test(name)),
  ...nodes.filter(({ name }) => !/TimeZone$/.test(name)),
]

/** Sets one property by its element. */
export function setProperty(draft: Draft, node: XmlNode, meaning: Meaning): void {
  if (node.name === "UID" && draft.isNew) return setExtra(draft, { uid: textAt(node) })
  const setter = setters[node.name]
  if (setter === undefined) throw invalid(node.name)
  setter(draft, node, meaning)
}

export function deleteProperty(draft: Draft, path: XmlNode, meaning: Meaning): void {
  if (path.name === "ExtendedFieldURI") {
    const extended = parseExtra(draft.details).extended.filter((one) => !isSameField(one.field, path.attributes))
    return setExtra(draft, { extended })
  }
  const deleter = deleters[path.attributes.FieldURI ?? ""]
  if (deleter === undefined)
    throw new EwsError("ErrorInvalidPropertyDelete", "Delete action is not supported for this property.")
  deleter(draft, meaning)
}

/** The details of a finished draft; refuses what ends before it begins. */
export function finished(draft: Draft): SimDetails {
  if (Temporal.Instant.compare(draft.startsAt, draft.endsAt) > 0)
    throw new EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
  if (draft.startsAt.until(draft.endsAt).total("hours") > 5 * 366 * 24)
    throw new EwsError("ErrorCalendarDurationIsTooLong", "The duration is longer than five years.")
  const { rule, ...single } = draft.hasNewTime ? withZone(draft, timeOf(draft)) : draft.details
  if (draft.recurrence === null) return single
  if (draft.recurrence !== undefined) return aligned(single, draft.recurrence)
  return rule === undefined ? single : { ...single, rule }
}

/** A series begins with its first occurrence, whatever `Start` says: by the range's StartDate and by the pattern. */
function aligned(single: SimDetails, recurrence: XmlNode): SimDetails {
  const range = recurrence.children.find(({ name }) => /^(NoEnd|EndDate|Numbered)Recurrence$/.test(name)) ?? null
  const text = (textAt(range, "StartDate") ?? "").slice(0, 10)
  const day = single.time.start.slice(0, 10)
  const days = /^\d{4}-\d\d-\d\d$/.test(text) && text > day ? Temporal.PlainDate.from(day).until(text).days : 0
  const time = shifted(single.time, days)
  const details = { ...single, time, rule: ruleOf(recurrence, time) }
  const [first] = occurrencesIn(details)
  if (first === undefined) throw new EwsError("ErrorRecurrenceHasNoOccurrence", "The recurrence has no occurrences.")
  return { ...details, time: first.details.time }
}

function shifted(time: SimTime, days: number): SimTime {
  if (time.kind === "all-day") {
    const move = (text: string) => Temporal.PlainDate.from(text).add({ days }).toString()
    return { ...time, start: move(time.start), end: move(time.end) }
  }
  const move = (text: string) => Temporal.PlainDateTime.from(text).add({ days }).toString({ smallestUnit: "second" })
  return { ...time, start: move(time.start), end: move(time.end) }
}

function timeOf({ startsAt, endsAt, zone, isAllDay }: Draft): SimTime {
  const start = startsAt.toZonedDateTimeISO(zone)
  const end = endsAt.toZonedDateTimeISO(zone)
  if (!isAllDay) {
    const text = (at: Temporal.ZonedDateTime) => at.toPlainDateTime().toString({ smallestUnit: "second" })
    return { kind: "timed", start: text(start), end: text(end), zone }
  }
  const first = start.toPlainDate()
  const isMidnight = Temporal.PlainTime.compare(end.toPlainTime(), new Temporal.PlainTime()) === 0
  const last = isMidnight ? end.toPlainDate() : end.toPlainDate().add({ days: 1 })
  const exclusive = Temporal.PlainDate.compare(last, first) > 0 ? last : first.add({ days: 1 })
  return { kind: "all-day", start: first.toString(), end: exclusive.toString() }
}

const withZone = ({ details, zone }: Draft, time: SimTime): SimDetails =>
  time.kind === "all-day" ? withExtra({ ...details, time }, { zone }) : { ...details, time }
