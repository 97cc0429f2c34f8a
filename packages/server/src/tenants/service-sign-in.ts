import { hasAbility } from "@kalends/domain/ability"
import { parseTenantConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { TenantSignInInput, TenantView } from "@kalends/protocol/tenants"
import {
  connectExpired,
  newAttempt,
  type ProviderAnswer,
  readState,
  type StateBox,
} from "../connections/connect-state.ts"
import type { SessionRow, UserRow } from "../ports/store.ts"
import type { TenantSignIn } from "../ports/tenant-source.ts"
import { opensOf, requireTenant, type TenantsDeps, tenantSourceOf } from "./deps.ts"
import type { Tenants } from "./tenants.ts"

export type ServiceSignInDeps = Pick<TenantsDeps, "store" | "providers" | "world"> & {
  readonly tenants: Pick<Tenants, "keep" | "keepAnew">
  readonly redirectUri: string
  readonly box: StateBox
}

type Asker = { readonly user: UserRow; readonly session: Pick<SessionRow, "sessionId"> }

/** A service account signs in for the rooms of an organisation, by way of the administrator's browser. */
export function createServiceSignIn(deps: ServiceSignInDeps) {
  const { store, tenants, redirectUri, box, world } = deps

  return {
    /** Where the browser goes. Throws Problem "unsupported" (code "wrong-sign-in-kind"). */
    async begin({ user, session }: Asker, input: TenantSignInInput): Promise<{ authorizeUrl: string }> {
      const { provider, account, hasDirectory } = input
      const signIn = signInOf(deps, provider)
      const id = input.tenantConnectionId === null ? null : parseTenantConnectionId(input.tenantConnectionId)
      const known = id === null ? null : await store.inAccount(user.accountId, (tables) => requireTenant(tables, id))
      // Another way in is not narrowed to rooms: that would close the calendars of the people that it opens.
      if (known !== null && (known.provider !== provider || opensOf(deps, known) !== "rooms")) throw wrongSignIn()
      const permission = known?.permission ?? input.permission
      const request = newAttempt(
        { box, redirectUri, world },
        {
          ...{ sessionId: session.sessionId, provider, permission, loginHint: account },
          purpose: { kind: "rooms", hasDirectory, tenantConnectionId: id },
        },
      )
      return { authorizeUrl: signIn.authorizeUrl({ ...request, permission, hasDirectory }).href }
    },

    /**
     * After the provider sent the browser back. Throws as Tenants.connect and replaceSecret; "forbidden" for who may no
     * longer change the organisation.
     */
    async finish({ user, session }: Asker, { state, code }: ProviderAnswer): Promise<TenantView> {
      if (!hasAbility(user.role, "change-organisation"))
        throw new Problem("forbidden", "This is for administrators.", { code: "not-allowed" })
      const attempt = readState(box, state, session.sessionId, world.clock)
      const { provider, permission, codeVerifier, nonce, purpose } = attempt
      if (purpose.kind !== "rooms") throw connectExpired()
      const signIn = signInOf(deps, provider)
      const { hasDirectory, tenantConnectionId } = purpose
      const asked = { redirectUri, code, codeVerifier, nonce, permission, hasDirectory }
      const opened = await signIn.exchangeCode(asked)
      const { method } = signIn
      return tenantConnectionId === null
        ? tenants.keep(user, { provider, method, permission, opened })
        : tenants.keepAnew(user, parseTenantConnectionId(tenantConnectionId), { method, opened })
    },
  }
}

export type ServiceSignIn = ReturnType<typeof createServiceSignIn>

function signInOf(deps: Pick<TenantsDeps, "providers">, provider: string): TenantSignIn {
  const { signIn } = tenantSourceOf(deps, provider)
  if (signIn === null) throw wrongSignIn()
  return signIn
}

function wrongSignIn(): Problem {
  return new Problem("unsupported", "This organisation is connected in another way.", { code: "wrong-sign-in-kind" })
}
