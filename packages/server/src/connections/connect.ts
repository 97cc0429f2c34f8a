import { createHash } from "node:crypto"
import type { Access } from "@kalends/domain/access"
import { parseProviderName } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ConnectAnswer, ConnectInput, ConnectionView } from "@kalends/protocol/api"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { SessionRow, UserRow } from "../ports/store.ts"
import { newCodeVerifier, readState, writeState } from "./connect-state.ts"
import type { ConnectionsDeps } from "./deps.ts"
import { type Established, establish, secondService } from "./establish.ts"
import { connectionView } from "./view.ts"

/** Who asks. */
export type Asker = { readonly user: UserRow; readonly session: SessionRow }

/** Throws Problem "unsupported" when the service is not set up here. */
export function providerNamed(providers: ConnectionsDeps["providers"], name: string): CalendarProvider {
  const provider = /^[a-z-]{2,32}$/.test(name) ? providers.get(parseProviderName(name)) : undefined
  if (provider === undefined)
    throw new Problem("unsupported", "This calendar service is not set up here.", { code: "provider-not-configured" })
  return provider
}

/** Connecting a calendar: at once with a password, or by way of the provider's own sign-in. */
export function createConnect(deps: ConnectionsDeps) {
  const { store, providers } = deps

  async function begin(asker: Asker, input: ConnectInput): Promise<ConnectAnswer> {
    const provider = providerNamed(providers, input.provider)
    await refuseSecondService(asker.user, provider)
    if (input.signIn === "oauth" && provider.signIn.kind === "oauth") {
      const codeVerifier = newCodeVerifier(deps.random)
      const nonce = newCodeVerifier(deps.random)
      const { permission } = input
      const attempt = {
        sessionId: asker.session.sessionId,
        provider: provider.name,
        permission,
        codeVerifier,
        nonce,
      }
      const authorizeUrl = provider.signIn.authorizeUrl({
        redirectUri: deps.addresses.redirectUri,
        state: writeState(deps.addresses.stateBox, attempt, deps.clock),
        nonce,
        codeChallenge: createHash("sha256").update(codeVerifier).digest("base64url"),
        permission,
        loginHint: asker.user.email,
      })
      return { next: "authorize", authorizeUrl: authorizeUrl.href }
    }
    if (input.signIn === "password" && provider.signIn.kind === "password") {
      const found = await provider.signIn.discover(input)
      const connection = await made(asker.user, provider, { ...found, permission: input.permission, grant: null })
      return { next: "done", connection }
    }
    throw wrongSignIn()
  }

  /** After the provider sent the browser back. */
  async function finish(
    asker: Asker,
    answer: { readonly state: string; readonly code: string },
  ): Promise<ConnectionView> {
    const attempt = readState(deps.addresses.stateBox, answer.state, asker.session.sessionId, deps.clock)
    const provider = providerNamed(providers, attempt.provider)
    if (provider.signIn.kind !== "oauth") throw wrongSignIn()
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
    return made(asker.user, provider, { access, subject, permission: grant.permission, grant })
  }

  async function refuseSecondService(user: UserRow, provider: CalendarProvider): Promise<void> {
    const known = await store.inAccount(user.accountId, (tables) => tables.findConnectionOfUser(user.userId))
    if (known !== null && known.provider !== provider.name) throw secondService()
  }

  /** Stores it, tells the user's clients, and shows it. */
  async function made(user: UserRow, provider: CalendarProvider, given: Established): Promise<ConnectionView> {
    const { accountId, userId } = user
    const { connectionId } = await establish(deps, user, provider, given)
    const view = await store.inAccount(accountId, async (tables) => {
      const connection = await tables.findConnection(connectionId)
      return connection === null ? null : connectionView(deps, tables, connection)
    })
    if (view === null) throw new Problem("not-found", "The connection was removed meanwhile.")
    deps.fanOut.publish(
      { kind: "user", accountId, userId },
      { kind: "connection-changed", connectionId, state: view.state },
    )
    return view
  }

  return { begin, finish }
}

function wrongSignIn(): Problem {
  return new Problem("unsupported", "This calendar service is connected in another way.", {
    code: "wrong-sign-in-kind",
  })
}
