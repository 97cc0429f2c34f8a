import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"

/** What the edge bears before it knows who asks. */
export type EdgeLimits = {
  /** Until the headers are whole. */
  readonly headersMs: number
  /** Until the whole request is. */
  readonly requestMs: number
  /** How often it is looked for those that take longer. */
  readonly lookEveryMs: number
  /** Requests under way at once, change streams not counted. */
  readonly underWayMost: number
}

export const edgeLimits: EdgeLimits = { headersMs: 10_000, requestMs: 30_000, lookEveryMs: 5_000, underWayMost: 1_000 }

/** A route whose answer goes on for as long as its client likes says so in its config. */
declare module "fastify" {
  interface FastifyContextConfig {
    readonly isStream?: boolean
  }
}

/** Answers 503 to what comes while too much is under way: those that are let in are still served in time. */
export function boundRequestsUnderWay(app: FastifyInstance, most: number): void {
  let underWay = 0
  app.addHook("onRequest", async (request, reply) => {
    if (request.routeOptions.config.isStream === true) return
    if (underWay >= most) throw new Problem("unavailable", "Too much is under way; try again.", { code: "busy" })
    underWay += 1
    reply.raw.once("close", () => {
      underWay -= 1
    })
  })
}
