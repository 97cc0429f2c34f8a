import type { SimulatorContext } from "../context.ts"
import { accessLifeSeconds, type Grants } from "../grants.ts"
import type { Person } from "../org.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { backTo, chosenPerson, signInPage } from "../sign-in-page.ts"

const idleDaysMost = 90
const identityScopes = ["openid", "profile", "email", "offline_access"]
/** Names may come with the API's address before them. */
const hasScope = (scope: string, name: string) => {
  const short = (text: string) => text.slice(text.lastIndexOf("/") + 1).toLowerCase()
  return scope.split(" ").some((known) => short(known) === short(name))
}

/** Entra's OAuth 2.0 v2 endpoints, after ENTRA v2-oauth2-auth-code-flow.md and reference-error-codes.md. */
export function entraRoutes(context: SimulatorContext, grants: Grants): readonly Route[] {
  const people = () => context.org.signers("microsoft")

  const consents = new Set<string>()

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
    const scope = context.knobs(person.tenant.id).withholdsCalendar
      ? "openid profile offline_access User.Read"
      : (query.get("scope") ?? "")
    const code = grants.addCode(person, scope, query)
    return backTo(query, { code })
  }

  /** Numbers and their OAuth errors: ENTRA reference-error-codes.md. */
  function applicationFault(tenantId: string): SimResponse | null {
    const number = context.knobs(tenantId).applicationFault
    if (number === null) return null
    const isClient = [7000215, 7000222, 700027, 700024].includes(number)
    const error = isClient ? "invalid_client" : number === 53003 ? "access_denied" : "unauthorized_client"
    return refusal(isClient ? 401 : 400, error, number)
  }

  async function token({ form, url, params }: SimRequest): Promise<SimResponse> {
    if (!grants.isClient(form.get("client_id"), form.get("client_secret")))
      return refusal(401, "invalid_client", 7000215)
    const kind = form.get("grant_type")
    if (kind === "authorization_code") return exchange(form, `${url.origin}/login`)
    if (kind === "refresh_token") return refresh(form)
    return kind === "client_credentials"
      ? application(form, params.tenant ?? "")
      : refusal(400, "unsupported_grant_type", 70003)
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
    if (fault.refuseTokenNext === 0) return null
    fault.refuseTokenNext--
    return refusal(400, "invalid_grant", 50173)
  }

  /** The application's own token: all permissions that an administrator consented to, none before. */
  function application(form: URLSearchParams, tenantId: string): SimResponse {
    const tenant = people().find((person) => person.tenant.id === tenantId)?.tenant
    if (tenant === undefined) return refusal(400, "invalid_request", 90002)
    const fault = applicationFault(tenantId)
    if (fault !== null) return fault
    if (!(form.get("scope") ?? "").endsWith("/.default")) return refusal(400, "invalid_scope", 1002012)
    if (context.knobs(tenant.id).isRemoved) return refusal(400, "unauthorized_client", 700016)
    const grant = grants.newApplicationGrant(
      tenant,
      consents.has(tenant.id) ? context.knobs(tenant.id).applicationRoles.join(" ") : ".",
    )
    const { scope: _, ...body } = tokens(grant, "")
    return { status: 200, body }
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
    consents.add(tenant.id)
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
    route("GET", "/login/:tenant/v2.0/.well-known/openid-configuration", ({ url, params }) => ({
      status: 200,
      body: openid(`${url.origin}/login`, params.tenant ?? "common"),
    })),
    route("GET", "/login/:tenant/discovery/v2.0/keys", () => ({ status: 200, body: grants.keys })),
    route("GET", "/login/:tenant/v2.0/adminconsent", adminConsent),
    route("POST", "/login/:tenant/v2.0/adminconsent", adminAnswer),
  ]
}

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
