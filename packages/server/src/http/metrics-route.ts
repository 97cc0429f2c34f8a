import { timingSafeEqual } from "node:crypto"
import { isLoopbackName } from "@kalends/domain/loopback"
import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"

export type MetricsRouteDeps = {
  /** Who has it may read them from anywhere; null: from this machine alone. */
  readonly token: string | null
  readonly metrics: { text(): Promise<string> }
}

/** Counters and timings for whoever runs the service. */
export function metricsRoute(app: FastifyInstance, { token, metrics }: MetricsRouteDeps): void {
  app.get("/metrics", async (request, reply) => {
    const given = Buffer.from(request.headers.authorization ?? "")
    const wanted = token === null ? null : Buffer.from(`Bearer ${token}`)
    const isAllowed =
      wanted === null
        ? isLoopbackName(request.ip.replace(/^::ffff:/, ""))
        : given.length === wanted.length && timingSafeEqual(given, wanted)
    if (!isAllowed) throw new Problem("not-found", "There is nothing here.")
    return reply.type("text/plain; version=0.0.4").send(await metrics.text())
  })
}
