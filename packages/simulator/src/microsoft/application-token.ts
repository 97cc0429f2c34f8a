import { createPublicKey, type KeyObject } from "node:crypto"
import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose"
import type { SimulatorContext } from "../context.ts"
import type { Tenant } from "../org.ts"
import type { SimRequest, SimResponse } from "../server.ts"
import type { Application, Applications } from "./applications.ts"

// Client credentials of Entra (v2-oauth2-client-creds-grant-flow.md, certificate-credentials.md,
// reference-error-codes.md). The texts of the errors are Entra's as others have quoted them.

const skewSeconds = 300
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** An error of the token endpoint, by its AADSTS number. */
export type Refusal = {
  readonly status: number
  readonly error: string
  readonly number: number
  readonly text: string
}

const refusal = (number: number, text: string, [status, error]: readonly [number, string]): Refusal => ({
  status,
  error,
  number,
  text,
})
const client = [401, "invalid_client"] as const
const unauthorized = [400, "unauthorized_client"] as const
const request = [400, "invalid_request"] as const

/** The knob `applicationFault`, in the words of its number. */
export const faultRefusal = (number: number): Refusal =>
  refusal(
    number,
    "simulated",
    [7000215, 7000222, 700027, 700024].includes(number)
      ? client
      : number === 53003
        ? [400, "access_denied"]
        : unauthorized,
  )

export const unknownTenant = (key: string): Refusal =>
  refusal(
    90002,
    `Tenant '${key}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    request,
  )

const unknownApplication = (clientId: string | null, { id }: Tenant): Refusal =>
  refusal(
    700016,
    `Application with identifier '${clientId ?? ""}' was not found in the directory '${id}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    unauthorized,
  )

const wrongSecret = (clientId: string): Refusal =>
  refusal(
    7000215,
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    client,
  )

export type ApplicationClient = { readonly application: Application; readonly proof: "secret" | "certificate" }

/** Finds out which application asks for a token, and whether it may have one; the service's own secret is `ownSecret`. */
export function createApplicationSignIn(context: SimulatorContext, applications: Applications, ownSecret: string) {
  const nowSeconds = (tenant: Tenant) =>
    Math.floor(context.platform.now().epochMilliseconds / 1000) + context.knobs(tenant.id).clockAheadSeconds

  return async ({ form, url, params }: SimRequest): Promise<ApplicationClient | Refusal> => {
    const tenant = applications.findTenant(params.tenant ?? "")
    if (tenant === null) return unknownTenant(params.tenant ?? "")
    const claimed = form.get("client_assertion")
    const clientId = form.get("client_id") ?? (claimed === null ? null : String(readClaims(claimed)?.sub ?? ""))
    const application = applications.find(tenant, clientId)
    if (application === null || context.knobs(tenant.id).isRemoved) return unknownApplication(clientId, tenant)
    const wrong =
      claimed === null
        ? secretRefusal(application, form.get("client_secret"))
        : await assertionRefusal(application, claimed, { type: form.get("client_assertion_type"), url })
    if (wrong !== null) return wrong
    const { name, isDisabled, isBlocked } = application
    if (isDisabled) return refusal(7000112, `Application '${application.clientId}'(${name}) is disabled.`, unauthorized)
    if (isBlocked)
      return refusal(
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        [400, "access_denied"],
      )
    return { application, proof: claimed === null ? "secret" : "certificate" }
  }

  function secretRefusal(application: Application, given: string | null): Refusal | null {
    const { clientId } = application
    if (given === null)
      return refusal(
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        client,
      )
    if (application === applications.registration(application.tenant) && given === ownSecret) return null
    const found = application.secrets.find(({ text }) => text === given)
    if (found === undefined) return wrongSecret(clientId)
    return Temporal.Instant.compare(found.endsAt, context.platform.now()) > 0
      ? null
      : refusal(
          7000222,
          `The provided client secret keys for app '${clientId}' are expired. Visit the Azure portal to create new keys for your app.`,
          client,
        )
  }

  async function assertionRefusal(
    application: Application,
    assertion: string,
    { type, url }: { readonly type: string | null; readonly url: URL },
  ): Promise<Refusal | null> {
    const claims = readClaims(assertion)
    const header = readHeader(assertion)
    if (type !== assertionType || claims === null || header === null)
      return refusal(50027, "JWT token is invalid or malformed.", request)
    const { clientId, tenant } = application
    if (claims.iss !== clientId || claims.sub !== clientId)
      return refusal(700021, "Client assertion application identifier doesn't match 'client_id' parameter.", client)
    const audiences = [claims.aud ?? []].flat()
    if (!audiences.some((one) => audiencesOf(tenant, url).includes(one)))
      return refusal(700023, "Client assertion audience claim does not match Realm issuer.", client)
    const key = keyOf(application, header)
    if ("number" in key) return key
    if (!(await isSigned(assertion, key)) || typeof claims.jti !== "string")
      return refusal(700027, "Client assertion failed signature validation.", client)
    return timeRefusal(claims, nowSeconds(tenant))
  }

  /** The registered certificate that the header names (RFC 7515 4.1.7, 4.1.8). */
  function keyOf({ certificates }: Application, header: Header): KeyObject | Refusal {
    const unsigned = (reason: string) =>
      refusal(
        700027,
        `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}]`,
        client,
      )
    const found = certificates.find(
      ({ certificate: { fingerprint, fingerprint256 } }) =>
        thumbprint(fingerprint256) === header["x5t#S256"] || thumbprint(fingerprint) === header.x5t,
    )
    if (found === undefined) return unsigned("The key was not found.")
    if (Temporal.Instant.compare(found.endsAt, context.platform.now()) <= 0) return unsigned("The key used is expired.")
    return createPublicKey(found.certificate.publicKey.export({ type: "spki", format: "pem" }))
  }
}

type Header = { readonly x5t?: unknown; readonly "x5t#S256"?: unknown }

const thumbprint = (fingerprint: string) => Buffer.from(fingerprint.replaceAll(":", ""), "hex").toString("base64url")

/** "The token endpoint", whichever way the tenant is named; Entra takes its issuer as well. The real one is always https. */
const audiencesOf = ({ id, domain }: Tenant, { host }: URL) =>
  [id, domain]
    .flatMap((name) => [`${host}/login/${name}/oauth2/v2.0/token`, `${host}/login/${name}/v2.0`])
    .flatMap((place) => [`http://${place}`, `https://${place}`])

function timeRefusal({ exp, nbf, iat }: JWTPayload, now: number): Refusal | null {
  const from = nbf ?? iat ?? now
  if (exp !== undefined && exp > now - skewSeconds && from < now + skewSeconds) return null
  const at = (seconds: number | undefined) =>
    Temporal.Instant.fromEpochMilliseconds((seconds ?? 0) * 1000).toString({ fractionalSecondDigits: 7 })
  return refusal(
    700024,
    `Client assertion is not within its valid time range. Current time: ${at(now)}, assertion valid from ${at(from)}, expiry time of assertion ${at(exp)}.`,
    client,
  )
}

function readClaims(assertion: string): JWTPayload | null {
  try {
    return decodeJwt(assertion)
  } catch {
    return null
  }
}

function readHeader(assertion: string): Header | null {
  try {
    return decodeProtectedHeader(assertion)
  } catch {
    return null
  }
}

/** The signature alone: times are looked at by another clock. */
const isSigned = (assertion: string, key: KeyObject): Promise<boolean> =>
  jwtVerify(assertion, key, {
    algorithms: ["PS256", "RS256"],
    currentDate: new Date(Number(readClaims(assertion)?.nbf ?? readClaims(assertion)?.iat ?? 0) * 1000),
  }).then(
    () => true,
    () => false,
  )

/** The answer of the token endpoint. */
export function refused({ status, error, number, text }: Refusal, now: Temporal.Instant): SimResponse {
  const at = now.toString({ smallestUnit: "second" }).replace("T", " ")
  const ids = { trace_id: "simulated", correlation_id: "simulated" }
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${number}: ${text} Trace ID: ${ids.trace_id} Correlation ID: ${ids.correlation_id} Timestamp: ${at}`,
      error_codes: [number],
      timestamp: at,
      ...ids,
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    },
  }
}
