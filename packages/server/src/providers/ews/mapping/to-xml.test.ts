import { isProblem } from "@kalends/domain/problem"
import type { Schedule, Series } from "@kalends/domain/schedule"
import { parseXml } from "@kalends/readers/xml"
import { describe, expect, test } from "vitest"
import { draftXml, type Now, patchFields } from "./to-xml.ts"

const startsAt = Temporal.Instant.from("2026-11-24T08:00:00Z")
const single: Schedule = {
  kind: "single",
  time: { kind: "timed", startsAt, endsAt: startsAt.add({ minutes: 30 }), zone: "Europe/Berlin" },
}
const weekly: Series = {
  ...{ kind: "series", zone: "Europe/Berlin", length: 30, moved: [] },
  recurrence: {
    start: Temporal.PlainDateTime.from("2026-11-24T09:00"),
    ...{ rules: ["FREQ=WEEKLY"], extraStarts: [], excludedStarts: [] },
  },
}
const draft = { subject: "Ours", schedule: weekly, location: "Room 4", block: "Join", tag: "kalends:1" }
const now: Now = { html: "<html><body><p>Theirs</p></body></html>", isSeries: false, zone: "Europe/Berlin" }

const uris = (fields: ReturnType<typeof patchFields>) => fields.map(({ uri }) => uri)
const contentOf = (fields: ReturnType<typeof patchFields>, uri: string) =>
  fields.find((field) => field.uri === uri)?.content

describe("a new item", () => {
  /** Elements of ItemType and CalendarItemType as far as they are ours: Exchange refuses any other order. */
  const schema = [
    ...["Subject", "Sensitivity", "Body", "Categories", "Importance", "ReminderIsSet", "ExtendedProperty", "Culture"],
    ...["UID", "Start", "End", "IsAllDayEvent", "LegacyFreeBusyStatus", "Location", "RequiredAttendees", "Recurrence"],
    ...["MeetingTimeZone", "StartTimeZone", "EndTimeZone"],
  ]

  test("has its properties in the order of the schema", () => {
    const names = parseXml(`<t:CalendarItem>${draftXml(draft, "key")}</t:CalendarItem>`).children.map(
      ({ name }) => name,
    )
    expect(names).toContain("Recurrence")
    expect(names.map((name) => schema.indexOf(name))).not.toContain(-1)
    expect(names).toEqual([...names].sort((a, b) => schema.indexOf(a) - schema.indexOf(b)))
  })

  test("takes texts for texts, whatever is in them", () => {
    const evil = '"/><t:Subject>&amp;</t:Subject>\u0000'
    const item = parseXml(
      `<t:CalendarItem>${draftXml({ ...draft, subject: evil, location: evil, tag: evil, block: evil }, evil)}</t:CalendarItem>`,
    )
    const kept = evil.replace("\u0000", "")
    const texts = item.children.filter(({ name }) => name === "Subject" || name === "Location").map(({ text }) => text)
    expect(texts).toEqual([kept, kept])
    const values = item.children.flatMap(({ name, children }) =>
      name === "ExtendedProperty" ? [children[1]?.text] : [],
    )
    expect(values).toEqual([kept, kept])
  })
})

describe("a patch", () => {
  test("sets what it names and nothing else", () => {
    expect(patchFields({}, now)).toEqual([])
    expect(uris(patchFields({ subject: "" }, now))).toEqual(["item:Subject"])
    expect(uris(patchFields({ location: "x", block: null }, now))).toEqual(["item:Body", "calendar:Location"])
  })

  test("writes times with the zone they are in, by the name that Windows has for it", () => {
    const fields = patchFields({ schedule: single }, now)
    expect(fields.map(({ uri, content }) => [uri, content])).toEqual([
      ["calendar:StartTimeZone", '<t:StartTimeZone Id="W. Europe Standard Time"/>'],
      ["calendar:EndTimeZone", '<t:EndTimeZone Id="W. Europe Standard Time"/>'],
      ["calendar:Start", "<t:Start>2026-11-24T08:00:00Z</t:Start>"],
      ["calendar:End", "<t:End>2026-11-24T08:30:00Z</t:End>"],
      ["calendar:IsAllDayEvent", "<t:IsAllDayEvent>false</t:IsAllDayEvent>"],
    ])
  })

  test("makes a series of a single item, and the other way round", () => {
    expect(contentOf(patchFields({ schedule: weekly }, now), "calendar:Recurrence")).toContain("<t:WeeklyRecurrence>")
    const back = patchFields({ schedule: single }, { ...now, isSeries: true })
    expect(contentOf(back, "calendar:Recurrence")).toBeNull()
    expect(uris(patchFields({ schedule: single }, now))).not.toContain("calendar:Recurrence")
  })

  test("lets an all-day item begin at midnight of its own zone", () => {
    const [startsOn, endsBefore] = [Temporal.PlainDate.from("2014-06-09"), Temporal.PlainDate.from("2014-06-10")]
    const schedule: Schedule = { kind: "single", time: { kind: "all-day", startsOn, endsBefore } }
    const fields = patchFields({ schedule }, { ...now, zone: "America/New_York" })
    expect(contentOf(fields, "calendar:Start")).toBe("<t:Start>2014-06-09T04:00:00Z</t:Start>")
    expect(contentOf(fields, "calendar:End")).toBe("<t:End>2014-06-10T04:00:00Z</t:End>")
    expect(contentOf(fields, "calendar:StartTimeZone")).toContain("Eastern Standard Time")
  })

  test("puts our block into the HTML that there is, and takes it out again without a trace", () => {
    const put = contentOf(patchFields({ block: "Join: https://meet.example/1" }, now), "item:Body") ?? ""
    const html = parseXml(put).text
    expect(html).toContain("<p>Theirs</p>")
    expect(html).toContain('href="https://meet.example/1"')
    const taken = contentOf(patchFields({ block: null }, { ...now, html }), "item:Body") ?? ""
    expect(parseXml(taken).text).toBe(now.html)
  })

  const floating: Schedule = {
    kind: "single",
    time: {
      ...{ kind: "floating", starts: Temporal.PlainDateTime.from("2026-11-24T09:00") },
      ends: Temporal.PlainDateTime.from("2026-11-24T10:00"),
    },
  }
  const stray: Series = {
    ...weekly,
    moved: [{ originalStart: Temporal.PlainDateTime.from("2026-11-25T09:00"), time: single.time }],
  }
  test.each<[string, Schedule]>([
    ["a floating time", floating],
    ["a floating series", { ...weekly, zone: null }],
    ["an occurrence that the series does not have", stray],
    ["two rules", { ...weekly, recurrence: { ...weekly.recurrence, rules: ["FREQ=WEEKLY", "FREQ=DAILY"] } }],
    [
      "an added day",
      {
        ...weekly,
        recurrence: { ...weekly.recurrence, extraStarts: [Temporal.PlainDateTime.from("2026-11-26T09:00")] },
      },
    ],
  ])("refuses what Exchange cannot keep: %s", (_, schedule) => {
    const refused = () => patchFields({ schedule }, now)
    let error: unknown = null
    try {
      refused()
    } catch (thrown) {
      error = thrown
    }
    expect(isProblem(error, "unsupported") && error.code).toBe("schedule")
  })
})
