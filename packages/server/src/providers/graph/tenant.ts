import { type Access, authorization } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import { classifyGraph } from "@kalends/readers/graph/problems"
import { parseBody } from "@kalends/readers/json-body"
import { list, requireText, text, type Wire } from "@kalends/readers/parse"
import type { RoomSource } from "../../ports/room-source.ts"
import type {
  DirectoryEntry,
  DirectoryPage,
  DirectoryQuery,
  TenantAccess,
  TenantSource,
} from "../../ports/tenant-source.ts"
import { type ProviderDeps, readEach } from "../provider-deps.ts"
import { endpoints, type GraphSettings } from "./auth.ts"
import { createGraphCheckup } from "./checkup.ts"
import { requireOwnLink } from "./own-links.ts"
import { classifyToken } from "./problems.ts"
import { createGraphRooms } from "./rooms.ts"
import { checkupOfService } from "./service-checkup.ts"
import { createServiceSignIn } from "./service-sign-in.ts"
import {
  readRegistration,
  readSecret,
  readTenant,
  type SignedIn,
  type TenantSecret,
  tenantMethods,
} from "./tenant-secret.ts"

const peoplePerPage = 100
const accessLifeMostSeconds = 86_400

/** What an organisation's own token opens. */
export type GraphTenant = { readonly tenant: TenantSource; readonly rooms: RoomSource }

/** Application permissions (ENTRA v2-oauth2-client-creds-grant-flow.md): one token opens every mailbox of its scope. */
export function createGraphTenant({ http, oauth, clock }: ProviderDeps, settings: GraphSettings): GraphTenant {
  const signIn = createServiceSignIn({ oauth, clock }, settings)

  async function open({ tenant, own }: TenantSecret): Promise<TenantAccess> {
    if (own?.kind !== "sign-in") return { access: await token({ tenant, own }), renewedSecret: null }
    return signIn.refresh(tenant, own).catch((error: unknown) => {
      throw isProblem(error) ? forAll(error) : error
    })
  }
  const opened = async (secret: string) => (await open(readSecret(secret))).access

  async function token(secret: ApplicationSecret): Promise<Access> {
    const at = endpoints({ ...settings, tenant: secret.tenant }).token
    const answer = await oauth.requestToken(at, {
      grant_type: "client_credentials",
      scope: `${new URL(settings.apiUrl).origin}/.default`,
      ...(await clientOf(secret, at)),
    })
    const problem = classifyToken(answer, clock.now())
    if (problem !== null) throw forAll(problem)
    const { access_token: value, expires_in: seconds } = answer.body
    if (typeof value !== "string" || typeof seconds !== "number" || !(seconds > 0))
      throw new Problem("malformed", "Microsoft's sign-in gave no token.")
    const life = Math.floor(Math.min(seconds, accessLifeMostSeconds))
    return { kind: "bearer", token: value, expiresAt: clock.now().add({ seconds: life }) }
  }

  async function clientOf({ own }: ApplicationSecret, audience: string): Promise<Record<string, string>> {
    if (own === null) return { client_id: settings.clientId, client_secret: settings.clientSecret }
    if (own.kind === "secret") return { client_id: own.clientId, client_secret: own.clientSecret }
    const assertion = await oauth.signAssertion({
      ...{ privateKey: own.privateKey, algorithm: "PS256", header: { "x5t#S256": own.thumbprint } },
      claims: { aud: audience, iss: own.clientId, sub: own.clientId },
    })
    return {
      client_id: own.clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    }
  }

  /** A domain's tenant is named by its issuer; ids of tenants do not change, domains may. */
  async function tenantIdOf(tenant: string): Promise<string> {
    const url = `${settings.loginUrl}/${tenant}/v2.0/.well-known/openid-configuration`
    const response = await http.send({ method: "GET", url, headers: { accept: "application/json" } })
    const issuer = response.status === 200 ? text(parseBody(response.body).issuer) : null
    const id = issuer === null ? undefined : /\/([^/]+)\/v2\.0$/.exec(issuer)?.[1]
    if (id === undefined)
      throw new Problem("not-found", "Microsoft knows no such tenant.", { code: "tenant-unknown", isTenantWide: true })
    return id.toLowerCase()
  }

  async function get(access: Access, url: string, signal: AbortSignal): Promise<Wire> {
    // Searching needs the index of "eventual" reads (MS user-list.md).
    const headers = { accept: "application/json", consistencylevel: "eventual", authorization: authorization(access) }
    const response = await http.send({ method: "GET", url, headers, signal })
    const problem = classifyGraph(response, clock.now())
    if (problem !== null) throw problem
    return parseBody(response.body)
  }

  const checkupOfApplication = createGraphCheckup({ http, clock, token: opened }, settings)
  const tenant: TenantSource = {
    methods: tenantMethods,
    isTokenForAll: true,
    async open(method, given, permission) {
      if (method === signIn.method) return signIn.adopt(await tenantIdOf(readTenant(given)), given, permission)
      const { own, clientId, secretExpiresAt } = readRegistration(method, given, settings)
      const tenant = await tenantIdOf(readTenant(given))
      await token({ tenant, own })
      return { secret: JSON.stringify({ tenant, own }), identity: clientId, tenantId: tenant, secretExpiresAt }
    },
    signIn,
    access: ({ secret }) => open(readSecret(secret)),
    checkup(asked) {
      const { own } = readSecret(asked.secret)
      return own?.kind === "sign-in"
        ? checkupOfService({ http, clock, open: () => opened(asked.secret) }, settings, own, asked)
        : checkupOfApplication(asked)
    },
    async directory(secret, query) {
      const access = await opened(secret)
      return readDirectory((url) => get(access, requireOwnLink(settings.apiUrl, url), query.signal), settings, query)
    },
  }
  return { tenant, rooms: createGraphRooms(settings, { get, token: opened }) }
}

type ApplicationSecret = Pick<TenantSecret, "tenant"> & { readonly own: Exclude<TenantSecret["own"], SignedIn> }

/** What the application meets, its administrator mends for all, whoever's mailbox was to be opened. */
function forAll(problem: Problem): Problem {
  const { kind, message, code, context, retryAt } = problem
  return new Problem(kind, message, {
    ...(code === null ? {} : { code }),
    ...(retryAt === null ? {} : { retryAt }),
    ...{ context, isTenantWide: kind !== "unavailable" && kind !== "rate-limited" },
  })
}

type Get = (url: string) => Promise<Wire>

/** People first, then rooms. Rooms cannot be searched there: they are sifted here. */
async function readDirectory(
  get: Get,
  { apiUrl }: GraphSettings,
  { next, search }: DirectoryQuery,
): Promise<DirectoryPage> {
  const rooms = `${apiUrl}/places/microsoft.graph.room?$top=${peoplePerPage}`
  const url = next ?? `${apiUrl}/users?${peopleQuery(search)}`
  const isOfRooms = url.startsWith(`${apiUrl}/places/`)
  const body = await get(url).catch((error: unknown): Wire => {
    // Least privilege: an application that may not see rooms shows people alone.
    if (isOfRooms && isProblem(error, "forbidden")) return {}
    throw error
  })
  const entries = readEach(list(body.value), isOfRooms ? roomOf : personOf)
  return {
    entries: entries.filter(({ email, displayName }) => !isOfRooms || begins([email, displayName], search)),
    next: text(body["@odata.nextLink"]) ?? (isOfRooms ? null : rooms),
  }
}

function peopleQuery(search: string | null): string {
  const query = new URLSearchParams({ $select: "mail,userPrincipalName,displayName", $top: String(peoplePerPage) })
  const quoted = search?.replaceAll("'", "''")
  const isActive = "accountEnabled eq true"
  query.set(
    "$filter",
    quoted === undefined
      ? isActive
      : `${isActive} and (startswith(displayName,'${quoted}') or startswith(mail,'${quoted}'))`,
  )
  query.set("$count", "true")
  return query.toString().replaceAll("+", "%20")
}

const begins = (texts: readonly string[], search: string | null) =>
  search === null || texts.some((one) => one.toLowerCase().startsWith(search.toLowerCase()))

function personOf(person: Wire): DirectoryEntry {
  const email = requireText(text(person.mail) ?? text(person.userPrincipalName), "mail")
  return { email, displayName: text(person.displayName) ?? email, kind: "person" }
}

function roomOf(room: Wire): DirectoryEntry {
  const email = requireText(room.emailAddress, "emailAddress")
  return { email, displayName: text(room.displayName) ?? email, kind: "room" }
}
