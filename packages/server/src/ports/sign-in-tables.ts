import type { AccountId, PasskeyId, SessionId, UserId } from "@kalends/domain/ids"
import type { Changes, SessionRow } from "./store.ts"

/** How a session was begun: "hand-off" by a code from another session of the same person. */
export type SignInKind = "password" | "passkey" | "provider" | "hand-off" | "set-up"
/** person: opens whatever its person may do. tool: what is for scheduling tools alone. */
export type SessionKind = "person" | "tool"
/** What proved the person a second time. */
export type SecondFactor = "totp" | "recovery-code" | "passkey" | "provider"

/** An authenticator app. Not yet confirmed: the person has not shown that they have the seed. */
export type TotpRow = {
  readonly accountId: AccountId
  readonly userId: UserId
  /** The seed; empty where the keys it was sealed with are shredded. */
  readonly sealedSecret: Uint8Array
  /** The 30 s step of the last code that was taken: none as old or older is taken again. */
  readonly lastStep: number
  readonly createdAt: Temporal.Instant
  readonly confirmedAt: Temporal.Instant | null
}

export type PasskeyRow = {
  readonly accountId: AccountId
  readonly passkeyId: PasskeyId
  readonly userId: UserId
  readonly credentialId: Uint8Array
  /** COSE key. */
  readonly publicKey: Uint8Array
  /** As the authenticator counts its signatures; 0 where it does not count. */
  readonly counter: number
  /** May be copied to the person's other devices. */
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
  /** As the browser named them, separated by spaces. */
  readonly transports: string
  readonly name: string
  readonly createdAt: Temporal.Instant
  readonly usedAt: Temporal.Instant | null
}

/**
 * How an issuer's word came to stand for a person: the user was made by it; their e-mail address was the same; they said so
 * themselves, signed in.
 */
export type IdentityLink = "made" | "e-mail" | "person"

export type PasskeyUse = Pick<PasskeyRow, "counter" | "isBackedUp"> & { readonly usedAt: Temporal.Instant }

/** A use of sessions, and when those of each kind end without another. */
export type SessionUse = {
  readonly usedAt: Temporal.Instant
  readonly unusedUntil: Readonly<Record<SessionKind, Temporal.Instant>>
}

/** Who an issuer says a person is. */
export type IdentityRow = {
  readonly accountId: AccountId
  /** The issuer's identifier, an address. */
  readonly issuer: string
  readonly subject: string
  readonly userId: UserId
  readonly linkedBy: IdentityLink
  readonly createdAt: Temporal.Instant
  readonly usedAt: Temporal.Instant
}

export type PeopleWithoutFactor = {
  readonly count: number
  readonly some: readonly { readonly userId: UserId; readonly email: string }[]
}

/** What people of an account prove themselves with. Part of AccountTables. */
export interface SignInTables {
  updateSession(
    sessionId: SessionId,
    changes: Pick<
      Changes<SessionRow>,
      "tokenHash" | "secondFactor" | "secondFactorAt" | "awaitsSecondFactor" | "expiresAt" | "endsAt"
    >,
  ): Promise<void>
  /** Notes that these are in use, and that they go on. Which of them were not over. */
  useSessions(sessionIds: readonly SessionId[], use: SessionUse): Promise<readonly SessionId[]>
  /** Whether everybody shows a second factor, and not only who has a say or sight beyond their own things. */
  asksEverybody(): Promise<boolean>
  askEverybody(asks: boolean): Promise<void>
  /** People with no say beyond their own things who may sign in and have no second factor: how many, and the first `limit` by e-mail address. */
  peopleWithoutFactor(limit: number): Promise<PeopleWithoutFactor>
  setPassword(userId: UserId, passwordHash: string): Promise<void>
  /** Whether the person has a passkey or a confirmed authenticator app. */
  hasFactor(userId: UserId): Promise<boolean>
  findTotp(userId: UserId): Promise<TotpRow | null>
  /** Instead of one that was there. */
  putTotp(row: TotpRow): Promise<void>
  /** Takes a code's step. False, of two at once for one of them, where this or a later one was taken already. */
  takeTotpStep(userId: UserId, step: number): Promise<boolean>
  confirmTotp(userId: UserId, at: Temporal.Instant): Promise<void>
  deleteTotp(userId: UserId): Promise<void>
  /** Instead of those that were there. */
  putRecoveryCodes(userId: UserId, hashes: readonly Uint8Array[], at: Temporal.Instant): Promise<void>
  countRecoveryCodes(userId: UserId): Promise<number>
  /** False where there is none: of two who use it at once, one is told true. */
  useRecoveryCode(userId: UserId, hash: Uint8Array): Promise<boolean>
  /** Throws Problem "conflict" (code "passkey-known") when it is registered already. */
  insertPasskey(row: PasskeyRow): Promise<void>
  /** Oldest first. */
  listPasskeys(userId: UserId): Promise<readonly PasskeyRow[]>
  renamePasskey(passkeyId: PasskeyId, name: string): Promise<void>
  /**
   * Notes a use. False, with nothing noted, where the counter did not go on, of two at once for one of them, or where the
   * passkey is gone. One that does not count says 0 each time.
   */
  usePasskey(passkeyId: PasskeyId, use: PasskeyUse): Promise<boolean>
  /** False where there was none. */
  deletePasskey(passkeyId: PasskeyId): Promise<boolean>
  /** Throws Problem "conflict" (code "identity-known") when somebody has it already. */
  insertIdentity(row: IdentityRow): Promise<void>
  listIdentities(userId: UserId): Promise<readonly IdentityRow[]>
  /** False where there was none. */
  deleteIdentity(issuer: string, subject: string): Promise<boolean>
  touchIdentity(issuer: string, subject: string, at: Temporal.Instant): Promise<void>
  /** False where it was spent before. */
  spendChallenge(hash: Uint8Array, expiresAt: Temporal.Instant): Promise<boolean>
}

/** Part of SystemTables: whoever signs in has not said to which account they belong. */
export interface SystemSignInTables {
  findPasskey(credentialId: Uint8Array): Promise<PasskeyRow | null>
  findIdentity(issuer: string, subject: string): Promise<IdentityRow | null>
  /** The account there is; null before set-up. */
  findAccountId(): Promise<AccountId | null>
  deleteSpentChallenges(now: Temporal.Instant): Promise<number>
}
