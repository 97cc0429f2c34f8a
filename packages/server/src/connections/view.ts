import type { ConnectionView } from "@kalends/protocol/api"
import type { Clock } from "../ports/clock.ts"
import { isListenedTo } from "../ports/listening-tables.ts"
import type { AccountTables, CalendarRow, ConnectionRow } from "../ports/store.ts"
import type { ConnectionAddresses } from "./deps.ts"

/** A connection as its owner sees it. */
export async function connectionView(
  deps: { readonly addresses: ConnectionAddresses; readonly clock: Clock },
  tables: AccountTables,
  row: ConnectionRow,
): Promise<ConnectionView> {
  const calendars = await tables.listCalendars(row.connectionId)
  const subscriptions = (
    await Promise.all(calendars.map(({ calendarId }) => tables.listSubscriptions(calendarId)))
  ).flat()
  const credential = await tables.findCredential(row.connectionId)
  const live = subscriptions.filter(({ expiresAt }) => Temporal.Instant.compare(expiresAt, deps.clock.now()) > 0)
  const isListened = isListenedTo(await tables.listening.find(row.connectionId), deps.clock.now())
  const isPushed =
    calendars.length > 0 &&
    (isListened ||
      calendars.every(({ calendarId }) => live.some((subscription) => subscription.calendarId === calendarId)))
  return {
    connectionId: row.connectionId,
    provider: row.provider,
    providerLabel: deps.addresses.labelOf(row.provider),
    permission: row.permission,
    contacts: row.contactsPermission,
    state: row.state,
    subjectEmail: row.subjectEmail,
    createdAt: row.createdAt.toString(),
    lastOkAt: row.lastOkAt?.toString() ?? null,
    lastChangeAt: latest(calendars)?.toString() ?? null,
    hears: isPushed ? "push" : "polling",
    nextRenewalAt: isPushed ? (earliest(live.map(({ renewAt }) => renewAt))?.toString() ?? null) : null,
    stalenessBoundSeconds: deps.addresses.stalenessBoundSeconds(isPushed),
    grantExpiresAt: credential?.refreshExpiresAt?.toString() ?? null,
    problem:
      row.problemKind === null || row.problemAt === null
        ? null
        : { kind: row.problemKind, code: row.problemCode, at: row.problemAt.toString() },
    calendarCount: calendars.length,
  }
}

function latest(calendars: readonly CalendarRow[]): Temporal.Instant | null {
  return (
    calendars
      .map(({ changedAt }) => changedAt)
      .filter((at) => at !== null)
      .sort(Temporal.Instant.compare)
      .at(-1) ?? null
  )
}

function earliest(instants: readonly Temporal.Instant[]): Temporal.Instant | undefined {
  return [...instants].sort(Temporal.Instant.compare)[0]
}
