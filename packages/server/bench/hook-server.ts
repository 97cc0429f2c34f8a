/** The server of hooks.bench.ts: one Fastify application, behind it the real receiver or one of the baselines. */
import type { FastifyInstance } from "fastify"
import { createFigureCollector } from "../src/figures/collector.ts"
import { createApp } from "../src/http/app.ts"
import { edgeLimits } from "../src/http/edge-limits.ts"
import { hooksRoute } from "../src/http/hooks-route.ts"
import { systemClock } from "../src/platform/clock.ts"
import { createLog } from "../src/platform/log.ts"
import { createMetrics } from "../src/platform/metrics.ts"
import { createProcessFanOut } from "../src/platform/process-fan-out.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createNoticeLog } from "../src/postgres/notice-log.ts"
import { createStore } from "../src/postgres/store.ts"
import { createHookSecrets } from "../src/subscriptions/hook-secret.ts"
import { createReceiver } from "../src/subscriptions/receiver.ts"
import { testSecret } from "../src/testing/node.ts"
import { silentMetrics } from "../src/testing/silent-metrics.ts"
import { answer } from "./kit/part.ts"
import { pushProviders } from "./kit/push-providers.ts"

/** uncounted: the receiver without an organisation's figures. */
export type HookServerKind = "receiver" | "uncounted" | "empty" | "insert"

const clock = systemClock
/** Calendars that wait in the queue; known once the receiver is behind the application. */
let countQueued = async (): Promise<number> => 0

/** Routes of the baselines: the same body parser, and 202 for everything. */
async function baselineRoute(app: FastifyInstance, accept: (body: unknown) => Promise<void>): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: 2 * 2 ** 20 }, (_request, body, done) =>
    done(null, body),
  )
  app.post("/hooks/:provider", async (request, reply) => {
    await accept(request.body)
    return reply.code(202).send()
  })
}

async function routeOf(kind: HookServerKind, databaseUrl: string): Promise<(app: FastifyInstance) => Promise<void>> {
  if (kind === "empty") return (app) => baselineRoute(app, async () => {})
  const pool = createPool(databaseUrl, 12)
  if (kind === "insert") {
    await pool.query(
      "create table if not exists bench_notice (calendar_id uuid not null, noticed_at_ms bigint not null)",
    )
    return (app) =>
      baselineRoute(
        app,
        async () =>
          void (await pool.query("insert into bench_notice values (gen_random_uuid(), $1)", [
            clock.now().epochMilliseconds,
          ])),
      )
  }
  const log = createLog("silent")
  const database = createDatabase(pool)
  const notices = createNoticeLog({ database, clock, log })
  const figures = createFigureCollector({ store: createStore(database), clock, log })
  if (kind === "receiver") figures.start()
  const metrics = createMetrics(kind === "receiver" ? figures : silentMetrics)
  countQueued = async () => {
    await notices.feed()
    const { rows } = await pool.query(
      "select count(*)::int as count from kalends_jobs._private_jobs where key like 'pass:%'",
    )
    return rows[0].count
  }
  const secrets = createHookSecrets(testSecret.derive("hooks"))
  const receiver = createReceiver({
    providers: pushProviders,
    secrets,
    notices,
    fanOut: createProcessFanOut(),
    clock,
    metrics,
  })
  return (app) => hooksRoute(app, { receiver, metrics })
}

answer({
  async start({ kind, databaseUrl }: { kind: HookServerKind; databaseUrl: string }) {
    const route = await routeOf(kind, databaseUrl)
    const app = await createApp({
      log: createLog("silent"),
      clock,
      hosts: new Set(["127.0.0.1"]),
      behindProxy: false,
      tls: null,
      service: () => Promise.reject(new Error("not part of this bench")),
      isReady: async () => {},
      ...{ edge: edgeLimits, requireUser: () => Promise.reject(new Error("not part of this bench")) },
      routes: async (all) => void (await all.register(async (own) => route(own))),
    })
    await app.listen({ host: "127.0.0.1", port: 0 })
    const address = app.server.address()
    return typeof address === "object" ? address?.port : 0
  },
  queued: () => countQueued(),
})
