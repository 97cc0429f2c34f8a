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

/** The two calls that every OAuth provider needs. */
export interface OAuthClient {
  /** One POST of a form. Throws Problem "unavailable" when nothing answers. */
  requestToken(url: string, form: Readonly<Record<string, string>>): Promise<TokenAnswer>
  /** Claims of a verified ID token: signature, audience, lifetime, nonce, issuer. Throws Problem "malformed" (code "bad-id-token"). */
  verifyIdToken(check: IdTokenCheck): Promise<Readonly<Record<string, unknown>>>
}
