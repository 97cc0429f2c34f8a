/** The server of scale.bench.ts: the receiver on the real queue. */

import { elapsedMs } from "../../../tools/platform.ts"
import { systemClock } from "../src/platform/clock.ts"
import { createLog } from "../src/platform/log.ts"
import { createMetrics } from "../src/platform/metrics.ts"
import { createProcessFanOut } from "../src/platform/process-fan-out.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createNoticeLog } from "../src/postgres/notice-log.ts"
import { createHookSecrets } from "../src/subscriptions/hook-secret.ts"
import { createReceiver } from "../src/subscriptions/receiver.ts"
import { testSecret } from "../src/testing/node.ts"
import { silentMetrics } from "../src/testing/silent-metrics.ts"
import { answer } from "./kit/part.ts"
import { secretOf } from "./kit/people.ts"
import { pushProviders } from "./kit/push-providers.ts"

let number = 0

answer({
  /** Notices one after the other, spread over `connectionCount` calendars; how long each took until it was queued, in ms. Their jobs are taken away. */
  async measure({
    databaseUrl,
    connectionCount,
    count,
  }: {
    databaseUrl: string
    connectionCount: number
    count: number
  }) {
    const pool = createPool(databaseUrl, 2)
    const notices = createNoticeLog({ database: createDatabase(pool), clock: systemClock, log: createLog("silent") })
    const receiver = createReceiver({
      providers: pushProviders,
      secrets: createHookSecrets(testSecret.derive("hooks")),
      notices,
      fanOut: createProcessFanOut(),
      clock: systemClock,
      metrics: createMetrics(silentMetrics),
    })
    const requests = Array.from({ length: count }, (_, index) => request(1 + ((index * 7919) % connectionCount)))
    const tookMs: number[] = []
    for (const one of requests) {
      const began = elapsedMs()
      await receiver.receive("google", one)
      await notices.feed()
      tookMs.push(elapsedMs() - began)
    }
    const { rows } = await pool.query("select count(*)::int as n from kalends_jobs._private_jobs")
    if (rows[0].n === 0) throw new Error("no notice was taken")
    await pool.query("delete from kalends_jobs._private_jobs")
    await pool.end()
    return Float64Array.from(tookMs)
  },
})

function request(calendar: number) {
  const headers = {
    "x-goog-channel-id": "bench",
    "x-goog-resource-state": "exists",
    "x-goog-message-number": String(++number),
    "x-goog-channel-token": secretOf(calendar),
  }
  return { method: "POST", path: "", query: {}, headers, body: new Uint8Array() }
}
