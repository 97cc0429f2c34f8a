import type { ConnectionId, SessionId } from "@kalends/domain/ids"
import { parseAccountId, parseConnectionId, parseSessionId, parseUserId } from "@kalends/domain/ids"
import { contactsMost, lesserContacts } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import { z } from "zod"
import { accessDigest } from "../ports/access-broker.ts"
import type { Call } from "../ports/call.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { ProxiedAnswer, ProxiedRequest } from "../ports/proxied-calls.ts"
import type { ConnectionRow, UserRow } from "../ports/store.ts"
import { providerNamed } from "./connect.ts"
import type { StateBox } from "./connect-state.ts"
import type { HandOverDeps } from "./deps.ts"

/** As long as a provider's own access token lives. */
const sessionMinutes = 60
const timeoutMs = 30_000
/** Three parts, as a JWT has them: Microsoft's EWS clients refuse any other bearer token unsent. */
const writeToken = (sealed: string) => `kalends.${sealed}.session`
const sealedIn = (token: string) => token.split(".")[1] ?? ""

const sessionSchema = z.object({
  kind: z.literal("proxied-session"),
  accountId: z.string().transform(parseAccountId),
  userId: z.string().transform(parseUserId),
  sessionId: z.string().transform(parseSessionId),
  connectionId: z.string().transform(parseConnectionId),
  expiresAtMs: z.number(),
})

export type ProxyDeps = HandOverDeps & { readonly stateBox: StateBox; readonly publicUrl: string }

/** What an app gets in place of a secret: good for one connection, for as long as its person's session lasts, an hour at most. */
export type ProxiedSession = { readonly token: string; readonly expiresAt: Temporal.Instant; readonly apiBase: string }

/** Sessions by which apps reach the provider through us. They are sealed, not stored; each use looks at what they stand for. */
export function createProxiedSessions(deps: ProxyDeps) {
  const { store, broker, providers, http, stateBox, publicUrl } = deps
  const { clock } = deps.world
  const baseOf = (connectionId: ConnectionId) => `${publicUrl}/v1/proxy/${connectionId}`

  function readToken(token: string, connectionId: string) {
    const session = openQuietly(stateBox, token)
    if (
      session === null ||
      session.connectionId !== connectionId ||
      session.expiresAtMs <= clock.now().epochMilliseconds
    )
      throw new Problem("auth-expired", "This session is over; ask for another.", { code: "proxied-session-over" })
    return session
  }

  return {
    issue({ accountId, userId }: UserRow, sessionId: SessionId, { connectionId }: ConnectionRow): ProxiedSession {
      const expiresAt = clock.now().add({ minutes: sessionMinutes })
      const content = { kind: "proxied-session", accountId, userId, sessionId, connectionId }
      const token = writeToken(stateBox.seal(JSON.stringify({ ...content, expiresAtMs: expiresAt.epochMilliseconds })))
      return { token, expiresAt, apiBase: baseOf(connectionId) }
    },

    /** Throws Problem "auth-expired" for a token that is no good, "forbidden" for what it does not open. */
    async ask(token: string, connectionId: string, request: ProxiedRequest, call: Call): Promise<ProxiedAnswer> {
      const session = readToken(token, connectionId)
      const { accountId, userId } = session
      const { connection, calendars, hasSession, policy } = await store.inAccount(accountId, async (tables) => ({
        connection: await tables.findConnection(session.connectionId),
        calendars: await tables.listCalendars(session.connectionId),
        hasSession: await tables.hasSession(session.sessionId, clock.now()),
        policy: await effectivePolicyOf(tables, userId),
      }))
      if (!hasSession || connection === null || connection.userId !== userId)
        throw new Problem("auth-expired", "This session is over; ask for another.", { code: "proxied-session-over" })
      const proxy = providerNamed(providers, connection.provider).proxy
      if (proxy === null) throw new Problem("forbidden", "Nothing is passed on here.", { code: "not-proxied" })
      const wish = { actor: { kind: "user", userId }, reason: "proxied", call } as const
      const ask = async (refusedTokenDigest?: string) => {
        const access = await broker.freshAccess(accountId, connection.connectionId, { ...wish, refusedTokenDigest })
        const proxying = {
          ...{ access, permission: connection.permission, ownBase: baseOf(connection.connectionId) },
          contacts: lesserContacts(connection.contactsPermission, contactsMost(policy)),
          calendarIds: calendars.map(({ providerCalendarId }) => providerCalendarId),
          ...{ seal: (url: string) => stateBox.seal(url), open: (sealed: string) => stateBox.open(sealed) },
          signal: AbortSignal.timeout(timeoutMs),
        }
        return { access, answer: await proxy.ask(request, proxying, (outgoing) => http.send(outgoing)) }
      }
      const first = await ask()
      if (first.answer.status !== 401) return first.answer
      // A refusal of what we sign in with is ours to mend: the app's own session is as good as before.
      const isReplaceable = first.access.kind === "bearer" || first.access.mailbox !== undefined
      const second = isReplaceable ? await ask(accessDigest(first.access)) : first
      if (second.answer.status !== 401) return second.answer
      throw new Problem("auth-revoked", "The calendar must be connected again.", { code: "reconnect" })
    },
  }
}

export type ProxiedSessions = ReturnType<typeof createProxiedSessions>

function openQuietly(box: StateBox, token: string) {
  try {
    return sessionSchema.parse(JSON.parse(box.open(sealedIn(token))))
  } catch {
    return null
  }
}
