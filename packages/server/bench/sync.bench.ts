/**
 * A pass over 1,000, 10,000 and 100,000 changed events of which 50 carry meetings: real pass, real sync, real PostgreSQL
 * and the real adapter for Google, with the network left out (its pages come from files). Each size in a process of its
 * own, so that the memory told is that of one first pass. Beside it, JSON.parse of the same pages in the same run.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { say } from "../../../tools/platform.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, atMostTimes, endBench, type Figure, failed, median, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"
import type { Job, Measured } from "./sync-server.ts"

const sizes = [1_000, 10_000, 100_000] as const
const rounds = 5
/**
 * What a pass may leave in the heap, whatever the number of changes. Resident memory is told beside it: it grows until
 * the collector's room for a page's garbage is found, and then no more (a million changes took as much as 100,000).
 */
const keptMbMost = 8
const timeGrowthMost = 12

const folder = await mkdtemp(join(tmpdir(), "kalends-bench-pages-"))
const database = await startBenchDatabase()
try {
  const measured = new Map<number, Measured>()
  for (const changeCount of sizes) measured.set(changeCount, await measure(changeCount))
  report(figuresOf(measured))
} catch (error) {
  failed(error)
} finally {
  await database.stop()
  await rm(folder, { recursive: true, force: true })
  endBench()
}

async function measure(changeCount: number): Promise<Measured> {
  const job: Job = { databaseUrl: database.url, folder, changeCount, rounds }
  const writer = startPart(new URL("./sync-server.ts", import.meta.url))
  const bytes = await writer.ask<number>("writePages", job).finally(() => writer.stop())
  const server = startPart(new URL("./sync-server.ts", import.meta.url))
  const measured = {
    ...(await server.ask<Omit<Measured, "bytes">>("measure", job).finally(() => server.stop())),
    bytes,
  }
  const { rssMb, wallMs } = measured
  say(
    `${changeCount.toLocaleString("en")} changes, ${(bytes / 1e6).toFixed(1)} MB: passes ${wallMs.map((ms) => ms.toFixed(0)).join(", ")} ms; memory ${rssMb.before.toFixed(0)} -> ${rssMb.after.toFixed(0)} MiB, at most ${rssMb.peak.toFixed(0)} MiB`,
  )
  return measured
}

function figuresOf(measured: ReadonlyMap<number, Measured>): readonly Figure[] {
  const few = required(measured, 1_000)
  const some = required(measured, 10_000)
  const many = required(measured, 100_000)
  // The first pass of a process warms up.
  const warm = (times: readonly number[]) => median(times.slice(1))
  const told = (name: string, unit: string, value: number, baseline: number | null): Figure => ({
    ...{ name, unit, value, baseline, ratio: baseline === null ? value : value / baseline },
    ...{ target: "told only", isReached: true },
  })
  const furtherUs = (from: Measured, to: Measured, thousands: number) =>
    (warm(to.wallMs) - warm(from.wallMs)) / thousands
  return [
    told("a pass over 10,000 changes, 50 with meetings; by JSON.parse", "ms", warm(some.wallMs), warm(some.parseMs)),
    told("such passes each second and core", "/s", 1000 / warm(some.cpuMs), null),
    told("a pass over 1,000 changes; by JSON.parse", "ms", warm(few.wallMs), warm(few.parseMs)),
    told("a pass over 100,000 changes; by JSON.parse", "ms", warm(many.wallMs), warm(many.parseMs)),
    atMostTimes("time at 100,000 changes by 10,000", "ms", warm(many.wallMs), {
      ...{ baseline: warm(some.wallMs), most: timeGrowthMost },
    }),
    told(
      "each further change, from 10,000 on; by those before",
      "µs",
      furtherUs(some, many, 90),
      furtherUs(few, some, 9),
    ),
    ...sizes.map((size) => {
      const { rssMb } = required(measured, size)
      const name = `resident memory gained by a first pass over ${size.toLocaleString("en")} changes`
      return told(name, "MiB", rssMb.after - rssMb.before, null)
    }),
    ...sizes.map((size) => {
      const { rssMb } = required(measured, size)
      return told(`the most during it, ${size.toLocaleString("en")} changes`, "MiB", rssMb.peak - rssMb.before, null)
    }),
    atMost("left in the heap after 100,000 changes", "MiB", many.keptMb, keptMbMost),
  ]
}

function required(measured: ReadonlyMap<number, Measured>, size: number): Measured {
  const found = measured.get(size)
  if (found === undefined) throw new Error(`${size} changes were not measured`)
  return found
}
