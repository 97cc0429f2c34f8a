import type { Access } from "@kalends/domain/access"
import type { AuditAction } from "@kalends/domain/audit"
import type { AuditReason } from "@kalends/domain/audit-reason"
import {
  type CalendarId,
  parseCalendarId,
  parseConnectionId,
  parseCredentialId,
  type TenantConnectionId,
} from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { ContactsPermission } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import type { CalendarProvider, Grant, ProviderCalendar, Subject } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import { writePasswordRecord } from "../ports/password-record.ts"
import { isSuspended, suspended } from "../ports/person-tables.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, AuditEntry, ConnectionRow, CredentialRow, UserRow } from "../ports/store.ts"
import { refuseByPolicy } from "./allowed.ts"
import type { ConnectDeps } from "./deps.ts"

export type EstablishDeps = Pick<ConnectDeps, "vault"> & {
  readonly world: { readonly clock: Clock; readonly random: Random }
}

const calendarsMost = 20

/** What signing in to a provider gave. */
export type Established = {
  readonly access: Access
  readonly subject: Subject
  readonly permission: Permission
  readonly contacts: ContactsPermission
  readonly grant: Grant | null
  /** The administrator's connection that opens it; null where its person signed in. */
  readonly tenantConnectionId: TenantConnectionId | null
}

/** Lists the calendars and writes the connection, all or nothing. */
export async function establish(
  deps: EstablishDeps & Pick<ConnectDeps, "store">,
  user: UserRow,
  provider: CalendarProvider,
  made: Established,
): Promise<ConnectionRow> {
  const chosen = await listChosen(provider, made.access)
  const actor = { kind: "user", userId: user.userId } as const
  return deps.store.inAccount(user.accountId, (tables) =>
    establishIn(deps, tables, { user, provider, made, chosen, actor }),
  )
}

/** The calendars that a connection is about. Throws Problem "unsupported" (code "no-calendar") where there is none. */
export async function listChosen(provider: CalendarProvider, access: Access): Promise<readonly ProviderCalendar[]> {
  const chosen = chooseCalendars(await provider.listCalendars(access, AbortSignal.timeout(20_000)))
  if (chosen.length === 0)
    throw new Problem("unsupported", "There is no calendar in this account.", { code: "no-calendar" })
  return chosen
}

/** A person, or a room, for whom policy says nothing. */
export type ConnectionOwner = Pick<UserRow, "accountId" | "userId" | "role">

export type Establishing = {
  readonly user: ConnectionOwner
  readonly provider: CalendarProvider
  readonly made: Established
  readonly chosen: readonly ProviderCalendar[]
  readonly actor: AuditEntry["actor"]
}

/**
 * Writes the connection, its sealed credential and its calendars, and queues the first work.
 */
export async function establishIn(
  deps: EstablishDeps,
  tables: AccountTables,
  { user, provider, made, chosen, actor }: Establishing,
): Promise<ConnectionRow> {
  const { accountId } = user
  const known = await lockKnown(tables, user)
  await tables.lockAccount()
  const connection = await writeConnection(deps, tables, { user, provider, made, known: known?.connection ?? null })
  await writeCredential(deps, tables, { connection, made, known: known?.credential ?? null })
  const calendarIds = await writeCalendars(deps, tables, connection, chosen)
  const record = (action: AuditAction, reason: AuditReason) =>
    tables.appendAudit({ actor, action, subjectId: connection.connectionId, reason }, deps.world.clock.now())
  if (made.tenantConnectionId === null) await record("secret-sealed", "connect")
  const { permission, contacts } = made
  await record("connection-made", contacts === "none" ? permission : `${permission}-contacts-${contacts}`)
  const isRoom = (await tables.rooms.find(user.userId)) !== null
  if (!isRoom) await tables.policyChanges.deleteNotice(user.userId)
  await tables.addJobs(
    calendarIds.flatMap((calendarId) => [
      { kind: "pass", accountId, calendarId, noticedAtMs: null },
      { kind: "subscribe", accountId, calendarId },
    ]),
  )
  if (isRoom) return connection
  // The audit log holds the account, and so does who changes policy or people: one of the two sees what the other wrote.
  if (await isSuspended(tables, user.userId)) throw suspended()
  refuseByPolicy(await effectivePolicyOf(tables, user.userId), {
    ...{ provider: provider.name, permission, contactsPermission: contacts },
    bySelf: made.tenantConnectionId === null ? user : null,
  })
  return connection
}

/** The primary calendar where there is one; otherwise all, up to a bound. */
export function chooseCalendars(listed: readonly ProviderCalendar[]): readonly ProviderCalendar[] {
  const primary = listed.filter((calendar) => calendar.isPrimary)
  return primary.length > 0 ? primary.slice(0, 1) : listed.slice(0, calendarsMost)
}

export function secondService(): Problem {
  return new Problem("conflict", "Disconnect the calendar service you have before you connect another.", {
    code: "one-at-a-time",
  })
}

type Known = { readonly connection: ConnectionRow; readonly credential: CredentialRow | null }

/** The user's connection with its credential held, as it is once a refresh under way has ended. */
async function lockKnown(tables: AccountTables, { userId }: ConnectionOwner): Promise<Known | null> {
  const seen = await tables.findConnectionOfUser(userId)
  if (seen === null) return null
  const credential = await tables.lockCredential(seen.connectionId)
  // Read again: it may have been removed, and even another made, while we waited.
  const connection = await tables.findConnectionOfUser(userId)
  if (connection !== null && connection.connectionId !== seen.connectionId)
    throw new Problem("unavailable", "The connection is being changed; try again.", { code: "credential-busy" })
  return connection === null ? null : { connection, credential }
}

type Writing = {
  readonly user: ConnectionOwner
  readonly provider: CalendarProvider
  readonly made: Established
  readonly known: ConnectionRow | null
}

async function writeConnection(
  deps: EstablishDeps,
  tables: AccountTables,
  { user, provider, made, known }: Writing,
): Promise<ConnectionRow> {
  const fresh = {
    permission: made.permission,
    contactsPermission: made.contacts,
    state: "connecting",
    subjectEmail: made.subject.email,
    subjectId: made.subject.id,
    tenantId: made.subject.tenantId,
    tenantConnectionId: made.tenantConnectionId,
    problemKind: null,
    problemCode: null,
    problemAt: null,
  } as const
  if (known === null) {
    const row: ConnectionRow = {
      ...fresh,
      accountId: user.accountId,
      connectionId: parseConnectionId(deps.world.random.uuid()),
      userId: user.userId,
      provider: provider.name,
      createdAt: deps.world.clock.now(),
      lastOkAt: null,
    }
    await tables.insertConnection(row)
    return row
  }
  if (known.provider !== provider.name) throw secondService()
  await tables.updateConnection(known.connectionId, fresh)
  // Another mailbox of the same service: what was known of the old one's calendars does not hold.
  if (known.subjectId !== made.subject.id)
    for (const calendar of await tables.listCalendars(known.connectionId))
      await tables.deleteCalendar(calendar.calendarId)
  return { ...known, ...fresh }
}

type Sealing = {
  readonly connection: ConnectionRow
  readonly made: Established
  readonly known: CredentialRow | null
}

async function writeCredential(
  deps: EstablishDeps,
  tables: AccountTables,
  { connection: { accountId, connectionId }, made, known }: Sealing,
): Promise<void> {
  await tables.upsertCredential({
    accountId,
    connectionId,
    credentialId: known?.credentialId ?? parseCredentialId(deps.world.random.uuid()),
    version: (known?.version ?? 0) + 1,
    usedAt: deps.world.clock.now(),
    ...(await sealMade(deps, tables, connectionId, made)),
  })
}

type SealedParts = Pick<
  CredentialRow,
  "sealedSecret" | "secretKind" | "sealedAccessToken" | "accessExpiresAt" | "refreshExpiresAt"
>

async function sealMade(
  { vault }: EstablishDeps,
  tables: AccountTables,
  connectionId: ConnectionRow["connectionId"],
  { access, grant, tenantConnectionId }: Established,
): Promise<SealedParts> {
  const none = { sealedAccessToken: null, accessExpiresAt: null, refreshExpiresAt: null }
  if (tenantConnectionId !== null) return { sealedSecret: new Uint8Array(), secretKind: "tenant", ...none }
  if (access.kind === "password")
    return {
      sealedSecret: await vault.sealSecret(tables, { connectionId, kind: "password" }, writePasswordRecord(access)),
      secretKind: "password",
      ...none,
    }
  return {
    sealedSecret: await vault.sealSecret(tables, { connectionId, kind: "refresh-token" }, grant?.refreshToken ?? ""),
    secretKind: "refresh-token",
    sealedAccessToken: await vault.sealSecret(tables, { connectionId, kind: "access-token" }, access.token),
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: grant?.refreshExpiresAt ?? null,
  }
}

/** Calendars known already keep their cursor and subscriptions. */
async function writeCalendars(
  deps: EstablishDeps,
  tables: AccountTables,
  connection: ConnectionRow,
  chosen: readonly ProviderCalendar[],
): Promise<readonly CalendarId[]> {
  const known = new Map(
    (await tables.listCalendars(connection.connectionId)).map((row) => [row.providerCalendarId, row]),
  )
  const ids: CalendarId[] = []
  for (const { id, isPrimary, canWrite } of chosen) {
    const row = known.get(id)
    const calendarId = row?.calendarId ?? parseCalendarId(deps.world.random.uuid())
    ids.push(calendarId)
    if (row !== undefined)
      await tables.updateCalendar(calendarId, { isPrimary, canWrite, failureCount: 0, dueAt: deps.world.clock.now() })
    else
      await tables.insertCalendar({
        accountId: connection.accountId,
        calendarId,
        connectionId: connection.connectionId,
        providerCalendarId: id,
        isPrimary,
        canWrite,
        cursor: null,
        isFirstListing: true,
        cursorWindowStartsAt: null,
        cursorWindowEndsAt: null,
        dueAt: deps.world.clock.now(),
        lastPassAt: null,
        changedAt: null,
        failureCount: 0,
      })
  }
  return ids
}
