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
