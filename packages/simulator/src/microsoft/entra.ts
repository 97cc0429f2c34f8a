import type { SimulatorContext } from "../context.ts"
import { accessLifeSeconds, type Grants } from "../grants.ts"
import { dated } from "../guard.ts"
import type { Person } from "../org.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { backTo, chosenPerson, signInPage } from "../sign-in-page.ts"
import { createApplicationSignIn, faultRefusal, refused, unknownTenant } from "./application-token.ts"
import type { Applications } from "./applications.ts"

const idleDaysMost = 90
const identityScopes = ["openid", "profile", "email", "offline_access"]
/** Names may come with the API's address before them. */
const hasScope = (scope: string, name: string) => {
  const short = (text: string) => text.slice(text.lastIndexOf("/") + 1).toLowerCase()
  return scope.split(" ").some((known) => short(known) === short(name))
}

/** Entra's OAuth 2.0 v2 endpoints, after ENTRA v2-oauth2-auth-code-flow.md and reference-error-codes.md. */
export function entraRoutes(
  context: SimulatorContext,
  grants: Grants,
  { applications, ownSecret }: { readonly applications: Applications; readonly ownSecret: string },
): readonly Route[] {
  const people = () => context.org.signers("microsoft").filter((person) => !context.org.disabled.has(person))
  const signInApplication = createApplicationSignIn(context, applications, ownSecret)

  const page = (title: string, query: URLSearchParams): SimResponse =>
    signInPage({ title, colour: "#2563eb", people: people(), query })

  function authorize({ url: { searchParams: query } }: SimRequest): SimResponse {
    if (query.get("client_id") !== grants.clientId)
      return { status: 400, body: "AADSTS700016: Application was not found in the directory." }
    const hint = query.get("login_hint")
    const person = people().find(({ email }) => email === hint)
    if (person !== undefined && context.knobs(person.tenant.id).approvesAll) return redirect(person, query)
    if (query.get("prompt") === "none")
      return backTo(query, { error: "interaction_required", error_description: "AADSTS50058" })
    return page("Simulated Microsoft sign-in", query)
  }

  const declined = (form: URLSearchParams): SimResponse =>
    backTo(form, {
      error: "access_denied",
      error_description: "AADSTS65004: User declined to consent to access the app.",
    })

  function answer({ form }: SimRequest): SimResponse {
    const person = chosenPerson(form, people())
    return person === null ? declined(form) : redirect(person, form)
  }

  function redirect(person: Person, query: URLSearchParams): SimResponse {
    if (context.knobs(person.tenant.id).withholdsPlaces && hasScope(query.get("scope") ?? "", "Place.Read.All"))
      return backTo(query, { error: "access_denied", error_description: "AADSTS90094: simulated" })
    const scope = context.knobs(person.tenant.id).withholdsCalendar
      ? "openid profile offline_access User.Read"
      : (query.get("scope") ?? "")
    const code = grants.addCode(person, scope, query)
    return backTo(query, { code })
  }

  async function token(request: SimRequest): Promise<SimResponse> {
    const { form, url } = request
    const kind = form.get("grant_type")
    if (kind === "client_credentials") return application(request)
    if (!grants.isClient(form.get("client_id"), form.get("client_secret")))
      return refusal(401, "invalid_client", 7000215)
    if (kind === "authorization_code") return exchange(form, `${url.origin}/login`)
    return kind === "refresh_token" ? refresh(form) : refusal(400, "unsupported_grant_type", 70003)
  }

  async function exchange(form: URLSearchParams, base: string): Promise<SimResponse> {
    const code = grants.takeCode(form.get("code") ?? "", form.get("code_verifier"), form.get("redirect_uri"))
    if (code === null) return refusal(400, "invalid_grant", 70000)
    const { person } = code
    const fault = failed(person)
    if (fault !== null) return fault
    const grant = grants.newGrant(person, code.scope)
    if (!hasScope(code.scope, "openid")) return { status: 200, body: tokens(grant, code.scope) }
    const claims = {
      sub: person.id,
      oid: person.id,
      tid: person.tenant.id,
      preferred_username: person.email,
      name: person.name,
      nonce: code.nonce,
      ...(hasScope(code.scope, "email") ? { email: person.email } : {}),
    }
    const idToken = await grants.idToken(claims, `${base}/${person.tenant.id}/v2.0`)
    return { status: 200, body: { ...tokens(grant, code.scope), id_token: idToken } }
  }

  /** Each use gives a new refresh token; the old one stays valid (ENTRA refresh-tokens.md). */
  function refresh(form: URLSearchParams): SimResponse {
    const text = form.get("refresh_token") ?? ""
    const used = grants.useRefresh(text)
    if (used === null || used.grant.isRevoked) return refusal(400, "invalid_grant", 50173)
    const { grant, idleDays } = used
    const answer = idleDays > idleDaysMost ? refusal(400, "invalid_grant", 700082) : (failed(grant.person) ?? renewed())
    context.calls.add({ service: "microsoft", operation: "refresh", person: grant.person.email, status: answer.status })
    return answer

    function renewed(): SimResponse {
      const wanted = form.get("scope")
      const names = (wanted ?? grant.scope).split(" ")
      if (!names.every((name) => hasScope(grant.scope, name))) return refusal(400, "invalid_grant", 65001)
      if (context.knobs(grant.person.tenant.id).endsUsedRefresh) grants.endRefresh(text)
      return { status: 200, body: tokens(grant, wanted ?? grant.scope) }
    }
  }

  function failed(person: Person): SimResponse | null {
    const fault = context.knobs(person.tenant.id)
    if (fault.isDown) return { status: 503, body: { error: "temporarily_unavailable", error_codes: [90033] } }
    if (fault.isRemoved) return refusal(400, "unauthorized_client", 700016)
    if (context.org.disabled.has(person)) return refusal(400, "invalid_grant", 50057)
    if (fault.refuseTokenNext === 0) return null
    fault.refuseTokenNext--
    return refusal(400, "invalid_grant", 50173)
  }

  /** The application's own token: all permissions that an administrator consented to, none before. */
  async function application(request: SimRequest): Promise<SimResponse> {
    const now = context.platform.now()
    const found = await signInApplication(request)
    const tenant =
      "application" in found ? found.application.tenant : applications.findTenant(request.params.tenant ?? "")
    const fault = tenant === null ? null : context.knobs(tenant.id)
    const answer = (): SimResponse => {
      if (fault?.isDown) return { status: 503, body: { error: "temporarily_unavailable", error_codes: [90033] } }
      if (fault !== null && fault.applicationFault !== null) return refused(faultRefusal(fault.applicationFault), now)
      if ("number" in found) return refused(found, now)
      if (!(request.form.get("scope") ?? "").endsWith("/.default")) return refusal(400, "invalid_scope", 1002012)
      const { roles, isConsented } = found.application
      const grant = grants.newApplicationGrant(found.application, isConsented ? roles.join(" ") : ".", found.proof)
      const { scope: _, ...body } = tokens(grant, "")
      return { status: 200, body }
    }
    const given = answer()
    const who = "application" in found ? found.application.clientId : null
    context.calls.add({ service: "microsoft", operation: "applicationToken", person: who, status: given.status })
    return fault === null ? given : dated(context, fault, given)
  }

  function tokens(grant: ReturnType<Grants["newGrant"]>, scope: string) {
    const isOffline = hasScope(grant.scope, "offline_access")
    return {
      token_type: "Bearer",
      scope: scope
        .split(" ")
        .filter((name) => !identityScopes.includes(name))
        .join(" "),
      expires_in: accessLifeSeconds,
      ext_expires_in: accessLifeSeconds,
      access_token: grants.newAccessToken(grant),
      ...(isOffline ? { refresh_token: grants.newRefreshToken(grant) } : {}),
    }
  }

  /** The administrator's form: the whole tenant allows the application, or not. */
  function adminConsent({ url }: SimRequest): SimResponse {
    const query = url.searchParams
    const [first] = people()
    if (first !== undefined && context.knobs(first.tenant.id).approvesAll) return consented(query, first)
    return page("Simulated Microsoft administrator consent", query)
  }

  function consented(query: URLSearchParams, { tenant }: Person): SimResponse {
    applications.registration(tenant).isConsented = true
    return backTo(query, { admin_consent: "True", tenant: tenant.id })
  }

  function adminAnswer({ form }: SimRequest): SimResponse {
    const person = chosenPerson(form, people())
    return person === null ? declined(form) : consented(form, person)
  }

  return [
    route("GET", "/login/:tenant/oauth2/v2.0/authorize", authorize),
    route("POST", "/login/:tenant/oauth2/v2.0/authorize", answer),
    route("POST", "/login/:tenant/oauth2/v2.0/token", token),
    route("GET", "/login/:tenant/v2.0/.well-known/openid-configuration", ({ url, params }) => {
      const key = params.tenant ?? "common"
      const tenant = applications.findTenant(key)
      return tenant === null && !anyTenant.includes(key)
        ? refused({ ...unknownTenant(key), error: "invalid_tenant" }, context.platform.now())
        : { status: 200, body: openid(`${url.origin}/login`, tenant?.id ?? key) }
    }),
    route("GET", "/login/:tenant/discovery/v2.0/keys", () => ({ status: 200, body: grants.keys })),
    route("GET", "/login/:tenant/v2.0/adminconsent", adminConsent),
    route("POST", "/login/:tenant/v2.0/adminconsent", adminAnswer),
  ]
}

const anyTenant = ["common", "organizations", "consumers"]

function openid(base: string, tenant: string) {
  const at = `${base}/${tenant}`
  return {
    issuer: `${base}/${tenant === "common" ? "{tenantid}" : tenant}/v2.0`,
    authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
    token_endpoint: `${at}/oauth2/v2.0/token`,
    jwks_uri: `${at}/discovery/v2.0/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
  }
}

function refusal(status: number, error: string, number: number): SimResponse {
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${number}: simulated`,
      error_codes: [number],
      timestamp: "2026-01-01 00:00:00Z",
      trace_id: "simulated",
      correlation_id: "simulated",
    },
  }
}
