import type { ConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ConnectionView, RemovalView } from "@kalends/protocol/api"
import type { UserRow } from "../ports/store.ts"
import { type Asker, createConnect, providerNamed } from "./connect.ts"
import type { ConnectionsDeps } from "./deps.ts"
import { createHandOver } from "./hand-over.ts"
import { removeConnection } from "./remove.ts"
import { connectionView } from "./view.ts"

/** Connecting and removing calendars, and handing out what opens them. */
export function createConnections(deps: ConnectionsDeps) {
  return {
    ...createConnect(deps),
    ...createHandOver(deps),
    /** Removes a connection: SPEC 1.6. Says truthfully what was done. */
    remove: (user: UserRow, connectionId: ConnectionId): Promise<RemovalView> =>
      removeConnection(deps, user, connectionId),

    list: (user: UserRow): Promise<ConnectionView[]> =>
      deps.store.inAccount(user.accountId, async (tables) => {
        const connection = await tables.findConnectionOfUser(user.userId)
        return connection === null ? [] : [await connectionView(deps, tables, connection)]
      }),

    /** Where an administrator consents for everybody. Throws Problem "unsupported" where there is no such form. */
    adminConsentUrl(asker: Asker, name: string): URL {
      const { signIn } = providerNamed(deps.providers, name)
      const request = { redirectUri: deps.addresses.consentUri, state: asker.session.sessionId }
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
