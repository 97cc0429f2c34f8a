import { createCallLog } from "../call-log.ts"
import { freshKnobs, isNextCut, nextFailure } from "../knobs.ts"
import { type SimulatorPlatform, systemPlatform } from "../platform.ts"
import { type Route, route, type SimRequest, type SimResponse, serve } from "../server.ts"
import { createEngine, errors } from "./engine.ts"
import { createSignIn } from "./sign-in.ts"

export type TransitOptions = {
  readonly clock?: () => Temporal.Instant
  readonly port?: number
  readonly seed?: number
  /** Every request must name it. */
  readonly namespace?: string
}

/**
 * A Vault or OpenBao server over HTTP, from its API documents: transit (create, read, rotate, config, encrypt, decrypt, rewrap, data
 * key), sign-in by token, AppRole and Kubernetes, health; and its states: sealed, standby, and what a policy withholds.
 */
export async function startTransit(options: TransitOptions = {}) {
  const system = systemPlatform(options.seed ?? 1)
  const platform: SimulatorPlatform = options.clock === undefined ? system : { ...system, now: options.clock }
  const calls = createCallLog(platform)
  const knobs = { ...freshKnobs(), isSealed: false, isStandby: false, isDenied: false }
  const engine = createEngine()
  const signIn = createSignIn(platform)

  function refuse(request: SimRequest): SimResponse | null {
    if (knobs.isSealed) return errors(503, "Vault is sealed")
    if (knobs.isStandby)
      return { status: 307, headers: { location: `https://active.example.org${request.url.pathname}` } }
    const isInNamespace = options.namespace === undefined || request.headers["x-vault-namespace"] === options.namespace
    return isInNamespace ? null : errors(404, "no handler for route")
  }

  const health = route("GET", "/v1/sys/health", () => ({
    status: knobs.isSealed ? 503 : knobs.isStandby ? 429 : 200,
    body: { initialized: true, sealed: knobs.isSealed, standby: knobs.isStandby, version: "1.20.0" },
  }))

  function refuseToken(request: SimRequest): SimResponse | null {
    return signIn.isKnown(request) && !knobs.isDenied ? null : errors(403, "permission denied")
  }

  async function guarded(request: SimRequest, { handler }: Route, isOpen: boolean): Promise<SimResponse> {
    if (knobs.latencyMs > 0) await new Promise<void>((resolve) => platform.after(knobs.latencyMs, resolve))
    const response = faultOf() ?? refuse(request) ?? (isOpen ? null : refuseToken(request)) ?? (await handler(request))
    const [, , , operation = ""] = request.url.pathname.split("/")
    calls.add({ service: "transit", operation, person: null, status: response.status })
    return isNextCut(knobs) ? { ...response, cut: true } : response
  }

  function faultOf(): SimResponse | null {
    const fault = nextFailure(knobs)
    if (fault === null) return null
    if (fault !== "throttled") return errors(fault === "down" ? 503 : 500, "internal error")
    const seconds = knobs.throttleRetryAfterSeconds
    const headers = seconds === null ? {} : { "retry-after": String(seconds), "x-ratelimit-reset": String(seconds) }
    return { ...errors(429, 'request path "transit": rate limit quota exceeded'), headers }
  }

  const guard =
    (isOpen: boolean) =>
    (known: Route): Route => ({
      ...known,
      handler: (request) => guarded(request, known, isOpen),
    })
  const server = await serve(
    [health, ...signIn.routes.map(guard(true)), ...engine.routes.map(guard(false))],
    options.port ?? 0,
    () => errors(404, "no handler for route"),
  )
  return {
    ...{ url: server.url, knobs, calls },
    ...{ rootToken: signIn.rootToken, appRole: signIn.appRole, pod: signIn.pod },
    createKey: engine.create,
    rotate: engine.rotate,
    setMinDecryptionVersion: engine.setMinDecryptionVersion,
    revokeTokens: signIn.revokeTokens,
    close: () => server.close(),
  }
}

export type Transit = Awaited<ReturnType<typeof startTransit>>
