import { contentLine, type Part } from "./ics-text.ts"

/** One change of the clocks: on the clock before it, and the offsets. */
type Onset = { readonly wall: Temporal.PlainDateTime; readonly from: string; readonly to: string }

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
const yearsAhead = 10

/**
 * A VTIMEZONE for an IANA zone, good from a year before `start`: by yearly rules where the changes of the next ten years
 * follow some, else by their dates. Programs that know the zone's name do not look at it (RFC 7809 says that they may).
 */
export function vtimezone(zone: string, start: Temporal.PlainDateTime): Part {
  const begin = start.subtract({ years: 1 }).toZonedDateTime(zone)
  const onsets: Onset[] = []
  for (let at = begin.getTimeZoneTransition("next"); at !== null; at = at.getTimeZoneTransition("next")) {
    if (at.year > start.year + yearsAhead) break
    const from = at.subtract({ seconds: 1 }).offset
    const wall = at.toInstant().toZonedDateTimeISO(from).toPlainDateTime()
    onsets.push({ wall, from, to: at.offset })
  }
  const first = begin.toPlainDateTime()
  const groups = Map.groupBy(onsets, ({ from, to }) => `${from} ${to}`)
  const lowest = Math.min(...onsets.map(({ to }) => seconds(to)))
  const parts = [...groups.values()].flatMap((group) => observance(group, seconds(group[0]?.to ?? "+00:00") > lowest))
  const fixed = observance([{ wall: first, from: begin.offset, to: begin.offset }], false)
  const lines = ["BEGIN:VTIMEZONE", `TZID:${zone}`, ...(parts.length > 0 ? parts : fixed), "END:VTIMEZONE"]
  return { isEvent: false, lines: lines.map(contentLine) }
}

function observance(onsets: readonly Onset[], isDaylight: boolean): readonly string[] {
  const [first] = onsets
  if (first === undefined) return []
  const kind = isDaylight ? "DAYLIGHT" : "STANDARD"
  const rule = ruleFor(onsets)
  const dates = onsets.slice(1).map(({ wall }) => `RDATE:${basic(wall)}`)
  return [
    `BEGIN:${kind}`,
    `DTSTART:${basic(first.wall)}`,
    ...(rule === null ? dates : [`RRULE:${rule}`]),
    `TZOFFSETFROM:${first.from.replace(":", "")}`,
    `TZOFFSETTO:${first.to.replace(":", "")}`,
    `END:${kind}`,
  ]
}

/** "the last Sunday of March", where that is what all of them are. */
function ruleFor(onsets: readonly Onset[]): string | null {
  const walls = onsets.map(({ wall }) => wall)
  const [first] = walls
  if (first === undefined || walls.length < 3) return null
  const isYearly = walls.every((wall, at) => wall.year === first.year + at)
  const isAlike = walls.every(
    (wall) =>
      wall.month === first.month &&
      wall.dayOfWeek === first.dayOfWeek &&
      wall.toPlainTime().equals(first.toPlainTime()),
  )
  if (!isYearly || !isAlike) return null
  const isLast = walls.every((wall) => wall.day + 7 > wall.daysInMonth)
  const ordinal = isLast ? -1 : Math.ceil(first.day / 7)
  if (!isLast && walls.some((wall) => Math.ceil(wall.day / 7) !== ordinal)) return null
  return `FREQ=YEARLY;BYMONTH=${first.month};BYDAY=${ordinal}${weekdays[first.dayOfWeek - 1]}`
}

function seconds(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)/.exec(offset) ?? []
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60)
}

function basic(wall: Temporal.PlainDateTime): string {
  return wall.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")
}
