import type { ProviderEventId } from "@kalends/domain/ids"
import type { Draft, Hand } from "../providers/conformance/world.ts"

type Wall = Temporal.PlainDateTime
type Kept = {
  readonly name: string
  draft: Draft
  readonly cancelled: Wall[]
  readonly moved: { readonly original: Wall; readonly starts: Wall }[]
}

export type IcsStore = {
  /** Writes a calendar object and tells its id. */
  readonly put: (name: string, ics: string) => Promise<ProviderEventId>
  readonly get: (id: ProviderEventId) => Promise<string>
  readonly remove: (id: ProviderEventId) => Promise<void>
}

/** A hand that edits as a CalDAV client does: each edit writes the whole object, with what others put into it. */
export function createIcsHand(store: IcsStore): {
  readonly hand: Hand
  readonly createInUnknownZone: (subject: string, at: Temporal.Instant) => Promise<void>
} {
  const kept = new Map<ProviderEventId, Kept>()
  const edit = async (id: ProviderEventId, change: (event: Kept) => void): Promise<void> => {
    const event = kept.get(id)
    if (event === undefined) throw new Error("no such event")
    change(event)
    await store.put(event.name, icsOf(event, othersIn(await store.get(id))))
  }
  const hand: Hand = {
    async create(draft) {
      const event: Kept = { name: `event-${kept.size + 1}.ics`, draft, cancelled: [], moved: [] }
      const id = await store.put(event.name, icsOf(event, []))
      kept.set(id, event)
      return id
    },
    rename: (id, subject) => edit(id, (event) => Object.assign(event, { draft: { ...event.draft, subject } })),
    moveTo: (id, starts) => edit(id, (event) => Object.assign(event, { draft: startingAt(event.draft, starts) })),
    remove: (id) => store.remove(id),
    cancelOccurrence: (id, original) => edit(id, ({ cancelled }) => void cancelled.push(original)),
    moveOccurrence: (id, original, starts) => edit(id, ({ moved }) => void moved.push({ original, starts })),
  }
  return {
    hand,
    async createInUnknownZone(subject, at) {
      const starts = at.toZonedDateTimeISO("UTC").toPlainDateTime().add({ minutes: 330 })
      const zone = [
        "BEGIN:VTIMEZONE",
        "TZID:House time",
        "BEGIN:STANDARD",
        "DTSTART:16010101T000000",
        "TZOFFSETFROM:+0530",
        "TZOFFSETTO:+0530",
        "END:STANDARD",
        "END:VTIMEZONE",
      ]
      const event = [
        "BEGIN:VEVENT",
        "UID:house",
        "DTSTAMP:20261101T000000Z",
        `DTSTART;TZID=House time:${basic(starts)}`,
        "DURATION:PT30M",
        `SUMMARY:${subject}`,
        "END:VEVENT",
      ]
      await store.put("house.ics", calendar([...zone, ...event]))
    },
  }
}

function startingAt(draft: Draft, starts: Wall): Draft {
  return {
    ...draft,
    time: draft.time.kind === "all-day" ? { ...draft.time, startsOn: starts.toPlainDate() } : { ...draft.time, starts },
  }
}

/** Properties of the first event in a file that this hand does not know. */
function othersIn(ics: string): readonly string[] {
  const lines = ics.replace(/\r?\n[ \t]/g, "").split(/\r?\n/)
  const from = lines.indexOf("BEGIN:VEVENT")
  return lines
    .slice(from, lines.indexOf("END:VEVENT", from))
    .filter((line) => /^(?:LOCATION|DESCRIPTION|X-)/.test(line))
}

function icsOf({ name, draft, cancelled, moved }: Kept, others: readonly string[]): string {
  const tzid = draft.time.kind === "timed" ? `;TZID=${draft.time.zone}` : ""
  const rule = draft.rule === null ? [] : [`RRULE:${draft.rule}`]
  const master = vevent(name, draft, [
    ...others,
    ...rule,
    ...cancelled.map((original) => `EXDATE${tzid}:${basic(original)}`),
  ])
  const overrides = moved.flatMap(({ original, starts }) =>
    vevent(name, startingAt(draft, starts), [`RECURRENCE-ID${tzid}:${basic(original)}`]),
  )
  return calendar([...master, ...overrides])
}

function vevent(uid: string, { subject, time }: Draft, more: readonly string[]): string[] {
  const when =
    time.kind === "all-day"
      ? [`DTSTART;VALUE=DATE:${time.startsOn.toString().replaceAll("-", "")}`, `DURATION:P${time.days}D`]
      : [
          `DTSTART${time.kind === "timed" ? `;TZID=${time.zone}` : ""}:${basic(time.starts)}`,
          `DURATION:PT${time.minutes}M`,
        ]
  return [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20261101T000000Z",
    ...when,
    `SUMMARY:${subject.replace(/[\\;,]/g, "\\$&")}`,
    ...more,
    "END:VEVENT",
  ]
}

function calendar(lines: readonly string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//conformance//EN", ...lines, "END:VCALENDAR", ""].join(
    "\r\n",
  )
}

function basic(wall: Wall): string {
  return wall.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")
}
