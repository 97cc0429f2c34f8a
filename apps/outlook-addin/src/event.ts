import { findZone } from "@kalends/domain/zone"
import { asked, type Office, OfficeFailure, type OfficeItem } from "./office.ts"
import { can } from "./requirements.ts"

/** All that is ever read of an event, and all that the service is told of it (SPEC 3.1). */
export type ToldEvent = {
  readonly subject: string
  /** "YYYY-MM-DD" on the clock of `zone`. */
  readonly date: string
  /** "HH:MM" on the clock of `zone`; null for a whole day. */
  readonly time: string | null
  readonly zone: string
  readonly isRecurring: boolean
}

/** A meeting as the service gives it out, to be written into an event. */
export type WrittenMeeting = {
  readonly meetingId: string
  readonly joinUrl: string
  readonly location: string
  readonly block: { readonly text: string; readonly html: string }
}

/** Subjects are at most this long; longer ones are cut, as the calendar's own lists do. */
const subjectCharsMost = 255

export type Reading = { readonly office: Office; readonly item: OfficeItem; readonly browserZone: string }

/** Reads subject, start, zone and whether it recurs. `untitled` stands in for an empty subject. */
export async function readEvent({ office, item, browserZone }: Reading, untitled: string): Promise<ToldEvent> {
  const subject = (await asked<string>((callback) => item.subject.getAsync(callback))).trim()
  const startsAt = await asked<Date>((callback) => item.start.getAsync(callback))
  const zone = findZone(office.context.mailbox.userProfile.timeZone) ?? browserZone
  const { isAllDayEvent } = item
  const isAllDay =
    isAllDayEvent !== undefined &&
    (await asked<boolean>((callback) => isAllDayEvent.getAsync(callback)).catch(() => false))
  return {
    subject: (subject === "" ? untitled : subject).slice(0, subjectCharsMost),
    ...clockOf(startsAt, zone, isAllDay),
    zone,
    isRecurring: await readsAsSeries(office, item),
  }
}

function clockOf(startsAt: Date, zone: string, isAllDay: boolean): Pick<ToldEvent, "date" | "time"> {
  // Intl and not Temporal, which the runtime of classic Outlook has not.
  const fields = new Intl.DateTimeFormat("en", {
    ...{ timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" },
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  }).formatToParts(startsAt)
  const part = (type: string) => fields.find((field) => field.type === type)?.value ?? ""
  const time = isAllDay ? null : `${part("hour")}:${part("minute")}`
  return { date: `${part("year")}-${part("month")}-${part("day")}`, time }
}

async function readsAsSeries(office: Office, { recurrence }: OfficeItem): Promise<boolean> {
  if (recurrence === undefined || recurrence === null || !can(office, "series")) return false
  return (await asked<unknown>((callback) => recurrence.getAsync(callback))) !== null
}

/** What of the event is different from what the service was told last; null where nothing is. */
export function changesSince(before: ToldEvent, now: ToldEvent): Partial<ToldEvent> | null {
  const isMoved = before.date !== now.date || before.time !== now.time || before.zone !== now.zone
  const change: Partial<ToldEvent> = {
    ...(before.subject === now.subject ? {} : { subject: now.subject }),
    ...(isMoved ? { date: now.date, time: now.time, zone: now.zone } : {}),
    ...(before.isRecurring === now.isRecurring ? {} : { isRecurring: now.isRecurring }),
  }
  return Object.keys(change).length === 0 ? null : change
}

/** Whose calendar the event is in: their address where it is somebody else's, else null. */
export async function ownerOfCalendar(office: Office, item: OfficeItem): Promise<string | null> {
  const { getSharedPropertiesAsync } = item
  if (getSharedPropertiesAsync === undefined || !can(office, "shared-calendars")) return null
  try {
    return (await asked<{ readonly owner: string }>((callback) => item.getSharedPropertiesAsync?.(callback))).owner
  } catch (error) {
    // Office's answer for an event in one's own calendar is a failure of this call.
    if (error instanceof OfficeFailure) return null
    throw error
  }
}
