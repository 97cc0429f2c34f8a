/** What a token endpoint answered: its JSON, with the status it came with. */
export type TokenAnswer = {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

export type IdTokenCheck = {
  readonly idToken: string
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string
  readonly audience: string
  readonly nonce: string
  /** True for the issuer's names; multi-tenant issuers have one for each tenant, which `claims` tells. */
  readonly isIssuer: (issuer: string, claims: Readonly<Record<string, unknown>>) => boolean
}

/** What signs for an application or a service account (RFC 7523). */
export type Assertion = {
  /** PEM, PKCS #8. */
  readonly privateKey: string
  readonly algorithm: "RS256" | "PS256"
  readonly header: Readonly<Record<string, string>>
  readonly claims: Readonly<Record<string, string | number>>
}

/** What every OAuth provider needs. */
export interface OAuthClient {
  /** One POST of a form. Throws Problem "unavailable" when nothing answers. */
  requestToken(url: string, form: Readonly<Record<string, string>>): Promise<TokenAnswer>
  /** A signed JWT with a new id and the times of now; it lives five minutes. Throws Problem "malformed" (code "private-key"). */
  signAssertion(assertion: Assertion): Promise<string>
  /** Claims of a verified ID token: signature, audience, lifetime, nonce, issuer. Throws Problem "malformed" (code "bad-id-token"). */
  verifyIdToken(check: IdTokenCheck): Promise<Readonly<Record<string, unknown>>>
}
