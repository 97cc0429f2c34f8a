import { parseBody } from "@kalends/readers/json-body"
import { requireText, text, type Wire, wire } from "@kalends/readers/parse"
import type { IncomingResponse } from "../../../ports/http-client.ts"
import { custodyTimeoutMs } from "../../../ports/key-custody.ts"
import type { CustodianDeps } from "../deps.ts"
import { classifyTransit } from "./problems.ts"

/** How a token is had. */
export type TransitAuth =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "approle"; readonly roleId: string; readonly secretId: string }
  | { readonly kind: "kubernetes"; readonly role: string; readonly tokenFile: string }

export type TransitSettings = {
  /** "https://vault.example.org:8200". */
  readonly url: string
  readonly mount: string
  readonly key: string
  readonly namespace: string | null
  readonly auth: TransitAuth
}

const marginSeconds = 30

/** One function for each call, no decisions. A token that was logged in for is held for its life, and asked for anew when it is refused. */
export function createTransitCalls({ http, clock, readFile }: CustodianDeps, settings: TransitSettings) {
  const { auth, mount, key, namespace } = settings
  let held: { readonly token: string; readonly until: Temporal.Instant } | null = null

  function send(path: string, body: Wire, token: string | null): Promise<IncomingResponse> {
    return http.send({
      method: "POST",
      url: `${settings.url}/v1/${path}`,
      headers: {
        "content-type": "application/json",
        "x-vault-request": "true",
        ...(namespace === null ? {} : { "x-vault-namespace": namespace }),
        ...(token === null ? {} : { "x-vault-token": token }),
      },
      body: JSON.stringify(body),
      timeoutMs: custodyTimeoutMs,
    })
  }

  async function login(path: string, body: Wire): Promise<string> {
    const response = await send(path, body, null)
    const problem = classifyTransit(response, clock.now(), false)
    if (problem !== null) throw problem
    const granted = wire(parseBody(response.body).auth) ?? {}
    const token = requireText(granted.client_token, "client_token")
    const seconds = typeof granted.lease_duration === "number" ? granted.lease_duration : 0
    // Zero is a token without an end.
    const life = seconds === 0 ? 3_600 : Math.max(1, seconds - marginSeconds)
    held = { token, until: clock.now().add({ seconds: life }) }
    return token
  }

  async function token(): Promise<string> {
    if (auth.kind === "token") return auth.token
    if (held !== null && Temporal.Instant.compare(clock.now(), held.until) < 0) return held.token
    return auth.kind === "approle"
      ? login("auth/approle/login", { role_id: auth.roleId, secret_id: auth.secretId })
      : login("auth/kubernetes/login", { role: auth.role, jwt: (await readFile(auth.tokenFile)).trim() })
  }

  async function call(operation: "encrypt" | "decrypt", body: Wire, isSecondTry = false): Promise<Wire> {
    const path = `${mount}/${operation}/${encodeURIComponent(key)}`
    const response = await send(path, body, await token())
    if (response.status === 403 && auth.kind !== "token" && !isSecondTry) {
      held = null
      return call(operation, body, true)
    }
    const problem = classifyTransit(response, clock.now(), operation === "decrypt")
    if (problem !== null) throw problem
    return wire(parseBody(response.body).data) ?? {}
  }

  return {
    async encrypt(plaintext: string, bound: string): Promise<string> {
      const { ciphertext } = await call("encrypt", { plaintext, associated_data: bound, context: bound })
      return requireText(ciphertext, "ciphertext")
    },
    async decrypt(ciphertext: string, bound: string): Promise<string> {
      const { plaintext } = await call("decrypt", { ciphertext, associated_data: bound, context: bound })
      return text(plaintext) ?? ""
    },
  }
}
