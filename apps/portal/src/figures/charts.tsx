import { type SlotCounts, slotBoundMs } from "@kalends/domain/figures"
import classes from "./figures.module.css"
import { type Area, type AxisTick, Plot, type Pointing } from "./plot.tsx"
import { linear, logarithmic, pathOf, roundUp, type Scale, timeAbove, timeTicks } from "./scale.ts"
import type { Quantiles } from "./series.ts"

/** How times and numbers are written on axes. */
export type AxisWords = {
  readonly time: (ms: number) => string
  readonly count: (count: number) => string
  /** A time that is promised. */
  readonly bound: (ms: number) => string
  /** The times of day, or days, below a picture; beginnings of steps. */
  readonly clock: (startMs: number) => string
}

export type OverTime = { readonly starts: readonly number[]; readonly pointing: Pointing; readonly words: AxisWords }

const clockTicks = 4

function clockAxis({ starts, words }: OverTime): (area: Area) => readonly AxisTick[] {
  return ({ width }) => {
    const count = width < 420 ? clockTicks - 1 : clockTicks
    return Array.from({ length: count }, (_, tick) => {
      const index = Math.round(((starts.length - 1) * tick) / (count - 1))
      return { at: ((index + 0.5) / starts.length) * width, text: words.clock(starts[index] ?? 0) }
    })
  }
}

const countAxis =
  (most: number, words: AxisWords) =>
  ({ height }: Area): readonly AxisTick[] =>
    [0, most].map((count) => ({ at: linear(most, height)(count), text: words.count(count) }))

type BarsProps = OverTime & {
  readonly values: readonly number[]
  /** What the axis goes to, so that pictures beside each other can be compared. */
  readonly most: number
  readonly height: number
}

/** How much there was, step by step. The last step is not over, and is drawn so. */
export function Bars({ values, most, height, ...time }: BarsProps) {
  const end = roundUp(most)
  return (
    <Plot
      {...{ height, pointing: time.pointing }}
      below={clockAxis(time)}
      beside={countAxis(end, time.words)}
      draw={(area) => <Columns values={values} area={area} y={linear(end, area.height)} />}
    />
  )
}

type ColumnsProps = { readonly values: readonly number[]; readonly area: Area; readonly y: Scale }

function Columns({ values, area, y }: ColumnsProps) {
  const step = area.width / values.length
  const gap = Math.min(2, step * 0.2)
  return values.map((value, index) => (
    <rect
      // biome-ignore lint/suspicious/noArrayIndexKey: a step is what stands at its place.
      key={index}
      className={index === values.length - 1 ? classes.unfinished : classes.bar}
      x={index * step + gap / 2}
      width={Math.max(1, step - gap)}
      y={y(value)}
      height={Math.max(0, area.height - y(value))}
    />
  ))
}

type LatencyProps = OverTime & { readonly own: Quantiles; readonly provider: Quantiles; readonly height: number }

/** Our own share of the way as full lines, the provider's as dashed ones; half of all thick, 99 of 100 thin. */
export function LatencyLines({ own, provider, height, ...time }: LatencyProps) {
  const all = [...own.half, ...own.most, ...provider.half, ...provider.most].filter((ms) => ms !== null)
  const end = timeAbove(Math.max(1_000, ...all))
  return (
    <Plot
      {...{ height, pointing: time.pointing }}
      below={clockAxis(time)}
      beside={({ height: length }) =>
        timeTicks(1, end).map((ms) => ({ at: length - logarithmic(1, end, length)(ms), text: time.words.time(ms) }))
      }
      draw={(area) => {
        const y = logarithmic(1, end, area.height)
        const path = (values: readonly (number | null)[]) =>
          pathOf(
            values.map((ms, index) =>
              ms === null ? null : [((index + 0.5) / values.length) * area.width, area.height - y(ms)],
            ),
          )
        return (
          <>
            <path className={classes.providerMost} d={path(provider.most)} />
            <path className={classes.providerHalf} d={path(provider.half)} />
            <path className={classes.ownMost} d={path(own.most)} />
            <path className={classes.ownHalf} d={path(own.half)} />
          </>
        )
      }}
    />
  )
}

type LineProps = OverTime & { readonly values: readonly number[]; readonly height: number }

/** A number over time, up to the last step that is over. */
export function Line({ values, height, ...time }: LineProps) {
  const whole = values.slice(0, -1)
  const end = roundUp(Math.max(...whole, 1))
  return (
    <Plot
      {...{ height, pointing: time.pointing }}
      below={clockAxis(time)}
      beside={countAxis(end, time.words)}
      draw={(area) => {
        const y = linear(end, area.height)
        const at = whole.map((value, index) => [((index + 0.5) / values.length) * area.width, y(value)] as const)
        return <path className={classes.ownHalf} d={pathOf(at)} />
      }}
    />
  )
}

/** A second and two days: who is known longer ago stands at the end. */
const ages = { leastMs: 1_000, mostMs: 2 * 86_400_000 }

type AgesProps = {
  readonly counts: SlotCounts
  readonly boundsMs: readonly number[]
  readonly words: AxisWords
  readonly height: number
}

/** How often what was known had become how old, and the lines that it must not pass. */
export function Ages({ counts, boundsMs, words, height }: AgesProps) {
  const end = roundUp(Math.max(...counts.values(), 1))
  const late = Math.max(...boundsMs)
  return (
    <Plot
      height={height}
      beside={countAxis(end, words)}
      below={({ width }) =>
        timeTicks(ages.leastMs, ages.mostMs).map((ms) => ({
          at: logarithmic(ages.leastMs, ages.mostMs, width)(ms),
          text: words.time(ms),
        }))
      }
      draw={(area) => {
        const x = logarithmic(ages.leastMs, ages.mostMs, area.width)
        const y = linear(end, area.height)
        return (
          <>
            {[...counts].map(([slot, count]) => {
              const from = x(slot === 0 ? ages.leastMs : slotBoundMs(slot - 1))
              const width = Math.max(2, x(Math.min(slotBoundMs(slot), ages.mostMs)) - from - 1)
              const isLate = slot > 0 && slotBoundMs(slot - 1) >= late
              return (
                <rect
                  key={slot}
                  data-meaning=""
                  className={isLate ? classes.late : classes.bar}
                  {...{ x: from, width, y: y(count), height: area.height - y(count) }}
                />
              )
            })}
            {[...boundsMs]
              .sort((a, b) => a - b)
              .map((ms, index) => (
                <g key={ms}>
                  <line className={classes.bound} x1={x(ms)} x2={x(ms)} y1={-8} y2={area.height} />
                  <text
                    className={classes.boundText}
                    {...{ x: x(ms) + (index === 0 ? -5 : 5), y: 2 }}
                    textAnchor={index === 0 ? "end" : "start"}
                  >
                    {words.bound(ms)}
                  </text>
                </g>
              ))}
          </>
        )
      }}
    />
  )
}

type GrantsProps = OverTime & {
  readonly lost: readonly number[]
  readonly mended: readonly number[]
  readonly height: number
}

/** Above the line what was lost, below it what was mended. */
export function GrantColumns({ lost, mended, height, ...time }: GrantsProps) {
  const end = roundUp(Math.max(...lost, ...mended, 1))
  const place =
    (length: number): Scale =>
    (value) =>
      length / 2 - (value / end) * (length / 2)
  return (
    <Plot
      {...{ height, pointing: time.pointing }}
      below={clockAxis(time)}
      beside={({ height: length }) =>
        [
          { value: end, text: `${time.words.count(end)} ↑` },
          { value: 0, text: time.words.count(0) },
          { value: -end, text: `${time.words.count(end)} ↓` },
        ].map(({ value, text }) => ({ at: place(length)(value), text }))
      }
      draw={(area) => {
        const y = place(area.height)
        const step = area.width / lost.length
        const column = (value: number, index: number, isLost: boolean) => (
          <rect
            key={`${index}-${isLost}`}
            data-meaning=""
            className={isLost ? classes.late : classes.mended}
            x={index * step + step * 0.1}
            width={Math.max(2, step * 0.8)}
            y={isLost ? y(value) : y(0)}
            height={isLost ? y(0) - y(value) : y(-value) - y(0)}
          />
        )
        return (
          <>
            {lost.map((value, index) => (value === 0 ? null : column(value, index, true)))}
            {mended.map((value, index) => (value === 0 ? null : column(value, index, false)))}
          </>
        )
      }}
    />
  )
}
