import { Problem } from "@kalends/domain/problem"
import { retryAt } from "@kalends/readers/parse"
import type { TokenAnswer } from "../../ports/oauth-client.ts"

/** What a refusal of Google's token endpoint means; null for success. */
export function classifyToken({ status, retryAfter, body }: TokenAnswer, now: Temporal.Instant): Problem | null {
  if (status >= 200 && status < 300) return null
  const error = typeof body.error === "string" ? body.error : ""
  const context = { status, error: error.replace(/\W/g, "").slice(0, 60) }
  switch (error) {
    case "invalid_grant":
      return new Problem("auth-revoked", "Google asks to sign in again.", { code: "grant-revoked", context })
    case "invalid_rapt":
      return new Problem("auth-revoked", "Google asks to sign in again.", { code: "sign-in-frequency", context })
    case "admin_policy_enforced":
    case "org_internal":
      return new Problem("forbidden", "The organisation's administrator does not allow this application.", {
        code: "application-disabled",
        isTenantWide: true,
        context,
      })
    case "deleted_client":
    case "invalid_client":
    case "unauthorized_client":
      return new Problem("misconfigured", "The Google registration of this service is not right.", {
        code: "client-secret-wrong",
        context,
      })
    case "access_denied":
      return new Problem("forbidden", "The permission was not given.", { code: "access-denied", context })
  }
  if (status === 429)
    return new Problem("rate-limited", "Google asks to wait.", { retryAt: retryAt(retryAfter, now, 30), context })
  if (status >= 500 || status === 408)
    return new Problem("unavailable", "Google's sign-in does not answer as it should.", {
      retryAt: retryAt(retryAfter, now, 15),
      context,
    })
  return new Problem("misconfigured", "Google refused the request.", { code: "request-wrong", context })
}

const ofAll = { isTenantWide: true } as const

/**
 * What a refusal of a service account's assertion means; null for success. One error stands for many things, and the
 * description tells which (developers.google.com/identity/protocols/oauth2/service-account#error-codes).
 */
export function classifyDelegation(answer: TokenAnswer, now: Temporal.Instant): Problem | null {
  const { status, body } = answer
  if (status >= 200 && status < 300) return null
  const error = typeof body.error === "string" ? body.error : ""
  const described = typeof body.error_description === "string" ? body.error_description : ""
  const context = { status, error: error.replace(/\W/g, "").slice(0, 60) }
  if (error === "unauthorized_client" || error === "access_denied" || error === "invalid_scope")
    return new Problem("forbidden", "The domain has not delegated the calendar to this service account.", {
      ...{ code: "delegation-missing", context, ...ofAll },
    })
  if (error === "invalid_grant" && /invalid email or user id/i.test(described))
    return new Problem("forbidden", "Google knows nobody by this address.", { code: "no-mailbox", context })
  if (error === "invalid_grant" && /short-lived|iat and exp/i.test(described))
    return new Problem("misconfigured", "The clock here and Google's differ.", {
      code: "clock-skew",
      context,
      ...ofAll,
    })
  if (error === "invalid_grant" || error === "invalid_client")
    return new Problem("misconfigured", "Google does not accept the service account's key.", {
      ...{ code: "key-refused", context, ...ofAll },
    })
  if (error === "admin_policy_enforced" || error === "org_internal")
    return new Problem("forbidden", "The organisation's administrator does not allow this application.", {
      ...{ code: "application-disabled", context, ...ofAll },
    })
  return classifyToken(answer, now)
}
