/** Where a value stands on an axis, in pixels. */
export type Scale = (value: number) => number

/** From 0 to `most`, upwards. */
export function linear(most: number, length: number): Scale {
  return (value) => length - (Math.min(value, most) / Math.max(most, 1)) * length
}

/** Equal factors are equal distances. */
export function logarithmic(least: number, most: number, length: number): Scale {
  const span = Math.log(most / least)
  return (value) => (Math.log(Math.min(Math.max(value, least), most) / least) / span) * length
}

/** The next of 1, 2, 5, 10, 20… that is no less. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)))
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value) ?? 10 * power
}

/** Times that people know, in milliseconds: of a log axis from a millisecond to a day. */
const times = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000]

export function timeTicks(leastMs: number, mostMs: number): readonly number[] {
  return times.filter((ms) => ms >= leastMs && ms <= mostMs)
}

/** The end of an axis of times: the next that people know. */
export function timeAbove(ms: number): number {
  return times.find((time) => time >= ms) ?? 86_400_000
}

/** How wide a letter of an axis is, about; one of Japanese is as wide as it is high. */
const letterWidths = { narrow: 7, wide: 12 } as const
const gap = 6

function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + letterWidths[letter > "\u2e80" ? "wide" : "narrow"], 0)
}

/**
 * The marks below a picture that have room beside each other. The first stands at its place's right, the last at its left,
 * and both stay; the others stand about theirs.
 */
export function withRoom<Tick extends { readonly at: number; readonly text: string }>(
  ticks: readonly Tick[],
): readonly Tick[] {
  const [first, ...others] = ticks
  const last = others.pop()
  if (first === undefined || last === undefined) return ticks
  const lastBegin = last.at - widthOf(last.text)
  let end = first.at + widthOf(first.text)
  const between = others.filter(({ at, text }) => {
    const half = widthOf(text) / 2
    if (at - half < end + gap || at + half > lastBegin - gap) return false
    end = at + half
    return true
  })
  return [first, ...between, last]
}

/** An SVG path over the points that there are; a hole is not drawn over, and a point by itself is a short stroke. */
export function pathOf(points: readonly (readonly [number, number] | null)[]): string {
  let isOpen = false
  return points
    .map((point, index) => {
      if (point === null) {
        isOpen = false
        return ""
      }
      const [x, y] = point.map((value) => value.toFixed(1))
      const isAlone = !isOpen && (points[index + 1] ?? null) === null
      const drawn = isOpen ? `L${x} ${y}` : isAlone ? `M${x} ${y}h1.5` : `M${x} ${y}`
      isOpen = true
      return drawn
    })
    .join("")
}
