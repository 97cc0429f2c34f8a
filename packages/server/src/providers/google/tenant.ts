import { type Access, authorization } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import { classifyGoogle } from "@kalends/readers/google/problems"
import { parseBody } from "@kalends/readers/json-body"
import { list, requireText, text, type Wire, wire } from "@kalends/readers/parse"
import { z } from "zod"
import type { RoomSource } from "../../ports/room-source.ts"
import type { DirectoryEntry, TenantGiven, TenantSource } from "../../ports/tenant-source.ts"
import { type ProviderDeps, readEach } from "../provider-deps.ts"
import { calendarScopes, directoryScopes, endpoints, type GoogleSettings } from "./auth.ts"
import { googleCheckup } from "./checkup.ts"
import { classifyDelegation } from "./problems.ts"
import { createGoogleRooms } from "./rooms.ts"

const perPage = "100"
const accessLifeMostSeconds = 86_400

const keyFileSchema = z.object({
  type: z.literal("service_account"),
  client_email: z.email().max(320),
  private_key: z.string().max(16_384),
})
const secretSchema = z.object({
  email: z.string(),
  privateKey: z.string(),
  domain: z.string(),
  /** Whose view of the directory is used; null where it is not to be read. */
  administrator: z.string().nullable(),
})
type Secret = z.infer<typeof secretSchema>

/** What a service account of an organisation's opens. */
export type GoogleTenant = { readonly tenant: TenantSource; readonly rooms: RoomSource }

/**
 * A service account to which the domain's administrator has delegated the calendar scopes (developers.google.com/identity/
 * protocols/oauth2/service-account). Each person has a token of their own, which opens their calendars and no other.
 */
export function createGoogleTenant({ http, oauth, clock }: ProviderDeps, settings: GoogleSettings): GoogleTenant {
  const at = endpoints(settings).token

  /** `subject` null: for the service account itself. */
  async function token(secret: Secret, subject: string | null, scopes: readonly string[]): Promise<Access> {
    const assertion = await oauth.signAssertion({
      ...{ privateKey: secret.privateKey, algorithm: "RS256", header: {} },
      claims: {
        ...{ iss: secret.email, aud: at, scope: scopes.join(" ") },
        ...(subject === null ? {} : { sub: subject }),
      },
    })
    const answer = await oauth.requestToken(at, {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion,
    })
    const problem = classifyDelegation(answer, clock.now())
    if (problem !== null) throw problem
    const { access_token: value, expires_in: seconds } = answer.body
    if (typeof value !== "string" || typeof seconds !== "number" || !(seconds > 0))
      throw new Problem("malformed", "Google's sign-in gave no token.")
    const life = Math.floor(Math.min(seconds, accessLifeMostSeconds))
    return { kind: "bearer", token: value, expiresAt: clock.now().add({ seconds: life }) }
  }

  async function get(
    access: Access,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Wire> {
    const url = `${settings.directoryUrl}${path}?${new URLSearchParams(query)}`
    const headers = { accept: "application/json", authorization: authorization(access) }
    const response = await http.send({ method: "GET", url, headers, signal })
    const problem = classifyGoogle(response, clock.now())
    if (problem !== null) throw problem
    return parseBody(response.body)
  }

  /** A page of the directory, as the administrator sees it. */
  async function readDirectory(
    sealed: string,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Wire> {
    const secret = readSecret(sealed)
    if (secret.administrator === null)
      throw new Problem("unsupported", "Without an administrator's name the directory cannot be read.", {
        code: "no-directory",
      })
    return get(await token(secret, secret.administrator, directoryScopes), path, query, signal)
  }

  const tenant: TenantSource = {
    methods: [
      {
        name: "service-account",
        fields: [
          { name: "keyFile", kind: "long-secret", isOptional: false },
          { name: "domain", kind: "text", isOptional: false },
          { name: "mailbox", kind: "text", isOptional: false },
          { name: "administrator", kind: "text", isOptional: true },
        ],
      },
    ],
    isTokenForAll: false,
    signIn: null,
    async open(_method, given, permission) {
      const secret = secretOf(given)
      // A key alone proves nothing: what it may do shows with somebody's calendar.
      await token(secret, given.mailbox ?? "", calendarScopes(permission)).catch(aboutAll)
      return { secret: JSON.stringify(secret), identity: secret.email, tenantId: secret.domain, secretExpiresAt: null }
    },
    async access({ secret, mailbox, permission }) {
      const scopes = calendarScopes(permission)
      const access = isResource(mailbox)
        ? { ...(await token(readSecret(secret), null, scopes)), mailbox }
        : await token(readSecret(secret), mailbox, scopes)
      return { access, renewedSecret: null }
    },
    checkup(asked) {
      const secret = readSecret(asked.secret)
      const { administrator } = secret
      const peek = async (name: string) =>
        get(
          await token(secret, name, directoryScopes),
          "/users",
          { customer: "my_customer", maxResults: "1" },
          asked.signal,
        )
      const readDirectory = administrator === null ? null : () => peek(administrator)
      const ask = (subject: string, scopes: readonly string[]) => token(secret, subject, scopes)
      return googleCheckup({ http, clock, token: ask, readDirectory }, settings, asked)
    },
    async directory(sealed, { next, search, signal }) {
      const [what = "users", page = ""] = next?.split(" ") ?? []
      const paging: Readonly<Record<string, string>> = page === "" ? {} : { pageToken: page }
      if (what === "rooms") {
        const path = "/customer/my_customer/resources/calendars"
        const body = await readDirectory(sealed, path, { maxResults: perPage, ...paging }, signal)
        const entries = readEach(list(body.items), roomOf)
        return { entries: entries.filter(begins(search)), next: nextOf("rooms", body, null) }
      }
      const query = { customer: "my_customer", maxResults: perPage, orderBy: "email", ...paging, ...searchFor(search) }
      const body = await readDirectory(sealed, "/users", query, signal)
      return { entries: readEach(list(body.users), personOf), next: nextOf("users", body, "rooms") }
    },
  }
  return { tenant, rooms: createGoogleRooms(readDirectory) }
}

/**
 * A resource is no account that could be acted for (developers.google.com/identity/protocols/oauth2/service-account): its
 * calendar is shared with the service account itself.
 */
const isResource = (mailbox: string) => mailbox.toLowerCase().endsWith("@resource.calendar.google.com")

/** Throws Problem "malformed" (code: the field). */
function secretOf({ keyFile = "", domain = "", administrator }: TenantGiven): Secret {
  const parsed = keyFileSchema.safeParse(parseQuietly(keyFile))
  if (!parsed.success)
    throw new Problem("malformed", "That is not the JSON file of a service account's key.", { code: "keyFile" })
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(domain))
    throw new Problem("malformed", "That is not a domain.", { code: "domain" })
  const { client_email: email, private_key: privateKey } = parsed.data
  return { email, privateKey, domain: domain.toLowerCase(), administrator: administrator ?? null }
}

function parseQuietly(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

function readSecret(text: string): Secret {
  const parsed = secretSchema.safeParse(parseQuietly(text))
  if (parsed.success) return parsed.data
  throw new Problem("malformed", "What was stored of this connection cannot be read.", { code: "tenant-secret" })
}

/** The one mailbox it is tried on stands for all while an organisation is connected. */
function aboutAll(error: unknown): never {
  if (!isProblem(error)) throw error
  throw new Problem(error.kind, error.message, {
    ...(error.code === null ? {} : { code: error.code }),
    isTenantWide: true,
  })
}

function nextOf(what: "users" | "rooms", body: Wire, after: "rooms" | null): string | null {
  const page = text(body.nextPageToken)
  return page === null ? after : `${what} ${page}`
}

/** Beginnings of addresses (developers.google.com/workspace/admin/directory/v1/guides/search-users). */
function searchFor(search: string | null): Readonly<Record<string, string>> {
  const plain = search?.replace(/[^\w.@+-]/g, "") ?? ""
  return plain === "" ? {} : { query: `email:${plain}*` }
}

const begins =
  (search: string | null) =>
  ({ email, displayName }: DirectoryEntry): boolean =>
    search === null || [email, displayName].some((one) => one.toLowerCase().startsWith(search.toLowerCase()))

function personOf(user: Wire): DirectoryEntry {
  if (user.suspended === true) throw new TypeError("nobody who can be connected")
  const email = requireText(user.primaryEmail, "primaryEmail")
  return { email, displayName: text(wire(user.name)?.fullName) ?? email, kind: "person" }
}

function roomOf(room: Wire): DirectoryEntry {
  const email = requireText(room.resourceEmail, "resourceEmail")
  return { email, displayName: text(room.resourceName) ?? email, kind: "room" }
}
