import type { Permission } from "@kalends/domain/permission"
import { Problem } from "@kalends/domain/problem"
import type { Grant, OAuthSignIn } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { OAuthClient, TokenAnswer } from "../../ports/oauth-client.ts"
import { endpoints, type GraphSettings, grantedPermission, isIssuer, refreshTokenIdleDays, scopeFor } from "./auth.ts"
import { classifyToken } from "./problems.ts"

/** Sign-in with Entra: authorization code with PKCE, rotating refresh tokens. */
export function createGraphSignIn(settings: GraphSettings, oauth: OAuthClient, clock: Clock): OAuthSignIn {
  const at = endpoints(settings)
  const client = { client_id: settings.clientId, client_secret: settings.clientSecret }

  function grant(answer: TokenAnswer, wanted: Permission): Grant {
    const now = clock.now()
    const problem = classifyToken(answer, now)
    if (problem !== null) throw problem
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, scope } = answer.body
    if (typeof accessToken !== "string" || typeof expiresIn !== "number" || !(expiresIn > 0))
      throw new Problem("malformed", "Microsoft's sign-in gave no token.")
    // Left out, it is what was asked for (RFC 6749 5.1).
    const granted = typeof scope === "string" ? grantedPermission(scope) : wanted
    if (granted === null || (wanted === "read-write" && granted === "read"))
      throw new Problem("forbidden", "The permission for the calendar was not given.", { code: "permission-withheld" })
    return {
      accessToken,
      accessExpiresAt: now.add({ seconds: Math.floor(Math.min(expiresIn, 86_400)) }),
      refreshToken: typeof refreshToken === "string" ? refreshToken : null,
      refreshExpiresAt: now.add({ hours: 24 * refreshTokenIdleDays }),
      permission: wanted === "read" ? "read" : granted,
    }
  }

  return {
    kind: "oauth",
    authorizeUrl(input) {
      const url = new URL(at.authorize)
      url.search = new URLSearchParams({
        client_id: settings.clientId,
        response_type: "code",
        response_mode: "query",
        redirect_uri: input.redirectUri,
        scope: scopeFor(input.permission),
        state: input.state,
        nonce: input.nonce,
        code_challenge: input.codeChallenge,
        code_challenge_method: "S256",
        prompt: "select_account",
        ...(input.loginHint === null ? {} : { login_hint: input.loginHint }),
      }).toString()
      return url
    },
    async exchangeCode(input) {
      const answer = await oauth.requestToken(at.token, {
        ...client,
        grant_type: "authorization_code",
        code: input.code,
        redirect_uri: input.redirectUri,
        code_verifier: input.codeVerifier,
        scope: scopeFor(input.permission),
      })
      const granted = grant(answer, input.permission)
      const claims = await oauth.verifyIdToken({
        idToken: String(answer.body.id_token),
        jwksUrl: at.keys,
        audience: settings.clientId,
        nonce: input.nonce,
        isIssuer: (issuer, { tid }) => isIssuer(settings, issuer, tid),
      })
      const email = [claims.email, claims.preferred_username].find((name) => typeof name === "string")
      return {
        grant: granted,
        subject: {
          id: `${String(claims.tid)}/${String(claims.oid ?? claims.sub)}`,
          email: typeof email === "string" ? email : null,
          tenantId: String(claims.tid),
        },
      }
    },
    refresh: async (refreshToken, permission) =>
      grant(
        await oauth.requestToken(at.token, {
          ...client,
          grant_type: "refresh_token",
          refresh_token: refreshToken,
          scope: scopeFor(permission),
        }),
        permission,
      ),
    // Entra has no call to revoke one application's grant; deleting the secret is what can be done.
    revoke: async () => false,
    adminConsentUrl({ redirectUri, state }) {
      const url = new URL(at.adminConsent)
      url.search = new URLSearchParams({
        client_id: settings.clientId,
        redirect_uri: redirectUri,
        state,
        scope: "https://graph.microsoft.com/Calendars.ReadWrite https://graph.microsoft.com/User.Read",
      }).toString()
      return url
    },
  }
}
