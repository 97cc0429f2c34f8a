import { createHash, KeyObject, sign } from "node:crypto"
import { exportJWK, generateKeyPair, SignJWT } from "jose"
import { SimContacts } from "./contacts.ts"
import type { Application } from "./microsoft/applications.ts"
import { type Person, SimCalendar } from "./org.ts"
import type { SimulatorPlatform } from "./platform.ts"

export type Client = { readonly id: string; readonly secret: string }
type Code = {
  readonly person: Person
  readonly scope: string
  readonly redirectUri: string
  readonly challenge: string | null
  readonly nonce: string | null
  readonly expiresAtMs: number
}
export type Granted = {
  readonly person: Person
  readonly scope: string
  /** Given to an application itself (client credentials); `person` stands for it, without a mailbox. */
  readonly isApplication?: boolean
  /** The application itself, whose limits hold as they are at each call. */
  readonly application?: Application
  /** How the application proved itself: 1 by a secret, 2 by a certificate (`appidacr`). */
  readonly proof?: "secret" | "certificate"
  /** Its one refresh token, where using it gives no other. */
  readonly standing?: string
  isRevoked: boolean
}

const codeLifeMs = 10 * 60_000
export const accessLifeSeconds = 3600

/** The part of an authorization server that Entra and Google share: codes, grants, tokens, signed ID tokens. */
export async function createGrants(platform: SimulatorPlatform, client: Client) {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: "simulated", use: "sig", alg: "RS256" }
  const codes = new Map<string, Code>()
  const accessTokens = new Map<string, { readonly grant: Granted; readonly expiresAtMs: number }>()
  const refreshTokens = new Map<string, { readonly grant: Granted; usedAtMs: number }>()
  const applications = new Map<string, Person>()
  const nowMs = () => platform.now().epochMilliseconds

  /** An application's token is a JWT that names its roles (ENTRA access-token-claims-reference.md). */
  function applicationToken({ person, scope, application, proof }: Granted): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
    const roles = scope.split(" ").filter((role) => role !== "." && role !== "")
    const now = Math.floor(nowMs() / 1000)
    const body = {
      aud: "https://graph.microsoft.com",
      iss: `https://sts.windows.net/${person.tenant.id}/`,
      ...{ iat: now, nbf: now, exp: now + accessLifeSeconds, idtyp: "app", ver: "1.0" },
      appid: application?.clientId ?? client.id,
      app_displayname: application?.name ?? "application",
      appidacr: proof === "certificate" ? "2" : "1",
      ...(roles.length === 0 ? {} : { roles }),
      ...(application === undefined
        ? {}
        : { oid: application.servicePrincipalId, sub: application.servicePrincipalId }),
      tid: person.tenant.id,
      uti: platform.token(""),
    }
    const text = `${part({ typ: "JWT", alg: "RS256", kid: jwk.kid })}.${part(body)}`
    return `${text}.${sign("sha256", Buffer.from(text), KeyObject.from(privateKey)).toString("base64url")}`
  }

  return {
    keys: { keys: [jwk] },
    isClient: (id: string | null, secret: string | null) => id === client.id && secret === client.secret,
    clientId: client.id,
    /** A code for what the authorize page was asked for. */
    addCode(person: Person, scope: string, query: URLSearchParams): string {
      const text = platform.token("code.")
      codes.set(text, {
        person,
        scope,
        redirectUri: query.get("redirect_uri") ?? "",
        challenge: query.get("code_challenge"),
        nonce: query.get("nonce"),
        expiresAtMs: nowMs() + codeLifeMs,
      })
      return text
    },
    /** The code's data when the verifier and redirect address fit; good once. */
    takeCode(text: string, verifier: string | null, redirectUri: string | null): Code | null {
      const code = codes.get(text)
      codes.delete(text)
      if (code === undefined || code.expiresAtMs < nowMs() || code.redirectUri !== redirectUri) return null
      const isProven =
        code.challenge === null ||
        (verifier !== null && createHash("sha256").update(verifier).digest("base64url") === code.challenge)
      return isProven ? code : null
    },
    newGrant: (person: Person, scope: string): Granted => ({ person, scope, isRevoked: false }),
    newAccessToken(grant: Granted): string {
      const text = grant.isApplication === true ? applicationToken(grant) : platform.token("access.")
      accessTokens.set(text, { grant, expiresAtMs: nowMs() + accessLifeSeconds * 1000 })
      return text
    },
    /** A refresh token that is known beforehand, and the same after each start. */
    addStanding(person: Person, scope: string, standing: string): void {
      refreshTokens.set(standing, { grant: { person, scope, standing, isRevoked: false }, usedAtMs: nowMs() })
    },
    newRefreshToken(grant: Granted): string {
      const text = grant.standing ?? platform.token("refresh.")
      refreshTokens.set(text, { grant, usedAtMs: nowMs() })
      return text
    },
    /** The application's own access to a whole tenant (client credentials), with the roles that it has there. */
    newApplicationGrant(application: Application, scope: string, proof: "secret" | "certificate" = "secret"): Granted {
      const { clientId, tenant, name } = application
      const key = `${tenant.id} ${clientId}`
      const calendar = new SimCalendar("none", platform)
      const contacts = new SimContacts(platform)
      const nobody = { id: clientId, tenant, name, email: "", calendar, contacts, isRoom: false }
      const person = applications.get(key) ?? nobody
      applications.set(key, person)
      return { person, scope, isApplication: true, application, proof, isRevoked: false }
    },
    /** The grant of a refresh token, and how long it lay unused. Using it begins that time anew. */
    useRefresh(text: string): { readonly grant: Granted; readonly idleDays: number } | null {
      const found = refreshTokens.get(text)
      if (found === undefined) return null
      const idleDays = (nowMs() - found.usedAtMs) / 86_400_000
      found.usedAtMs = nowMs()
      return { grant: found.grant, idleDays }
    },
    endRefresh: (text: string): boolean => refreshTokens.delete(text),
    findAccess(header: string | undefined): Granted | null {
      const found = accessTokens.get((header ?? "").replace(/^Bearer /, ""))
      return found === undefined || found.expiresAtMs < nowMs() || found.grant.isRevoked ? null : found.grant
    },
    /** Access tokens end now; refresh tokens live on. */
    expireAccess: () => accessTokens.clear(),
    revoke(email: string): void {
      for (const { grant } of [...refreshTokens.values(), ...accessTokens.values()])
        if (grant.person.email === email) grant.isRevoked = true
    },
    /** Whose grant the token was of; null where it is not known. */
    revokeToken(text: string): Person | null {
      const { grant } = refreshTokens.get(text) ?? accessTokens.get(text) ?? {}
      if (grant === undefined) return null
      grant.isRevoked = true
      return grant.person
    },
    idToken: (claims: Readonly<Record<string, unknown>>, issuer: string): Promise<string> =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "simulated" })
        .setIssuer(issuer)
        .setAudience(client.id)
        .setIssuedAt(Math.floor(nowMs() / 1000))
        .setExpirationTime(Math.floor(nowMs() / 1000) + accessLifeSeconds)
        .sign(privateKey),
  }
}

export type Grants = Awaited<ReturnType<typeof createGrants>>
