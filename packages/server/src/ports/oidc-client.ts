import type { Issuer } from "@kalends/domain/issuer"

/** What a browser is sent away with, and what must come back. */
export type SignInAttempt = {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** What comes back with the browser (OpenID Connect Core 3.1.2.5, RFC 9207). */
export type SignInAnswer = {
  readonly code: string
  readonly state: string
  readonly iss?: string | undefined
}

/** Who an issuer says that somebody is; verified. */
export type IssuedClaims = {
  readonly issuer: string
  readonly subject: string
  readonly email: string | null
  readonly isEmailVerified: boolean
  readonly displayName: string | null
  /** How they proved it. */
  readonly methods: readonly string[]
  readonly authenticationClass: string | null
  /** When the issuer asked them, where it says so. */
  readonly authenticatedAt: Temporal.Instant | null
  readonly tenant: string | null
  readonly hostedDomain: string | null
}

/**
 * Signs people in at an issuer: authorization code with PKCE, state and nonce. Throws Problem "unavailable" (code
 * "issuer-away") where the issuer does not answer as one, "malformed" (code "bad-id-token") where its answer does not hold.
 */
export interface OidcClient {
  authorizeUrl(issuer: Issuer, attempt: SignInAttempt): Promise<URL>
  redeem(issuer: Issuer, attempt: SignInAttempt, answer: SignInAnswer): Promise<IssuedClaims>
}
