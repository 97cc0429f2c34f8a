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
