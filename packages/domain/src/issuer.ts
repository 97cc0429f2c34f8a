/** What an operator has said about one issuer of sign-ins (OpenID Connect). */
export type Issuer = {
  /** As the operator calls it, in settings and addresses. */
  readonly name: string
  /** The issuer's identifier. */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string | null
  /** On the button. */
  readonly label: string
  /** no: an e-mail address of this issuer proves nothing. verified: where the issuer says that it is. always: every one. */
  readonly emailTrust: "no" | "verified" | "always"
  /** Of e-mail addresses that may sign in, lower case; empty for any. */
  readonly domains: readonly string[]
  /** The claim `tid` must be this. */
  readonly tenant: string | null
  /** The claim `hd` must be this. */
  readonly hostedDomain: string | null
  /** Whether people who are not known here are made users. */
  readonly makesUsers: boolean
  /** Values of `amr` and of `acr` that count as a second factor. */
  readonly factorMethods: readonly string[]
  readonly factorClasses: readonly string[]
  /** How long ago the issuer may have seen the person; null where it need not say. */
  readonly maxAgeMinutes: number | null
}
