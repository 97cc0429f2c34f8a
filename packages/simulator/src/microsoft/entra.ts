import type { SimulatorContext } from "../context.ts"
import { accessLifeSeconds, type Grants } from "../grants.ts"
import type { Person } from "../org.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { signInPage } from "../sign-in-page.ts"

/** Entra's OAuth 2.0 v2 endpoints, after ENTRA v2-oauth2-auth-code-flow.md and reference-error-codes.md. */
export function entraRoutes(context: SimulatorContext, grants: Grants): readonly Route[] {
  const people = () => context.org.people.filter(({ tenant }) => tenant.service === "microsoft")

  function authorize({ url }: SimRequest): SimResponse {
    const hint = url.searchParams.get("login_hint")
    const person = people().find(({ email }) => email === hint)
    if (person !== undefined && context.knobs(person.tenant.id).approvesAll) return redirect(person, url.searchParams)
    return {
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: signInPage({
        title: "Simulated Microsoft sign-in",
        colour: "#2563eb",
        people: people(),
        scope: url.searchParams.get("scope") ?? "",
        query: url.searchParams,
        hint,
      }),
    }
  }

  function answer({ form }: SimRequest): SimResponse {
    const person = people().find(({ email }) => email === form.get("person"))
    if (form.get("answer") !== "allow" || person === undefined)
      return back(form, {
        error: "access_denied",
        error_description: "AADSTS65004: User declined to consent to access the app.",
      })
    return redirect(person, form)
  }

  function redirect(person: Person, query: URLSearchParams): SimResponse {
    const scope = context.knobs(person.tenant.id).withholdsCalendar
      ? "openid profile offline_access User.Read"
      : (query.get("scope") ?? "")
    const code = grants.addCode({
      person,
      scope,
      redirectUri: query.get("redirect_uri") ?? "",
      challenge: query.get("code_challenge"),
      nonce: query.get("nonce"),
    })
    return back(query, { code })
  }

  async function token({ form, url }: SimRequest): Promise<SimResponse> {
    if (!grants.isClient(form.get("client_id"), form.get("client_secret")))
      return refusal(401, "invalid_client", 7000215)
    if (form.get("grant_type") === "authorization_code") {
      const code = grants.takeCode(form.get("code") ?? "", form.get("code_verifier"), form.get("redirect_uri"))
      if (code === null) return refusal(400, "invalid_grant", 70000)
      const grant = grants.newGrant(code.person, code.scope)
      const claims = {
        sub: code.person.id,
        oid: code.person.id,
        tid: code.person.tenant.id,
        preferred_username: code.person.email,
        name: code.person.name,
        nonce: code.nonce,
      }
      return tokens(grant, await grants.idToken(claims, `${url.origin}/login/${code.person.tenant.id}/v2.0`))
    }
    if (form.get("grant_type") !== "refresh_token") return refusal(400, "unsupported_grant_type", 70003)
    const grant = grants.findRefresh(form.get("refresh_token") ?? "")
    if (grant === null || grant.isRevoked) return refusal(400, "invalid_grant", 50173)
    const fault = context.knobs(grant.person.tenant.id)
    context.calls.add({
      service: "microsoft",
      operation: "refresh",
      person: grant.person.email,
      status: 200,
      atMs: context.platform.now().epochMilliseconds,
    })
    if (fault.isRemoved) return refusal(400, "unauthorized_client", 700016)
    if (fault.isDown) return { status: 503 }
    if (fault.refuseTokenNext > 0) {
      fault.refuseTokenNext--
      return refusal(400, "invalid_grant", 50173)
    }
    return tokens(grant, null)
  }

  /** Each use gives a new refresh token; the old one stays valid (ENTRA refresh-tokens.md). */
  function tokens(grant: ReturnType<Grants["newGrant"]>, idToken: string | null): SimResponse {
    const scope = grant.scope
      .split(" ")
      .filter((name) => !["openid", "profile", "email", "offline_access"].includes(name))
      .join(" ")
    const body = {
      token_type: "Bearer",
      scope,
      expires_in: accessLifeSeconds,
      ext_expires_in: accessLifeSeconds,
      access_token: grants.newAccessToken(grant),
      refresh_token: grants.newRefreshToken(grant),
    }
    return { status: 200, body: idToken === null ? body : { ...body, id_token: idToken } }
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
    route("GET", "/login/:tenant/v2.0/adminconsent", ({ url }) =>
      back(url.searchParams, { admin_consent: "True", tenant: people()[0]?.tenant.id ?? "" }),
    ),
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

function back(query: URLSearchParams, answer: Readonly<Record<string, string>>): SimResponse {
  const to = query.get("redirect_uri") ?? ""
  if (!URL.canParse(to)) return { status: 400, body: "no redirect_uri" }
  const url = new URL(to)
  for (const [name, value] of Object.entries({ ...answer, state: query.get("state") ?? "" }))
    url.searchParams.set(name, value)
  return { status: 302, headers: { location: url.href } }
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
