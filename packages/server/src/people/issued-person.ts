import { isPrivileged } from "@kalends/domain/ability"
import type { AuditReason } from "@kalends/domain/audit-reason"
import { type AccountId, parseUserId } from "@kalends/domain/ids"
import type { Issuer } from "@kalends/domain/issuer"
import { Problem } from "@kalends/domain/problem"
import type { IssuedClaims } from "../ports/oidc-client.ts"
import type { IdentityLink, SecondFactor } from "../ports/sign-in-tables.ts"
import type { AccountTables, UserRow } from "../ports/store.ts"
import type { SessionsDeps } from "./sessions.ts"

/** Somebody whom an issuer vouches for: who they are here, and how that is known; or why they are not let in. */
export type Found =
  | { readonly kind: "known"; readonly user: UserRow; readonly linkedBy: IdentityLink }
  | { readonly kind: "refused"; readonly reason: RefusedReason; readonly user: UserRow | null }
type RefusedReason = Extract<AuditReason, "not-a-user" | "email-unverified" | "domain-refused" | "other-identity">

const refused = (reason: RefusedReason, user: UserRow | null = null): Found => ({ kind: "refused", reason, user })
const service = { kind: "service", part: "people" } as const

/** The e-mail address, where the issuer is trusted to say whose it is. */
export function trustedEmail({ emailTrust }: Issuer, { email, isEmailVerified }: IssuedClaims): string | null {
  const isTrusted = emailTrust === "always" || (emailTrust === "verified" && isEmailVerified)
  return isTrusted && email !== null && /^[^@\s]+@[^@\s]+$/.test(email) && email.length <= 254 ? email : null
}

/** Why this issuer's word does not let them in, whoever they are; null where it may. Looked at at each sign-in. */
export function refusalOf(issuer: Issuer, claims: IssuedClaims): RefusedReason | null {
  if (issuer.tenant !== null && claims.tenant !== issuer.tenant) return "domain-refused"
  if (issuer.hostedDomain !== null && claims.hostedDomain?.toLowerCase() !== issuer.hostedDomain.toLowerCase())
    return "domain-refused"
  if (issuer.domains.length === 0) return null
  const email = trustedEmail(issuer, claims)
  if (email === null) return "email-unverified"
  return issuer.domains.includes(email.slice(email.lastIndexOf("@") + 1)) ? null : "domain-refused"
}

/** Finds who is meant, by what the issuer calls them, else once by their e-mail address; or makes them a user. */
export async function findIssued(
  deps: SessionsDeps,
  tables: AccountTables,
  accountId: AccountId,
  { issuer, claims, identity }: { issuer: Issuer; claims: IssuedClaims; identity: Known | null },
): Promise<Found> {
  const refusal = refusalOf(issuer, claims)
  const known = identity === null ? null : await tables.findUser(identity.userId)
  if (refusal !== null) return refused(refusal, known)
  if (identity !== null && known !== null) {
    await tables.signIn.touchIdentity(claims.issuer, claims.subject, deps.clock.now())
    return { kind: "known", user: known, linkedBy: identity.linkedBy }
  }
  const email = trustedEmail(issuer, claims)
  if (email === null) return refused(issuer.emailTrust === "no" ? "not-a-user" : "email-unverified")
  const user = await tables.findUserByEmail(email)
  if (user === null)
    return issuer.makesUsers ? makeUser(deps, tables, { accountId, email, claims }) : refused("not-a-user")
  // An address that was given to somebody else there does not open what was its former owner's.
  const others = (await tables.signIn.listIdentities(user.userId)).filter((row) => row.issuer === claims.issuer)
  if (others.length > 0) return refused("other-identity", user)
  await link(deps, tables, user, { claims, linkedBy: "e-mail" })
  return { kind: "known", user, linkedBy: "e-mail" }
}
type Known = { readonly userId: UserRow["userId"]; readonly linkedBy: IdentityLink }

/**
 * What came with the sign-in that counts as a second factor, by the operator's word. Where the person was found by an e-mail
 * address alone, whoever has something to guard shows one of their own besides: else an address that was given to somebody
 * else there would open it.
 */
export async function issuedFactor(
  tables: AccountTables,
  { factorMethods, factorClasses }: Issuer,
  { methods, authenticationClass }: IssuedClaims,
  { user, linkedBy }: Extract<Found, { kind: "known" }>,
): Promise<{ readonly secondFactor?: SecondFactor }> {
  const isShown =
    methods.some((method) => factorMethods.includes(method)) ||
    (authenticationClass !== null && factorClasses.includes(authenticationClass))
  if (!isShown) return {}
  const isGuarded = isPrivileged(user.role) || (await tables.signIn.hasFactor(user.userId))
  return linkedBy === "e-mail" && isGuarded ? {} : { secondFactor: "provider" }
}

const linkReasons = { made: "made-by-provider", "e-mail": "found-by-email", person: "linked-by-person" } as const

/** From now on the issuer's word stands for the person. Throws Problem "conflict" (code "identity-known"). */
export async function link(
  { clock }: Pick<SessionsDeps, "clock">,
  tables: AccountTables,
  { accountId, userId }: UserRow,
  { claims, linkedBy }: { readonly claims: IssuedClaims; readonly linkedBy: IdentityLink },
): Promise<void> {
  const at = clock.now()
  const { issuer, subject } = claims
  await tables.signIn.insertIdentity({ accountId, issuer, subject, userId, linkedBy, createdAt: at, usedAt: at })
  const actor = linkedBy === "person" ? ({ kind: "user", userId } as const) : service
  await tables.appendAudit({ actor, action: "identity-linked", subjectId: userId, reason: linkReasons[linkedBy] }, at)
}

async function makeUser(
  deps: SessionsDeps,
  tables: AccountTables,
  { accountId, email, claims }: { accountId: AccountId; email: string; claims: IssuedClaims },
): Promise<Found> {
  const user: UserRow = {
    ...{ accountId, email, userId: parseUserId(deps.random.uuid()), role: "user", createdAt: deps.clock.now() },
    displayName: claims.displayName ?? email.slice(0, 120),
    // No password opens it.
    passwordHash: "none",
    suspendedAt: null,
  }
  await tables.insertUser(user)
  const entry = { actor: service, action: "user-created", subjectId: user.userId, reason: "made-by-provider" } as const
  await tables.appendAudit(entry, deps.clock.now())
  await link(deps, tables, user, { claims, linkedBy: "made" })
  return { kind: "known", user, linkedBy: "made" }
}

const sayings: Readonly<Record<RefusedReason, string>> = {
  "not-a-user": "You are not a user of this service; ask its administrator.",
  "email-unverified": "Your sign-in service does not say that your e-mail address is yours.",
  "domain-refused": "Your organisation may not sign in here.",
  "other-identity": "This user is linked to somebody else at that sign-in service; ask your administrator.",
}

/** Why somebody was not let in, for them. */
export const refusedProblem = (reason: RefusedReason): Problem =>
  new Problem("forbidden", sayings[reason], { code: reason })
