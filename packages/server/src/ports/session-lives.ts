/** How long sessions last, and how many there may be. docs/sign-in.md says why. */
export type SessionLives = {
  /** However much it is used. */
  readonly days: number
  /** Without use. */
  readonly idleHours: number
  /** Without use, of scheduling tools: those are used seldom, and their sessions open little. */
  readonly toolIdleHours: number
  /** From when an issuer vouched for the person. */
  readonly issuedHours: number
  /** Of one kind, for one person. */
  readonly most: number
}

type SessionSettings = Readonly<
  Record<"sessionDays" | "sessionIdleHours" | "sessionToolIdleHours" | "sessionOidcHours" | "sessionsPerPerson", number>
>

export const livesOf = (settings: SessionSettings): SessionLives => ({
  days: settings.sessionDays,
  idleHours: settings.sessionIdleHours,
  toolIdleHours: settings.sessionToolIdleHours,
  issuedHours: settings.sessionOidcHours,
  most: settings.sessionsPerPerson,
})
