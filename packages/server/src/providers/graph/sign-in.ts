import type { OAuthSignIn, Subject } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { OAuthClient } from "../../ports/oauth-client.ts"
import { createGrantFlow, type GrantRules } from "../oauth-grant.ts"
import {
  endpoints,
  type GraphSettings,
  grantedContacts,
  grantedPermission,
  isIssuer,
  refreshTokenIdleDays,
  scopeFor,
} from "./auth.ts"
import { classifyToken } from "./problems.ts"

/** Sign-in with Entra: authorization code with PKCE, rotating refresh tokens. */
export function createGraphSignIn(settings: GraphSettings, oauth: OAuthClient, clock: Clock): OAuthSignIn {
  const at = endpoints(settings)
  const flow = createGrantFlow({ ...entraRules(settings), scopeFor, grantedPermission, grantedContacts }, oauth, clock)
  return {
    ...flow,
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

/** What is the same whoever signs in, and for whatever. */
export function entraRules(
  settings: GraphSettings,
): Omit<GrantRules, "scopeFor" | "grantedPermission" | "grantedContacts"> {
  return {
    name: "Microsoft",
    client: { client_id: settings.clientId, client_secret: settings.clientSecret },
    at: endpoints(settings),
    authorizeMore: { response_mode: "query", prompt: "select_account" },
    isScopeSentForTokens: true,
    refreshLifeSeconds: () => refreshTokenIdleDays * 86_400,
    classify: classifyToken,
    isIssuer: (issuer, { tid }) => isIssuer(settings, issuer, tid),
    subjectOf,
  }
}

function subjectOf(claims: Readonly<Record<string, unknown>>): Subject {
  const email = [claims.email, claims.preferred_username].find((name) => typeof name === "string")
  return {
    id: `${String(claims.tid)}/${String(claims.oid ?? claims.sub)}`,
    email: typeof email === "string" ? email : null,
    tenantId: String(claims.tid),
  }
}
