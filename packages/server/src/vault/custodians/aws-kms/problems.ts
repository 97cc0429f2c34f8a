import { Problem } from "@kalends/domain/problem"
import type { IncomingResponse } from "../../../ports/http-client.ts"

const retrySeconds = 15
/** Nothing in these says when to come back; KMS counts in seconds. */
const throttleSeconds = 2

/** AWS throttles with 400 and one of these names. */
const throttles = new Set(["ThrottlingException", "LimitExceededException", "RequestLimitExceeded", "Throttling"])
/** What was to be unwrapped does not fit: changed, of another context, or of another key. */
const unfit = new Set(["InvalidCiphertextException", "IncorrectKeyException"])
const passing = new Set(["KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException"])

/**
 * What an answer of KMS means; null for success. Errors name themselves in `__type`, with or without a namespace before a
 * "#"; the status is 400 for most (docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors and
 * CommonErrors.html, seen 2026-11-29).
 */
export function classifyKms({ status, body }: IncomingResponse, now: Temporal.Instant): Problem | null {
  if (status === 200) return null
  const code = /"__type"\s*:\s*"(?:[^"#]*#)?([A-Za-z]{1,60})"/.exec(body)?.[1] ?? `status-${status}`
  const context = { status, code }
  if (unfit.has(code))
    return new Problem("malformed", "A stored key cannot be opened.", { code: "wrapped-key-damaged", context })
  if (throttles.has(code) || status === 429)
    return new Problem("rate-limited", "The key service asks to wait.", {
      ...{ code: "custody-throttled", context },
      retryAt: now.add({ seconds: throttleSeconds }),
    })
  if (passing.has(code) || status >= 500)
    return new Problem("unavailable", "The key service has a problem of its own.", {
      ...{ code: "custody-away", context },
      retryAt: now.add({ seconds: retrySeconds }),
    })
  return new Problem("misconfigured", "The key service refuses Kalends.", { code: "custody-refused", context })
}

/** Likewise of the token service, whose errors are XML. */
export function classifySts({ status, body }: IncomingResponse, now: Temporal.Instant): Problem | null {
  if (status === 200) return null
  const code = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(body)?.[1] ?? `status-${status}`
  return classifyKms({ status, headers: {}, body: JSON.stringify({ __type: code }) }, now)
}
