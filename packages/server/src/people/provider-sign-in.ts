import { createHash } from "node:crypto"
import type { AccountId } from "@kalends/domain/ids"
import type { Issuer } from "@kalends/domain/issuer"
import { Problem } from "@kalends/domain/problem"
import type { IssuedClaims, OidcClient, SignInAnswer } from "../ports/oidc-client.ts"
import type { IdentityRow } from "../ports/sign-in-tables.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { type Found, findIssued, issuedFactor, link, refusalOf, refusedProblem } from "./issued-person.ts"
import {
  expired,
  type ProviderState,
  readProviderState,
  type StateBox,
  stateHash,
  writeProviderState,
} from "./provider-state.ts"
import { requireFreshProof } from "./second-factor.ts"
import { type OpenedSession, openSession, type SessionsDeps, type SignedIn } from "./sessions.ts"

export type ProviderSignInDeps = {
  readonly store: Store
  readonly oidc: OidcClient
  readonly issuers: readonly Issuer[]
  readonly stateBox: StateBox
  readonly sessions: SessionsDeps
  /** Where issuers send browsers back to. */
  readonly redirectUri: string
}

/** A browser that is sent away to sign in. `browser` is a secret that it alone has, and brings back. */
export type Sending = {
  readonly issuer: string
  readonly browser: string
  readonly returnTo: string
  readonly deviceName: string
}
export type Returned =
  | { readonly kind: "opened"; readonly opened: OpenedSession; readonly returnTo: string }
  | { readonly kind: "linked"; readonly returnTo: string }

/** Signing in at other services, and linking them. */
export function createProviderSignIn(deps: ProviderSignInDeps) {
  const { store, oidc, stateBox, sessions } = deps
  const { clock } = sessions

  function requireIssuer(name: string): Issuer {
    const issuer = deps.issuers.find((one) => one.name === name)
    if (issuer === undefined)
      throw new Problem("not-found", "There is no such sign-in service here.", { code: "no-issuer" })
    return issuer
  }

  function send({ issuer: name, ...rest }: Sending, linkedSessionId: string | null): Promise<URL> {
    const issuer = requireIssuer(name)
    const [nonce, codeVerifier] = [newSecret(sessions), newSecret(sessions)]
    const state = writeProviderState(stateBox, { ...rest, issuer: name, nonce, codeVerifier, linkedSessionId }, clock)
    return oidc.authorizeUrl(issuer, { redirectUri: deps.redirectUri, state, nonce, codeVerifier })
  }

  return {
    /** The services there are, for people. */
    issuers: deps.issuers.map(({ name, label }) => ({ name, label })),

    /** What people call the service that vouches. */
    labelOf: (url: string): string => deps.issuers.find((issuer) => issuer.url === url)?.label ?? url,

    /** Where to send the browser. Throws Problem "unavailable" (code "issuer-away"). */
    begin: (sending: Sending): Promise<URL> => send(sending, null),

    /** Likewise, for somebody who wants to be known by it from now on. */
    async beginLink(by: SignedIn, sending: Sending): Promise<URL> {
      await store.inAccount(by.user.accountId, (tables) => requireFreshProof(deps, tables, by))
      return send(sending, by.session.sessionId)
    },

    /** The browser is back; `signedIn` is who holds its session. Each attempt is good once. */
    async finish(
      answer: SignInAnswer,
      { browser, signedIn }: { readonly browser: string; readonly signedIn: SignedIn | null },
    ): Promise<Returned> {
      const state = readProviderState(stateBox, answer.state, browser, clock)
      const issuer = requireIssuer(state.issuer)
      const accountId = await spend(deps, state, answer.state)
      const attempt = { redirectUri: deps.redirectUri, state: answer.state, ...state }
      const claims = await oidc.redeem(issuer, attempt, answer)
      const { returnTo, deviceName } = state
      if (state.linkedSessionId === null)
        return { kind: "opened", opened: await open(deps, accountId, { issuer, claims, deviceName }), returnTo }
      if (signedIn === null || signedIn.session.sessionId !== state.linkedSessionId) throw expired()
      await linkPerson(deps, signedIn, { issuer, claims })
      return { kind: "linked", returnTo }
    },

    /** Throws Problem "conflict" (code "last-way-in") where the person could not sign in any more. */
    unlink: (by: SignedIn, identityId: string): Promise<void> =>
      store.inAccount(by.user.accountId, (tables) => unlink(deps, tables, by, identityId)),
  }
}

export type ProviderSignIn = ReturnType<typeof createProviderSignIn>

/** A name for a link that tells nothing of who is linked. */
export const identityIdOf = ({ issuer, subject }: Pick<IdentityRow, "issuer" | "subject">): string =>
  createHash("sha256").update(`${issuer}\n${subject}`).digest("hex").slice(0, 32)

const newSecret = ({ random }: SessionsDeps) => Buffer.from(random.bytes(32)).toString("base64url")

/** Notes that the attempt was finished, however it ends. */
async function spend({ store }: ProviderSignInDeps, state: ProviderState, sealed: string): Promise<AccountId> {
  const accountId = await store.asSystem((tables) => tables.findAccountId())
  if (accountId === null) throw expired()
  const expiresAt = Temporal.Instant.fromEpochMilliseconds(state.expiresAtMs).add({ seconds: 1 })
  const isFirst = await store.inAccount(accountId, ({ signIn }) => signIn.spendChallenge(stateHash(sealed), expiresAt))
  if (!isFirst) throw expired()
  return accountId
}

type Issued = { readonly issuer: Issuer; readonly claims: IssuedClaims; readonly deviceName: string }

async function open(deps: ProviderSignInDeps, instance: AccountId, issued: Issued): Promise<OpenedSession> {
  const { issuer, claims, deviceName } = issued
  const identity = await deps.store.asSystem((tables) => tables.findIdentity(claims.issuer, claims.subject))
  const accountId = identity?.accountId ?? instance
  const outcome = await deps.store.inAccount(accountId, async (tables) => {
    await tables.lockAccount()
    const found = await findIssued(deps.sessions, tables, accountId, { issuer, claims, identity })
    if (found.kind === "refused") {
      await noteRefused(deps, tables, accountId, found)
      return found
    }
    const factor = await issuedFactor(tables, issuer, claims, found)
    const seen = claims.authenticatedAt === null ? {} : { authenticatedAt: claims.authenticatedAt }
    const proof = { deviceName, signedInBy: "provider", issuer: issuer.label, ...factor, ...seen } as const
    return { kind: "opened", opened: await openSession(deps.sessions, tables, found.user, proof) } as const
  })
  if (outcome.kind === "refused") throw refusedProblem(outcome.reason)
  return outcome.opened
}

/** Whom an issuer vouches for is not noted where they are nobody here. */
async function noteRefused(
  { sessions }: ProviderSignInDeps,
  tables: AccountTables,
  accountId: AccountId,
  { user, reason }: Extract<Found, { kind: "refused" }>,
): Promise<void> {
  const subjectId = user?.userId ?? accountId
  const actor = { kind: "service", part: "people" } as const
  await tables.appendAudit({ actor, action: "sign-in-refused", subjectId, reason }, sessions.clock.now())
}

async function linkPerson(
  deps: ProviderSignInDeps,
  by: SignedIn,
  { issuer, claims }: Omit<Issued, "deviceName">,
): Promise<void> {
  const refusal = refusalOf(issuer, claims)
  if (refusal !== null) throw refusedProblem(refusal)
  await deps.store.inAccount(by.user.accountId, async (tables) => {
    await requireFreshProof(deps, tables, by)
    await tables.lockAccount()
    const mine = await tables.signIn.listIdentities(by.user.userId)
    const same = mine.find((row) => row.issuer === claims.issuer)
    // What was found by an e-mail address is now the person's own word.
    if (same?.subject === claims.subject) await tables.signIn.deleteIdentity(same.issuer, same.subject)
    else if (same !== undefined) throw refusedProblem("other-identity")
    await link(deps.sessions, tables, by.user, { claims, linkedBy: "person" })
  })
}

async function unlink(
  deps: ProviderSignInDeps,
  tables: AccountTables,
  by: SignedIn,
  identityId: string,
): Promise<void> {
  await requireFreshProof(deps, tables, by)
  const { userId, passwordHash } = by.user
  const mine = await tables.signIn.listIdentities(userId)
  const row = mine.find((one) => identityIdOf(one) === identityId)
  if (row === undefined) throw new Problem("not-found", "There is no such link.", { code: "no-identity" })
  const hasOther =
    passwordHash.startsWith("scrypt$") || mine.length > 1 || (await tables.signIn.listPasskeys(userId)).length > 0
  if (!hasOther)
    throw new Problem("conflict", "You could not sign in any more; add another way first.", { code: "last-way-in" })
  await tables.signIn.deleteIdentity(row.issuer, row.subject)
  const actor = { kind: "user", userId } as const
  await tables.appendAudit(
    { actor, action: "identity-unlinked", subjectId: userId, reason: "asked" },
    deps.sessions.clock.now(),
  )
}
