import { createCallLog } from "../call-log.ts"
import { freshKnobs, isNextCut, nextFailure } from "../knobs.ts"
import { type SimulatorPlatform, systemPlatform } from "../platform.ts"
import { route, type SimRequest, type SimResponse, serve } from "../server.ts"
import { createIdentities, role } from "./identities.ts"
import { createKmsKeys, refusal } from "./keys.ts"

export type KmsOptions = {
  readonly region?: string
  readonly clock?: () => Temporal.Instant
  readonly port?: number
  readonly seed?: number
}

/**
 * AWS KMS over HTTP, from its API reference: Encrypt, Decrypt, GenerateDataKey, ReEncrypt and DescribeKey with encryption
 * contexts, every request's signature checked; and of STS the one call by which a pod takes a role.
 */
export async function startAwsKms(options: KmsOptions = {}) {
  const system = systemPlatform(options.seed ?? 1)
  const platform: SimulatorPlatform = options.clock === undefined ? system : { ...system, now: options.clock }
  const region = options.region ?? "eu-central-1"
  const calls = createCallLog(platform)
  const knobs = { ...freshKnobs(), isDenied: false }
  const keys = createKmsKeys(region)
  const identities = createIdentities(platform, region)

  async function handle(request: SimRequest): Promise<SimResponse> {
    const operation = request.headers["x-amz-target"]?.replace(/^TrentService\./, "") ?? ""
    if (knobs.latencyMs > 0) await new Promise<void>((resolve) => platform.after(knobs.latencyMs, resolve))
    const response = faultOf() ?? identities.refuseUnsigned(request) ?? deniedOr(operation, request)
    calls.add({ service: "aws-kms", operation, person: null, status: response.status })
    return isNextCut(knobs) ? { ...response, cut: true } : response
  }

  function faultOf(): SimResponse | null {
    const fault = nextFailure(knobs)
    if (fault === null) return null
    if (fault === "throttled")
      return refusal("ThrottlingException", "You have exceeded the rate at which you may call KMS.")
    return {
      ...refusal("KMSInternalException", "An internal exception occurred."),
      status: fault === "down" ? 503 : 500,
    }
  }

  function deniedOr(operation: string, { json: input }: SimRequest): SimResponse {
    if (knobs.isDenied) return refusal("AccessDeniedException", "User is not authorized to perform this operation.")
    return keys.operations[operation]?.(input) ?? refusal("UnknownOperationException", null)
  }

  function assumeRole(request: SimRequest): SimResponse {
    const response = identities.assumeRole(request)
    calls.add({ service: "sts", operation: "AssumeRoleWithWebIdentity", person: null, status: response.status })
    return response
  }

  const routes = [
    route("POST", "/", (request) =>
      request.headers["x-amz-target"] === undefined ? assumeRole(request) : handle(request),
    ),
  ]
  const server = await serve(routes, options.port ?? 0, () => ({ status: 404 }))
  return {
    ...{ url: server.url, region, role, knobs, calls },
    credentials: identities.credentials,
    webToken: identities.webToken,
    createKey: keys.create,
    setAlias: keys.setAlias,
    setState: keys.setState,
    rotate: keys.rotate,
    close: () => server.close(),
  }
}

export type AwsKms = Awaited<ReturnType<typeof startAwsKms>>
