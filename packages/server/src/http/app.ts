import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import fastifySwagger from "@fastify/swagger"
import { type ServiceView, serviceSchema } from "@kalends/protocol/api"
import Fastify, { type FastifyInstance } from "fastify"
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod"
import type { Clock } from "../ports/clock.ts"
import type { Log } from "../ports/log.ts"
import { boundRequestsUnderWay, type EdgeLimits } from "./edge-limits.ts"
import { limits, networkOf } from "./limits.ts"
import { requireNeed } from "./needs.ts"
import { takePlainJson } from "./plain-json.ts"
import { createErrorHandler } from "./problem-reply.ts"
import { createRateLimit } from "./rate-limit.ts"
import { keepRouteTable } from "./route-table.ts"
import { addSecurityHeaders } from "./security-headers.ts"
import type { RequireUser } from "./session-guard.ts"

export type AppOptions = {
  readonly log: Log
  readonly clock: Clock
  /** Names this service goes by, without ports. */
  readonly hosts: ReadonlySet<string>
  readonly behindProxy: boolean
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null
  /** What GET /v1/service answers. */
  readonly service: () => Promise<ServiceView>
  /** Resolves when the store answers; GET /readyz. */
  readonly isReady: () => Promise<void>
  readonly edge: EdgeLimits
  /** Asked before a body is read, for every route that needs somebody. */
  readonly requireUser: RequireUser
  /** Mounts everything else. */
  readonly routes: (app: FastifyInstance) => Promise<void>
}

const bodyLimitBytes = 64 * 1024

/** The HTTP edge: parsing, headers, errors. What the routes do is the features' business. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...serverOptions(options),
    logger: false,
    trustProxy: options.behindProxy,
    bodyLimit: bodyLimitBytes,
    genReqId: () => randomUUID(),
    requestTimeout: options.edge.requestMs,
    // A change stream stays open; nothing may wait for it at the end.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(createErrorHandler(options.log, options.clock))
  app.setNotFoundHandler((request, reply) => {
    const body = {
      type: "/problems/not-found",
      title: "Not Found",
      status: 404,
      kind: "not-found",
      requestId: request.id,
    }
    return reply.code(404).type("application/problem+json").send(JSON.stringify(body))
  })
  addSecurityHeaders(app, options.hosts)
  boundRequestsUnderWay(app, options.edge.underWayMost)
  takePlainJson(app)
  keepRouteTable(app)
  app.addHook("onRoute", requireNeed)
  const anybody = createRateLimit(options.clock, limits.anybodyPerNetwork)
  app.addHook("onRequest", async (request) => {
    const { needs, hasOwnLimit } = request.routeOptions.config
    if (needs === "nobody" && hasOwnLimit !== true) anybody.take(networkOf(request.ip))
    // Routes of screens have a guard of their own: display-guard.ts.
    else if (needs !== undefined && needs !== "nobody" && needs !== "display") await options.requireUser(request)
  })
  await app.register(fastifySwagger, {
    openapi: { info: { title: "Kalends", version: "1" } },
    transform: jsonSchemaTransform,
  })
  const typed = app.withTypeProvider<ZodTypeProvider>()
  typed.get(
    "/v1/service",
    { config: { needs: "nobody" }, schema: { response: { 200: serviceSchema } } },
    options.service,
  )
  app.get("/healthz", async (_request, reply) => reply.type("text/plain").send("ok"))
  app.get("/readyz", async (_request, reply) => {
    await options.isReady()
    return reply.type("text/plain").send("ready")
  })
  app.get("/v1/openapi.json", { config: { needs: "nobody" } }, async (_request, reply) => reply.send(app.swagger()))
  await options.routes(app)
  return app
}

/** Who sends their headers or their request too slowly is cut off (Node answers 408). */
function serverOptions({ tls, edge }: Pick<AppOptions, "tls" | "edge">) {
  const slow = { headersTimeout: edge.headersMs, connectionsCheckingInterval: edge.lookEveryMs }
  if (tls === null) return { http: slow }
  const [cert, key] = [readFileSync(tls.certificateFile), readFileSync(tls.keyFile)]
  return { https: { ...slow, cert, key, minVersion: "TLSv1.2" as const } }
}
