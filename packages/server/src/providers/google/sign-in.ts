import type { Permission } from "@kalends/domain/permission"
import { Problem } from "@kalends/domain/problem"
import type { Grant, OAuthSignIn } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { OAuthClient, TokenAnswer } from "../../ports/oauth-client.ts"
import { endpoints, type GoogleSettings, grantedPermission, refreshTokenIdleDays, scopeFor } from "./auth.ts"
import { classifyToken } from "./problems.ts"

/** Sign-in with Google: authorization code with PKCE; refresh tokens do not rotate. */
export function createGoogleSignIn(settings: GoogleSettings, oauth: OAuthClient, clock: Clock): OAuthSignIn {
  const at = endpoints(settings)
  const client = { client_id: settings.clientId, client_secret: settings.clientSecret }

  function grant(answer: TokenAnswer, wanted: Permission): Grant {
    const now = clock.now()
    const problem = classifyToken(answer, now)
    if (problem !== null) throw problem
    const {
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: expiresIn,
      refresh_token_expires_in: refreshExpiresIn,
      scope,
    } = answer.body
    if (typeof accessToken !== "string" || typeof expiresIn !== "number" || !(expiresIn > 0))
      throw new Problem("malformed", "Google's sign-in gave no token.")
    // Left out, it is what was asked for (RFC 6749 5.1).
    const granted = typeof scope === "string" ? grantedPermission(scope) : wanted
    if (granted === null || (wanted === "read-write" && granted === "read"))
      throw new Problem("forbidden", "The permission for the calendar was not given.", { code: "permission-withheld" })
    return {
      accessToken,
      accessExpiresAt: now.add({ seconds: Math.floor(Math.min(expiresIn, 86_400)) }),
      refreshToken: typeof refreshToken === "string" ? refreshToken : null,
      // Told only where access was granted for a time (seven days in "Testing" projects, and as the user chose).
      refreshExpiresAt:
        typeof refreshExpiresIn === "number" && refreshExpiresIn > 0
          ? now.add({ seconds: Math.floor(Math.min(refreshExpiresIn, 10 * 365 * 86_400)) })
          : now.add({ hours: 24 * refreshTokenIdleDays }),
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
        redirect_uri: input.redirectUri,
        scope: scopeFor(input.permission),
        state: input.state,
        nonce: input.nonce,
        code_challenge: input.codeChallenge,
        code_challenge_method: "S256",
        access_type: "offline",
        // A refresh token comes with the first consent only; this asks for consent each time, so that one always comes.
        prompt: "consent select_account",
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
      })
      const granted = grant(answer, input.permission)
      const claims = await oauth.verifyIdToken({
        idToken: String(answer.body.id_token),
        jwksUrl: at.keys,
        audience: settings.clientId,
        nonce: input.nonce,
        isIssuer: (issuer) => issuer === settings.accountsUrl || issuer === new URL(settings.accountsUrl).host,
      })
      return {
        grant: granted,
        subject: {
          id: String(claims.sub),
          email: typeof claims.email === "string" ? claims.email : null,
          tenantId: typeof claims.hd === "string" ? claims.hd : null,
        },
      }
    },
    refresh: async (refreshToken, permission) =>
      grant(
        await oauth.requestToken(at.token, { ...client, grant_type: "refresh_token", refresh_token: refreshToken }),
        permission,
      ),
    async revoke(refreshToken) {
      const answer = await oauth.requestToken(at.revoke, { token: refreshToken })
      if (answer.status >= 500) throw new Problem("unavailable", "Google did not confirm the revocation.")
      // 400 invalid_token: it was dead already.
      return answer.status === 200 || answer.status === 400
    },
    // Consent for everybody is given in the Workspace admin console, not on a form.
    adminConsentUrl: () => null,
  }
}
