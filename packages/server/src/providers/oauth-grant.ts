import type { Permission } from "@kalends/domain/permission"
import { type ContactsPermission, lesserContacts } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import type { AskedFor, Grant, OAuthSignIn, Subject } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { OAuthClient, TokenAnswer } from "../ports/oauth-client.ts"

type Claims = Readonly<Record<string, unknown>>

/** What one provider's authorization server does its own way; the rest is OAuth 2.0 and OpenID Connect. */
export type GrantRules = {
  /** Whose sign-in it is, for people: "Microsoft". */
  readonly name: string
  readonly client: { readonly client_id: string; readonly client_secret: string }
  readonly at: { readonly authorize: string; readonly token: string; readonly keys: string }
  /** Parameters of the authorize page beside the standard's. */
  readonly authorizeMore: Readonly<Record<string, string>>
  readonly scopeFor: (wanted: AskedFor) => string
  /** Null when no calendar permission is among the scopes. */
  readonly grantedPermission: (scope: string) => Permission | null
  readonly grantedContacts: (scope: string) => ContactsPermission
  /** The token endpoint wants the scope again. */
  readonly isScopeSentForTokens: boolean
  readonly refreshLifeSeconds: (answer: TokenAnswer) => number
  /** What a refusal means; null for success. */
  readonly classify: (answer: TokenAnswer, now: Temporal.Instant) => Problem | null
  readonly isIssuer: (issuer: string, claims: Claims) => boolean
  readonly subjectOf: (claims: Claims) => Subject
}

const accessLifeMostSeconds = 86_400

/** The part of a sign-in that providers share: authorization code with PKCE, and what a token answer grants. */
export function createGrantFlow(
  rules: GrantRules,
  oauth: OAuthClient,
  clock: Clock,
): Pick<OAuthSignIn, "kind" | "authorizeUrl" | "exchangeCode" | "refresh"> {
  async function request(form: Readonly<Record<string, string>>, wanted: AskedFor) {
    const scope = rules.isScopeSentForTokens ? { scope: rules.scopeFor(wanted) } : {}
    const answer = await oauth.requestToken(rules.at.token, { ...rules.client, ...form, ...scope })
    return { grant: grantOf(answer, { rules, wanted, now: clock.now() }), idToken: answer.body.id_token }
  }

  return {
    kind: "oauth",
    authorizeUrl(input) {
      const url = new URL(rules.at.authorize)
      url.search = new URLSearchParams({
        client_id: rules.client.client_id,
        response_type: "code",
        redirect_uri: input.redirectUri,
        scope: rules.scopeFor(input),
        state: input.state,
        nonce: input.nonce,
        code_challenge: input.codeChallenge,
        code_challenge_method: "S256",
        ...rules.authorizeMore,
        ...(input.loginHint === null ? {} : { login_hint: input.loginHint }),
      }).toString()
      return url
    },
    async exchangeCode({ code, redirectUri, codeVerifier, nonce, ...wanted }) {
      const form = { grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: codeVerifier }
      const { grant, idToken } = await request(form, wanted)
      const claims = await oauth.verifyIdToken({
        idToken: String(idToken),
        jwksUrl: rules.at.keys,
        audience: rules.client.client_id,
        nonce,
        isIssuer: rules.isIssuer,
      })
      return { grant, subject: rules.subjectOf(claims) }
    },
    refresh: async (refreshToken, wanted) =>
      (await request({ grant_type: "refresh_token", refresh_token: refreshToken }, wanted)).grant,
  }
}

type Granting = { readonly rules: GrantRules; readonly wanted: AskedFor; readonly now: Temporal.Instant }

/** Throws Problem: what the refusal means, "malformed" without a token, "forbidden" (code "permission-withheld"). */
function grantOf(answer: TokenAnswer, { rules, wanted, now }: Granting): Grant {
  const problem = rules.classify(answer, now)
  if (problem !== null) throw problem
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, scope } = answer.body
  if (typeof accessToken !== "string" || typeof expiresIn !== "number" || !(expiresIn > 0))
    throw new Problem("malformed", `${rules.name}'s sign-in gave no token.`)
  // Left out, it is what was asked for (RFC 6749 5.1).
  const granted = typeof scope === "string" ? rules.grantedPermission(scope) : wanted.permission
  if (granted === null || (wanted.permission === "read-write" && granted === "read"))
    throw new Problem("forbidden", "The permission for the calendar was not given.", { code: "permission-withheld" })
  return {
    accessToken,
    accessExpiresAt: now.add({ seconds: Math.floor(Math.min(expiresIn, accessLifeMostSeconds)) }),
    refreshToken: typeof refreshToken === "string" ? refreshToken : null,
    refreshExpiresAt: now.add({ seconds: rules.refreshLifeSeconds(answer) }),
    permission: wanted.permission === "read" ? "read" : granted,
    // A provider may go on granting what was consented to once: what was not asked for now is not used.
    contacts: lesserContacts(
      wanted.contacts,
      typeof scope === "string" ? rules.grantedContacts(scope) : wanted.contacts,
    ),
  }
}
