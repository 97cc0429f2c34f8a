import { randomBytes } from "node:crypto"
import type { SimulatorPlatform } from "../platform.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { errors } from "./engine.ts"

type Token = { readonly until: Temporal.Instant | null; readonly isRoot: boolean }

const tokenSeconds = 1_200

/** Who is let in: a root token, an AppRole and a pod, the latter two for a while. */
export function createSignIn(platform: SimulatorPlatform) {
  const rootToken = `hvs.${randomBytes(18).toString("base64url")}`
  const tokens = new Map<string, Token>([[rootToken, { until: null, isRoot: true }]])
  const appRole = { roleId: "role-kalends", secretId: randomBytes(18).toString("base64url") }
  const pod = { role: "kalends", jwt: randomBytes(24).toString("base64url") }

  function isKnown(request: SimRequest): boolean {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1]
    const token = tokens.get(request.headers["x-vault-token"] ?? bearer ?? "")
    return token !== undefined && (token.until === null || Temporal.Instant.compare(platform.now(), token.until) < 0)
  }

  function login(isRight: boolean): SimResponse {
    if (!isRight) return errors(400, "invalid role or secret ID")
    const token = `hvs.${randomBytes(18).toString("base64url")}`
    tokens.set(token, { until: platform.now().add({ seconds: tokenSeconds }), isRoot: false })
    return {
      status: 200,
      body: { auth: { client_token: token, policies: ["default"], lease_duration: tokenSeconds, renewable: true } },
    }
  }

  const routes: readonly Route[] = [
    route("POST", "/v1/auth/approle/login", ({ json }) =>
      login(json.role_id === appRole.roleId && json.secret_id === appRole.secretId),
    ),
    route("POST", "/v1/auth/kubernetes/login", ({ json }) => login(json.role === pod.role && json.jwt === pod.jwt)),
  ]

  return {
    ...{ rootToken, appRole, pod, routes, isKnown },
    /** Ends all tokens that somebody signed in for. */
    revokeTokens: () => {
      for (const [token, { isRoot }] of tokens) if (!isRoot) tokens.delete(token)
    },
  }
}
