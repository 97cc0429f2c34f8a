import type { TenantMethodsView, TenantView } from "@kalends/protocol/tenants"

export type Provider = TenantMethodsView["providers"][number]
export type Method = Provider["methods"][number]
export type Field = Method["fields"][number]

const warnedDays = 30

/** What there is to say about the end of an organisation's secret. */
export type SecretEnd = { readonly kind: "ended" | "soon" | "later"; readonly days: number }

/** Null where nobody knows when it ends. Whole days, rounded down: on its last day it ends in 0 days. */
export function secretEnd({ secretExpiresAt }: Pick<TenantView, "secretExpiresAt">, now: Temporal.Instant) {
  if (secretExpiresAt === null) return null
  const hours = now.until(Temporal.Instant.from(secretExpiresAt)).total("hours")
  const days = Math.floor(Math.abs(hours) / 24)
  const kind = hours <= 0 ? "ended" : days <= warnedDays ? "soon" : "later"
  return { kind, days } satisfies SecretEnd
}

/** How an organisation's connection is, in one word: what colour and symbol follow. */
export function tenantHealth(tenant: TenantView, now: Temporal.Instant): "well" | "warning" | "problem" {
  const end = secretEnd(tenant, now)
  if (tenant.problem !== null || end?.kind === "ended") return "problem"
  return end?.kind === "soon" ? "warning" : "well"
}

/** What stands in a form, with what was left empty left out. */
export function givenOf(
  fields: readonly Field[],
  typed: Readonly<Partial<Record<Field["name"], string>>>,
): Partial<Record<Field["name"], string>> {
  const filled = fields.flatMap(({ name }) => {
    const text = typed[name]?.trim() ?? ""
    return text === "" ? [] : [[name, text] as const]
  })
  return Object.fromEntries(filled)
}
