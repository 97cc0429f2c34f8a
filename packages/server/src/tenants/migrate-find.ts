import type { CalendarId, ProviderEventId, UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { listChosen } from "../connections/establish.ts"
import type { CalendarProvider, ProviderCalendar } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { LinkRow } from "../ports/meeting-tables.ts"
import type { RolloutRow } from "../ports/rollout-tables.ts"
import type { CalendarRow, ConnectionRow } from "../ports/store.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { noTenant, type TenantsDeps } from "./deps.ts"
import type { Found } from "./migration-notes.ts"

const timeoutMs = 60_000

/** One person's connection as it stands, with the organisation's connection that it is to be moved to. */
export type Before = {
  readonly connection: ConnectionRow
  readonly calendars: readonly CalendarRow[]
  readonly links: readonly LinkRow[]
  readonly tenant: TenantConnectionRow
  readonly mailbox: string
}

/** Looks at a person who may be moved, and for what the new service calls everything of theirs. Nothing is changed. */
export function createMigrateFinding({ store, broker, providers }: TenantsDeps) {
  function look(rollout: RolloutRow, userId: UserId): Promise<Before | "not-connected"> {
    return store.inAccount(rollout.accountId, async (tables) => {
      const tenant = await tables.tenants.find(rollout.tenantConnectionId)
      const user = await tables.findUser(userId)
      if (tenant === null || user === null) throw noTenant()
      const connection = await tables.findConnectionOfUser(userId)
      if (connection === null) return "not-connected"
      const calendars = await tables.listCalendars(connection.connectionId)
      const links = (
        await Promise.all(calendars.map(({ calendarId }) => tables.meetings.listLinksOfCalendar(calendarId)))
      ).flat()
      const { subjectEmail } = connection
      return { connection, calendars, links, tenant, mailbox: subjectEmail?.includes("@") ? subjectEmail : user.email }
    })
  }

  /** What the new service calls everything; a Problem that says why it cannot be moved. Nothing is changed. */
  async function find(rollout: RolloutRow, before: Before, call: Call): Promise<Found> {
    const { connection, calendars, links, tenant, mailbox } = before
    const source = requireProvider(providers.get(connection.provider))
    const target = requireProvider(providers.get(tenant.provider))
    const { accountId, permission, createdBy } = rollout
    const wish = { actor: { kind: "user", userId: createdBy }, reason: "migration", call } as const
    const wanted = { accountId, tenantConnectionId: tenant.tenantConnectionId, permission, mailbox }
    const access = await broker.accessByTenant(wanted, wish)
    const matched = matchCalendars(calendars, await listChosen(target, access))
    if (permission === "read-write" && matched.some(([, there]) => !there.canWrite))
      throw new Problem("forbidden", "The calendar there may only be read.", { code: "calendar-read-only" })
    const events: [CalendarId, ProviderEventId, ProviderEventId][] = []
    let missing = 0
    for (const [calendar, there] of matched) {
      const eventIds = links.filter((link) => link.calendarId === calendar.calendarId).map(({ eventId }) => eventId)
      if (eventIds.length === 0) continue
      const held = await broker.freshAccess(accountId, connection.connectionId, wish)
      const at = { signal: AbortSignal.timeout(timeoutMs) }
      const uids = await source.identities.uidsOf({
        ...{ ...at, access: held, calendarId: calendar.providerCalendarId, eventIds },
      })
      const found = await target.identities.eventsOf({
        ...{ ...at, access, calendarId: there.id, uids: [...uids.values()] },
      })
      for (const eventId of eventIds) {
        const uid = uids.get(eventId)
        // Gone where it was: its link keeps its name, and the first listing finds that the event is not there.
        const now = uid === undefined ? eventId : found.get(uid)
        if (now === undefined) missing++
        else events.push([calendar.calendarId, eventId, now])
      }
    }
    return {
      calendars: matched.map(([{ calendarId }, { id }]) => [calendarId, id]),
      events,
      meetings: { found: events.length, missing },
    }
  }

  return { look, find }
}

/** Why there is nothing to move; null where there is. */
export function isMoved({ connection, tenant }: Before): string | null {
  if (connection.tenantConnectionId === tenant.tenantConnectionId) return "moved-already"
  return connection.provider === tenant.provider ? "has-own" : null
}

function requireProvider(provider: CalendarProvider | undefined) {
  if (provider === undefined || provider.identities === null)
    throw new Problem("unsupported", "People cannot be moved between these calendar services.", {
      code: "migration-unsupported",
    })
  return { ...provider, identities: provider.identities }
}

/** The primary one is the primary one there; where there is one on each side, they are the same. */
function matchCalendars(
  calendars: readonly CalendarRow[],
  there: readonly ProviderCalendar[],
): readonly (readonly [CalendarRow, ProviderCalendar])[] {
  const [only] = there
  return calendars.map((calendar) => {
    const match =
      there.find(({ isPrimary }) => isPrimary && calendar.isPrimary) ??
      (calendars.length === 1 && there.length === 1 ? only : undefined)
    if (match === undefined)
      throw new Problem("conflict", "A calendar has no counterpart there.", { code: "calendar-unmatched" })
    return [calendar, match]
  })
}
