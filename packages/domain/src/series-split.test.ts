import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { originalStarts, type WallStart } from "./recurrence.ts"
import { lastEnd, type Occurrence, occurrencesIn, type Series, timeText } from "./schedule.ts"
import { startSeconds, wallAt, withEnd } from "./series-rule.ts"
import { cutSeries, type SplitSeries, splitSeries } from "./series-split.ts"
import { anyCut, anySeries } from "./testing/any-schedule.ts"
import { unlessRefused } from "./testing/unless-refused.ts"
import { timeWindow } from "./window.ts"

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const date = (text: string) => Temporal.PlainDate.from(text)
const plain = { zone: "Europe/Berlin", length: 30, moved: [] } as const

function series(start: WallStart, ...rules: readonly string[]): Series {
  return { kind: "series", recurrence: { start, rules, extraStarts: [], excludedStarts: [] }, ...plain }
}

const daily = (rule: string) => series(wall("2026-03-01T09:00"), rule)
const rulesOf = ({ head, tail }: SplitSeries) => [head?.recurrence.rules, tail?.recurrence.rules]

describe("a series divided", () => {
  test.each([
    ["FREQ=DAILY;COUNT=10", "FREQ=DAILY;COUNT=4", "FREQ=DAILY;COUNT=6"],
    ["FREQ=DAILY", "FREQ=DAILY;UNTIL=20260304T090000", "FREQ=DAILY"],
    ["FREQ=DAILY;UNTIL=20260401T100000", "FREQ=DAILY;UNTIL=20260304T090000", "FREQ=DAILY;UNTIL=20260401T100000"],
    ["FREQ=WEEKLY;BYDAY=SU,WE;COUNT=5", "FREQ=WEEKLY;BYDAY=SU,WE;COUNT=2", "FREQ=WEEKLY;BYDAY=SU,WE;COUNT=3"],
  ])("keeps the way its rule ends: %s", (whole, head, tail) => {
    expect(rulesOf(splitSeries(daily(whole), wall("2026-03-05T09:00")))).toEqual([[head], [tail]])
  })

  test("of whole days ends by a date", () => {
    const { head } = splitSeries(
      { ...series(date("2026-03-01"), "FREQ=DAILY"), zone: null, length: 1 },
      date("2026-03-05"),
    )
    expect(head?.recurrence.rules).toEqual(["FREQ=DAILY;UNTIL=20260304"])
  })

  test("goes on with an occurrence of its rule, on the same weeks", () => {
    const whole = series(wall("2026-03-02T09:00"), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO")
    const { tail } = splitSeries(whole, wall("2026-03-09T00:00"))
    expect([tail?.recurrence.start.toString(), tail?.recurrence.rules]).toEqual([
      "2026-03-16T09:00:00",
      ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"],
    ])
  })

  test("before its start is all tail, after its end all head", () => {
    const whole = daily("FREQ=DAILY;COUNT=3")
    expect(splitSeries(whole, wall("2026-02-01T09:00"))).toEqual({ head: null, tail: whole })
    expect(splitSeries(whole, wall("2027-02-01T09:00"))).toEqual({ head: whole, tail: null })
  })

  test("takes moved and cancelled occurrences to where they were at first", () => {
    const time = {
      kind: "timed",
      startsAt: Temporal.Instant.from("2026-04-01T08:00Z"),
      endsAt: Temporal.Instant.from("2026-04-01T09:00Z"),
      zone: "Europe/Berlin",
    } as const
    const whole = daily("FREQ=DAILY;COUNT=10")
    const moved = [{ originalStart: wall("2026-03-02T09:00"), time }]
    const excludedStarts = [wall("2026-03-04T09:00"), wall("2026-03-07T09:00")]
    const { head, tail } = splitSeries(
      { ...whole, moved, recurrence: { ...whole.recurrence, excludedStarts } },
      wall("2026-03-05T09:00"),
    )
    expect([head?.moved, tail?.moved]).toEqual([moved, []])
    expect([head, tail].map((part) => part?.recurrence.excludedStarts.map(String))).toEqual([
      ["2026-03-04T09:00:00"],
      ["2026-03-07T09:00:00"],
    ])
  })

  test("with a start that its rule does not name counts only what the rule names", () => {
    const whole = series(wall("2026-03-01T09:00"), "FREQ=WEEKLY;BYDAY=TU;COUNT=4")
    const { head, tail } = splitSeries(whole, wall("2026-03-10T09:00"))
    expect([head?.recurrence.rules, tail?.recurrence.rules]).toEqual([
      ["FREQ=WEEKLY;BYDAY=TU;COUNT=1"],
      ["FREQ=WEEKLY;BYDAY=TU;COUNT=3"],
    ])
  })

  test("of two rules says what each took from its start", () => {
    const whole = series(wall("2026-03-01T09:00"), "FREQ=WEEKLY", "FREQ=MONTHLY")
    const { tail } = splitSeries(whole, wall("2026-03-05T00:00"))
    const { starts } = originalStarts(
      tail?.recurrence ?? whole.recurrence,
      wall("2026-03-01T00:00"),
      wall("2026-04-06T00:00"),
    )
    expect(starts.map((one) => one.toString().slice(5, 10))).toEqual([
      "03-08",
      "03-15",
      "03-22",
      "03-29",
      "04-01",
      "04-05",
    ])
  })

  test("of two rules that cannot begin on one day is refused", () => {
    const whole = series(wall("2026-03-01T09:00"), "FREQ=DAILY;INTERVAL=2", "FREQ=DAILY;INTERVAL=3")
    expect(() => splitSeries(whole, wall("2026-03-03T00:00"))).toThrow(expect.objectContaining({ kind: "unsupported" }))
  })

  test("of more occurrences than can be counted is refused in no time", () => {
    const whole = daily("FREQ=SECONDLY;COUNT=999999999")
    expect(() => splitSeries(whole, wall("2026-05-03T00:00"))).toThrow(expect.objectContaining({ kind: "unsupported" }))
  })

  test("in the hour that the clocks leave out ends at its last occurrence", () => {
    const whole = series(wall("2026-03-01T02:30"), "FREQ=DAILY")
    expect(cutSeries(whole, wall("2026-03-29T02:30"))?.recurrence.rules).toEqual(["FREQ=DAILY;UNTIL=20260328T023000"])
  })
})

/** What a part of a series shows around the cut: that is where a mistake would be seen. */
function occurrencesNear(part: Series | null, cut: WallStart, days: number): readonly string[] {
  if (part === null) return []
  const at = wallAt(startSeconds(cut)).toZonedDateTime("UTC")
  const window = timeWindow(at.subtract({ days }).toInstant(), at.add({ days }).toInstant())
  const text = ({ originalStart, time, isMoved }: Occurrence) => `${originalStart} ${isMoved} ${timeText(time)}`
  return occurrencesIn(part, window, "UTC").map(text)
}

const split = (whole: Series, at: WallStart) => splitSeries(whole, at)
const seriesAndCut = anySeries.chain((whole) => fc.tuple(fc.constant(whole), anyCut(whole)))

function splitLaw(divide: typeof split) {
  return fc.property(seriesAndCut, ([whole, cut]) => {
    // Two rules that cannot begin on one day are refused.
    const parts = unlessRefused(() => divide(whole, cut))
    fc.pre(parts !== null)
    const { head, tail } = parts
    const days = whole.recurrence.rules.join().includes("HOURLY") ? 30 : 200
    const [first, second, all] = [head, tail, whole].map((part) => occurrencesNear(part, cut, days))
    expect([...(first ?? []), ...(second ?? [])].toSorted()).toEqual(all?.toSorted())
    expect(first?.every((text) => startSeconds(startOf(text)) < startSeconds(cut))).toBe(true)
    expect(second?.every((text) => startSeconds(startOf(text)) >= startSeconds(cut))).toBe(true)
  })
}

function startOf(text: string): WallStart {
  const [name = ""] = text.split(" ")
  return name.includes("T") ? wall(name) : date(name)
}

describe("head and tail together are the whole", () => {
  test("whatever the series and the cut", () => {
    fc.assert(splitLaw(split), { numRuns: 100 })
  })

  test("and the head never goes on after the cut", () => {
    fc.assert(
      fc.property(seriesAndCut, ([whole, cut]) => {
        const head = cutSeries(whole, cut)
        fc.pre(head !== null && head.moved.length === 0 && whole.length < 1_440)
        const end = lastEnd(head)
          ?.toZonedDateTimeISO(head.zone ?? "UTC")
          .toPlainDateTime()
        expect(end !== undefined && startSeconds(end) <= startSeconds(cut) + 86_400 * 5).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  const wrong: Readonly<Record<string, typeof split>> = {
    "a COUNT that is not divided": (whole, at) => {
      const { head, tail } = splitSeries(whole, at)
      const count = /COUNT=\d+/.exec(whole.recurrence.rules.join())?.[0]
      const rules = tail?.recurrence.rules.map((rule) => (count === undefined ? rule : withEnd(rule, count)))
      return {
        head,
        tail: tail === null || rules === undefined ? tail : { ...tail, recurrence: { ...tail.recurrence, rules } },
      }
    },
    "an exception that goes with neither": (whole, at) => {
      const { head, tail } = splitSeries(whole, at)
      return { head, tail: tail === null ? null : { ...tail, recurrence: { ...tail.recurrence, excludedStarts: [] } } }
    },
    "a head that still has the occurrence of the cut": (whole, at) => ({
      ...splitSeries(whole, at),
      head: cutSeries(whole, wallAt(startSeconds(at) + 1)),
    }),
  }
  test.each(Object.keys(wrong))("or the test tells: %s", (mistake) => {
    expect(fc.check(splitLaw(wrong[mistake] ?? split), { numRuns: 400, endOnFailure: true }).failed).toBe(true)
  })
})
