import { Problem } from "@kalends/domain/problem"
import { retryAt } from "@kalends/readers/parse"
import type { IncomingResponse } from "../../../ports/http-client.ts"

const retrySeconds = 15
const throttleSeconds = 5

/**
 * What an answer means; null for success. 400 is for what cannot be decrypted as well as for what is not understood: what the
 * caller was doing tells them apart. 307 comes from a standby that cannot forward, 412 from one that lags behind, 503 from
 * one that is sealed or down for maintenance (developer.hashicorp.com/vault/api-docs#http-status-codes, seen 2026-11-29).
 */
export function classifyTransit(
  { status, headers, body }: IncomingResponse,
  now: Temporal.Instant,
  isUnwrapping: boolean,
): Problem | null {
  if (status === 200) return null
  const context = { status }
  if (status === 400 && isUnwrapping && !/key not found|disallowed by policy|no handler|unsupported path/i.test(body))
    return new Problem("malformed", "A stored key cannot be opened.", { code: "wrapped-key-damaged", context })
  if (status === 429)
    return new Problem("rate-limited", "The key service asks to wait.", {
      ...{ code: "custody-throttled", context },
      retryAt: retryAt(headers["retry-after"], now, throttleSeconds),
    })
  if (status >= 500 || status === 307 || status === 412 || status === 472 || status === 473)
    return new Problem("unavailable", "The key service cannot be used at the moment.", {
      ...{ code: /sealed/i.test(body) ? "custody-sealed" : "custody-away", context },
      retryAt: retryAt(headers["retry-after"], now, retrySeconds),
    })
  return new Problem("misconfigured", "The key service refuses Kalends.", { code: "custody-refused", context })
}
