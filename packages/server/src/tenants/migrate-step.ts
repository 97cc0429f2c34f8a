import {
  type CalendarId,
  type ConnectionId,
  parseCalendarId,
  parseProviderCalendarId,
  parseProviderEventId,
  parseProviderName,
  parseTenantConnectionId,
  type UserId,
} from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { refuseByPolicy } from "../connections/allowed.ts"
import type { Call } from "../ports/call.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { RolloutRow, StepRow } from "../ports/rollout-tables.ts"
import type { AccountTables, CalendarRow, Changes, ConnectionRow, CredentialRow } from "../ports/store.ts"
import type { TenantsDeps } from "./deps.ts"
import { type Before, createMigrateFinding, isMoved } from "./migrate-find.ts"
import { type Found, foundSchema, type Kept, keptSchema } from "./migration-notes.ts"
import type { StepEnd, StepWork } from "./run-rollout.ts"

/**
 * Moves people's connections from one calendar service to another, in place: connection, calendars and meetings keep their
 * ids here, and no room or person is set up anew. What changes is what each is called there: the calendar, and the events
 * that carry meetings, which are found again by their UIDs. A person whose meetings cannot all be found is not moved.
 */
export function createMigrateStep(deps: TenantsDeps): {
  readonly check: StepWork
  readonly move: StepWork
  readonly moveBack: StepWork
} {
  const { fanOut, world } = deps
  const { look, find } = createMigrateFinding(deps)

  async function check(rollout: RolloutRow, userId: UserId, call: Call): Promise<StepEnd> {
    const before = await look(rollout, userId)
    const skipped = before === "not-connected" ? "not-connected" : isMoved(before)
    if (before === "not-connected" || skipped !== null) return { state: "skipped", changes: { problemCode: skipped } }
    const found = await find(rollout, before, call)
    if (found.meetings.missing === 0) return { state: "checked", changes: { found } }
    return { state: "failed", changes: { found, problemKind: "conflict", problemCode: "events-missing" } }
  }

  async function move(rollout: RolloutRow, userId: UserId, call: Call): Promise<StepEnd> {
    const before = await look(rollout, userId)
    if (before === "not-connected") return { state: "skipped", changes: { problemCode: "not-connected" } }
    const skipped = isMoved(before)
    if (skipped !== null) return { state: "skipped", changes: { problemCode: skipped } }
    // Looked at again: meetings may have been made since the check.
    const found = await find(rollout, before, call)
    if (found.meetings.missing > 0)
      return { state: "failed", changes: { found, problemKind: "conflict", problemCode: "events-missing" } }
    const { connectionId } = before.connection
    return {
      state: "done",
      changes: { found },
      write: (tables) => writeMove(tables, { rollout, before, found }),
      tell: () => tell(rollout, userId, connectionId),
    }
  }

  type Moving = { readonly rollout: RolloutRow; readonly before: Before; readonly found: Found }

  async function writeMove(tables: AccountTables, { rollout, before, found }: Moving): Promise<Changes<StepRow>> {
    const { connection, mailbox, tenant } = before
    const credential = await lockAsKnown(tables, connection)
    const calendars = await tables.listCalendars(connection.connectionId)
    const kept = keptOf(connection, credential, calendars)
    // A meeting was made since its event was looked for: it is looked for again.
    if (!(await renameLinks(tables, found.events, calendars)))
      throw new Problem("unavailable", "A meeting was made meanwhile.", { code: "events-new" })
    for (const [calendarId, providerCalendarId] of found.calendars)
      await relist(tables, parseCalendarId(calendarId), {
        providerCalendarId: parseProviderCalendarId(providerCalendarId),
      })
    await tables.updateConnection(connection.connectionId, {
      ...{ provider: tenant.provider, permission: rollout.permission, subjectEmail: mailbox },
      ...{ subjectId: `${tenant.tenantId}/${mailbox}`, tenantId: tenant.tenantId },
      tenantConnectionId: tenant.tenantConnectionId,
      ...fresh,
    })
    await tables.upsertCredential({
      ...{ ...credential, version: credential.version + 1, sealedSecret: new Uint8Array(), secretKind: "tenant" },
      ...{ sealedAccessToken: null, accessExpiresAt: null, refreshExpiresAt: null },
    })
    await endAndBegin(tables, connection.connectionId, "migrated")
    const policy = await effectivePolicyOf(tables, connection.userId)
    refuseByPolicy(policy, {
      provider: tenant.provider,
      permission: rollout.permission,
      contactsPermission: "none",
      bySelf: null,
    })
    return { kept, sealedSecret: credential.sealedSecret, sealedAccessToken: credential.sealedAccessToken }
  }

  async function moveBack(rollout: RolloutRow, userId: UserId): Promise<StepEnd> {
    const before = await look(rollout, userId)
    if (before === "not-connected") return { state: "skipped", changes: { problemCode: "not-connected" } }
    const { connectionId } = before.connection
    return {
      state: "undone",
      write: (tables, step) => writeBack(tables, step, before),
      tell: () => tell(rollout, userId, connectionId),
    }
  }

  async function writeBack(tables: AccountTables, step: StepRow, { connection }: Before): Promise<Changes<StepRow>> {
    const credential = await lockAsKnown(tables, connection)
    const found = foundSchema.parse(step.found)
    const kept = keptSchema.parse(step.kept)
    const back = found.events.map(([calendarId, was, now]): [string, string, string] => [calendarId, now, was])
    const calendars = await tables.listCalendars(connection.connectionId)
    if (!(await renameLinks(tables, back, calendars)))
      throw new Problem("conflict", "Meetings were made since the move; there they would be lost.", {
        code: "events-new",
      })
    for (const { calendarId, providerCalendarId, isPrimary, canWrite } of kept.calendars)
      await relist(tables, parseCalendarId(calendarId), {
        ...{ providerCalendarId: parseProviderCalendarId(providerCalendarId), isPrimary, canWrite },
      })
    await tables.updateConnection(connection.connectionId, {
      ...{ provider: parseProviderName(kept.provider), permission: kept.permission, tenantId: kept.tenantId },
      ...{ subjectEmail: kept.subjectEmail, subjectId: kept.subjectId },
      tenantConnectionId: kept.tenantConnectionId === null ? null : parseTenantConnectionId(kept.tenantConnectionId),
      ...fresh,
    })
    await tables.upsertCredential({
      ...{ ...credential, version: credential.version + 1, secretKind: kept.secretKind },
      ...{ sealedSecret: step.sealedSecret ?? new Uint8Array(), sealedAccessToken: step.sealedAccessToken },
      accessExpiresAt: instantOf(kept.accessExpiresAt),
      refreshExpiresAt: instantOf(kept.refreshExpiresAt),
    })
    await endAndBegin(tables, connection.connectionId, "moved-back")
    return { kept: null, sealedSecret: null, sealedAccessToken: null }
  }

  const fresh = { state: "connecting", problemKind: null, problemCode: null, problemAt: null } as const

  /** What was armed at the other service is of no use any more; the first listing and the notices of this one begin. */
  async function endAndBegin(
    tables: AccountTables,
    connectionId: ConnectionId,
    reason: "migrated" | "moved-back",
  ): Promise<void> {
    const now = world.clock.now()
    const { accountId } = tables
    const calendars = await tables.listCalendars(connectionId)
    for (const { calendarId } of calendars)
      for (const { subscriptionId } of await tables.listSubscriptions(calendarId))
        await tables.deleteSubscription(subscriptionId)
    // Whoever listens opens anew, and finds that this service is not listened to, or another stream.
    if ((await tables.listening.find(connectionId)) !== null) await tables.listening.ask(connectionId, now)
    await tables.appendAudit({ actor: service, action: "connection-made", subjectId: connectionId, reason }, now)
    await tables.addJobs(
      calendars.flatMap(({ calendarId }) => [
        { kind: "pass", accountId, calendarId, noticedAtMs: null },
        { kind: "subscribe", accountId, calendarId },
      ]),
    )
  }

  function relist(tables: AccountTables, calendarId: CalendarId, named: Changes<CalendarRow>): Promise<void> {
    const unread = { cursor: null, isFirstListing: true, cursorWindowStartsAt: null, cursorWindowEndsAt: null }
    return tables.updateCalendar(calendarId, { ...named, ...unread, failureCount: 0, dueAt: world.clock.now() })
  }

  function tell({ accountId }: RolloutRow, userId: UserId, connectionId: ConnectionId): void {
    fanOut.publish(
      { kind: "user", accountId, userId },
      { kind: "connection-changed", connectionId, state: "connecting" },
    )
  }

  return { check, move, moveBack }
}

const service = { kind: "service", part: "tenants" } as const

/** The credential, held; throws Problem "conflict" when the connection is not what it was looked at as. */
async function lockAsKnown(tables: AccountTables, known: ConnectionRow): Promise<CredentialRow> {
  const credential = await tables.lockCredential(known.connectionId)
  const connection = await tables.findConnection(known.connectionId)
  const isSame = connection?.provider === known.provider && connection.tenantConnectionId === known.tenantConnectionId
  if (credential === null || !isSame)
    throw new Problem("conflict", "The connection was changed meanwhile.", { code: "changed-meanwhile" })
  return credential
}

function keptOf(connection: ConnectionRow, credential: CredentialRow, calendars: readonly CalendarRow[]): Kept {
  const { provider, permission, subjectEmail, subjectId, tenantId, tenantConnectionId } = connection
  return {
    ...{ provider, permission, subjectEmail, subjectId, tenantId, tenantConnectionId },
    secretKind: credential.secretKind,
    accessExpiresAt: credential.accessExpiresAt?.toString() ?? null,
    refreshExpiresAt: credential.refreshExpiresAt?.toString() ?? null,
    calendars: calendars.map(({ calendarId, providerCalendarId, isPrimary, canWrite }) => ({
      ...{ calendarId, providerCalendarId, isPrimary, canWrite },
    })),
  }
}

/** Links follow their events to the ids that those have now; false when there is a link whose event was not looked for. */
async function renameLinks(
  tables: AccountTables,
  events: readonly (readonly [string, string, string])[],
  calendars: readonly CalendarRow[],
): Promise<boolean> {
  const names = new Map(events.map(([calendarId, was, now]) => [`${calendarId} ${was}`, now]))
  for (const { calendarId } of calendars)
    for (const link of await tables.meetings.listLinksOfCalendar(calendarId)) {
      const now = names.get(`${calendarId} ${link.eventId}`)
      if (now === undefined) return false
      await tables.meetings.deleteLink(calendarId, link.eventId)
      await tables.meetings.putLink({ ...link, eventId: parseProviderEventId(now) })
    }
  return true
}

function instantOf(text: string | null): Temporal.Instant | null {
  return text === null ? null : Temporal.Instant.from(text)
}
