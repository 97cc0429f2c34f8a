import { Problem } from "@kalends/domain/problem"
import { retryAt } from "@kalends/readers/parse"
import type { TokenAnswer } from "../../ports/oauth-client.ts"

type Meaning = {
  readonly kind: "auth-revoked" | "forbidden" | "misconfigured" | "rate-limited"
  readonly code: string
  readonly isTenantWide?: boolean
}

/**
 * AADSTS numbers, used only to choose the words for people: what is done follows from the OAuth `error` where it can
 * (ENTRA reference-error-codes.md; providers.md A.2).
 */
const meanings: Readonly<Record<number, Meaning>> = {
  50173: { kind: "auth-revoked", code: "grant-revoked" },
  700082: { kind: "auth-revoked", code: "grant-unused-too-long" },
  70008: { kind: "auth-revoked", code: "grant-unused-too-long" },
  70043: { kind: "auth-revoked", code: "sign-in-frequency" },
  700084: { kind: "misconfigured", code: "registered-as-spa" },
  65001: { kind: "forbidden", code: "consent-missing" },
  65004: { kind: "forbidden", code: "access-denied" },
  50076: { kind: "auth-revoked", code: "second-factor-needed" },
  50079: { kind: "auth-revoked", code: "second-factor-needed" },
  53000: { kind: "auth-revoked", code: "conditional-access" },
  53001: { kind: "auth-revoked", code: "conditional-access" },
  53002: { kind: "auth-revoked", code: "conditional-access" },
  53003: { kind: "auth-revoked", code: "conditional-access" },
  70001: { kind: "forbidden", code: "application-removed", isTenantWide: true },
  700016: { kind: "forbidden", code: "application-removed", isTenantWide: true },
  700011: { kind: "forbidden", code: "application-removed", isTenantWide: true },
  650052: { kind: "forbidden", code: "application-disabled", isTenantWide: true },
  70002: { kind: "misconfigured", code: "client-secret-wrong" },
  7000112: { kind: "forbidden", code: "application-disabled", isTenantWide: true },
  700027: { kind: "misconfigured", code: "certificate-unknown" },
  700024: { kind: "misconfigured", code: "clock-skew" },
  90002: { kind: "misconfigured", code: "tenant-unknown" },
  7000215: { kind: "misconfigured", code: "client-secret-wrong" },
  7000222: { kind: "misconfigured", code: "client-secret-expired" },
  50196: { kind: "rate-limited", code: "request-loop" },
}

const byError: ReadonlyMap<string, Meaning> = new Map(
  Object.entries({
    invalid_grant: { kind: "auth-revoked", code: "grant-revoked" },
    interaction_required: { kind: "auth-revoked", code: "interaction-required" },
    consent_required: { kind: "forbidden", code: "consent-missing" },
    invalid_client: { kind: "misconfigured", code: "client-secret-wrong" },
    unauthorized_client: { kind: "forbidden", code: "application-removed", isTenantWide: true },
    invalid_scope: { kind: "misconfigured", code: "scope-wrong" },
    invalid_request: { kind: "misconfigured", code: "request-wrong" },
  } satisfies Record<string, Meaning>),
)

const sentences: Readonly<Record<Meaning["kind"], string>> = {
  "auth-revoked": "Microsoft 365 asks to sign in again.",
  forbidden: "Microsoft 365 does not give this permission.",
  misconfigured: "The Microsoft 365 registration of this service is not right.",
  "rate-limited": "Microsoft 365 asks to wait.",
}

/** What a refusal of Entra's token endpoint means; null for success. */
export function classifyToken({ status, retryAfter, body }: TokenAnswer, now: Temporal.Instant): Problem | null {
  if (status >= 200 && status < 300) return null
  const error = typeof body.error === "string" ? body.error : ""
  const numbers = Array.isArray(body.error_codes) ? body.error_codes.map(Number) : []
  const context = { status, error: error.replace(/\W/g, "").slice(0, 60), number: numbers.find(Number.isFinite) ?? 0 }
  if (status === 429)
    return new Problem("rate-limited", sentences["rate-limited"], { retryAt: retryAt(retryAfter, now, 30), context })
  const meaning = status >= 500 || error === "temporarily_unavailable" ? undefined : meaningOf(error, numbers)
  if (meaning === undefined)
    return new Problem("unavailable", "Microsoft's sign-in does not answer as it should.", {
      retryAt: retryAt(retryAfter, now, 15),
      context,
    })
  const options = { code: meaning.code, isTenantWide: meaning.isTenantWide ?? false, context }
  return new Problem(
    meaning.kind,
    sentences[meaning.kind],
    meaning.kind === "rate-limited" ? { ...options, retryAt: now.add({ minutes: 10 }) } : options,
  )
}

/** The `error` decides; a number chooses among what it may mean. Our own mistakes (invalid_client) are never blamed on a person. */
function meaningOf(error: string, numbers: readonly number[]): Meaning | undefined {
  const general = byError.get(error)
  const precise = numbers.map((number) => meanings[number]).find((found) => found !== undefined)
  if (error === "invalid_client" && precise?.kind !== "misconfigured") return general
  return precise ?? general
}
