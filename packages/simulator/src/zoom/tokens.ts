import type { SimulatorPlatform } from "../platform.ts"
import type { SimRequest, SimResponse } from "../server.ts"

export type ZoomApp = { readonly accountId: string; readonly clientId: string; readonly clientSecret: string }

const lifeSeconds = 3_600

const refusal = (reason: string, error: string): SimResponse => ({ status: 400, body: { reason, error } })

/**
 * Server-to-server OAuth (developers.zoom.us/docs/internal-apps/s2s-oauth): tokens of one hour, any number of them at
 * once, no refresh token, dead when the application is deactivated. Parameters may be in the query or in the body:
 * Zoom's documents show the one, its own client sends the other. Refusals as in issues of Zoom's own examples.
 */
export function createTokens(
  platform: SimulatorPlatform,
  app: ZoomApp,
  { scope, base }: { readonly scope: string; readonly base: string },
) {
  const tokens = new Map<string, Temporal.Instant>()

  function grant({ headers, url, form }: SimRequest, isRefused: boolean): SimResponse {
    const parameter = (name: string) => url.searchParams.get(name) ?? form.get(name)
    const basic = `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString("base64")}`
    if (headers.authorization !== basic || isRefused)
      return refusal("Invalid client_id or client_secret", "invalid_client")
    if (parameter("grant_type") !== "account_credentials")
      return refusal("unsupported grant type", "unsupported_grant_type")
    if (parameter("account_id") !== app.accountId) return refusal("Bad Request", "invalid_request")
    const token = newToken()
    return {
      status: 200,
      body: {
        access_token: token,
        token_type: "bearer",
        expires_in: lifeSeconds,
        scope,
        api_url: `http://${headers.host ?? ""}${base}`,
      },
    }
  }

  function newToken(): string {
    const token = platform.token("zoom.")
    tokens.set(token, platform.now().add({ seconds: lifeSeconds }))
    return token
  }

  return {
    scopes: new Set(scope.split(" ")),
    grant,
    /** A good token without asking for it. */
    newToken,
    /** Whether the bearer's token is known and lives. */
    check(authorization: string | undefined): "good" | "expired" | "unknown" {
      const expiresAt = tokens.get(authorization?.replace(/^Bearer /i, "") ?? "")
      if (expiresAt === undefined) return "unknown"
      return Temporal.Instant.compare(platform.now(), expiresAt) < 0 ? "good" : "expired"
    },
    /** From now on each token that was given is an expired one. */
    expireAll(): void {
      for (const token of tokens.keys()) tokens.set(token, platform.now())
    },
  }
}

export type Tokens = ReturnType<typeof createTokens>
