import { named, type SimContact, type SimContactDetails } from "../contacts.ts"
import type { Handler, SimRequest, SimResponse } from "../server.ts"
import { type Route, route } from "../server.ts"
import type { Authorized, Needs } from "./access.ts"
import { graphError } from "./errors.ts"

type Item = Readonly<Record<string, unknown>>

const emailsMost = 3
const etagOf = ({ sequence }: SimContact): string => `W/"EQAAABYAAAB${String(sequence).padStart(6, "0")}"`

/** Contacts of the default folder, after MSG user-list-contacts.md, contact-delta.md, contact-update.md and contact.md. */
export function contactRoutes(
  prefix: string,
  authorized: (operation: string, needs: Needs, handler: Authorized) => Handler,
): readonly Route[] {
  const folder = `${prefix}/contactFolders/:folderId/contacts`
  return [
    // Child folders alone: the default folder is not among them (user-list-contactfolders.md).
    route(
      "GET",
      `${prefix}/contactFolders`,
      authorized("contactFolders", "contacts", () => answer({ value: [] })),
    ),
    ...[`${prefix}/contacts`, folder].flatMap((address) => [
      route("GET", address, authorized("listContacts", "contacts", list)),
      route("POST", address, authorized("createContact", "write-contacts", create)),
    ]),
    route("GET", `${folder}/delta`, authorized("contactsDelta", "contacts", delta)),
    route("GET", `${prefix}/contacts/:id`, authorized("getContact", "contacts", get)),
    route("PATCH", `${prefix}/contacts/:id`, authorized("updateContact", "write-contacts", update)),
    route("DELETE", `${prefix}/contacts/:id`, authorized("deleteContact", "write-contacts", remove)),
  ]
}

const answer = (body: object, status = 200): SimResponse => ({ status, body })
const missing = (): SimResponse => graphError(404, "ErrorItemNotFound")

const list: Authorized = (request, { contacts }) => {
  if (isElsewhere(request, contacts.folderId)) return missing()
  const { searchParams } = request.url
  if (searchParams.has("$search")) return graphError(400, "ErrorInvalidUrlQuery")
  const isMeant = filterOf(searchParams.get("$filter"))
  if (isMeant === null) return graphError(400, "ErrorInvalidUrlQueryFilter")
  const all = contacts.live().filter(isMeant)
  const size = sizeOf(request)
  const skip = Number(searchParams.get("$skip") ?? 0)
  const next = new URL(request.url)
  next.searchParams.set("$skip", String(skip + size))
  const link = skip + size < all.length ? { "@odata.nextLink": next.href } : {}
  const shown = all.slice(skip, skip + size)
  return answer({ value: shown.map((one) => selected(request, wireOf(one, contacts.folderId))), ...link })
}

const isElsewhere = ({ params }: SimRequest, folderId: string): boolean =>
  params.folderId !== undefined && params.folderId !== folderId

function sizeOf({ url, headers }: SimRequest): number {
  const asked = url.searchParams.get("$top") ?? /odata\.maxpagesize=(\d+)/.exec(headers.prefer ?? "")?.[1] ?? "10"
  return Math.min(1000, Math.max(1, Number(asked)))
}

/** Of an address nothing but equality can be asked (user-list-contacts.md). Null for a filter that is not understood. */
function filterOf(filter: string | null): ((contact: SimContact) => boolean) | null {
  if (filter === null) return () => true
  const [, address] = /^emailAddresses\/any\((\w+): ?\1\/address eq '([^']+)'\)$/i.exec(filter)?.slice(1) ?? []
  if (address !== undefined)
    return ({ details }) => details.emails.some((one) => one.address.toLowerCase() === address.toLowerCase())
  const start = /^startswith\(displayName, ?'([^']*)'\)$/i.exec(filter)?.[1]
  return start === undefined ? null : ({ details }) => details.displayName.toLowerCase().startsWith(start.toLowerCase())
}

type Token = { readonly since: number; readonly upTo: number; readonly skip: number; readonly select: string }

const delta: Authorized = (request, { contacts }) => {
  if (isElsewhere(request, contacts.folderId)) return missing()
  const { searchParams } = request.url
  if (["$filter", "$orderby", "$search"].some((name) => searchParams.has(name)))
    return graphError(400, "ErrorInvalidUrlQuery")
  const token = tokenOf(searchParams, contacts.sequence)
  if (token === null) return graphError(400, "ErrorInvalidParameter")
  if (token.since > 0 && token.since < contacts.oldestCursor) return graphError(410, "syncStateNotFound")
  const changed = contacts.changedBetween(token.since, token.upTo)
  const size = sizeOf(request)
  const link = (name: string, next: Token) =>
    `${request.url.origin}${request.url.pathname}?${name}=${Buffer.from(JSON.stringify(next)).toString("base64url")}`
  const isLast = token.skip + size >= changed.length
  const next = isLast
    ? { "@odata.deltaLink": link("$deltatoken", { ...token, since: token.upTo, upTo: 0, skip: 0 }) }
    : { "@odata.nextLink": link("$skiptoken", { ...token, skip: token.skip + size }) }
  const told = changed
    .slice(token.skip, token.skip + size)
    .map((one) =>
      one.isDeleted
        ? { id: one.id, "@removed": { reason: "deleted" } }
        : picked(wireOf(one, contacts.folderId), token.select),
    )
  return answer({ value: told, ...next })
}

function tokenOf(query: URLSearchParams, sequence: number): Token | null {
  const written = query.get("$deltatoken") ?? query.get("$skiptoken")
  if (written === null) return { since: 0, upTo: sequence, skip: 0, select: query.get("$select") ?? "" }
  try {
    const { since, upTo, skip, select } = JSON.parse(Buffer.from(written, "base64url").toString("utf8"))
    return { since: Number(since), upTo: Number(upTo) || sequence, skip: Number(skip), select: String(select) }
  } catch {
    return null
  }
}

const get: Authorized = (request, { contacts }) => {
  const found = contacts.find(request.params.id ?? "")
  return found === null ? missing() : answer(selected(request, wireOf(found, contacts.folderId)))
}

const create: Authorized = (request, { contacts }) => {
  if (isElsewhere(request, contacts.folderId)) return missing()
  const details = fromGraph(request.json, null)
  if (details === null) return graphError(400, "ErrorInvalidArgument")
  return answer(wireOf(contacts.create(details), contacts.folderId), 201)
}

const update: Authorized = (request, { contacts }) => {
  const found = contacts.find(request.params.id ?? "")
  if (found === null) return missing()
  if (isStale(request, found)) return graphError(412, "ErrorIrresolvableConflict")
  const details = fromGraph(request.json, found.details)
  if (details === null) return graphError(400, "ErrorInvalidArgument")
  return answer(wireOf(contacts.update(found, details), contacts.folderId))
}

const remove: Authorized = (request, { contacts }) => {
  const found = contacts.find(request.params.id ?? "")
  if (found === null) return missing()
  if (isStale(request, found)) return graphError(412, "ErrorIrresolvableConflict")
  contacts.remove(found)
  return { status: 204 }
}

function isStale({ headers }: SimRequest, contact: SimContact): boolean {
  const wanted = headers["if-match"]
  return wanted !== undefined && wanted !== "*" && wanted !== etagOf(contact)
}

function wireOf(contact: SimContact, folderId: string): Item {
  const { details, id, isMalformed } = contact
  const numbers = (key: string) => details.phones.filter((phone) => phone.key === key).map(({ number }) => number)
  return {
    "@odata.etag": etagOf(contact),
    id: isMalformed ? 0 : id,
    parentFolderId: folderId,
    birthday: null,
    jobTitle: null,
    personalNotes: "",
    categories: [],
    ...details.extra,
    displayName: details.displayName,
    givenName: details.givenName || null,
    surname: details.familyName || null,
    companyName: details.organisation || null,
    emailAddresses: details.emails.map(({ address, name }) => ({ name: name ?? address, address })),
    businessPhones: numbers("business"),
    homePhones: numbers("home"),
    mobilePhone: numbers("mobile")[0] ?? null,
  }
}

const known = new Set([
  ...["displayName", "givenName", "surname", "companyName", "emailAddresses"],
  ...["businessPhones", "homePhones", "mobilePhone"],
])

/** What a create or update says; null where it says what cannot be kept. */
function fromGraph(json: Item, before: SimContactDetails | null): SimContactDetails | null {
  const base = before ?? { ...blank }
  const text = (name: string, otherwise: string) => (name in json ? String(json[name] ?? "") : otherwise)
  const emails = "emailAddresses" in json ? emailsIn(json.emailAddresses) : base.emails
  if (emails.length > emailsMost) return null
  const phones = (["business", "home", "mobile"] as const).flatMap((key) => phonesIn(json, key, base))
  if (["business", "home"].some((key) => phones.filter((phone) => phone.key === key).length > 2)) return null
  const rest = Object.entries(json).filter(([name]) => !known.has(name) && !name.startsWith("@"))
  return named({
    displayName: text("displayName", base.displayName),
    givenName: text("givenName", base.givenName),
    familyName: text("surname", base.familyName),
    organisation: text("companyName", base.organisation),
    ...{ emails, phones, extra: { ...base.extra, ...Object.fromEntries(rest) } },
  })
}

const blank: SimContactDetails = {
  ...{ displayName: "", givenName: "", familyName: "", organisation: "" },
  ...{ emails: [], phones: [], extra: {} },
}

const recordOf = (value: unknown): Item => (typeof value === "object" && value !== null ? { ...value } : {})

const emailsIn = (value: unknown): SimContactDetails["emails"] =>
  (Array.isArray(value) ? value : []).map(recordOf).map(({ address, name }) => ({
    key: "",
    address: String(address ?? ""),
    ...(typeof name === "string" ? { name } : {}),
  }))

function phonesIn(json: Item, key: "business" | "home" | "mobile", base: SimContactDetails) {
  const name = key === "mobile" ? "mobilePhone" : `${key}Phones`
  if (!(name in json)) return base.phones.filter((phone) => phone.key === key)
  const value = json[name]
  const numbers = Array.isArray(value) ? value : value === null || value === "" ? [] : [value]
  return numbers.map((number) => ({ key, number: String(number) }))
}

const selected = ({ url }: SimRequest, item: Item): Item => picked(item, url.searchParams.get("$select") ?? "")

function picked(item: Item, select: string): Item {
  const wanted = new Set(select.split(",").map((name) => name.trim()))
  if (select === "") return item
  return Object.fromEntries(
    Object.entries(item).filter(([name]) => wanted.has(name) || name === "id" || name.startsWith("@")),
  )
}
