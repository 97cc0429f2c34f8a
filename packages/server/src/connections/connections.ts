import type { ConnectionId } from "@kalends/domain/ids"
import { contactsMost } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import type { ConnectInput, ConnectionsView, ConnectionView, RemovalView } from "@kalends/protocol/api"
import type { Caller } from "../ports/call.ts"
import type { ConnectionRemover } from "../ports/connection-removal.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { UserRow } from "../ports/store.ts"
import { type Asker, beginConnection, finishConnection, providerNamed } from "./connect.ts"
import { findState, type ProviderAnswer, type Purpose } from "./connect-state.ts"
import type { ConnectionsDeps } from "./deps.ts"
import { type AccessRequest, handOverAccess, type ReadThroughInput, readThrough } from "./hand-over.ts"
import { createProxiedSessions } from "./proxy.ts"
import { removeConnection } from "./remove.ts"
import { connectionView } from "./view.ts"

/** Connecting and removing calendars, and handing out what opens them. */
export function createConnections({ store, providers, fanOut, addresses, opening, world }: ConnectionsDeps) {
  const { vault, broker, life, http } = opening
  const { clock, metrics } = world
  const connect = { store, vault, providers, fanOut, addresses, world }
  const handOver = { store, broker, providers, life, http, world }
  const { stateBox, publicUrl, handsOverPasswords } = addresses
  const proxied = createProxiedSessions({ ...handOver, stateBox, publicUrl })
  const remover: ConnectionRemover = {
    remove: (removal) => removeConnection({ store, broker, vault, providers, fanOut, clock, metrics }, removal),
  }
  return {
    begin: (asker: Asker, input: ConnectInput) => beginConnection(connect, asker, input),
    /** What a browser that a provider sends back was sent away for; null where that cannot be known (any more). */
    purposeOf: async ({ session }: Asker, state: string): Promise<Purpose["kind"] | null> =>
      findState(stateBox, state, session.sessionId, clock)?.purpose.kind ?? null,
    finish: (asker: Asker, answer: ProviderAnswer) => finishConnection(connect, asker, answer),
    handOverAccess: (user: Caller, connectionId: ConnectionId, request: AccessRequest) =>
      handOverAccess({ ...handOver, proxied, handsOverPasswords }, user, connectionId, request),
    proxied,
    readThrough: (user: Caller, input: ReadThroughInput) => readThrough(handOver, user, input),
    /** Removes a connection: SPEC 1.6. Says truthfully what was done. */
    async remove({ accountId, userId, call }: Caller, connectionId: ConnectionId): Promise<RemovalView> {
      const actor = { kind: "user", userId } as const
      const removed = await remover.remove({ accountId, userId, connectionId, actor, reason: "asked", call })
      if (removed !== null) return removed
      throw new Problem("not-found", "There is no such connection.", { code: "no-connection" })
    },
    remover,

    list: (user: UserRow): Promise<ConnectionView[]> =>
      store.inAccount(user.accountId, async (tables) => {
        const connection = await tables.findConnectionOfUser(user.userId)
        return connection === null ? [] : [await connectionView({ addresses, clock }, tables, connection)]
      }),

    /** What may be asked for of the person's contacts, and what is proposed. */
    contactsFor: ({ accountId, userId }: UserRow): Promise<NonNullable<ConnectionsView["contacts"]>> =>
      store.inAccount(accountId, async (tables) => {
        const policy = await effectivePolicyOf(tables, userId)
        return { most: contactsMost(policy), proposed: policy.contactsPermission.value }
      }),

    /** Where an administrator consents for everybody. Throws Problem "unsupported" where there is no such form. */
    adminConsentUrl(asker: Asker, name: string): URL {
      const { signIn } = providerNamed(providers, name)
      const request = { redirectUri: addresses.consentUri, state: asker.session.sessionId }
      const url = signIn.kind === "oauth" ? signIn.adminConsentUrl(request) : null
      if (url === null)
        throw new Problem("unsupported", "This calendar service has no consent for everybody.", {
          code: "no-admin-consent",
        })
      return url
    },
  }
}

export type Connections = ReturnType<typeof createConnections>
