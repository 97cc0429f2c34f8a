import type { TenantConnectionId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { CheckupView, CheckView } from "@kalends/protocol/checkup"
import type { Caller } from "../ports/call.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { AccountTables } from "../ports/store.ts"
import type { Finding } from "../ports/tenant-source.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { actorOf, noTenant, opensOf, type TenantsDeps, tenantSourceOf } from "./deps.ts"

export type CheckupDeps = Pick<TenantsDeps, "store" | "vault" | "providers" | "world"> & {
  readonly http: HttpClient
  /** Where providers reach us; null where they cannot. */
  readonly hookUrl: string | null
}

const timeoutMs = 60_000
/** So many connected mailboxes are looked at where none is named. */
const sampleMost = 5
const warningDays = 30

/** Looks at an organisation's settings and names each wrong one. Changes nothing, at the provider or here. */
export function createCheckup(deps: CheckupDeps) {
  const { store, vault, world } = deps

  return {
    async checkup(user: Caller, id: TenantConnectionId, named: readonly string[]): Promise<CheckupView> {
      const now = world.clock.now()
      const { tenant, secret, mailboxes, deaf } = await store.inAccount(user.accountId, async (tables) => {
        const tenant = await tables.tenants.find(id)
        if (tenant === null) throw noTenant()
        const asked = { actor: actorOf(user), reason: "checkup", call: user.call } as const
        const opening = { connectionId: id, kind: "tenant", ...asked } as const
        const secret = await vault.openSecret(tables, opening, tenant.sealedSecret)
        const sample = await sampleOf(tables, id, now)
        const mailboxes = named.length > 0 ? named : sample.map(({ email }) => email)
        return { tenant, secret, mailboxes, deaf: sample.filter(({ isDeaf }) => isDeaf).length }
      })
      const source = tenantSourceOf(deps, tenant.provider)
      const signal = AbortSignal.timeout(timeoutMs)
      const asked = { secret, permission: tenant.permission, mailboxes, signal }
      // Rooms that are shared with an account are asked for: nobody has to reach us.
      const isTold = opensOf(deps, tenant) === "everybody"
      const found = await Promise.all([
        source.checkup(asked),
        isTold ? ofService(deps, tenant) : [],
        secretLife(tenant, now),
        isTold ? subscriptions(deps, tenant, deaf) : [],
      ])
      return { checkedAt: now.toString(), checks: sorted(found.flat()) }
    },
  }
}

type Sampled = { readonly email: string; readonly isDeaf: boolean }

/** Some mailboxes that are connected, and whether nobody tells of their changes. */
async function sampleOf(
  tables: AccountTables,
  id: TenantConnectionId,
  now: Temporal.Instant,
): Promise<readonly Sampled[]> {
  const sampled: Sampled[] = []
  for (const { connectionId } of await tables.tenants.listConnections(id, { after: null, limit: sampleMost })) {
    const connection = await tables.findConnection(connectionId)
    if (connection?.subjectEmail === null || connection === null) continue
    let isDeaf = false
    for (const { calendarId } of await tables.listCalendars(connectionId)) {
      const live = (await tables.listSubscriptions(calendarId)).some(
        ({ expiresAt }) => Temporal.Instant.compare(expiresAt, now) > 0,
      )
      isDeaf ||= !live
    }
    sampled.push({ email: connection.subjectEmail, isDeaf })
  }
  return sampled
}

const service = (outcome: Finding["outcome"], code: string, facts: Finding["facts"] = {}): Finding => ({
  ...{ code, outcome, subject: "service", mailbox: null, facts },
})

/** Whether the provider can reach us: seen from here, which is not quite what it sees. */
async function ofService(
  { hookUrl, http, providers }: CheckupDeps,
  { provider }: TenantConnectionRow,
): Promise<readonly Finding[]> {
  if (providers.get(provider)?.push === null) return []
  const codes = ["webhook-address-missing", "webhook-not-https", "webhook-blocked", "tls-untrusted"]
  if (hookUrl === null)
    return codes.map((code, index) =>
      index === 0 ? service("wrong", code) : service("not-checked", code, { because: "webhook-address-missing" }),
    )
  const url = new URL(hookUrl)
  const isLocal = url.hostname === "localhost" || url.hostname === "127.0.0.1" || url.hostname === "[::1]"
  const here = service(url.protocol === "https:" || isLocal ? "right" : "wrong", "webhook-not-https", {
    url: url.origin,
  })
  const answer = await http
    .send({ method: "GET", url: `${hookUrl}/healthz`, headers: {}, timeoutMs: 10_000 })
    .then(({ status }) => (status === 200 ? "well" : "blocked"))
    .catch((error: unknown) => (isUntrusted(error) ? "untrusted" : "blocked"))
  return [
    service("right", "webhook-address-missing"),
    here.outcome === "right" ? { ...here, facts: {} } : here,
    service(
      answer === "blocked" ? "doubtful" : "right",
      "webhook-blocked",
      answer === "blocked" ? { url: url.origin } : {},
    ),
    service(
      answer === "untrusted" ? "wrong" : "right",
      "tls-untrusted",
      answer === "untrusted" ? { host: url.host } : {},
    ),
  ]
}

function isUntrusted(error: unknown): boolean {
  const cause = isProblem(error) ? error.cause : error
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
}

function secretLife({ secretExpiresAt }: TenantConnectionRow, now: Temporal.Instant): readonly Finding[] {
  if (secretExpiresAt === null) return []
  const days = Math.floor(now.until(secretExpiresAt).total("hours") / 24)
  const isSoon = days >= 0 && days < warningDays
  const facts = isSoon ? { endsOn: secretExpiresAt.toString().slice(0, 10), days } : {}
  return [
    {
      code: "registration-secret-ends-soon",
      outcome: isSoon ? "doubtful" : "right",
      subject: "tenant",
      mailbox: null,
      facts,
    },
  ]
}

/** Calendars that nobody tells of are asked every few minutes all the same. */
function subscriptions(
  { providers, hookUrl }: CheckupDeps,
  { provider }: TenantConnectionRow,
  deaf: number,
): readonly Finding[] {
  if (providers.get(provider)?.push === null || hookUrl === null) return []
  return [service(deaf > 0 ? "doubtful" : "right", "subscription-missing", deaf > 0 ? { found: deaf } : {})]
}

const ranks: Readonly<Record<Finding["outcome"], number>> = { wrong: 0, doubtful: 1, "not-checked": 2, right: 3 }

/** Wrong ones first. */
function sorted(findings: readonly Finding[]): CheckView[] {
  return findings
    .map((finding) => ({ ...finding, facts: { ...finding.facts } }))
    .sort((a, b) => ranks[a.outcome] - ranks[b.outcome] || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
}
