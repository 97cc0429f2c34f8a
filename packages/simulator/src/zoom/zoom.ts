import { createCallLog } from "../call-log.ts"
import { freshKnobs } from "../knobs.ts"
import { type SimulatorPlatform, systemPlatform } from "../platform.ts"
import { type Route, route, serve } from "../server.ts"
import { ZoomAccount } from "./account.ts"
import { allScopes, apiRoutes } from "./api.ts"
import { createDailyLimit } from "./daily-limit.ts"
import { zoomError } from "./errors.ts"
import { narrowLimits, type RecurrenceLimits } from "./recurrence.ts"
import { createTokens, type ZoomApp } from "./tokens.ts"
import { createWebhooks } from "./webhooks.ts"

/** The application that is installed in the account, unless another one is given. */
export const zoomApp: ZoomApp = {
  accountId: "simulated-zoom-account",
  clientId: "simulated-zoom-client",
  clientSecret: "simulated-zoom-secret",
}

export type ZoomOptions = {
  readonly app?: ZoomApp
  /** Of the application; all that the simulator knows when it is left out. */
  readonly scope?: string
  readonly limits?: RecurrenceLimits
  /** Creations and updates a day for each host: 100. */
  readonly writesPerDay?: number
  /** Where links lead; the shape is Zoom's, the ids are invented. */
  readonly linkBase?: string
}

/** A Zoom account without a server: `routes` to serve, and all that tests do to it. Paths begin with `base`. */
export function createZoom(platform: SimulatorPlatform, options: ZoomOptions = {}, base = "") {
  const { app = zoomApp, scope = allScopes, limits = narrowLimits, writesPerDay = 100 } = options
  const knobs = freshKnobs()
  const calls = createCallLog(platform)
  const tokens = createTokens(platform, app, { scope, base })
  const daily = createDailyLimit(platform, writesPerDay)
  const webhooks = createWebhooks(platform, {
    accountId: app.accountId,
    operator: () => account.findUser("me"),
    knobs,
  })
  const account = new ZoomAccount(platform, {
    id: app.accountId,
    linkBase: options.linkBase ?? "https://us05web.zoom.us",
    limits,
    emit: (event) => webhooks.emit(event),
  })
  const token = route("POST", `${base}/oauth/token`, (request) => {
    const isRefused = knobs.isRemoved || knobs.refuseTokenNext > 0
    if (knobs.refuseTokenNext > 0) knobs.refuseTokenNext--
    const answer = knobs.isDown ? { status: 503, body: "Service Unavailable" } : tokens.grant(request, isRefused)
    calls.add({ service: "zoom", operation: "token", person: null, status: answer.status })
    return answer
  })
  const routes: readonly Route[] = [
    token,
    ...apiRoutes({ platform, knobs, calls, tokens }, { account, daily }, `${base}/v2`),
  ]
  return { app, routes, account, knobs, calls, tokens, daily, webhooks }
}

export type StartZoomOptions = ZoomOptions & {
  readonly port?: number
  readonly seed?: number
  readonly clock?: () => Temporal.Instant
  readonly platform?: SimulatorPlatform
}

/** Starts a Zoom account on a loopback port, with nobody in it. */
export async function startZoom(options: StartZoomOptions = {}) {
  const system = options.platform ?? systemPlatform(options.seed ?? 1)
  const platform = options.clock === undefined ? system : { ...system, now: options.clock }
  const zoom = createZoom(platform, options)
  const server = await serve(zoom.routes, options.port ?? 0, () =>
    zoomError(404, 2300, "This API endpoint is not recognized."),
  )
  return {
    ...zoom,
    url: server.url,
    baseUrls: { oauth: `${server.url}/oauth/token`, api: `${server.url}/v2` },
    close: (): Promise<void> => {
      zoom.webhooks.close()
      return server.close()
    },
  }
}

export type Zoom = Awaited<ReturnType<typeof startZoom>>
