import type { Collection } from "./collections.ts"
import {
  collectionProperties,
  multistatus,
  objectProperties,
  type Properties,
  precondition,
  principalProperties,
  propstats,
  rootProperties,
  statusOf,
} from "./properties.ts"
import { type Registrations, readRegister } from "./registrations.ts"
import { child, parseXml, type XmlElement } from "./xml.ts"

export type DavRequest = {
  readonly method: string
  readonly path: string
  readonly origin: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type DavAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The connection breaks in the middle of the body. */
  readonly isCut?: boolean
}

/** One account and its calendars. */
export type DavAccount = {
  readonly username: string
  readonly password: string
  readonly collections: Map<string, Collection>
}

/** What goes wrong with calls. */
export type DavFaults = {
  /** The next call is refused; `retryAfterSeconds` null does not say until when. */
  throttleNext: { readonly retryAfterSeconds: number | null } | null
  /** After so many more pages of a sync, one answer breaks off. */
  cutAfterPages: number | null
  pageSize: number
  isPushOffered: boolean
}

export type DavContext = {
  readonly account: DavAccount
  readonly registrations: Registrations
  readonly faults: DavFaults
}

const syncTokenMissing = "D:valid-sync-token"
const allow = "OPTIONS, GET, PUT, DELETE, POST, PROPFIND, REPORT, MKCALENDAR"

/** Answers one request of the account's owner, as a CalDAV server with WebDAV-Push does. */
export function answer(context: DavContext, request: DavRequest): DavAnswer {
  switch (request.method) {
    case "OPTIONS":
      return {
        status: 200,
        headers: { allow, dav: `1, 3, calendar-access${context.faults.isPushOffered ? ", webdav-push" : ""}` },
      }
    case "PROPFIND":
      return propfind(context, request)
    case "REPORT":
      return report(context, request)
    case "POST":
      return post(context, request)
    default:
      return contents(context, request)
  }
}

function contents(context: DavContext, request: DavRequest): DavAnswer {
  const { method, path, body } = request
  const { account, registrations } = context
  const collection = collectionAt(account, path)
  if (method === "DELETE" && path.startsWith(registrationsAt))
    return { status: registrations.remove(path.slice(registrationsAt.length)) ? 204 : 404 }
  if (collection === null || path === collection.path) return { status: 404 }
  const isSilent = silencer(request)
  if (method === "GET") {
    const object = collection.find(path)
    if (object === null) return { status: 404 }
    return { status: 200, headers: { etag: object.etag, "content-type": "text/calendar" }, body: object.data }
  }
  const isRefused = !isAsExpected(request, collection.find(path)?.etag ?? null)
  if (isRefused && (method === "PUT" || method === "DELETE")) return { status: 412 }
  if (method === "PUT") {
    const { etag } = collection.put(path, body)
    registrations.contentUpdated(collection, isSilent)
    return { status: 201, headers: { etag } }
  }
  if (method !== "DELETE") return { status: 405, headers: { allow } }
  if (!collection.remove(path)) return { status: 404 }
  registrations.contentUpdated(collection, isSilent)
  return { status: 204 }
}

/** If-Match and If-None-Match (RFC 9110 13.1); `etag` null: there is nothing there. */
function isAsExpected({ headers }: DavRequest, etag: string | null): boolean {
  const [match, noneMatch] = [headers["if-match"], headers["if-none-match"]]
  const isListed = (list: string) =>
    list.trim() === "*" ? etag !== null : list.split(",").some((one) => one.trim() === etag)
  return (match === undefined || isListed(match)) && (noneMatch === undefined || !isListed(noneMatch))
}

/** Where a registration is removed: an address of the same server. */
const registrationsAt = "/subscriptions/"

/** Push-Dont-Notify: all ("*"), or the registrations whose addresses are listed. */
function silencer({ headers, origin }: DavRequest): (id: string) => boolean {
  const value = headers["push-dont-notify"]?.trim()
  if (value === undefined) return () => false
  const listed = [...value.matchAll(/"([^"]*)"/g)].map(([, url]) => url)
  return (id) => value === "*" || listed.includes(`${origin}${registrationsAt}${id}`)
}

function post({ account, registrations, faults }: DavContext, request: DavRequest): DavAnswer {
  const collection = collectionAt(account, request.path)
  const asked = readRegister(request.body)
  if (!/^application\/xml\b/.test(request.headers["content-type"] ?? "") || asked === null) return { status: 415 }
  if (!faults.isPushOffered || collection?.path !== request.path)
    return { status: 403, body: precondition("P:push-not-available") }
  if (asked.kind === "refused") return { status: 403, body: precondition(`P:${asked.precondition}`) }
  const { id, expiresAtMs } = registrations.register(collection, asked)
  return {
    status: 204,
    headers: { location: `${request.origin}${registrationsAt}${id}`, expires: imfDate(expiresAtMs) },
  }
}

function propfind({ account, registrations, faults }: DavContext, request: DavRequest): DavAnswer {
  const root = documentOf(request)
  if (root?.name !== "{DAV:}propfind") return { status: 400 }
  const wanted = wantedIn(root)
  const principal = `/principals/${account.username}/`
  const home = homeOf(account)
  const vapidKey = faults.isPushOffered ? registrations.vapidPublicKey : null
  const calendar = (one: Collection): readonly [string, Properties] => [one.path, collectionProperties(one, vapidKey)]
  const members = (): readonly (readonly [string, Properties])[] => {
    const collection = account.collections.get(request.path)
    if (request.path === principal) return [[principal, principalProperties(principal, home)]]
    if (request.path === "/") return [["/", rootProperties(principal)]]
    const isDeep = request.headers.depth === "1"
    if (request.path === home)
      return [[home, rootProperties(principal)], ...(isDeep ? [...account.collections.values()].map(calendar) : [])]
    if (collection === undefined) return []
    const objects = isDeep ? collection.all() : []
    return [calendar(collection), ...objects.map((one) => [one.href, objectProperties(one)] as const)]
  }
  const found = members()
  if (found.length === 0) return { status: 404 }
  return xml(multistatus(found.map(([href, properties]) => propstats(href, properties, wanted))))
}

function report({ account, faults }: DavContext, request: DavRequest): DavAnswer {
  const root = documentOf(request)
  const collection = account.collections.get(request.path)
  if (collection === undefined) return { status: 404 }
  if (root?.name === "{urn:ietf:params:xml:ns:caldav}calendar-query")
    // Everything is given, whatever time is asked for: clients look at the times themselves.
    return xml(multistatus(collection.all().map((one) => propstats(one.href, objectProperties(one), wantedIn(root)))))
  if (root?.name === "{urn:ietf:params:xml:ns:caldav}calendar-multiget") {
    const hrefs = root.children.filter(({ name }) => name === "{DAV:}href").map(({ text }) => text.trim())
    const members = hrefs.map((href) => {
      const object = collection.find(href)
      return object === null
        ? statusOf(href, "404 Not Found")
        : propstats(href, objectProperties(object), wantedIn(root))
    })
    return xml(multistatus(members))
  }
  if (root?.name !== "{DAV:}sync-collection") return { status: 403, body: precondition("D:supported-report") }
  const answered = collection.since(child(root, "{DAV:}sync-token")?.text.trim() ?? "", faults.pageSize)
  if (answered === null) return { status: 403, body: precondition(syncTokenMissing) }
  const { objects, token, isCutShort } = answered
  const members = objects.map((one) =>
    one.isRemoved ? statusOf(one.href, "404 Not Found") : propstats(one.href, objectProperties(one), wantedIn(root)),
  )
  const cutShort = isCutShort ? [statusOf(collection.path, "507 Insufficient Storage")] : []
  return { ...xml(multistatus([...members, ...cutShort], token)), isCut: breaksOff(faults) }
}

function breaksOff(faults: DavFaults): boolean {
  if (faults.cutAfterPages === null) return false
  faults.cutAfterPages = faults.cutAfterPages === 0 ? null : faults.cutAfterPages - 1
  return faults.cutAfterPages === null
}

export function homeOf({ username }: Pick<DavAccount, "username">): string {
  return `/calendars/${username}/`
}

function collectionAt({ collections }: DavAccount, path: string): Collection | null {
  return [...collections.values()].find((one) => path.startsWith(one.path)) ?? null
}

function documentOf({ body }: DavRequest): XmlElement | null {
  try {
    return parseXml(body)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function wantedIn(root: XmlElement): readonly string[] {
  return child(root, "{DAV:}prop")?.children.map(({ name }) => name) ?? []
}

function xml(body: string): DavAnswer {
  return { status: 207, headers: { "content-type": "application/xml; charset=utf-8" }, body }
}

/** "Wed, 02 Oct 2024 07:28:00 GMT" (RFC 9110 5.6.7). */
function imfDate(atMs: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO("UTC")
  const text = (options: Intl.DateTimeFormatOptions) => at.toLocaleString("en-US", options)
  const two = (value: number) => String(value).padStart(2, "0")
  return `${text({ weekday: "short" })}, ${two(at.day)} ${text({ month: "short" })} ${at.year} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} GMT`
}
