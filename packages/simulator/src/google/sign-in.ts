import type { SimulatorContext } from "../context.ts"
import { accessLifeSeconds, type Granted, type Grants } from "../grants.ts"
import type { Person } from "../org.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { backTo, chosenPerson, signInPage } from "../sign-in-page.ts"
import type { ServiceAccounts } from "./service-accounts.ts"

const idleDaysMost = 182
const refusal: SimResponse = {
  status: 400,
  body: { error: "invalid_grant", error_description: "Token has been expired or revoked." },
}

/** Google's OAuth 2.0 for web servers, after developers.google.com/identity/protocols/oauth2/web-server. */
export function googleSignInRoutes(
  context: SimulatorContext,
  grants: Grants,
  accounts: ServiceAccounts,
): readonly Route[] {
  const people = () => context.org.signers("google")
  const consented = new Set<string>()

  function authorize({ url: { searchParams: query } }: SimRequest): SimResponse {
    if (query.get("client_id") !== grants.clientId)
      return { status: 401, body: "Error 401: invalid_client. The OAuth client was not found." }
    const hint = query.get("login_hint")
    const person = people().find(({ email }) => email === hint)
    if (person !== undefined && context.knobs(person.tenant.id).approvesAll) return redirect(person, query)
    if (query.get("prompt") === "none") return backTo(query, { error: "interaction_required" })
    return signInPage({ title: "Simulated Google sign-in", colour: "#15803d", people: people(), query })
  }

  function answer({ form }: SimRequest): SimResponse {
    const person = chosenPerson(form, people())
    return person === null ? backTo(form, { error: "access_denied" }) : redirect(person, form)
  }

  function redirect(person: Person, query: URLSearchParams): SimResponse {
    const isOffline =
      query.get("access_type") === "offline" &&
      ((query.get("prompt") ?? "").includes("consent") || !consented.has(person.email))
    consented.add(person.email)
    const { withholdsCalendar, withholdsContacts } = context.knobs(person.tenant.id)
    const asked = (query.get("scope") ?? "").split(" ")
    const ticked = withholdsContacts ? asked.filter((name) => !/auth\/contacts/.test(name)) : asked
    const scope = withholdsCalendar ? "openid email" : ticked.join(" ")
    const code = grants.addCode(person, isOffline ? `${scope} offline` : scope, query)
    return backTo(query, { code, scope })
  }

  async function token(request: SimRequest): Promise<SimResponse> {
    const { form, url } = request
    const delegated = accounts.answer(request)
    if (delegated !== null) return delegated
    if (!grants.isClient(form.get("client_id"), form.get("client_secret")))
      return { status: 401, body: { error: "invalid_client", error_description: "simulated" } }
    if (form.get("grant_type") === "authorization_code") return exchange(form, `${url.origin}/accounts`)
    if (form.get("grant_type") === "refresh_token") return refresh(form)
    return { status: 400, body: { error: "unsupported_grant_type", error_description: "simulated" } }
  }

  async function exchange(form: URLSearchParams, issuer: string): Promise<SimResponse> {
    const code = grants.takeCode(form.get("code") ?? "", form.get("code_verifier"), form.get("redirect_uri"))
    if (code === null) return refusal
    const { person, nonce } = code
    const fault = failed(person)
    if (fault !== null) return fault
    const isOffline = code.scope.endsWith(" offline")
    const grant = grants.newGrant(person, code.scope.replace(/ offline$/, ""))
    const claims = { sub: person.id, email: person.email, email_verified: true, hd: person.tenant.domain, nonce }
    const isOpenid = grant.scope.split(" ").includes("openid")
    return {
      status: 200,
      body: {
        ...accessBody(grant),
        ...(isOpenid ? { id_token: await grants.idToken(claims, issuer) } : {}),
        ...(isOffline ? { refresh_token: grants.newRefreshToken(grant) } : {}),
      },
    }
  }

  /** Refresh tokens do not rotate, and die after half a year without use (providers.md B.5). */
  function refresh(form: URLSearchParams): SimResponse {
    const text = form.get("refresh_token") ?? ""
    const used = grants.useRefresh(text)
    if (used === null || used.grant.isRevoked) return refusal
    const { grant, idleDays } = used
    const answer = idleDays > idleDaysMost ? refusal : (failed(grant.person) ?? renewed(grant, text))
    context.calls.add({ service: "google", operation: "refresh", person: grant.person.email, status: answer.status })
    return answer
  }

  function renewed(grant: Granted, text: string): SimResponse {
    const fault = context.knobs(grant.person.tenant.id)
    if (fault.endsUsedRefresh) grants.endRefresh(text)
    const isNew = fault.rotatesRefresh || fault.endsUsedRefresh
    const more = isNew ? { refresh_token: grants.newRefreshToken(grant) } : {}
    return { status: 200, body: { ...accessBody(grant), ...more } }
  }

  function failed(person: Person): SimResponse | null {
    const fault = context.knobs(person.tenant.id)
    if (fault.isDown) return { status: 503 }
    if (fault.isRemoved) return { status: 400, body: { error: "admin_policy_enforced" } }
    if (fault.refuseTokenNext === 0) return null
    fault.refuseTokenNext--
    return refusal
  }

  const accessBody = (grant: Granted) => ({
    access_token: grants.newAccessToken(grant),
    expires_in: accessLifeSeconds,
    scope: grant.scope,
    token_type: "Bearer",
  })

  return [
    route("GET", "/accounts/o/oauth2/v2/auth", authorize),
    route("POST", "/accounts/o/oauth2/v2/auth", answer),
    route("GET", "/accounts/.well-known/openid-configuration", ({ url: { origin } }) => ({
      status: 200,
      body: {
        issuer: `${origin}/accounts`,
        authorization_endpoint: `${origin}/accounts/o/oauth2/v2/auth`,
        token_endpoint: `${origin}/oauth/token`,
        revocation_endpoint: `${origin}/oauth/revoke`,
        jwks_uri: `${origin}/accounts/oauth2/v3/certs`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        code_challenge_methods_supported: ["S256"],
      },
    })),
    route("GET", "/accounts/oauth2/v3/certs", () => ({ status: 200, body: grants.keys })),
    route("POST", "/oauth/token", token),
    route("POST", "/oauth/revoke", ({ form, url }) => {
      const whose = grants.revokeToken(form.get("token") ?? url.searchParams.get("token") ?? "")
      const status = whose === null ? 400 : 200
      context.calls.add({ service: "google", operation: "revoke", person: whose?.email ?? null, status })
      return { status, body: whose === null ? { error: "invalid_token" } : {} }
    }),
  ]
}
