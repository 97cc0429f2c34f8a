import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { DirectoryEntry, TenantSource, TenantWish } from "../ports/tenant-source.ts"

/** An organisation in memory: who is in it, and what goes wrong. */
export type MemoryTenant = {
  readonly source: TenantSource
  /** Each access that was given, in order. */
  readonly asked: readonly TenantWish[]
  directory: readonly DirectoryEntry[]
  /** Thrown instead of giving an access; null while all is well. */
  refusal: ((wish: TenantWish) => Problem | null) | null
  /** What each access gives anew; null where the secret stays. */
  renewal: ((wish: TenantWish) => string) | null
}

/** `issue` makes the token that the provider in memory lets in. */
export function createMemoryTenant(
  clock: Clock,
  issue: () => string,
  { isTokenForAll }: { readonly isTokenForAll: boolean },
): MemoryTenant {
  const asked: TenantWish[] = []
  const tenant: MemoryTenant = {
    asked,
    directory: [],
    refusal: null,
    renewal: null,
    source: {
      methods: [{ name: "client-secret", fields: [{ name: "clientSecret", kind: "secret", isOptional: false }] }],
      isTokenForAll,
      signIn: {
        method: "service-sign-in",
        fields: [{ name: "refreshToken", kind: "secret", isOptional: false }],
        authorizeUrl({ state, loginHint, hasDirectory }) {
          const query = new URLSearchParams({ state, hint: loginHint ?? "", directory: String(hasDirectory) })
          return new URL(`https://memory.example/authorize?${query}`)
        },
        /** The code says whose organisation it is: "tenant-1 svc@example.org". */
        async exchangeCode({ code }) {
          const [tenantId = "", identity = ""] = code.split(" ")
          return { secret: `signed in as ${identity}`, identity, tenantId, secretExpiresAt: null }
        },
      },
      async open(_method, given) {
        if (given.clientSecret === "wrong")
          throw new Problem("misconfigured", "The secret is not right.", { code: "client-secret-wrong" })
        const secretExpiresAt = clock.now().add({ hours: 24 * 90 })
        return { secret: given.clientSecret ?? "", identity: "application-1", tenantId: "tenant-1", secretExpiresAt }
      },
      async access(wish) {
        asked.push(wish)
        const refusal = tenant.refusal?.(wish) ?? null
        if (refusal !== null) throw refusal
        const expiresAt = clock.now().add({ hours: 1 })
        return { access: { kind: "bearer", token: issue(), expiresAt }, renewedSecret: tenant.renewal?.(wish) ?? null }
      },
      async checkup() {
        return [{ code: "consent-missing", outcome: "right", subject: "tenant", mailbox: null, facts: {} }]
      },
      async directory(_secret, { next, search }) {
        const found = tenant.directory.filter(({ email }) => email.startsWith(search ?? ""))
        const from = Number(next ?? 0)
        return { entries: found.slice(from, from + 2), next: from + 2 < found.length ? String(from + 2) : null }
      },
    },
  }
  return tenant
}
