import { named, type SimContact, type SimContactDetails, type SimContacts } from "../contacts.ts"
import type { SimulatorContext } from "../context.ts"
import type { Grants } from "../grants.ts"
import { createGuard, retryAfter } from "../guard.ts"
import type { Failure, Knobs } from "../knobs.ts"
import type { Person } from "../org.ts"
import type { Route, SimRequest, SimResponse } from "../server.ts"

type Item = Readonly<Record<string, unknown>>
type Answering = (request: SimRequest, person: Person) => SimResponse

const scopes = { read: /auth\/contacts(?:\.readonly)?(?:\s|$)/, write: /auth\/contacts(?:\s|$)/ } as const

/** An error as google.rpc.Status words it, with its reason in an ErrorInfo (cloud.google.com/apis/design/errors). */
function rpcError(status: number, word: string, reason: string, headers: Readonly<Record<string, string>> = {}) {
  const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com" }
  return { status, headers, body: { error: { code: status, message: "simulated", status: word, details: [info] } } }
}

const invalid = (): SimResponse => rpcError(400, "INVALID_ARGUMENT", "BAD_REQUEST")
const missing = (): SimResponse => rpcError(404, "NOT_FOUND", "NOT_FOUND")

function refused(failure: Failure | "removed", fault: Knobs): SimResponse {
  switch (failure) {
    case "down":
      return rpcError(503, "UNAVAILABLE", "BACKEND_ERROR")
    case "removed":
      return rpcError(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED")
    case "failed":
      return rpcError(500, "INTERNAL", "BACKEND_ERROR")
    case "throttled":
      return rpcError(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", retryAfter(fault))
  }
}

/**
 * The People API as far as a person's own contacts go, after developers.google.com/people/api/rest/v1 (connections.list,
 * get, createContact, updateContact, deleteContact, searchContacts) and /people/v1/contacts.
 */
export function peopleRoutes(context: SimulatorContext, grants: Grants): readonly Route[] {
  const wording = { service: "google", unauthorized: rpcError(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"), refused }
  const guard = createGuard(context, grants, wording)
  const authorized = (operation: string, needs: keyof typeof scopes, handler: Answering) =>
    guard(operation, (request, { person, scope }) => {
      if (context.knobs(person.tenant.id).isApiOff) return rpcError(403, "PERMISSION_DENIED", "SERVICE_DISABLED")
      return scopes[needs].test(scope)
        ? handler(request, person)
        : rpcError(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    })
  const at = (method: string, rest: string, handler: Route["handler"]): Route => ({
    method,
    pattern: new RegExp(`^/v1/${rest}$`),
    handler,
  })
  const searched = new WeakMap<SimContacts, readonly SimContact[]>()
  return [
    at("GET", "people/me/connections", authorized("listConnections", "read", list)),
    at(
      "GET",
      "people:searchContacts",
      authorized("searchContacts", "read", (request, person) => search(request, person, searched)),
    ),
    at("POST", "people:createContact", authorized("createContact", "write", create)),
    at("PATCH", "people/(?<id>c[\\w-]+):updateContact", authorized("updateContact", "write", update)),
    at("DELETE", "people/(?<id>c[\\w-]+):deleteContact", authorized("deleteContact", "write", remove)),
    at("GET", "people/(?<id>c[\\w-]+)", authorized("getPerson", "read", get)),
  ]
}

/** A list of fields is given once, with commas. */
const maskOf = ({ url }: SimRequest, name: string): readonly string[] =>
  (url.searchParams.get(name) ?? "").split(",").filter((field) => field !== "")

const list: Answering = (request, { contacts }) => {
  const query = request.url.searchParams
  const mask = maskOf(request, "personFields")
  if (mask.length === 0) return invalid()
  const token = query.get("syncToken")
  const since = token === null ? 0 : Number(token.replace(/^sync-/, ""))
  if (Number.isNaN(since)) return invalid()
  if (token !== null && since < contacts.oldestCursor) return rpcError(400, "FAILED_PRECONDITION", "EXPIRED_SYNC_TOKEN")
  const [offset = 0, upTo = contacts.sequence] = (query.get("pageToken") ?? "")
    .split(".")
    .filter((part) => part !== "")
    .map(Number)
  const size = Math.min(1000, Math.max(1, Number(query.get("pageSize") ?? 100)))
  const all = contacts.changedBetween(since, upTo).filter(({ isDeleted }) => token !== null || !isDeleted)
  const isLast = offset + size >= all.length
  const next = isLast ? {} : { nextPageToken: `${offset + size}.${upTo}` }
  const sync = isLast && query.get("requestSyncToken") === "true" ? { nextSyncToken: `sync-${upTo}` } : {}
  const connections = all.slice(offset, offset + size).map((one) => wireOf(one, mask))
  return { status: 200, body: { connections, totalPeople: all.length, totalItems: all.length, ...next, ...sync } }
}

/** Finds what was there when an empty query last filled the cache, by the beginnings of words. */
function search(
  request: SimRequest,
  { contacts }: Person,
  searched: WeakMap<SimContacts, readonly SimContact[]>,
): SimResponse {
  const mask = maskOf(request, "readMask")
  if (mask.length === 0) return invalid()
  const query = (request.url.searchParams.get("query") ?? "").toLowerCase()
  if (query === "") {
    searched.set(contacts, contacts.live())
    return { status: 200, body: {} }
  }
  const size = Math.min(30, Math.max(1, Number(request.url.searchParams.get("pageSize") ?? 10)))
  const found = (searched.get(contacts) ?? []).filter(({ details }) =>
    [details.displayName, details.organisation, ...details.emails.map(({ address }) => address)].some((text) =>
      ` ${text.toLowerCase()}`.includes(` ${query}`),
    ),
  )
  return { status: 200, body: { results: found.slice(0, size).map((one) => ({ person: wireOf(one, mask) })) } }
}

const get: Answering = (request, { contacts }) => {
  const mask = maskOf(request, "personFields")
  if (mask.length === 0) return invalid()
  const found = contacts.find(request.params.id?.slice(1) ?? "")
  return found === null ? missing() : { status: 200, body: wireOf(found, mask) }
}

const create: Answering = (request, { contacts }) => {
  const details = fromGoogle(request.json, fields, null)
  if (details === null) return invalid()
  return { status: 200, body: wireOf(contacts.create(details), answered(request)) }
}

const update: Answering = (request, { contacts }) => {
  const found = contacts.find(request.params.id?.slice(1) ?? "")
  if (found === null) return missing()
  const mask = maskOf(request, "updatePersonFields")
  const sources = recordOf(request.json.metadata).sources
  const source = (Array.isArray(sources) ? sources : []).map(recordOf).find(({ type }) => type === "CONTACT")
  if (mask.length === 0 || source === undefined) return invalid()
  if (source.etag !== etagOf(found)) return rpcError(400, "FAILED_PRECONDITION", "failedPrecondition")
  const details = fromGoogle(request.json, mask, found.details)
  if (details === null) return invalid()
  return { status: 200, body: wireOf(contacts.update(found, details), answered(request)) }
}

/** No precondition is taken here: whoever has one looks before. */
const remove: Answering = (request, { contacts }) => {
  const found = contacts.find(request.params.id?.slice(1) ?? "")
  if (found === null) return missing()
  contacts.remove(found)
  return { status: 200, body: {} }
}

const fields = ["names", "emailAddresses", "phoneNumbers", "organizations", "biographies", "birthdays"]

function answered(request: SimRequest): readonly string[] {
  const mask = maskOf(request, "personFields")
  return mask.length === 0 ? [...fields, "metadata"] : mask
}

const etagOf = ({ id, sequence }: SimContact): string => `#${id.slice(0, 6)}${sequence}`

function wireOf(contact: SimContact, mask: readonly string[]): Item {
  const { details, id, isDeleted, isMalformed } = contact
  const source = { type: "CONTACT", id, etag: etagOf(contact) }
  const own = { metadata: { primary: true, source: { type: "CONTACT", id } } }
  const head = {
    resourceName: `people/c${id}`,
    etag: `%${etagOf(contact)}`,
    metadata: { sources: isMalformed ? [] : [source], objectType: "PERSON", ...(isDeleted ? { deleted: true } : {}) },
  }
  if (isDeleted) return head
  const { organizations, names, ...extra } = details.extra
  const { givenName, familyName, displayName } = details
  const all: Item = {
    ...extra,
    names: displayName === "" ? [] : [{ ...own, ...recordOf(names), displayName, givenName, familyName }],
    emailAddresses: details.emails.map(({ key, address, name }) => ({
      ...own,
      value: address,
      ...(key === "" ? {} : { type: key }),
      ...(name === undefined ? {} : { displayName: name }),
    })),
    phoneNumbers: details.phones.map(({ key, number }) => ({
      ...own,
      value: number,
      canonicalForm: number.replace(/[^+\d]/g, ""),
      ...(key === "" ? {} : { type: key }),
    })),
    organizations:
      details.organisation === "" ? [] : [{ ...own, ...recordOf(organizations), name: details.organisation }],
  }
  const shown = Object.entries(all).filter(
    ([name, value]) => mask.includes(name) && !(Array.isArray(value) && value.length === 0),
  )
  const { metadata, ...named } = head
  return { ...named, ...(mask.includes("metadata") ? { metadata } : {}), ...Object.fromEntries(shown) }
}

const recordOf = (value: unknown): Item => (typeof value === "object" && value !== null ? { ...value } : {})
const recordsOf = (value: unknown): readonly Item[] => (Array.isArray(value) ? value.map(recordOf) : [])
const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** Each field of the mask is replaced as a whole; null for more than one name. */
function fromGoogle(json: Item, mask: readonly string[], before: SimContactDetails | null): SimContactDetails | null {
  const names = recordsOf(json.names)
  if (names.length > 1) return null
  const base = before ?? { ...blank }
  const isMeant = (name: string) => mask.includes(name)
  const [name] = names
  const [company] = recordsOf(json.organizations)
  const rest = ["biographies", "birthdays"].filter((one) => isMeant(one) && one in json)
  const { displayName: _d, givenName: _g, familyName: _f, metadata: _m, ...parts } = name ?? {}
  const { name: companyName, metadata: _c, ...about } = company ?? {}
  return named({
    ...base,
    ...(isMeant("names")
      ? { displayName: "", givenName: text(name?.givenName), familyName: text(name?.familyName) }
      : {}),
    ...(isMeant("organizations") ? { organisation: text(companyName) } : {}),
    emails: isMeant("emailAddresses") ? recordsOf(json.emailAddresses).map(emailOf) : base.emails,
    phones: isMeant("phoneNumbers")
      ? recordsOf(json.phoneNumbers).map(({ value, type }) => ({ key: text(type), number: text(value) }))
      : base.phones,
    extra: {
      ...base.extra,
      ...(isMeant("names") ? { names: parts } : {}),
      ...(isMeant("organizations") ? { organizations: about } : {}),
      ...Object.fromEntries(rest.map((one) => [one, json[one]])),
    },
  })
}

const emailOf = ({ value, type, displayName }: Item) => ({
  key: text(type),
  address: text(value),
  ...(typeof displayName === "string" ? { name: displayName } : {}),
})

const blank: SimContactDetails = {
  ...{ displayName: "", givenName: "", familyName: "", organisation: "" },
  ...{ emails: [], phones: [], extra: {} },
}
