import type { AccountId, UserId } from "@kalends/domain/ids"
import type { AccessBroker, AccessWish } from "../ports/access-broker.ts"
import type { CalendarProvider, EventInput, EventRecord, EventSource } from "../ports/calendar-provider.ts"
import type { LinkRow } from "../ports/meeting-tables.ts"
import type { AccountTables, CalendarRow, ConnectionRow, Store } from "../ports/store.ts"

export type EventAccessDeps = {
  readonly store: Store
  readonly broker: AccessBroker
  readonly providerOf: (connection: ConnectionRow) => CalendarProvider | null
}

/** A calendar whose events can be read one at a time. */
export type Place = {
  readonly calendar: CalendarRow
  readonly connection: ConnectionRow
  readonly events: EventSource
  readonly canWrite: boolean
}

/** A link's event as it is now, and how to reach it. */
export type Held = {
  readonly record: EventRecord
  readonly input: EventInput
  readonly place: Place
}

const timeoutMs = 60_000

/** The way from a link, or a user, to events. `wish` says in the audit log who asks, and why. */
export function createEventAccess({ store, broker, providerOf }: EventAccessDeps, wish: AccessWish) {
  async function placeOf(tables: AccountTables, calendar: CalendarRow | null): Promise<Place | null> {
    const connection = calendar === null ? null : await tables.findConnection(calendar.connectionId)
    const events = connection === null ? null : (providerOf(connection)?.events ?? null)
    if (calendar === null || connection === null || events === null) return null
    return { calendar, connection, events, canWrite: calendar.canWrite && connection.permission === "read-write" }
  }

  async function inputAt({ calendar, connection }: Place): Promise<Omit<EventInput, "eventId">> {
    const access = await broker.freshAccess(connection.accountId, connection.connectionId, wish)
    return { access, calendarId: calendar.providerCalendarId, signal: AbortSignal.timeout(timeoutMs) }
  }

  const placeOfLink = ({ accountId, calendarId }: LinkRow): Promise<Place | null> =>
    store.inAccount(accountId, async (tables) => placeOf(tables, await tables.findCalendar(calendarId)))

  return {
    inputAt,
    /** The calendar where a user's meetings are written: their primary one; null when none is connected. */
    primaryPlace: (accountId: AccountId, userId: UserId): Promise<Place | null> =>
      store.inAccount(accountId, async (tables) => {
        const connection = await tables.findConnectionOfUser(userId)
        const calendars = connection === null ? [] : await tables.listCalendars(connection.connectionId)
        return placeOf(tables, calendars[0] ?? null)
      }),
    /** The event of a link as it is now; null when it is not there, or its calendar is no longer connected. */
    async hold(link: LinkRow): Promise<Held | null> {
      const place = await placeOfLink(link)
      if (place === null) return null
      const input = { ...(await inputAt(place)), eventId: link.eventId }
      const record = await place.events.fetch(input)
      return record === null || record.isCancelled ? null : { record, input, place }
    },
    /** Whether the event is private, as its calendar says now; one that cannot be looked at counts as private. */
    async isPrivate(link: LinkRow): Promise<boolean> {
      const place = await placeOfLink(link)
      const provider = place === null ? null : providerOf(place.connection)
      if (place === null || provider === null) return true
      const event = await provider.fetchEvent({ ...(await inputAt(place)), zone: "UTC", eventId: link.eventId })
      return event?.isPrivate ?? false
    },
  }
}

export type EventAccess = ReturnType<typeof createEventAccess>
