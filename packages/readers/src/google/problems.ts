import { Problem } from "@kalends/domain/problem"
import { list, retryAt, text, wire } from "../parse.ts"
import type { ReadResponse } from "../reader.ts"

/** Reasons with which a 403 says "later" rather than "no" (providers.md B.3). */
const limitReasons = new Set([
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "quotaExceeded",
  "dailyLimitExceeded",
  "calendarUsageLimits",
])
const operatorReasons = new Set(["accessNotConfigured", "SERVICE_DISABLED"])
/** Reasons of a 403 that speak of what the grant lacks; the others speak of the calendar or the event. */
const scopeReasons = new Set(["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "none"])

/** What a response of Google Calendar means; null for success. The only reader of its status codes. */
export function classifyGoogle(response: ReadResponse, now: Temporal.Instant): Problem | null {
  const { status } = response
  if (status >= 200 && status < 300) return null
  const reason = errorReason(response.body)
  const context = { status, reason }
  // 410 has two meanings: the token is too old, or the event asked for was deleted.
  if (status === 410 && reason === "deleted")
    return new Problem("not-found", "Google has deleted this item.", { context })
  if (status === 410) return new Problem("cursor-lost", "Google asks to list the calendar anew.", { context })
  if (status === 401) return new Problem("auth-expired", "Google no longer accepts the access token.", { context })
  if (status === 429 || (status === 403 && limitReasons.has(reason)))
    return new Problem("rate-limited", "Google asks to wait.", {
      retryAt: retryAt(response.headers["retry-after"], now, 30),
      context,
    })
  if (status === 403 && operatorReasons.has(reason))
    return new Problem("misconfigured", "The Google Calendar API is not enabled for this project.", {
      code: "api-not-enabled",
      context,
    })
  if (status === 403 && reason === "domainPolicy")
    return new Problem("forbidden", "The organisation's administrator does not allow this application.", {
      code: "application-disabled",
      isTenantWide: true,
      context,
    })
  if (status === 403 && scopeReasons.has(reason))
    return new Problem("forbidden", "Google does not allow this with the permission it granted.", {
      code: "permission-withheld",
      context,
    })
  if (status === 403) return new Problem("forbidden", "Google does not allow this.", { code: "not-allowed", context })
  if (status === 404) return new Problem("not-found", "Google does not know this item.", { context })
  if (status === 409 || status === 412) return new Problem("conflict", "The item was changed meanwhile.", { context })
  if (status >= 500 || status === 408)
    return new Problem("unavailable", "Google has a problem of its own.", {
      retryAt: retryAt(response.headers["retry-after"], now, 10),
      context,
    })
  if (reason === "pushNotSupportedForRequestedResource")
    return new Problem("unsupported", "Google sends no notifications for this calendar.", { code: "no-push", context })
  return new Problem("unsupported", "Google refused the request.", { context })
}

/** error.errors[0].reason, a machine word; never the message. */
function errorReason(body: string): string {
  try {
    const error = wire(wire(JSON.parse(body))?.error)
    return (text(wire(list(error?.errors)[0])?.reason) ?? "none").replace(/\W/g, "").slice(0, 60)
  } catch {
    return "none"
  }
}
