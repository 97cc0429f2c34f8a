import type { FastifyInstance } from "fastify"
import type { Need } from "./needs.ts"

/** A route as it was mounted. */
export type MountedRoute = {
  readonly method: string
  readonly url: string
  /** What it needs of whoever asks; null for routes that are no part of the API, and see for themselves. */
  readonly needs: Need | null
}

declare module "fastify" {
  interface FastifyInstance {
    /** Every route, in the order in which they were mounted. */
    readonly routeTable: readonly MountedRoute[]
  }
}

/** Notes every route that is mounted from now on, so that none can be forgotten where all of them are looked at. */
export function keepRouteTable(app: FastifyInstance): void {
  const table: MountedRoute[] = []
  app.decorate("routeTable", table)
  app.addHook("onRoute", ({ method, url, config }) => {
    for (const one of [method].flat()) table.push({ method: one, url, needs: config?.needs ?? null })
  })
}
