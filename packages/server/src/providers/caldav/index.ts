import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId, parseProviderName } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { timeWindow } from "@kalends/domain/window"
import { type DavResponse, xmlText } from "@kalends/readers/caldav/multistatus"
import { addressOnServer, onServer } from "@kalends/readers/caldav/origin"
import { expandObject } from "@kalends/readers/caldav/to-domain"
import { caldavReader } from "@kalends/readers/caldav/window"
import { list, wire } from "@kalends/readers/parse"
import { readWindow } from "@kalends/readers/read-window"
import type { CalendarProvider, ProviderCalendar, ProviderLimits } from "../../ports/calendar-provider.ts"
import { type ProviderDeps, senderFor } from "../provider-deps.ts"
import { createCaldavCalls } from "./calls.ts"
import { caldavChanges } from "./changes.ts"
import { createDiscovery } from "./discovery.ts"
import { createCaldavEvents } from "./events.ts"
import { createCaldavPush, createPushDetection, subscriptionDays } from "./push.ts"
import { createCaldavRooms } from "./rooms.ts"

export const limits: ProviderLimits = {
  pageSize: 500,
  subscriptionLifeMs: subscriptionDays * 86_400_000,
  isCursorBoundToWindow: false,
  concurrentCallsPerMailbox: 4,
  hidesSeriesOfRemoved: false,
  areOccurrencesItems: false,
  isReachableFromBrowser: false,
  refreshTokenIdleLifeMs: null,
}

/** Any CalDAV server, with user name and password over TLS. */
export function createCaldavProvider({ http, clock }: ProviderDeps): CalendarProvider {
  const calls = createCaldavCalls({ http, clock })
  return {
    name: parseProviderName("caldav"),
    limits,
    signIn: createDiscovery(calls),
    reader: caldavReader,
    apiBase: home,
    async listCalendars(access, signal) {
      const url = home(access)
      const { responses } = await calls.listCollections({ access, url, signal })
      return asCalendars(responses, url)
    },
    changes: (input) => caldavChanges(calls, home(input.access), input),
    readWindow: (input) =>
      readWindow({
        reader: caldavReader,
        query: { ...input, apiBase: home(input.access) },
        send: senderFor(http, input.access),
        now: () => clock.now(),
        signal: input.signal,
      }),
    async fetchEvent({ access, eventId, zone, signal }) {
      const [href = "", original] = eventId.split("#")
      try {
        const { body, headers } = await calls.getObject({ access, url: onServer(home(access), href), signal })
        // Wide enough for anything a calendar holds; one occurrence of a series is picked by its original start.
        const window = timeWindow(
          Temporal.Instant.from("1970-01-01T00:00Z"),
          Temporal.Instant.from("2100-01-01T00:00Z"),
        )
        const { events } = expandObject({ href, version: headers.etag ?? "", data: body }, { window, zone })
        return events.find((event) => event.id === eventId) ?? (original === undefined ? (events[0] ?? null) : null)
      } catch (error) {
        if (isProblem(error, "not-found")) return null
        throw error
      }
    },
    push: createCaldavPush({ calls, clock, home }),
    events: createCaldavEvents({ calls, clock, home }),
    listen: null,
    // CardDAV would open an address book beside the calendar; it is not offered yet.
    contacts: null,
    proxy: null,
    identities: null,
    tenant: null,
    rooms: createCaldavRooms(calls, home),
    detectPush: createPushDetection({ calls, home }),
  }
}

function home(access: Access): string {
  if (access.kind !== "password")
    throw new Problem("unsupported", "A CalDAV server is reached with user name and password.")
  return access.server
}

function asCalendars(responses: readonly DavResponse[], base: string): readonly ProviderCalendar[] {
  const preferred = responses
    .map(({ properties }) => xmlText(wire(properties["schedule-default-calendar-URL"])?.href))
    .find((href) => href !== null)
  const preferredUrl = preferred === undefined ? null : addressOnServer(base, preferred)
  return responses.filter(isEventCalendar).flatMap(({ href, properties }) => {
    // One that lives on another server is left out: the password must not go there.
    const url = addressOnServer(base, href)
    if (url === null) return []
    const id = parseProviderCalendarId(new URL(url).pathname)
    return [{ id, isPrimary: url === preferredUrl, canWrite: canWrite(properties["current-user-privilege-set"]) }]
  })
}

/** A calendar collection that holds events; one that says nothing of components may hold any (RFC 4791 5.2.3). */
function isEventCalendar({ properties }: DavResponse): boolean {
  if (wire(properties.resourcetype)?.calendar === undefined) return false
  return (
    properties["supported-calendar-component-set"] === undefined ||
    componentNames(properties["supported-calendar-component-set"]).includes("VEVENT")
  )
}

function componentNames(value: unknown): readonly string[] {
  const component = wire(value)?.comp
  return (Array.isArray(component) ? list(component) : [component]).map((item) => String(wire(item)?.["@name"] ?? ""))
}

function canWrite(value: unknown): boolean {
  const privilege = wire(value)?.privilege
  const names = (Array.isArray(privilege) ? list(privilege) : [privilege]).flatMap((item) =>
    Object.keys(wire(item) ?? {}),
  )
  return names.some((name) => name === "write" || name === "write-content" || name === "all" || name === "bind")
}
