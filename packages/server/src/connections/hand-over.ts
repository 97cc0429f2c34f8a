import { type Access, authorization } from "@kalends/domain/access"
import type { CalendarId, ConnectionId, SessionId } from "@kalends/domain/ids"
import { type ContactsPermission, contactsMost, lesserContacts } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import type { TimeWindow } from "@kalends/domain/window"
import type { AccessAnswer } from "@kalends/protocol/api"
import { type AccessWish, tokenDigest } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Caller } from "../ports/call.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { AccountTables, ConnectionRow, UserRow } from "../ports/store.ts"
import { providerNamed } from "./connect.ts"
import type { HandOverDeps } from "./deps.ts"
import type { ProxiedSession, ProxiedSessions } from "./proxy.ts"

export type AccessDeps = HandOverDeps & {
  readonly proxied: ProxiedSessions
  /** Whether apps are given passwords where we could make their calls for them. */
  readonly handsOverPasswords: boolean
}

/** A provider's own answer, passed through: nothing of it is read or kept here. */
export type ReadThrough = {
  readonly status: number
  readonly contentType: string
  readonly body: ReadableStream<Uint8Array>
}

export type ReadThroughInput = {
  readonly connectionId: ConnectionId
  readonly calendarId: CalendarId
  readonly window: TimeWindow
  readonly zone: string
  readonly signal: AbortSignal
}

export type AccessRequest = {
  readonly reach: "browser" | "native"
  readonly refusedTokenDigest?: string | undefined
  /** The session that asks: what it is given in place of a secret ends with it. */
  readonly sessionId: SessionId
}

/** Another's connection is answered like one that does not exist. */
export async function ownConnection(
  tables: AccountTables,
  user: UserRow,
  connectionId: ConnectionId,
): Promise<ConnectionRow> {
  const connection = await tables.findConnection(connectionId)
  if (connection === null || connection.userId !== user.userId)
    throw new Problem("not-found", "There is no such connection.", { code: "no-connection" })
  return connection
}

/** What a user's own app opens the calendar with; audited. A browser that cannot use a secret is not given it. */
export async function handOverAccess(
  deps: AccessDeps,
  user: Caller,
  connectionId: ConnectionId,
  { reach, refusedTokenDigest, sessionId }: AccessRequest,
): Promise<AccessAnswer> {
  const { store, broker, providers } = deps
  const { connection, calendars, policy } = await store.inAccount(user.accountId, async (tables) => ({
    connection: await ownConnection(tables, user, connectionId),
    calendars: await tables.listCalendars(connectionId),
    policy: await effectivePolicyOf(tables, user.userId),
  }))
  const provider = providerNamed(providers, connection.provider)
  const actor = { kind: "user", userId: user.userId } as const
  const wish: AccessWish = { actor, reason: "client-request", call: user.call, refusedTokenDigest }
  const access = await broker.freshAccess(user.accountId, connectionId, wish)
  // What opens other people's mailboxes too stays here, whoever asks.
  const isDirect = access.mailbox === undefined && (reach === "native" || provider.limits.isReachableFromBrowser)
  const isProxied = provider.proxy !== null && (!isDirect || (access.kind === "password" && !deps.handsOverPasswords))
  const entry = {
    actor,
    action: "access-handed-over",
    subjectId: connectionId,
    reason: isProxied ? "proxied" : isDirect ? reach : "read-through",
    call: user.call,
  } as const
  await store.inAccount(user.accountId, (tables) => tables.appendAudit(entry, deps.world.clock.now()))
  deps.world.metrics.countFor(connection, "accesses-handed-over")
  // A browser that cannot use a secret is not given it.
  const opened = isProxied
    ? proxiedAccess(deps.proxied.issue(user, sessionId, connection))
    : isDirect
      ? handed(access, provider.apiBase(access))
      : ({ kind: "read-through", apiBase: provider.apiBase(access) } as const)
  // What policy has locked since holds at once, also before the connection follows it.
  const contacts = lesserContacts(connection.contactsPermission, contactsMost(policy))
  return {
    connectionId,
    provider: connection.provider,
    permission: connection.permission,
    calendars: calendars.map(({ calendarId, providerCalendarId, isPrimary, canWrite }) => ({
      calendarId,
      providerCalendarId,
      isPrimary,
      canWrite,
    })),
    access: opened,
    contacts:
      opened.kind === "read-through" ? null : contactsAt(provider, contacts, isProxied ? opened.apiBase : access),
  }
}

/** Where contacts are read, by the proxied session's address or by what was handed over; null where they may not be. */
function contactsAt(
  { contacts: source }: CalendarProvider,
  permission: ContactsPermission,
  at: string | Access,
): NonNullable<AccessAnswer["contacts"]> | null {
  if (source === null || permission === "none") return null
  return { permission, apiBase: typeof at === "string" ? at : source.apiBase(at) }
}

/** Reads a window for a browser that cannot reach the provider: the credential stays here, the answer passes through. */
export async function readThrough(deps: HandOverDeps, user: Caller, input: ReadThroughInput): Promise<ReadThrough> {
  const { store, broker, providers } = deps
  const { accountId } = user
  const { connectionId, window, zone, signal } = input
  const { connection, calendar } = await store.inAccount(accountId, async (tables) => ({
    connection: await ownConnection(tables, user, connectionId),
    calendar: await tables.findCalendar(input.calendarId),
  }))
  if (calendar === null || calendar.connectionId !== connection.connectionId)
    throw new Problem("not-found", "There is no such calendar.")
  const provider = providerNamed(providers, connection.provider)
  if (provider.proxy !== null)
    throw new Problem("unsupported", "Apps read this calendar in another way; ask for access.", {
      code: "not-read-through",
    })
  const ask = (access: Access) => {
    const calendarId = calendar.providerCalendarId
    const request = provider.reader.firstPage({ apiBase: provider.apiBase(access), calendarId, window, zone })
    return deps.http.stream({
      ...request,
      headers: { ...request.headers, authorization: authorization(access) },
      signal,
      isUserGiven: access.kind === "password",
    })
  }
  const actor = { kind: "user", userId: user.userId } as const
  const wish: AccessWish = { actor, reason: "read-through", call: user.call }
  let access = await broker.freshAccess(accountId, connectionId, wish)
  let response = await ask(access)
  if (response.status === 401 && access.kind === "bearer") {
    await response.body.cancel()
    const refusedTokenDigest = tokenDigest(access.token)
    access = await broker.freshAccess(accountId, connectionId, { ...wish, refusedTokenDigest })
    response = await ask(access)
  }
  if (response.status === 401) {
    await response.body.cancel()
    const problem = refused(access)
    const met = { isLasting: true, credentialVersion: access.credentialVersion }
    await deps.life.isTroubled(accountId, connectionId, problem, met)
    throw problem
  }
  const contentType = response.headers["content-type"] ?? "application/octet-stream"
  return { status: response.status, contentType, body: response.body }
}

function proxiedAccess({ token, expiresAt, apiBase }: ProxiedSession): AccessAnswer["access"] {
  return { kind: "bearer", token, expiresAt: expiresAt.toString(), apiBase }
}

/** Field by field: nothing else that is known of an access leaves. */
function handed(access: Access, apiBase: string): AccessAnswer["access"] {
  if (access.kind === "bearer")
    return { kind: "bearer", token: access.token, expiresAt: access.expiresAt.toString(), apiBase }
  const { server, username, password } = access
  return { kind: "password", server, username, password, apiBase }
}

function refused(access: Access): Problem {
  return access.kind === "password"
    ? new Problem("auth-revoked", "The calendar service refused the password.", { code: "wrong-password" })
    : new Problem("auth-revoked", "The calendar must be connected again.", { code: "reconnect" })
}
