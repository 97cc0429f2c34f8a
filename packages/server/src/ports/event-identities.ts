import type { Access } from "@kalends/domain/access"
import type { ProviderCalendarId, ProviderEventId } from "@kalends/domain/ids"

type Place = {
  readonly access: Access
  readonly calendarId: ProviderCalendarId
  readonly signal: AbortSignal
}

/**
 * Events by the name that all calendar services have for them: iCalendar's UID (RFC 5545 3.8.4.7). An event keeps it when
 * its mailbox moves, while each service has an id of its own. Series and single events; nothing of their content.
 */
export interface EventIdentities {
  /** By their ids; those that are not there are left out. */
  uidsOf(
    input: Place & { readonly eventIds: readonly ProviderEventId[] },
  ): Promise<ReadonlyMap<ProviderEventId, string>>
  /** By their UIDs; those that are not there are left out. */
  eventsOf(input: Place & { readonly uids: readonly string[] }): Promise<ReadonlyMap<string, ProviderEventId>>
}
