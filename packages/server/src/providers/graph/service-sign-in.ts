import type { Access } from "@kalends/domain/access"
import type { Permission } from "@kalends/domain/permission"
import { Problem } from "@kalends/domain/problem"
import type { Grant } from "../../ports/calendar-provider.ts"
import type { ServiceAsked, TenantAccess, TenantGiven, TenantOpened, TenantSignIn } from "../../ports/tenant-source.ts"
import { serviceSignInMethod } from "../../ports/tenant-tables.ts"
import { createGrantFlow } from "../oauth-grant.ts"
import type { ProviderDeps } from "../provider-deps.ts"
import { type GraphSettings, grantedShared, organisationOf, serviceScopeFor } from "./auth.ts"
import { entraRules } from "./sign-in.ts"
import type { SignedIn, TenantSecret } from "./tenant-secret.ts"

export type ServiceSignIn = TenantSignIn & {
  /** Proves a sign-in that was made elsewhere. Whose it is, the administrator says. Throws as `refresh`. */
  adopt(tenant: string, given: TenantGiven, permission: Permission): Promise<TenantOpened>
  /** An access by what was sealed, and what is to be sealed from now on. Throws what the token endpoint's refusal means. */
  refresh(tenant: string, signedIn: SignedIn): Promise<TenantAccess>
}

/**
 * Delegated permissions for mailboxes that are shared with an account (MSG outlook-get-shared-events-calendars.md): with
 * Full Access of a room's mailbox it reads and writes that calendar, and nothing that it could not open by itself.
 */
export function createServiceSignIn(
  { oauth, clock }: Pick<ProviderDeps, "oauth" | "clock">,
  settings: GraphSettings,
): ServiceSignIn {
  const flow = (tenant: string, { permission, hasDirectory }: ServiceAsked) =>
    createGrantFlow(
      {
        ...entraRules({ ...settings, tenant }),
        scopeFor: () => serviceScopeFor(permission, hasDirectory),
        grantedPermission: grantedShared,
        grantedContacts: () => "none",
      },
      oauth,
      clock,
    )
  const anywhere = (asked: ServiceAsked) => flow(organisationOf(settings.tenant), asked)
  const noContacts = { contacts: "none" } as const

  async function refresh(tenant: string, own: SignedIn): Promise<TenantAccess> {
    const grant = await flow(tenant, own).refresh(own.refreshToken, { permission: own.permission, ...noContacts })
    const { refreshToken } = grant
    const renewedSecret = refreshToken === null ? null : secretText({ tenant, own: { ...own, refreshToken } })
    return { access: accessOf(grant), renewedSecret }
  }

  return {
    method: serviceSignInMethod,
    fields: [
      { name: "tenant", kind: "text", isOptional: false },
      { name: "username", kind: "text", isOptional: false },
      { name: "refreshToken", kind: "secret", isOptional: false },
    ],
    refresh,
    async adopt(tenant, { username = "", refreshToken = "" }, permission) {
      const account = username.toLowerCase()
      const own = { kind: "sign-in", account, refreshToken, permission, hasDirectory: true } as const
      const { renewedSecret } = await refresh(tenant, own)
      const secret = renewedSecret ?? secretText({ tenant, own })
      return { secret, identity: account, tenantId: tenant, secretExpiresAt: null }
    },
    authorizeUrl: (input) => anywhere(input).authorizeUrl({ ...input, ...noContacts }),
    async exchangeCode(input): Promise<TenantOpened> {
      const { grant, subject } = await anywhere(input).exchangeCode({ ...input, ...noContacts })
      if (grant.refreshToken === null)
        throw new Problem("forbidden", "Microsoft gave no lasting permission.", { code: "no-refresh-token" })
      if (subject.tenantId === null) throw new Problem("malformed", "Microsoft did not say whose account that is.")
      const { permission, hasDirectory } = input
      const account = subject.email ?? subject.id
      const own = { kind: "sign-in", account, refreshToken: grant.refreshToken, permission, hasDirectory } as const
      return {
        secret: secretText({ tenant: subject.tenantId, own }),
        ...{ identity: account, tenantId: subject.tenantId },
        // It lives as long as it is used.
        secretExpiresAt: null,
      }
    },
  }
}

const secretText = (secret: TenantSecret) => JSON.stringify(secret)

function accessOf({ accessToken, accessExpiresAt }: Grant): Access {
  return { kind: "bearer", token: accessToken, expiresAt: accessExpiresAt, isDelegate: true }
}
