/** How long sessions last, and how many there may be. docs/sign-in.md says why. */
export type SessionLives = {
  /** However much it is used. */
  readonly days: number
  /** Without use. Tools are used seldom, and their sessions open little: theirs last as long as they may. */
  readonly idleHours: number
  /** From when an issuer vouched for the person. */
  readonly issuedHours: number
  /** Of one kind, for one person. */
  readonly most: number
}

type SessionSettings = Readonly<
  Record<"sessionDays" | "sessionIdleHours" | "sessionOidcHours" | "sessionsPerPerson", number>
>

export const livesOf = (settings: SessionSettings): SessionLives => ({
  days: settings.sessionDays,
  idleHours: settings.sessionIdleHours,
  issuedHours: settings.sessionOidcHours,
  most: settings.sessionsPerPerson,
})
