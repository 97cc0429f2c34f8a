import { Problem } from "@kalends/domain/problem"
import { retryAt, text, wire } from "../parse.ts"
import type { ReadResponse } from "../reader.ts"

/** Error codes with which Graph says that a delta token is of no use any more (providers.md A.3). */
const cursorLostCodes = /^(syncStateNotFound|syncStateInvalid|resyncRequired|fullSyncRequired)$/i

/** What a response of Microsoft Graph means; null for success. The only reader of its status codes. */
export function classifyGraph(response: ReadResponse, now: Temporal.Instant): Problem | null {
  const { status } = response
  if (status >= 200 && status < 300) return null
  const code = errorCode(response.body)
  const context = { status, code }
  if (status === 410 || cursorLostCodes.test(code))
    return new Problem("cursor-lost", "Microsoft 365 asks to list the calendar anew.", { context })
  // The licence is gone or the mailbox is on premises: no other grant helps.
  if (/^Mailbox(NotEnabled|NotSupported)ForRESTAPI$/i.test(code))
    return new Problem("unsupported", "This account has no mailbox that Microsoft Graph can reach.", {
      code: "no-mailbox",
      context,
    })
  if (status === 401)
    return new Problem("auth-expired", "Microsoft 365 no longer accepts the access token.", { context })
  if (status === 403)
    return new Problem("forbidden", "Microsoft 365 does not allow this with the permission it granted.", {
      code: "permission-withheld",
      context,
    })
  if (status === 404) return new Problem("not-found", "Microsoft 365 does not know this item.", { context })
  if (status === 409 || status === 412) return new Problem("conflict", "The item was changed meanwhile.", { context })
  const header = response.headers["retry-after"]
  if (status === 429)
    return new Problem("rate-limited", "Microsoft 365 asks to wait.", { retryAt: retryAt(header, now, 30), context })
  if (status >= 500 || status === 408)
    return new Problem("unavailable", "Microsoft 365 has a problem of its own.", {
      retryAt: retryAt(header, now, 10),
      context,
    })
  return new Problem("unsupported", "Microsoft 365 refused the request.", { context })
}

/** The machine word of an error body, from Graph's own list; never its message. */
function errorCode(body: string): string {
  try {
    const error = wire(wire(JSON.parse(body))?.error)
    return (text(error?.code) ?? "none").replace(/[^\w.]/g, "").slice(0, 60)
  } catch {
    return "none"
  }
}
