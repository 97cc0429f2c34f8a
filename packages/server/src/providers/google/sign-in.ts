import { Problem } from "@kalends/domain/problem"
import type { OAuthSignIn, Subject } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { OAuthClient, TokenAnswer } from "../../ports/oauth-client.ts"
import { createGrantFlow } from "../oauth-grant.ts"
import {
  endpoints,
  type GoogleSettings,
  grantedContacts,
  grantedPermission,
  refreshTokenIdleDays,
  scopeFor,
} from "./auth.ts"
import { classifyToken } from "./problems.ts"

const refreshLifeMostSeconds = 10 * 365 * 86_400

/** Sign-in with Google: authorization code with PKCE; refresh tokens do not rotate. */
export function createGoogleSignIn(settings: GoogleSettings, oauth: OAuthClient, clock: Clock): OAuthSignIn {
  const at = endpoints(settings)
  const flow = createGrantFlow(
    {
      name: "Google",
      client: { client_id: settings.clientId, client_secret: settings.clientSecret },
      at,
      // A refresh token comes with the first consent only; this asks for consent each time, so that one always comes.
      authorizeMore: { access_type: "offline", prompt: "consent select_account" },
      scopeFor,
      grantedPermission,
      grantedContacts,
      isScopeSentForTokens: false,
      refreshLifeSeconds,
      classify: classifyToken,
      isIssuer: (issuer) => issuer === settings.accountsUrl || issuer === new URL(settings.accountsUrl).host,
      subjectOf,
    },
    oauth,
    clock,
  )
  return {
    ...flow,
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

/** Told only where access was granted for a time (seven days in "Testing" projects, and as the user chose). */
function refreshLifeSeconds({ body: { refresh_token_expires_in: seconds } }: TokenAnswer): number {
  return typeof seconds === "number" && seconds > 0
    ? Math.floor(Math.min(seconds, refreshLifeMostSeconds))
    : refreshTokenIdleDays * 86_400
}

function subjectOf(claims: Readonly<Record<string, unknown>>): Subject {
  return {
    id: String(claims.sub),
    email: typeof claims.email === "string" ? claims.email : null,
    tenantId: typeof claims.hd === "string" ? claims.hd : null,
  }
}
