import type { Config } from "./config.ts"
import type { SignInRoutesDeps } from "./http/sign-in-routes.ts"
import { createSecondFactor } from "./people/second-factor.ts"
import type { Clock } from "./ports/clock.ts"
import type { Passwords } from "./ports/passwords.ts"
import type { Random } from "./ports/random.ts"
import type { SecretVault } from "./ports/secret-vault.ts"
import type { Store } from "./ports/store.ts"

type Given = {
  readonly config: Config
  readonly store: Store
  readonly vault: SecretVault
  readonly passwords: Passwords
  readonly world: { readonly clock: Clock; readonly random: Random }
}

/** What people sign in with besides a password. */
export function createSignInParts({
  config,
  store,
  vault,
  passwords,
  world,
}: Given): Pick<SignInRoutesDeps, "factors"> {
  const sessions = { ...world, sessionDays: config.sessionDays }
  return { factors: createSecondFactor({ store, vault, passwords, sessions }) }
}
