/** The server of hints.bench.ts: a whole node, and its memory. */
import { readConfig } from "../src/config.ts"
import { systemClock } from "../src/platform/clock.ts"
import { passwords } from "../src/platform/password.ts"
import { systemRandom } from "../src/platform/random.ts"
import { testSecret } from "../src/testing/node.ts"
import { startNode } from "../src/wire.ts"
import { answer } from "./kit/part.ts"

answer({
  async start({ databaseUrl }: { databaseUrl: string }) {
    const config = readConfig({
      KALENDS_PORT: "0",
      KALENDS_LOG_LEVEL: "silent",
      DATABASE_URL: databaseUrl,
      KALENDS_MICROSOFT_CLIENT_ID: "bench",
      KALENDS_MICROSOFT_CLIENT_SECRET: "bench",
    })
    const world = { config, databaseUrl, secret: testSecret, clock: systemClock, random: systemRandom }
    return new URL((await startNode({ ...world, webFolder: null }, passwords)).url).port
  },
  /** After two collections, in bytes. */
  memory() {
    globalThis.gc?.()
    globalThis.gc?.()
    return process.memoryUsage()
  },
})
