import { decodeJwt, exportPKCS8, generateKeyPair, jwtVerify } from "jose"
import { SimContacts } from "../contacts.ts"
import type { SimulatorContext } from "../context.ts"
import { accessLifeSeconds, type Grants } from "../grants.ts"
import { type Person, SimCalendar } from "../org.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { googleError } from "./errors.ts"

// Service accounts that act for a domain's people (developers.google.com/identity/protocols/oauth2/service-account), and
// the Admin SDK's directory (users.list, resources.calendars.list).

/** A service account, with what the domain's administrator allows it. */
export type ServiceAccount = {
  readonly email: string
  /** The JSON file of its key, as Google's console gives it. */
  readonly keyFile: string
  readonly publicKey: CryptoKey
  /** Scopes that the Admin console delegates to it; empties take everything away. */
  delegated: readonly string[]
  isKeyDisabled: boolean
  /** Whatever signed it: for a demo whose keys do not outlive it. */
  readonly takesAnyKey: boolean
}

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
const lifeMostSeconds = 3_600
const skewSeconds = 300

const refused = (error: string, description: string): SimResponse => ({
  status: error === "unauthorized_client" ? 401 : 400,
  body: { error, error_description: description },
})

export function createServiceAccounts(context: SimulatorContext, grants: Grants) {
  const accounts = new Map<string, ServiceAccount>()
  /** Service accounts as those whom a calendar is shared with. */
  const selves = new Map<string, Person>()
  /** Who administers the domain: the directory is shown to them alone. */
  const administrators = new Set<string>()

  /** How far Google's clock is ahead of everybody else's. */
  const clock = { aheadSeconds: 0 }

  async function token(request: SimRequest): Promise<SimResponse> {
    const answer = await answerTo(request)
    const person = String(readClaims(request.form.get("assertion") ?? "").sub ?? "") || null
    context.calls.add({ service: "google", operation: "delegated", person, status: answer.status })
    return answer
  }

  async function answerTo({ form, url }: SimRequest): Promise<SimResponse> {
    const assertion = form.get("assertion") ?? ""
    const claims = readClaims(assertion)
    const account = accounts.get(String(claims.iss))
    if (account === undefined) return refused("invalid_grant", "Invalid grant: account not found")
    const now = Math.floor(context.platform.now().epochMilliseconds / 1000) + clock.aheadSeconds
    const isVerified = await jwtVerify(assertion, account.publicKey, {
      audience: `${url.origin}/oauth/token`,
      currentDate: new Date(Number(claims.iat ?? 0) * 1000),
    }).then(
      () => true,
      () => false,
    )
    if (!(isVerified || account.takesAnyKey) || account.isKeyDisabled)
      return refused("invalid_grant", "Invalid JWT Signature.")
    const [iat, exp] = [Number(claims.iat), Number(claims.exp)]
    if (iat > now + skewSeconds || exp < now || exp - iat > lifeMostSeconds)
      return refused(
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
      )
    const scopes = String(claims.scope ?? "").split(" ")
    // For itself it needs no delegation: it has what calendars' owners have shared with it.
    const self = claims.sub === undefined ? selves.get(account.email) : undefined
    if (self === undefined && !scopes.every((scope) => account.delegated.includes(scope)))
      return refused(
        "unauthorized_client",
        "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
      )
    const person = self ?? context.org.findPerson(String(claims.sub), "google")
    // A resource is nobody's account: none acts for it.
    if (person !== self && person?.isRoom === true && isResource(person.email))
      return refused("invalid_grant", "Invalid email or User ID")
    if (person === null) return refused("invalid_grant", "Invalid email or User ID")
    const body = { access_token: grants.newAccessToken(grants.newGrant(person, scopes.join(" "))) }
    return { status: 200, body: { ...body, expires_in: accessLifeSeconds, token_type: "Bearer" } }
  }

  const directory =
    (scope: RegExp, handler: (request: SimRequest, all: readonly Person[]) => SimResponse) =>
    (request: SimRequest): SimResponse => {
      const grant = grants.findAccess(request.headers.authorization)
      if (grant === null) return googleError(401, "authError")
      if (!scope.test(grant.scope) || !administrators.has(grant.person.email)) return googleError(403, "forbidden")
      return handler(
        request,
        context.org.people.filter(({ tenant }) => tenant.id === grant.person.tenant.id),
      )
    }

  const routes: readonly Route[] = [
    route("GET", "/admin/directory/v1/users", directory(/admin\.directory\.user\.readonly/, users)),
    route(
      "GET",
      "/admin/directory/v1/customer/my_customer/resources/calendars",
      directory(/admin\.directory\.resource\.calendar\.readonly/, resources),
    ),
  ]

  return {
    routes,
    administrators,
    clock,
    /** Answers a token request with an assertion; null for any other. */
    answer: (request: SimRequest): Promise<SimResponse> | null =>
      request.form.get("grant_type") === jwtBearer ? token(request) : null,
    /** Shares a resource's calendar with a service account: to make changes and manage sharing. */
    share({ email, tenant }: Person, account: ServiceAccount): void {
      const { platform, org } = context
      const calendar = new SimCalendar(account.email, platform)
      const who = { id: account.email, name: account.email, email: account.email, tenant, calendar, isRoom: false }
      selves.set(account.email, { ...who, contacts: new SimContacts(platform) })
      org.shares.set(email, new Set([...(org.shares.get(email) ?? []), account.email]))
    },
    /** A service account with a key, to which the domain delegates these scopes. */
    async add(
      name: string,
      delegated: readonly string[],
      { takesAnyKey = false }: { readonly takesAnyKey?: boolean } = {},
    ): Promise<ServiceAccount> {
      const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true })
      const email = `${name}@simulated.iam.gserviceaccount.com`
      const file = {
        type: "service_account",
        client_email: email,
        client_id: "109876543210987654321",
        private_key_id: "simulated-key",
        private_key: await exportPKCS8(privateKey),
      }
      const account = { email, keyFile: JSON.stringify(file), publicKey, delegated, isKeyDisabled: false, takesAnyKey }
      accounts.set(email, account)
      return account
    },
  }
}

export type ServiceAccounts = ReturnType<typeof createServiceAccounts>

const isResource = (email: string) => email.endsWith("@resource.calendar.google.com")

function readClaims(assertion: string): Readonly<Record<string, unknown>> {
  try {
    return decodeJwt(assertion)
  } catch {
    return {}
  }
}

function page<Item>(request: SimRequest, all: readonly Item[]) {
  const query = request.url.searchParams
  const size = Math.min(500, Number(query.get("maxResults") ?? "100"))
  const from = Number(query.get("pageToken") ?? "0")
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {}
  return { shown: all.slice(from, from + size), next }
}

/** `query=email:ad*` finds by the beginning (search-users). */
function users(request: SimRequest, all: readonly Person[]): SimResponse {
  const wanted = /email:([^ ]+)\*/.exec(request.url.searchParams.get("query") ?? "")?.[1]?.toLowerCase() ?? ""
  const { shown, next } = page(
    request,
    all.filter(({ email, isRoom }) => !isRoom && email.startsWith(wanted)),
  )
  const found = shown.map(({ id, name, email }) => ({
    id,
    primaryEmail: email,
    name: { fullName: name },
    suspended: false,
  }))
  return { status: 200, body: { kind: "admin#directory#users", users: found, ...next } }
}

function resources(request: SimRequest, all: readonly Person[]): SimResponse {
  const { shown, next } = page(
    request,
    all.filter(({ isRoom }) => isRoom),
  )
  const items = shown.map(({ id, name, email }) => ({ resourceId: id, resourceName: name, resourceEmail: email }))
  return { status: 200, body: { kind: "admin#directory#resources#calendars#calendarResourcesList", items, ...next } }
}
