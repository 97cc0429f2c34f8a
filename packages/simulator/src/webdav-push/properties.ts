import type { CalendarObject, Collection } from "./collections.ts"
import { pushSpace } from "./registrations.ts"
import { escaped } from "./xml.ts"

export const spaces = `xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" xmlns:P="${pushSpace}"`

/** Name of a property ("{DAV:}getetag") to the XML of its value. */
export type Properties = ReadonlyMap<string, string>

const d = (local: string) => `{DAV:}${local}`
const c = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`
const p = (local: string) => `{${pushSpace}}${local}`

/** What is said of every resource to the one who has signed in. */
export function rootProperties(principal: string): Properties {
  return new Map([
    [d("current-user-principal"), `<D:href>${escaped(principal)}</D:href>`],
    [d("resourcetype"), "<D:collection/>"],
  ])
}

export function principalProperties(principal: string, home: string): Properties {
  return new Map([
    ...rootProperties(principal),
    [d("resourcetype"), "<D:principal/>"],
    [c("calendar-home-set"), `<D:href>${escaped(home)}</D:href>`],
  ])
}

/** A calendar's; `vapidPublicKey` null: on this server nothing is pushed, and push properties do not exist. */
export function collectionProperties(collection: Collection, vapidPublicKey: string | null): Properties {
  const push: readonly (readonly [string, string])[] =
    vapidPublicKey === null
      ? []
      : [
          [
            p("transports"),
            `<P:web-push><P:vapid-public-key type="p256ecdsa">${vapidPublicKey}</P:vapid-public-key></P:web-push>`,
          ],
          [p("topic"), escaped(collection.topic)],
          [p("supported-triggers"), "<P:content-update><D:depth>1</D:depth></P:content-update>"],
        ]
  return new Map([
    [d("resourcetype"), "<D:collection/><C:calendar/>"],
    [d("sync-token"), escaped(collection.token)],
    [c("supported-calendar-component-set"), '<C:comp name="VEVENT"/>'],
    [d("current-user-privilege-set"), "<D:privilege><D:read/></D:privilege><D:privilege><D:write/></D:privilege>"],
    ...push,
  ])
}

export function objectProperties({ etag, data }: CalendarObject): Properties {
  return new Map([
    [d("getetag"), escaped(etag)],
    [d("resourcetype"), ""],
    [c("calendar-data"), escaped(data)],
  ])
}

/** One member of a multistatus: the properties asked for that there are, and those that there are not (RFC 4918 9.1). */
export function propstats(href: string, properties: Properties, wanted: readonly string[]): string {
  const part = (names: readonly string[], status: string) =>
    names.length === 0
      ? ""
      : `<D:propstat><D:prop>${names.map((name) => element(name, properties.get(name) ?? "")).join("")}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat>`
  const found = part(
    wanted.filter((name) => properties.has(name)),
    "200 OK",
  )
  const missing = part(
    wanted.filter((name) => !properties.has(name)),
    "404 Not Found",
  )
  return `<D:response><D:href>${escaped(href)}</D:href>${found}${missing}</D:response>`
}

export function statusOf(href: string, status: string): string {
  return `<D:response><D:href>${escaped(href)}</D:href><D:status>HTTP/1.1 ${status}</D:status></D:response>`
}

export function multistatus(members: readonly string[], syncToken: string | null = null): string {
  const token = syncToken === null ? "" : `<D:sync-token>${escaped(syncToken)}</D:sync-token>`
  return `<?xml version="1.0" encoding="utf-8"?><D:multistatus ${spaces}>${members.join("")}${token}</D:multistatus>`
}

/** A precondition that was not met, as the body of a 403 (RFC 4918 16). */
export function precondition(name: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><D:error ${spaces}><${name}/></D:error>`
}

function element(name: string, value: string): string {
  const [, space = "", local = ""] = /^\{(.*)\}(.*)$/.exec(name) ?? []
  return `<x:${local} xmlns:x="${escaped(space)}">${value}</x:${local}>`
}
