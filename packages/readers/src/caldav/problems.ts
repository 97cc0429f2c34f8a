import { Problem } from "@kalends/domain/problem"
import { retryAt } from "../parse.ts"
import type { ReadResponse } from "../reader.ts"

/** What a response of a CalDAV server means; null for success. The only reader of its status codes. */
export function classifyCaldav(response: ReadResponse, now: Temporal.Instant): Problem | null {
  const { status, body } = response
  if (status >= 200 && status < 300) return null
  const context = { status }
  // sabre/dav says 403, others 409 (RFC 6578 3.2; providers.md D).
  if ((status === 403 || status === 409 || status === 410 || status === 412) && body.includes("valid-sync-token"))
    return new Problem("cursor-lost", "The calendar server asks to list the calendar anew.", { context })
  if (status === 401)
    return new Problem("auth-revoked", "The calendar server does not accept the user name or password.", {
      code: "wrong-password",
      context,
    })
  if (status === 403)
    return new Problem("forbidden", "The calendar server does not allow this.", {
      code: "permission-withheld",
      context,
    })
  if (status === 404 || status === 410)
    return new Problem("not-found", "The calendar server does not know this calendar.", { context })
  if (status === 409 || status === 412) return new Problem("conflict", "The item was changed meanwhile.", { context })
  if (status === 429)
    return new Problem("rate-limited", "The calendar server asks to wait.", {
      retryAt: retryAt(response.headers["retry-after"], now, 60),
      context,
    })
  if (status >= 500)
    return new Problem("unavailable", "The calendar server has a problem of its own.", {
      retryAt: retryAt(response.headers["retry-after"], now, 30),
      context,
    })
  return new Problem("unsupported", "The calendar server refused the request.", { context })
}

/**
 * What the answer to a PUT means; null for success. 409 is no lost race but a refusal for good: the calendar is gone, or
 * another object in it has this UID (RFC 4918 9.7.1, RFC 4791 5.3.2.1).
 */
export function classifyCaldavWrite(response: ReadResponse, now: Temporal.Instant): Problem | null {
  if (response.status !== 409) return classifyCaldav(response, now)
  const context = { status: response.status }
  return new Problem("unsupported", "The calendar server does not take this event.", { code: "refused", context })
}

/**
 * What the answer to a push registration means; null for success. A server that will not push this calendar to us, or to
 * anybody, is no trouble: "unsupported", and the calendar is polled.
 */
export function classifyPushRegistration(response: ReadResponse, now: Temporal.Instant): Problem | null {
  if ([403, 405, 415, 501].includes(response.status))
    return new Problem("unsupported", "The calendar server does not push changes of this calendar.", {
      code: "push-refused",
      context: { status: response.status },
    })
  return classifyCaldav(response, now)
}
