import type { Details, MeetingType, Wire } from "./meeting.ts"
import { type RecurrenceLimits, readRecurrence } from "./recurrence.ts"
import { isZone, readTime } from "./times.ts"

export type ReadDetails = { readonly details: Partial<Details> } | { readonly invalid: readonly string[] }

/** What the body is read against. */
export type Reading = {
  /** Of wall clock times when the body names no zone. */
  readonly zone: string
  /** Of the meeting that is changed. */
  readonly type: MeetingType
  readonly limits: RecurrenceLimits
}

/** A day at the most. */
const minutesMost = 1_440

/** A request's body, or the names of the fields that Zoom would refuse. Fields it does not know are let pass. */
export function readDetails(body: Wire, { zone: otherwise, type: present, limits }: Reading): ReadDetails {
  const details: Partial<Details> = {}
  const invalid: string[] = []
  const take = <Name extends keyof Details>(
    field: string,
    name: Name,
    read: (value: unknown) => Details[Name] | null,
  ) => {
    if (body[field] === undefined || body[field] === null) return
    const value = read(body[field])
    if (value === null) invalid.push(field)
    else details[name] = value
  }
  take("type", "type", (value) => ([1, 2, 3, 8] as const).find((one) => one === value) ?? null)
  take("topic", "topic", text(200))
  take("agenda", "agenda", text(2_000))
  take("password", "password", text(10))
  take("duration", "minutes", minutes)
  take("timezone", "zone", (value) => (typeof value === "string" && isZone(value) ? value : null))
  take("settings", "settings", object)
  take("tracking_fields", "trackingFields", (value) => (Array.isArray(value) ? value : null))
  take("pre_schedule", "isPrescheduled", (value) => (typeof value === "boolean" ? value : null))
  const type = details.type ?? present
  const zone = details.zone ?? otherwise
  // "This field is only used for scheduled or recurring meetings with a fixed time."
  if (type === 2 || type === 8) take("start_time", "startsAt", (value) => readTime(value, zone))
  if (type === 8 && body.recurrence !== undefined) {
    const recurrence = readRecurrence(body.recurrence, limits)
    if ("invalid" in recurrence) invalid.push(...recurrence.invalid)
    else details.recurrence = recurrence.value
  }
  return invalid.length > 0 ? { invalid } : { details }
}

const text = (most: number) => (value: unknown) => (typeof value === "string" && value.length <= most ? value : null)

function minutes(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= minutesMost ? value : null
}

function object(value: unknown): Wire | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null
}
