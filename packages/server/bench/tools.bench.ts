/**
 * Scheduling through the API for tools: 1,000 meetings a minute for two minutes at a steady rate, each timed from when it
 * was due, so that waiting counts; between them, at the same rate, the same way to a `select 1`. Then as many as are done by
 * so many at once. Real node over HTTP, durable PostgreSQL of its own, 200 people with a tool's session each.
 */
import { parseSessionId, parseUserId } from "@kalends/domain/ids"
import { elapsedMs, say } from "../../../tools/platform.ts"
import { newSessionToken, tokenHash } from "../src/people/session-token.ts"
import { newSession } from "../src/people/sessions.ts"
import { systemClock } from "../src/platform/clock.ts"
import { systemRandom } from "../src/platform/random.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { sampleRows } from "../src/testing/rows.ts"
import { sessionLives } from "../src/testing/session-lives.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"

const people = 200
const perMinute = 1_000
const minutes = 2
const warmSeconds = 5
const atOnce = 16
const fullSeconds = 15
const mostMs = 100

const database = await startBenchDatabase()
const server = startPart(new URL("./tools-server.ts", import.meta.url))
const pool = createPool(database.url, 2)

/** One organisation, and a session of a tool's for each of its people. */
async function fill(): Promise<readonly string[]> {
  const store = createStore(createDatabase(pool))
  const { account, user } = sampleRows()
  await store.asSystem((tables) => tables.insertAccount(account))
  return store.inAccount(account.accountId, async (tables) => {
    const tokens: string[] = []
    for (let number = 0; number < people; number++) {
      const userId = parseUserId(systemRandom.uuid())
      await tables.insertUser({ ...user, userId, email: `p${number}@example.org` })
      const token = newSessionToken(systemRandom)
      const endsAt = systemClock.now().add({ hours: 1 })
      const given = { deviceName: "Bench", hash: tokenHash("session", token), endsAt }
      const world = { clock: systemClock, random: systemRandom, lives: sessionLives }
      const session = newSession(world, { ...user, userId }, given)
      await tables.insertSession({ ...session, sessionId: parseSessionId(systemRandom.uuid()), kind: "tool" })
      tokens.push(token)
    }
    return tokens
  })
}

const until = (atMs: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, atMs - elapsedMs())))

let count = 0
async function schedule(url: string, tokens: readonly string[]): Promise<void> {
  const token = tokens[count++ % tokens.length] ?? ""
  const key = Buffer.from(systemRandom.bytes(16)).toString("hex")
  const response = await fetch(`${url}/v1/tools/meetings`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      ...{ key, subject: "Observation", date: "2027-01-11", time: "20:00", zone: "Europe/Berlin", isRecurring: false },
    }),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${text.slice(0, 200)}`)
}

async function ready(url: string): Promise<void> {
  const response = await fetch(`${url}/readyz`)
  await response.text()
}

/** One after the other at a steady rate, whether or not the one before is answered; times from when each was due. */
async function steadily(seconds: number, work: () => Promise<void>, offset: number): Promise<readonly number[]> {
  const everyMs = 60_000 / perMinute
  const beganMs = elapsedMs() + offset * everyMs
  const waiting = Array.from({ length: Math.round((seconds * 1_000) / everyMs) }, async (_, number) => {
    const dueMs = beganMs + number * everyMs
    await until(dueMs)
    await work()
    return elapsedMs() - dueMs
  })
  return Promise.all(waiting)
}

/** How many are done in a minute when so many are always under way. */
async function atFull(
  work: () => Promise<void>,
): Promise<{ readonly perMinute: number; readonly tookMs: readonly number[] }> {
  const tookMs: number[] = []
  const endMs = elapsedMs() + fullSeconds * 1_000
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let began = elapsedMs(); began < endMs; began = elapsedMs()) {
        await work()
        tookMs.push(elapsedMs() - began)
      }
    }),
  )
  return { perMinute: (tookMs.length / fullSeconds) * 60, tookMs }
}

try {
  const tokens = await fill()
  const url = await server.ask<string>("start", { databaseUrl: database.url })
  await steadily(warmSeconds, () => schedule(url, tokens), 0)
  const [tookMs, floorMs] = await Promise.all([
    steadily(minutes * 60, () => schedule(url, tokens), 0),
    steadily(minutes * 60, () => ready(url), 0.5),
  ])
  const full = await atFull(() => schedule(url, tokens))
  const shares = [0.5, 0.95, 0.99].map((share) => `${percentile(tookMs, share).toFixed(1)} ms`)
  say(`${tookMs.length.toLocaleString("en")} meetings in ${minutes} minutes; p50, p95, p99: ${shares.join(", ")}`)
  say(`At full: p99 ${percentile(full.tookMs, 0.99).toFixed(1)} ms with ${atOnce} at once`)
  say(`Memory of the node: ${(await server.ask<number>("memoryMb")).toFixed(0)} MiB`)
  const compared = (name: string, share: number, most: number) => ({
    ...atMost(name, "ms", percentile(tookMs, share), most),
    baseline: percentile(floorMs, share),
    ratio: percentile(tookMs, share) / percentile(floorMs, share),
  })
  report([
    compared("1,000 a minute, p99", 0.99, mostMs),
    compared("1,000 a minute, median", 0.5, mostMs),
    {
      ...{ name: `at full, ${atOnce} at once`, unit: "a minute", value: full.perMinute, baseline: perMinute },
      ...{ ratio: full.perMinute / perMinute, target: ">= 1 x", isReached: full.perMinute >= perMinute },
    },
  ])
  say(`Median of the baseline: ${median(floorMs).toFixed(1)} ms`)
} catch (error) {
  failed(error)
} finally {
  await server.stop()
  await pool.end()
  await database.stop()
  endBench()
}
