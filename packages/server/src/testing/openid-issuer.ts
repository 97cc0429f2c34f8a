import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose"
import Provider from "oidc-provider"

/** Who the issuer knows, by the name that they sign in with there. */
export type IssuedPerson = {
  readonly email: string
  readonly email_verified: boolean
  readonly name: string
}

/** Makes another ID token of the one that was issued. */
export type Forge = (claims: JWTPayload, sign: (claims: JWTPayload) => Promise<string>) => Promise<string>

/**
 * An OpenID provider of somebody else's making (npm oidc-provider, unchanged) on loopback. `forge` stands for somebody on
 * the way who changes its ID tokens, or for an issuer that went wrong.
 */
export async function openIssuer({
  clientId,
  redirectUri,
}: {
  readonly clientId: string
  readonly redirectUri: string
}) {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true })
  const kid = "issuer-key"
  const people = new Map<string, IssuedPerson>()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  // A name with `localhost` would share its cookies with the service's.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sign = (claims: JWTPayload) => new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey)
  let forge: Forge | null = null
  const clientSecret = "issuer-secret-of-kalends-0123456789"
  const provider = new Provider(url, {
    clients: [
      {
        ...{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] },
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" }] },
    cookies: { keys: ["loopback-only"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people.get(id) }) }),
  })
  const handle = provider.callback()
  server.on("request", (request, response) => {
    const { forge: changed } = { forge }
    if (changed === null || request.url !== "/token") return void handle(request, response)
    const end = response.end.bind(response)
    response.end = ((body: string | Buffer) => {
      void forged(String(body), changed, sign).then((text) => {
        response.removeHeader("content-length")
        end(text)
      })
      return response
    }) as typeof response.end
    void handle(request, response)
  })
  return {
    ...{ url, people, clientSecret, sign, publicKey },
    forge(next: Forge | null): void {
      forge = next
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type OpenIssuer = Awaited<ReturnType<typeof openIssuer>>

async function forged(body: string, forge: Forge, sign: (claims: JWTPayload) => Promise<string>): Promise<string> {
  const answer = JSON.parse(body) as { readonly id_token?: string }
  if (answer.id_token === undefined) return body
  const claims = JSON.parse(Buffer.from(answer.id_token.split(".")[1] ?? "", "base64url").toString()) as JWTPayload
  return JSON.stringify({ ...answer, id_token: await forge(claims, sign) })
}
