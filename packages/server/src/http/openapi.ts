import type { FastifyInstance } from "fastify"
import { z } from "zod"
import { createApp } from "./app.ts"
import { auditRoutes } from "./audit-routes.ts"
import { changesRoute } from "./changes-route.ts"
import { connectionRoutes } from "./connection-routes.ts"
import { deviceRoutes } from "./device-routes.ts"
import { displayRoutes } from "./display-routes.ts"
import { edgeLimits } from "./edge-limits.ts"
import { figuresRoutes } from "./figures-routes.ts"
import { groupRoutes } from "./group-routes.ts"
import { keyRoutes } from "./key-routes.ts"
import { meetingRoutes } from "./meeting-routes.ts"
import { overviewRoutes } from "./overview-routes.ts"
import { peopleRoutes } from "./people-routes.ts"
import { type PersonRoutesDeps, personRoutes } from "./person-routes.ts"
import { policyRoutes } from "./policy-routes.ts"
import { type ProviderSignInRoutesDeps, providerSignInRoutes } from "./provider-sign-in-routes.ts"
import { revocationRoutes } from "./revocation-routes.ts"
import { roomAgendaRoutes } from "./room-agenda-routes.ts"
import { roomRoutes } from "./room-routes.ts"
import { roomTroublesRoutes } from "./room-troubles-routes.ts"
import type { MountedRoute } from "./route-table.ts"
import { signInRoutes } from "./sign-in-routes.ts"
import { tenantRoutes } from "./tenant-routes.ts"
import { type ToolRoutesDeps, toolRoutes } from "./tool-routes.ts"

/** Stands for a part that is asked for nothing while routes are only described. */
const absent = <Part>(): Part => z.custom<Part>().parse({})

/** The API as GET /v1/openapi.json describes it, made of the same routes without a service behind them. */
export async function openApiDocument(): Promise<object> {
  const app = await describedApp()
  const document = app.swagger()
  await app.close()
  return document
}

/** Every route of the description, and what it needs. */
export async function openApiRoutes(): Promise<readonly MountedRoute[]> {
  const app = await describedApp()
  const table = [...app.routeTable]
  await app.close()
  return table
}

async function describedApp(): Promise<FastifyInstance> {
  const app = await createApp({
    log: absent(),
    clock: absent(),
    service: () => Promise.reject(new Error("there is no service behind the description")),
    isReady: async () => {},
    ...{ edge: edgeLimits, requireUser: absent() },
    hosts: new Set(),
    behindProxy: false,
    tls: null,
    async routes(all) {
      await peopleRoutes(all, absent())
      await signInRoutes(all, absent())
      await providerSignInRoutes(all, { ...absent<ProviderSignInRoutesDeps>(), world: absent() })
      await connectionRoutes(all, absent())
      await meetingRoutes(all, absent())
      await toolRoutes(all, { ...absent<ToolRoutesDeps>(), tools: absent(), clock: absent() })
      await groupRoutes(all, absent())
      await changesRoute(all, absent())
      await auditRoutes(all, absent())
      await keyRoutes(all, absent())
      await figuresRoutes(all, absent())
      await tenantRoutes(all, absent())
      await overviewRoutes(all, absent())
      await revocationRoutes(all, absent())
      await roomRoutes(all, absent())
      await roomTroublesRoutes(all, absent())
      await deviceRoutes(all, absent())
      await displayRoutes(all, absent())
      await policyRoutes(all, absent())
      await all.register(async (own) => roomAgendaRoutes(own, absent()))
      await personRoutes(all, { ...absent<PersonRoutesDeps>(), persons: absent() })
    },
  })
  await app.ready()
  return app
}
