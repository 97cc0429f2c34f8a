import type { Access } from "@kalends/domain/access"
import { statesForPerson } from "@kalends/domain/connection"
import { type ProviderName, parseProviderName } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { ContactsPermission } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import type { ConnectAnswer, ConnectInput, ConnectionView } from "@kalends/protocol/api"
import type { AskedFor, CalendarProvider, OAuthSignIn } from "../ports/calendar-provider.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { SessionRow, UserRow } from "../ports/store.ts"
import { refuseByPolicy } from "./allowed.ts"
import { connectExpired, newAttempt, type ProviderAnswer, readState } from "./connect-state.ts"
import type { ConnectDeps } from "./deps.ts"
import { type Established, establish, secondService } from "./establish.ts"
import { connectionView } from "./view.ts"

/** Who asks. */
export type Asker = { readonly user: UserRow; readonly session: SessionRow }

/** Throws Problem "unsupported" when the service is not set up here. */
export function providerNamed(providers: ConnectDeps["providers"], name: string): CalendarProvider {
  const provider = /^[a-z-]{2,32}$/.test(name) ? providers.get(parseProviderName(name)) : undefined
  if (provider === undefined)
    throw new Problem("unsupported", "This calendar service is not set up here.", { code: "provider-not-configured" })
  return provider
}

/** Begins connecting a calendar: at once with a password, or by way of the provider's own sign-in. */
export async function beginConnection(deps: ConnectDeps, asker: Asker, input: ConnectInput): Promise<ConnectAnswer> {
  const provider = providerNamed(deps.providers, input.provider)
  const { permission, contacts = "none" } = input
  await refuseBefore(deps, asker.user, provider, { permission, contacts })
  if (input.signIn === "oauth" && provider.signIn.kind === "oauth") {
    const authorizeUrl = authorizeUrlFor(deps, asker, {
      provider: provider.name,
      signIn: provider.signIn,
      wanted: { permission, contacts },
    })
    return { next: "authorize", authorizeUrl: authorizeUrl.href }
  }
  if (input.signIn === "password" && provider.signIn.kind === "password") {
    const found = await provider.signIn.discover(input)
    const connection = await made(deps, asker.user, provider, {
      ...found,
      permission,
      contacts,
      grant: null,
      tenantConnectionId: null,
    })
    return { next: "done", connection }
  }
  throw wrongSignIn()
}

type OAuthAttempt = { readonly provider: ProviderName; readonly signIn: OAuthSignIn; readonly wanted: AskedFor }

/** Where the browser goes: the state carries the attempt, sealed (connect-state.ts). */
function authorizeUrlFor(
  { addresses, world }: ConnectDeps,
  asker: Asker,
  { provider, signIn, wanted }: OAuthAttempt,
): URL {
  const { redirectUri, stateBox: box } = addresses
  const { permission, contacts } = wanted
  const request = newAttempt(
    { box, redirectUri, world },
    {
      ...{ sessionId: asker.session.sessionId, provider, permission, loginHint: asker.user.email },
      purpose: { kind: "own", contacts },
    },
  )
  return signIn.authorizeUrl({ ...request, ...wanted })
}

/** After the provider sent the browser back. */
export async function finishConnection(
  deps: ConnectDeps,
  asker: Asker,
  { state, code }: ProviderAnswer,
): Promise<ConnectionView> {
  const attempt = readState(deps.addresses.stateBox, state, asker.session.sessionId, deps.world.clock)
  const { permission, purpose, codeVerifier, nonce } = attempt
  if (purpose.kind !== "own") throw connectExpired()
  const { contacts } = purpose
  const provider = providerNamed(deps.providers, attempt.provider)
  if (provider.signIn.kind !== "oauth") throw wrongSignIn()
  // Asked again, because another service may have been connected, or policy changed, while the browser was away.
  await refuseBefore(deps, asker.user, provider, { permission, contacts })
  const { grant, subject } = await provider.signIn.exchangeCode({
    redirectUri: deps.addresses.redirectUri,
    code,
    codeVerifier,
    nonce,
    permission,
    contacts,
  })
  if (grant.refreshToken === null)
    throw new Problem("forbidden", "The calendar service gave no lasting permission.", { code: "no-refresh-token" })
  const access: Access = { kind: "bearer", token: grant.accessToken, expiresAt: grant.accessExpiresAt }
  return made(deps, asker.user, provider, {
    access,
    subject,
    permission: grant.permission,
    contacts: grant.contacts,
    grant,
    tenantConnectionId: null,
  })
}

/** What would be refused in the end is refused before anybody signs in anywhere. */
async function refuseBefore(
  { store }: ConnectDeps,
  user: UserRow,
  provider: CalendarProvider,
  { permission, contacts }: { readonly permission: Permission; readonly contacts: ContactsPermission },
): Promise<void> {
  if (contacts !== "none" && provider.contacts === null)
    throw new Problem("unsupported", "Contacts are not offered with this calendar service.", { code: "no-contacts" })
  const { known, policy } = await store.inAccount(user.accountId, async (tables) => ({
    known: await tables.findConnectionOfUser(user.userId),
    policy: await effectivePolicyOf(tables, user.userId),
  }))
  refuseByPolicy(policy, { provider: provider.name, permission, contactsPermission: contacts, bySelf: user })
  if (known !== null && known.provider !== provider.name) throw secondService()
}

/** Stores it, tells the user's clients, and shows it. */
async function made(
  deps: ConnectDeps,
  user: UserRow,
  provider: CalendarProvider,
  given: Established,
): Promise<ConnectionView> {
  const { store, addresses, world } = deps
  const { accountId, userId } = user
  const before = await store.inAccount(accountId, (tables) => tables.findConnectionOfUser(userId))
  const { connectionId } = await establish(deps, user, provider, given)
  if (before !== null && statesForPerson.includes(before.state)) world.metrics.countFor(before, "grants-mended")
  const view = await store.inAccount(accountId, async (tables) => {
    const connection = await tables.findConnection(connectionId)
    return connection === null ? null : connectionView({ addresses, clock: world.clock }, tables, connection)
  })
  if (view === null) throw new Problem("not-found", "The connection was removed meanwhile.")
  deps.fanOut.publish(
    { kind: "user", accountId, userId },
    { kind: "connection-changed", connectionId, state: view.state },
  )
  return view
}

function wrongSignIn(): Problem {
  return new Problem("unsupported", "This calendar service is connected in another way.", {
    code: "wrong-sign-in-kind",
  })
}
