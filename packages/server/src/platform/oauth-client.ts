import { randomUUID } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import { createLocalJWKSet, importPKCS8, type JSONWebKeySet, jwtVerify, SignJWT } from "jose"
import type { Clock } from "../ports/clock.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { IdTokenCheck, OAuthClient } from "../ports/oauth-client.ts"

/** Keys of an issuer are asked for again after this long, and at once when a token names an unknown one. */
const keysLifeMs = 60 * 60_000
const clockToleranceSeconds = 120
const assertionSeconds = 5 * 60

export function createOAuthClient({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }): OAuthClient {
  const held = new Map<string, { readonly keys: JSONWebKeySet; readonly untilMs: number }>()

  async function keysOf(url: string, isFresh: boolean): Promise<JSONWebKeySet> {
    const known = held.get(url)
    const nowMs = clock.now().epochMilliseconds
    if (!isFresh && known !== undefined && nowMs < known.untilMs) return known.keys
    const response = await http.send({ method: "GET", url, headers: { accept: "application/json" } })
    const keys = parseObject(response.body) as unknown as JSONWebKeySet
    if (response.status !== 200 || !Array.isArray(keys.keys))
      throw new Problem("unavailable", "The sign-in service's keys could not be read.")
    held.set(url, { keys, untilMs: nowMs + keysLifeMs })
    return keys
  }

  async function verify(check: IdTokenCheck, isFresh: boolean) {
    const keys = createLocalJWKSet(await keysOf(check.jwksUrl, isFresh))
    const currentDate = new Date(clock.now().epochMilliseconds)
    const { payload } = await jwtVerify(check.idToken, keys, {
      audience: check.audience,
      currentDate,
      clockTolerance: clockToleranceSeconds,
      algorithms: ["RS256", "ES256"],
    })
    return payload
  }

  return {
    async requestToken(url, form) {
      const response = await http.send({
        method: "POST",
        url,
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: new URLSearchParams(form).toString(),
        responseLimitBytes: 256 * 1024,
      })
      return { status: response.status, retryAfter: response.headers["retry-after"], body: parseObject(response.body) }
    },
    async signAssertion({ privateKey, algorithm, header, claims }) {
      const key = await importPKCS8(privateKey, algorithm).catch((cause: unknown) => {
        throw new Problem("malformed", "The private key cannot be read.", { code: "private-key", cause })
      })
      const seconds = Math.floor(clock.now().epochMilliseconds / 1000)
      return new SignJWT({ ...claims, jti: randomUUID() })
        .setProtectedHeader({ ...header, alg: algorithm, typ: "JWT" })
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + assertionSeconds)
        .sign(key)
    },
    async verifyIdToken(check) {
      const refused = (cause: unknown) =>
        new Problem("malformed", "The sign-in service's answer could not be verified.", { code: "bad-id-token", cause })
      const payload = await verify(check, false)
        .catch(() => verify(check, true))
        .catch((error: unknown) => {
          throw error instanceof Problem ? error : refused(error)
        })
      if (payload.nonce !== check.nonce || !check.isIssuer(payload.iss ?? "", payload)) throw refused(null)
      return payload
    },
  }
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
