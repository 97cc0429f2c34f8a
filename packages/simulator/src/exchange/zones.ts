import { element, find, leaf, type Markup, type XmlNode } from "./xml.ts"

/** Windows' zones and their IANA names (CLDR windowsZones.xml, territory 001 first); more than one where people use both. */
const zones: readonly (readonly [windows: string, label: string, ...iana: readonly string[]])[] = [
  ["UTC", "(UTC) Coordinated Universal Time", "UTC", "Etc/UTC"],
  [
    "GMT Standard Time",
    "(UTC+00:00) Dublin, Edinburgh, Lisbon, London",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
  ],
  ["Greenwich Standard Time", "(UTC+00:00) Monrovia, Reykjavik", "Atlantic/Reykjavik"],
  [
    "W. Europe Standard Time",
    "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
    "Europe/Berlin",
    "Europe/Zurich",
    "Europe/Vienna",
    "Europe/Rome",
    "Europe/Amsterdam",
    "Europe/Stockholm",
    "Europe/Oslo",
  ],
  [
    "Romance Standard Time",
    "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Brussels",
    "Europe/Copenhagen",
  ],
  [
    "Central Europe Standard Time",
    "(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague",
    "Europe/Budapest",
    "Europe/Prague",
  ],
  ["Central European Standard Time", "(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb", "Europe/Warsaw", "Europe/Zagreb"],
  ["GTB Standard Time", "(UTC+02:00) Athens, Bucharest", "Europe/Bucharest", "Europe/Athens"],
  [
    "FLE Standard Time",
    "(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius",
    "Europe/Kiev",
    "Europe/Helsinki",
    "Europe/Riga",
  ],
  ["Israel Standard Time", "(UTC+02:00) Jerusalem", "Asia/Jerusalem"],
  ["South Africa Standard Time", "(UTC+02:00) Harare, Pretoria", "Africa/Johannesburg"],
  ["Turkey Standard Time", "(UTC+03:00) Istanbul", "Europe/Istanbul"],
  ["Russian Standard Time", "(UTC+03:00) Moscow, St. Petersburg", "Europe/Moscow"],
  ["Arabian Standard Time", "(UTC+04:00) Abu Dhabi, Muscat", "Asia/Dubai"],
  ["Iran Standard Time", "(UTC+03:30) Tehran", "Asia/Tehran"],
  ["India Standard Time", "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Calcutta", "Asia/Kolkata"],
  ["Nepal Standard Time", "(UTC+05:45) Kathmandu", "Asia/Katmandu", "Asia/Kathmandu"],
  ["SE Asia Standard Time", "(UTC+07:00) Bangkok, Hanoi, Jakarta", "Asia/Bangkok"],
  ["China Standard Time", "(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi", "Asia/Shanghai", "Asia/Hong_Kong"],
  ["Singapore Standard Time", "(UTC+08:00) Kuala Lumpur, Singapore", "Asia/Singapore"],
  ["Tokyo Standard Time", "(UTC+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo"],
  ["Korea Standard Time", "(UTC+09:00) Seoul", "Asia/Seoul"],
  ["AUS Eastern Standard Time", "(UTC+10:00) Canberra, Melbourne, Sydney", "Australia/Sydney", "Australia/Melbourne"],
  ["Cen. Australia Standard Time", "(UTC+09:30) Adelaide", "Australia/Adelaide"],
  ["W. Australia Standard Time", "(UTC+08:00) Perth", "Australia/Perth"],
  ["Lord Howe Standard Time", "(UTC+10:30) Lord Howe Island", "Australia/Lord_Howe"],
  ["New Zealand Standard Time", "(UTC+12:00) Auckland, Wellington", "Pacific/Auckland"],
  ["Hawaiian Standard Time", "(UTC-10:00) Hawaii", "Pacific/Honolulu"],
  ["Alaskan Standard Time", "(UTC-09:00) Alaska", "America/Anchorage"],
  ["Pacific Standard Time", "(UTC-08:00) Pacific Time (US & Canada)", "America/Los_Angeles", "America/Vancouver"],
  ["Mountain Standard Time", "(UTC-07:00) Mountain Time (US & Canada)", "America/Denver"],
  ["US Mountain Standard Time", "(UTC-07:00) Arizona", "America/Phoenix"],
  ["Central Standard Time", "(UTC-06:00) Central Time (US & Canada)", "America/Chicago", "America/Winnipeg"],
  ["Canada Central Standard Time", "(UTC-06:00) Saskatchewan", "America/Regina"],
  ["Eastern Standard Time", "(UTC-05:00) Eastern Time (US & Canada)", "America/New_York", "America/Toronto"],
  ["Atlantic Standard Time", "(UTC-04:00) Atlantic Time (Canada)", "America/Halifax"],
  ["Newfoundland Standard Time", "(UTC-03:30) Newfoundland", "America/St_Johns"],
  ["E. South America Standard Time", "(UTC-03:00) Brasilia", "America/Sao_Paulo"],
  [
    "Argentina Standard Time",
    "(UTC-03:00) City of Buenos Aires",
    "America/Buenos_Aires",
    "America/Argentina/Buenos_Aires",
  ],
]

/** Windows' name of an IANA zone, or null when it has none here. */
export const windowsName = (zone: string): string | null =>
  zones.find(([, , ...iana]) => iana.includes(zone))?.[0] ?? null

/** The IANA name behind a Windows name; null for an unknown one. */
export function ianaName(name: string): string | null {
  return zones.find(([windows]) => windows.toLowerCase() === name.toLowerCase())?.[2] ?? null
}

export const allWindowsNames: readonly string[] = zones.map(([windows]) => windows)

const labelOf = (windows: string): string => zones.find(([name]) => name === windows)?.[1] ?? windows

/** `StartTimeZone` and `EndTimeZone` of an item: the id and the label. */
export function zoneReference(name: string, zone: string): Markup {
  const id = windowsName(zone) ?? "tzone://Microsoft/Custom"
  return element(`t:${name}`, "", { Name: labelOf(id), Id: id })
}

export type Change = { readonly at: Temporal.ZonedDateTime; readonly from: number; readonly to: number }

/** The changes of offset (minutes) within a year. */
export function changesIn(zone: string, year: number): readonly Change[] {
  const end = Temporal.ZonedDateTime.from({ timeZone: zone, year: year + 1, month: 1, day: 1 })
  let at = Temporal.ZonedDateTime.from({ timeZone: zone, year, month: 1, day: 1 })
  const found: Change[] = []
  for (;;) {
    const next = at.getTimeZoneTransition("next")
    if (next === null || Temporal.ZonedDateTime.compare(next, end) >= 0) return found
    const before = next.subtract({ seconds: 1 })
    found.push({ at: next, from: before.offsetNanoseconds / 6e10, to: next.offsetNanoseconds / 6e10 })
    at = next
  }
}

const dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const

/** "the last Sunday of October at 03:00", on the clock before the change. */
export function ruleOf({ at, from, to }: Change) {
  const wall = at.toPlainDateTime().add({ minutes: from - to })
  const isLast = wall.day + 7 > wall.daysInMonth
  return {
    month: wall.month,
    dayName: dayNames[wall.dayOfWeek - 1] ?? "Sunday",
    occurrence: isLast ? -1 : Math.ceil(wall.day / 7),
    minutes: wall.hour * 60 + wall.minute,
  }
}

const bias = (offsetMinutes: number): string =>
  offsetMinutes > 0 ? `-PT${offsetMinutes}M` : offsetMinutes === 0 ? "PT0S" : `PT${-offsetMinutes}M`

/** A TimeZoneDefinition; whole with periods and transitions as they are in that year. */
export function zoneDefinition(windows: string, isWhole: boolean, year: number): Markup {
  const zone = ianaName(windows) ?? "UTC"
  const attributes = { Id: windows, Name: labelOf(windows) }
  if (!isWhole) return element("t:TimeZoneDefinition", "", attributes)
  const changes = changesIn(zone, year)
  const january = Temporal.ZonedDateTime.from({ timeZone: zone, year, month: 1, day: 1 }).offsetNanoseconds / 6e10
  const standard = Math.min(january, ...changes.map(({ to }) => to))
  const idOf = (offset: number) =>
    `trule:Microsoft/Registry/${windows}/1-${offset === standard ? "Standard" : "Daylight"}`
  const offsets = [...new Set([january, ...changes.map(({ to }) => to)])]
  const periods = offsets.map((offset) =>
    element("t:Period", "", {
      Bias: bias(offset),
      Name: offset === standard ? "Standard" : "Daylight",
      Id: idOf(offset),
    }),
  )
  const to = (offset: number) => leaf("t:To", idOf(offset), { Kind: "Period" })
  const group =
    changes.length === 0
      ? [element("t:Transition", to(january))]
      : changes.map((change) => {
          const rule = ruleOf(change)
          return element("t:RecurringDayTransition", [
            to(change.to),
            leaf("t:TimeOffset", `PT${rule.minutes}M`),
            leaf("t:Month", rule.month),
            leaf("t:DayOfWeek", rule.dayName),
            leaf("t:Occurrence", rule.occurrence),
          ])
        })
  return element(
    "t:TimeZoneDefinition",
    [
      element("t:Periods", periods),
      element("t:TransitionsGroups", element("t:TransitionsGroup", group, { Id: 0 })),
      element("t:Transitions", element("t:Transition", leaf("t:To", 0, { Kind: "Group" }))),
    ],
    attributes,
  )
}

/**
 * The IANA zone that a definition in a request means: by its id, else by the name of a zone that has the same offsets.
 * Null for one that means nothing here, which Exchange answers with ErrorTimeZone.
 */
export function zoneOf(definition: XmlNode | null): string | null {
  if (definition === null) return null
  const { Id: id, TimeZoneName: oldName } = definition.attributes
  const named = ianaName(id ?? oldName ?? "")
  if (named !== null) return named
  const biases = (find(definition, "Periods")?.children ?? []).map(({ attributes }) => minutesOf(attributes.Bias ?? ""))
  const wanted = [...new Set(biases.map((minutes) => -minutes))].sort().join()
  return wanted === "" ? null : (zones.find(([, , iana]) => offsetsOf(iana ?? "UTC") === wanted)?.[2] ?? null)
}

function offsetsOf(zone: string): string {
  const offsets = [1, 7].map(
    (month) => Temporal.ZonedDateTime.from({ timeZone: zone, year: 2026, month, day: 1 }).offsetNanoseconds / 6e10,
  )
  return [...new Set(offsets)].sort().join()
}

/** Minutes of an xs:duration. */
function minutesOf(text: string): number {
  try {
    return Temporal.Duration.from(text).total("minutes")
  } catch {
    return Number.NaN
  }
}

/** The zone that the header names for times without one; null when it names none. */
export const contextZone = (header: XmlNode | null): XmlNode | null =>
  find(header, "TimeZoneContext", "TimeZoneDefinition")

/** A dateTime in the way an answer has it: with the offset of the caller's zone, or `Z`. */
export function dateTime(instant: Temporal.Instant, zone: string): string {
  if (zone === "UTC") return instant.toString({ smallestUnit: "second" })
  return instant.toZonedDateTimeISO(zone).toString({ smallestUnit: "second", timeZoneName: "never" })
}

/** A dateTime of a request; without offset it is read in the zone. Null for what is none. */
export function readDateTime(text: string | null, zone: string): Temporal.Instant | null {
  try {
    if (text === null) return null
    if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return Temporal.Instant.from(text)
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant()
  } catch {
    return null
  }
}
