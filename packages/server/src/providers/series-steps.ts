import type { EventTime } from "@kalends/domain/event"
import { startsNamed, type WallStart } from "@kalends/domain/recurrence"
import { isSameSchedule, momentText, type Schedule, type Series, timeOf } from "@kalends/domain/schedule"
import { windowsZone } from "@kalends/domain/zone"

/** One occurrence that is to be elsewhere, or (null) not at all. */
export type Step = { readonly originalStart: WallStart; readonly time: EventTime | null }

/** What makes the single occurrences of a series what they are to be; what they are already is no step. */
export function stepsBetween(now: Series, wanted: Series): readonly Step[] {
  const holesNow = new Set(holesOf(now).map(String))
  const holes = holesOf(wanted).filter((hole) => !holesNow.has(hole.toString()))
  const holesWanted = new Set(holesOf(wanted).map(String))
  const movedNow = new Map(now.moved.map((one) => [one.originalStart.toString(), momentText(one.time)]))
  const movedWanted = new Set(wanted.moved.map((one) => one.originalStart.toString()))
  const elsewhere = wanted.moved.filter(
    ({ originalStart, time }) =>
      (movedNow.get(originalStart.toString()) ?? unmoved(now, originalStart)) !== momentText(time),
  )
  const back = now.moved.filter(({ originalStart, time }) => {
    const name = originalStart.toString()
    return !movedWanted.has(name) && !holesWanted.has(name) && momentText(time) !== unmoved(now, originalStart)
  })
  return [
    ...holes.map((originalStart) => ({ originalStart, time: null })),
    ...elsewhere,
    ...back.map(({ originalStart }) => ({ originalStart, time: timeOf(now, originalStart) })),
  ]
}

function unmoved(series: Series, originalStart: WallStart): string {
  return momentText(timeOf(series, originalStart))
}

/** The starts that a series leaves out, one for each occurrence that there would be. */
function holesOf(series: Series): readonly WallStart[] {
  const all = { ...series.recurrence, excludedStarts: [] }
  return series.recurrence.excludedStarts.flatMap((excluded) => startsNamed(all, excluded))
}

/** The schedule in the words of the one there is: a zone under another name that Windows calls the same is the same. */
export function inWordsOf(now: Schedule, wanted: Schedule): Schedule {
  const isSame = (a: string | null, b: string | null) => a !== null && b !== null && windowsZone(a) === windowsZone(b)
  if (now.kind === "series" && wanted.kind === "series")
    return isSame(now.zone, wanted.zone) ? { ...wanted, zone: now.zone } : wanted
  if (now.kind === "series" || wanted.kind === "series") return wanted
  const [before, after] = [now.time, wanted.time]
  if (before.kind !== "timed" || after.kind !== "timed" || !isSame(before.zone, after.zone)) return wanted
  return { kind: "single", time: { ...after, zone: before.zone } }
}

/**
 * True where only single occurrences differ, which are written one by one. What was cancelled cannot be put back alone:
 * then the series is written anew, which does away with its exceptions.
 */
export function isOnlyOccurrences(now: Schedule, wanted: Schedule): boolean {
  if (now.kind === "single" || wanted.kind === "single") return isSameSchedule(now, wanted)
  const plain = ({ recurrence, ...series }: Series): Series => ({
    ...series,
    recurrence: { ...recurrence, excludedStarts: [] },
    moved: [],
  })
  const wantedHoles = new Set(holesOf(wanted).map(String))
  return isSameSchedule(plain(now), plain(wanted)) && holesOf(now).every((hole) => wantedHoles.has(hole.toString()))
}
