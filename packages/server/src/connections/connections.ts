import { createHash } from "node:crypto"
import { type Access, authorization } from "@kalends/domain/access"
import {
  type CalendarId,
  type ConnectionId,
  parseCalendarId,
  parseConnectionId,
  parseCredentialId,
  parseProviderName,
} from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import { Problem } from "@kalends/domain/problem"
import type { TimeWindow } from "@kalends/domain/window"
import type { AccessAnswer, ConnectAnswer, ConnectInput, ConnectionView, RemovalView } from "@kalends/protocol/api"
import type { AccessWish } from "../ports/access-broker.ts"
import type { CalendarProvider, Grant, ProviderCalendar, Subject } from "../ports/calendar-provider.ts"
import { writePasswordRecord } from "../ports/password-record.ts"
import type { AccountTables, ConnectionRow, CredentialRow, SessionRow, UserRow } from "../ports/store.ts"
import { newCodeVerifier, readState, writeState } from "./connect-state.ts"
import type { ConnectionsDeps } from "./deps.ts"
import { removeConnection } from "./remove.ts"
import { connectionView } from "./view.ts"

/** Who asks. */
export type Asker = { readonly user: UserRow; readonly session: SessionRow }

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

const calendarsMost = 20

/** Connecting and removing calendars, and handing out what opens them. */
export function createConnections(deps: ConnectionsDeps) {
  const { store, broker, providers } = deps

  function providerNamed(name: string): CalendarProvider {
    const provider = /^[a-z-]{2,32}$/.test(name) ? providers.get(parseProviderName(name)) : undefined
    if (provider === undefined)
      throw new Problem("unsupported", "This calendar service is not set up here.", { code: "provider-not-configured" })
    return provider
  }

  async function begin(asker: Asker, input: ConnectInput): Promise<ConnectAnswer> {
    const provider = providerNamed(input.provider)
    await refuseSecondService(asker.user, provider)
    if (input.signIn === "oauth" && provider.signIn.kind === "oauth") {
      const codeVerifier = newCodeVerifier(deps.random)
      const nonce = newCodeVerifier(deps.random)
      const attempt = {
        sessionId: asker.session.sessionId,
        provider: provider.name,
        permission: input.permission,
        codeVerifier,
        nonce,
      }
      const authorizeUrl = provider.signIn.authorizeUrl({
        redirectUri: deps.addresses.redirectUri,
        state: writeState(deps.addresses.stateBox, attempt, deps.clock),
        nonce,
        codeChallenge: createHash("sha256").update(codeVerifier).digest("base64url"),
        permission: input.permission,
        loginHint: asker.user.email,
      })
      return { next: "authorize", authorizeUrl: authorizeUrl.href }
    }
    if (input.signIn === "password" && provider.signIn.kind === "password") {
      const found = await provider.signIn.discover(input)
      const connection = await establish(asker.user, provider, { ...found, permission: input.permission, grant: null })
      return { next: "done", connection }
    }
    throw new Problem("unsupported", "This calendar service is connected in another way.", {
      code: "wrong-sign-in-kind",
    })
  }

  /** After the provider sent the browser back. */
  async function finish(
    asker: Asker,
    answer: { readonly state: string; readonly code: string },
  ): Promise<ConnectionView> {
    const attempt = readState(deps.addresses.stateBox, answer.state, asker.session.sessionId, deps.clock)
    const provider = providerNamed(attempt.provider)
    if (provider.signIn.kind !== "oauth")
      throw new Problem("unsupported", "This calendar service is connected in another way.")
    // Asked again, because another service may have been connected while the browser was away.
    await refuseSecondService(asker.user, provider)
    const { permission, codeVerifier, nonce } = attempt
    const { grant, subject } = await provider.signIn.exchangeCode({
      redirectUri: deps.addresses.redirectUri,
      code: answer.code,
      codeVerifier,
      nonce,
      permission,
    })
    if (grant.refreshToken === null)
      throw new Problem("forbidden", "The calendar service gave no lasting permission.", { code: "no-refresh-token" })
    const access: Access = { kind: "bearer", token: grant.accessToken, expiresAt: grant.accessExpiresAt }
    return establish(asker.user, provider, { access, subject, permission: grant.permission, grant })
  }

  async function refuseSecondService(user: UserRow, provider: CalendarProvider): Promise<void> {
    const known = await store.inAccount(user.accountId, (tables) => tables.findConnectionOfUser(user.userId))
    if (known !== null && known.provider !== provider.name) throw secondService()
  }

  /** Writes the connection, its sealed credential and its calendars, and queues the first work, all or nothing. */
  async function establish(user: UserRow, provider: CalendarProvider, made: Established): Promise<ConnectionView> {
    const listed = await provider.listCalendars(made.access, AbortSignal.timeout(20_000))
    const chosen = chooseCalendars(listed)
    if (chosen.length === 0)
      throw new Problem("unsupported", "There is no calendar in this account.", { code: "no-calendar" })
    await store.inAccount(user.accountId, async (tables) => {
      const connection = await writeConnection(deps, tables, { user, provider, made })
      await writeCredential(deps, tables, connection, made)
      const calendarIds = await writeCalendars(deps, tables, connection, chosen)
      const accountId = user.accountId
      await tables.addJobs(
        calendarIds.flatMap((calendarId) => [
          { kind: "pass", accountId, calendarId, noticedAtMs: null },
          { kind: "subscribe", accountId, calendarId },
        ]),
      )
      await tables.appendAudit(
        {
          actor: { kind: "user", userId: user.userId },
          action: "connection-made",
          subjectId: connection.connectionId,
          reason: made.permission,
        },
        deps.clock.now(),
      )
    })
    const [view] = await list(user)
    if (view === undefined) throw new Problem("not-found", "The connection was removed meanwhile.")
    deps.fanOut.publish(
      { kind: "user", accountId: user.accountId, userId: user.userId },
      { kind: "connection-changed", connectionId: parseConnectionId(view.connectionId), state: view.state },
    )
    return view
  }

  function list(user: UserRow): Promise<ConnectionView[]> {
    return store.inAccount(user.accountId, async (tables) => {
      const connection = await tables.findConnectionOfUser(user.userId)
      return connection === null ? [] : [await connectionView(deps, tables, connection)]
    })
  }

  async function own(tables: AccountTables, user: UserRow, connectionId: ConnectionId): Promise<ConnectionRow> {
    const connection = await tables.findConnection(connectionId)
    // Another's connection is answered like one that does not exist.
    if (connection === null || connection.userId !== user.userId)
      throw new Problem("not-found", "There is no such connection.", { code: "no-connection" })
    return connection
  }

  async function handOverAccess(
    user: UserRow,
    connectionId: ConnectionId,
    request: { readonly reach: "browser" | "native"; readonly refusedTokenDigest?: string | undefined },
  ): Promise<AccessAnswer> {
    const { connection, calendars } = await store.inAccount(user.accountId, async (tables) => ({
      connection: await own(tables, user, connectionId),
      calendars: await tables.listCalendars(connectionId),
    }))
    const provider = providerNamed(connection.provider)
    const answer = {
      connectionId,
      provider: connection.provider,
      permission: connection.permission,
      calendars: calendars.map(({ calendarId, providerCalendarId, isPrimary, canWrite }) => ({
        calendarId,
        providerCalendarId,
        isPrimary,
        canWrite,
      })),
    }
    const wish: AccessWish = {
      actor: { kind: "user", userId: user.userId },
      reason: "client-request",
      refusedTokenDigest: request.refusedTokenDigest,
    }
    const access = await broker.freshAccess(user.accountId, connectionId, wish)
    const apiBase = provider.apiBase(access)
    await store.inAccount(user.accountId, (tables) =>
      tables.appendAudit(
        { actor: wish.actor, action: "access-handed-over", subjectId: connectionId, reason: request.reach },
        deps.clock.now(),
      ),
    )
    if (access.kind === "bearer")
      return {
        ...answer,
        access: { kind: "bearer", token: access.token, expiresAt: access.expiresAt.toString(), apiBase },
      }
    if (request.reach === "browser" && !provider.limits.isReachableFromBrowser)
      return { ...answer, access: { kind: "read-through", apiBase } }
    const { server, username, password } = access
    return { ...answer, access: { kind: "password", server, username, password, apiBase } }
  }

  /** Reads a window for a browser that cannot reach the provider: the credential stays here, the answer passes through. */
  async function readThrough(user: UserRow, input: ReadThroughInput): Promise<ReadThrough> {
    const { connection, calendar } = await store.inAccount(user.accountId, async (tables) => ({
      connection: await own(tables, user, input.connectionId),
      calendar: await tables.findCalendar(input.calendarId),
    }))
    if (calendar === null || calendar.connectionId !== connection.connectionId)
      throw new Problem("not-found", "There is no such calendar.")
    const provider = providerNamed(connection.provider)
    const access = await broker.freshAccess(user.accountId, input.connectionId, {
      actor: { kind: "user", userId: user.userId },
      reason: "read-through",
    })
    const query = {
      apiBase: provider.apiBase(access),
      calendarId: calendar.providerCalendarId,
      window: input.window,
      zone: input.zone,
    }
    const request = provider.reader.firstPage(query)
    const response = await deps.http.stream({
      ...request,
      headers: { ...request.headers, authorization: authorization(access) },
      signal: input.signal,
      isUserGiven: access.kind === "password",
    })
    if (response.status === 401) {
      await response.body.cancel()
      const problem = new Problem("auth-revoked", "The calendar service refused the password.", {
        code: "wrong-password",
      })
      await deps.life.isTroubled(user.accountId, input.connectionId, problem, {
        isLasting: true,
        credentialVersion: access.credentialVersion,
      })
      throw problem
    }
    return {
      status: response.status,
      contentType: response.headers["content-type"] ?? "application/octet-stream",
      body: response.body,
    }
  }

  return {
    begin,
    finish,
    list,
    handOverAccess,
    readThrough,
    /** Removes a connection: SPEC 1.6. Says truthfully what was done. */
    async remove(user: UserRow, connectionId: ConnectionId): Promise<RemovalView> {
      await store.inAccount(user.accountId, (tables) => own(tables, user, connectionId))
      return removeConnection(deps, user, connectionId)
    },
    /** Where an administrator consents for everybody. Throws Problem "unsupported" where there is no such form. */
    adminConsentUrl(asker: Asker, name: string): URL {
      const provider = providerNamed(name)
      const url =
        provider.signIn.kind === "oauth"
          ? provider.signIn.adminConsentUrl({ redirectUri: deps.addresses.consentUri, state: asker.session.sessionId })
          : null
      if (url === null)
        throw new Problem("unsupported", "This calendar service has no consent for everybody.", {
          code: "no-admin-consent",
        })
      return url
    },
  }
}

export type Connections = ReturnType<typeof createConnections>

type Established = {
  readonly access: Access
  readonly subject: Subject
  readonly permission: Permission
  readonly grant: Grant | null
}

function secondService(): Problem {
  return new Problem("conflict", "Disconnect the calendar service you have before you connect another.", {
    code: "one-at-a-time",
  })
}

/** The primary calendar where there is one; otherwise all, up to a bound. */
export function chooseCalendars(listed: readonly ProviderCalendar[]): readonly ProviderCalendar[] {
  const primary = listed.filter((calendar) => calendar.isPrimary)
  return primary.length > 0 ? primary.slice(0, 1) : listed.slice(0, calendarsMost)
}

async function writeConnection(
  deps: ConnectionsDeps,
  tables: AccountTables,
  input: { readonly user: UserRow; readonly provider: CalendarProvider; readonly made: Established },
): Promise<ConnectionRow> {
  const { user, provider, made } = input
  const known = await tables.findConnectionOfUser(user.userId)
  const now = deps.clock.now()
  const fresh = {
    permission: made.permission,
    state: "connecting",
    subjectEmail: made.subject.email,
    subjectId: made.subject.id,
    tenantId: made.subject.tenantId,
    problemKind: null,
    problemCode: null,
    problemAt: null,
  } as const
  if (known === null) {
    const row: ConnectionRow = {
      ...fresh,
      accountId: user.accountId,
      connectionId: parseConnectionId(deps.random.uuid()),
      userId: user.userId,
      provider: provider.name,
      createdAt: now,
      lastOkAt: null,
    }
    await tables.insertConnection(row)
    return row
  }
  if (known.provider !== provider.name) throw secondService()
  // Another mailbox of the same service: what was known of the old one's calendars does not hold.
  if (known.subjectId !== made.subject.id)
    for (const calendar of await tables.listCalendars(known.connectionId))
      await tables.deleteCalendar(calendar.calendarId)
  await tables.updateConnection(known.connectionId, fresh)
  return { ...known, ...fresh }
}

async function writeCredential(
  deps: ConnectionsDeps,
  tables: AccountTables,
  connection: ConnectionRow,
  made: Established,
): Promise<void> {
  const { connectionId, accountId } = connection
  const known = await tables.lockCredential(connectionId)
  const base = {
    accountId,
    connectionId,
    credentialId: known?.credentialId ?? parseCredentialId(deps.random.uuid()),
    version: (known?.version ?? 0) + 1,
    usedAt: deps.clock.now(),
  }
  await tables.upsertCredential({ ...base, ...(await sealMade(deps, tables, connectionId, made)) })
  await tables.appendAudit(
    {
      actor: { kind: "user", userId: connection.userId },
      action: "secret-sealed",
      subjectId: connectionId,
      reason: "connect",
    },
    deps.clock.now(),
  )
}

type SealedParts = Pick<
  CredentialRow,
  "sealedSecret" | "secretKind" | "sealedAccessToken" | "accessExpiresAt" | "refreshExpiresAt"
>

async function sealMade(
  deps: ConnectionsDeps,
  tables: AccountTables,
  connectionId: ConnectionId,
  { access, grant }: Established,
): Promise<SealedParts> {
  const { vault } = deps
  if (access.kind === "password") {
    const sealedSecret = await vault.sealSecret(tables, { connectionId, kind: "password" }, writePasswordRecord(access))
    return {
      sealedSecret,
      secretKind: "password",
      sealedAccessToken: null,
      accessExpiresAt: null,
      refreshExpiresAt: null,
    }
  }
  return {
    sealedSecret: await vault.sealSecret(tables, { connectionId, kind: "refresh-token" }, grant?.refreshToken ?? ""),
    secretKind: "refresh-token",
    sealedAccessToken: await vault.sealSecret(tables, { connectionId, kind: "access-token" }, access.token),
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: grant?.refreshExpiresAt ?? null,
  }
}

async function writeCalendars(
  deps: ConnectionsDeps,
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
    const calendarId = row?.calendarId ?? parseCalendarId(deps.random.uuid())
    ids.push(calendarId)
    if (row !== undefined)
      await tables.updateCalendar(calendarId, { isPrimary, canWrite, failureCount: 0, dueAt: deps.clock.now() })
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
        dueAt: deps.clock.now(),
        lastPassAt: null,
        changedAt: null,
        failureCount: 0,
      })
  }
  return ids
}
