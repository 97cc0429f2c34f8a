import type { Config } from "./config.ts"
import type { SignInRoutesDeps } from "./http/sign-in-routes.ts"
import { createPasskeys } from "./people/passkeys.ts"
import { createProviderSignIn, type ProviderSignIn } from "./people/provider-sign-in.ts"
import { createSecondFactor } from "./people/second-factor.ts"
import { createOidcClient } from "./platform/oidc-client.ts"
import type { PlatformSecret } from "./platform/platform-secret.ts"
import type { Clock } from "./ports/clock.ts"
import type { HttpClient } from "./ports/http-client.ts"
import type { Passwords } from "./ports/passwords.ts"
import type { Random } from "./ports/random.ts"
import type { SecretVault } from "./ports/secret-vault.ts"
import { livesOf } from "./ports/session-lives.ts"
import type { Store } from "./ports/store.ts"
import { createStateBox } from "./vault/state-box.ts"

type Given = {
  readonly config: Config
  readonly store: Store
  readonly vault: SecretVault
  readonly passwords: Passwords
  readonly world: { readonly clock: Clock; readonly random: Random }
  readonly http: HttpClient
  readonly secret: PlatformSecret
}

export type SignInParts = Pick<SignInRoutesDeps, "factors" | "passkeys"> & { readonly providerSignIn: ProviderSignIn }

/** What people sign in with besides a password. */
export function createSignInParts(given: Given): SignInParts {
  const { config, store, vault, passwords, world, http, secret } = given
  const sessions = { ...world, lives: livesOf(config) }
  const { hostname, origin } = new URL(config.publicUrl)
  return {
    factors: createSecondFactor({ store, vault, passwords, sessions }),
    passkeys: createPasskeys({
      ...{ store, sessions, site: { rpId: hostname, origin } },
      box: createStateBox(secret.derive("sign-in-attempts"), world.random),
    }),
    providerSignIn: createProviderSignIn({
      ...{ store, sessions, issuers: config.issuers },
      oidc: createOidcClient({ http, clock: world.clock }),
      stateBox: createStateBox(secret.derive("sign-in-state"), world.random),
      redirectUri: `${config.publicUrl}/v1/sign-in/callback`,
    }),
  }
}
