import type { Issuer } from "@kalends/domain/issuer"
import { isProblem, Problem } from "@kalends/domain/problem"
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
} from "openid-client"
import { z } from "zod"
import type { Clock } from "../ports/clock.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { IssuedClaims, OidcClient } from "../ports/oidc-client.ts"

/** What an issuer says about itself is read again after this long. */
const discoveryLifeMs = 60 * 60_000
const answerLimitBytes = 512 * 1024
const toleranceSeconds = 120

type Held = { readonly configuration: Configuration; readonly untilMs: number }
type Deps = { readonly http: HttpClient; readonly clock: Clock }

/** OpenID Connect by openid-client, over our own HTTP. */
export function createOidcClient({ http, clock }: Deps): OidcClient {
  const held = new Map<string, Held>()

  async function configurationOf(issuer: Issuer): Promise<Configuration> {
    const known = held.get(issuer.name)
    const nowMs = clock.now().epochMilliseconds
    if (known !== undefined && nowMs < known.untilMs) return known.configuration
    const configuration = await discover(issuer, http).catch((cause: unknown) => {
      throw away(cause)
    })
    held.set(issuer.name, { configuration, untilMs: nowMs + discoveryLifeMs })
    return configuration
  }

  return {
    async authorizeUrl(issuer, { redirectUri, state, nonce, codeVerifier }) {
      return buildAuthorizationUrl(await configurationOf(issuer), {
        redirect_uri: redirectUri,
        scope: "openid email profile",
        ...{ state, nonce },
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
        ...(issuer.factorClasses.length === 0 ? {} : { acr_values: issuer.factorClasses.join(" ") }),
        ...(issuer.maxAgeMinutes === null ? {} : { max_age: String(issuer.maxAgeMinutes * 60) }),
      })
    },
    async redeem(issuer, attempt, { code, state, iss }) {
      const configuration = await configurationOf(issuer)
      const back = new URL(attempt.redirectUri)
      for (const [name, value] of Object.entries({ code, state, iss }))
        if (value !== undefined) back.searchParams.set(name, value)
      try {
        const tokens = await authorizationCodeGrant(configuration, back, {
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          pkceCodeVerifier: attempt.codeVerifier,
          idTokenExpected: true,
          ...(issuer.maxAgeMinutes === null ? {} : { maxAge: issuer.maxAgeMinutes * 60 }),
        })
        const claims = claimsShape.parse(tokens.claims())
        const asked = claims.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
        const more = asked
          ? personShape.parse(await fetchUserInfo(configuration, tokens.access_token, claims.sub))
          : claims
        return issued(claims, more)
      } catch (error) {
        throw refusal(error)
      }
    },
  }
}

/** ID tokens must be signed with a key of the issuer's, by RSA or an elliptic curve: `none` and shared secrets are no signature. */
async function discover(issuer: Issuer, http: HttpClient): Promise<Configuration> {
  const url = new URL(issuer.url)
  return discovery(
    url,
    issuer.clientId,
    {
      ...(issuer.clientSecret === null ? {} : { client_secret: issuer.clientSecret }),
      clockTolerance: toleranceSeconds,
    },
    issuer.clientSecret === null ? None() : ClientSecretPost(issuer.clientSecret),
    {
      [customFetch]: fetchOver(http, url),
      // The settings take plain http for loopback alone.
      execute: [enableNonRepudiationChecks, ...(url.protocol === "http:" ? [allowInsecureRequests] : [])],
    },
  )
}

/** The operator has named the issuer's own host; where it sends us besides is checked as an address that anybody names. */
function fetchOver(http: HttpClient, issuer: URL) {
  return async (
    url: string,
    {
      method,
      headers,
      body,
      signal,
    }: { method: string; headers: Record<string, string>; body?: unknown; signal?: AbortSignal },
  ): Promise<Response> => {
    const answer = await http.send({
      ...{ url, method, headers, isUserGiven: new URL(url).origin !== issuer.origin },
      body: body instanceof URLSearchParams || typeof body === "string" ? body.toString() : null,
      responseLimitBytes: answerLimitBytes,
      ...(signal === undefined ? {} : { signal }),
    })
    const isEmpty = answer.status === 204 || answer.status === 304
    return new Response(isEmpty ? null : answer.body, { status: answer.status, headers: headersOf(answer.headers) })
  }
}

/** The body is text by now, whatever it was packed in. */
const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(content|transfer)-(encoding|length)$/.test(name)))

const truth = z.union([z.boolean(), z.string(), z.number()]).optional()
const personShape = z.object({
  email: z.string().max(320).optional(),
  email_verified: truth,
  // Entra: the domain's owner has been verified.
  xms_edov: truth,
  name: z.string().optional(),
})
const claimsShape = personShape.extend({
  iss: z.string().min(1).max(2048),
  sub: z.string().min(1).max(255),
  amr: z.array(z.string()).max(50).optional(),
  acr: z.string().optional(),
  auth_time: z.number().int().nonnegative().max(8_640_000_000_000).optional(),
  tid: z.string().optional(),
  hd: z.string().optional(),
})

const isTrue = (value: z.infer<typeof truth>) => value === true || value === "true" || value === "1" || value === 1

function issued(claims: z.infer<typeof claimsShape>, person: z.infer<typeof personShape>): IssuedClaims {
  const name = person.name?.trim().slice(0, 120) ?? ""
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: person.email?.trim().toLowerCase() ?? null,
    isEmailVerified: isTrue(person.email_verified) || isTrue(person.xms_edov),
    displayName: name === "" ? null : name,
    methods: claims.amr ?? [],
    authenticationClass: claims.acr ?? null,
    authenticatedAt:
      claims.auth_time === undefined ? null : Temporal.Instant.fromEpochMilliseconds(claims.auth_time * 1000),
    tenant: claims.tid ?? null,
    hostedDomain: claims.hd ?? null,
  }
}

function away(cause: unknown): Problem {
  return new Problem("unavailable", "The sign-in service does not answer.", { code: "issuer-away", cause })
}

/** What came back does not hold, unless nothing came back at all. */
function refusal(error: unknown): Problem {
  const inner = error instanceof Error && isProblem(error.cause) ? error.cause : error
  if (isProblem(inner) && inner.kind === "unavailable") return away(inner)
  return new Problem("malformed", "The sign-in service's answer could not be verified.", {
    code: "bad-id-token",
    cause: error,
  })
}
