import { say } from "../../../../tools/platform.ts"

/** One measured number beside the baseline of the same run. */
export type Figure = {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** Null where the target is absolute. */
  readonly baseline: number | null
  /** What is compared with the target: value by baseline, or the value. */
  readonly ratio: number
  readonly target: string
  readonly isReached: boolean
}

/** The value by its baseline must be `least` at least. */
export function atLeast(
  name: string,
  unit: string,
  value: number,
  { baseline, least }: { readonly baseline: number; readonly least: number },
): Figure {
  const ratio = value / baseline
  return { name, unit, value, baseline, ratio, target: `>= ${least} x`, isReached: ratio >= least }
}

/** The value by its baseline must be `most` at most. */
export function atMostTimes(
  name: string,
  unit: string,
  value: number,
  { baseline, most }: { readonly baseline: number; readonly most: number },
): Figure {
  const ratio = value / baseline
  return { name, unit, value, baseline, ratio, target: `<= ${most} x`, isReached: ratio <= most }
}

/** The value itself must be `most` at most. */
export function atMost(name: string, unit: string, value: number, most: number): Figure {
  return { name, unit, value, baseline: null, ratio: value, target: `<= ${most} ${unit}`, isReached: value <= most }
}

/** Prints the figures as a table; the process ends with 1 when one is missed. */
export function report(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => [
    figure.name,
    `${shown(figure.value)} ${figure.unit}`,
    figure.baseline === null ? "-" : `${shown(figure.baseline)} ${figure.unit}`,
    figure.baseline === null ? "-" : `${figure.ratio.toFixed(2)} x`,
    figure.target,
    figure.isReached ? "yes" : "NO",
  ])
  const table = [["figure", "value", "baseline", "ratio", "target", "reached"], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of table) say(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
  if (figures.some(({ isReached }) => !isReached)) process.exitCode = 1
}

/** For what a bench throws: said here, because the end of the process in `finally` comes before anybody else could. */
export function failed(error: unknown): void {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
}

/** Ends the process with its code: the embedded database's exit hook would end it with 0. */
export function endBench(): void {
  const code = process.exitCode ?? 0
  process.removeAllListeners("exit")
  process.removeAllListeners("beforeExit")
  process.exit(code)
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2)
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** Nearest rank; `share` from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}
