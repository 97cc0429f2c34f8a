import { Problem } from "@kalends/domain/problem"
import { list, retryAt, text, wire } from "../parse.ts"
import type { ReadResponse } from "../reader.ts"
import { classifyGoogle } from "./problems.ts"

/**
 * What a response of the People API means; null for success. It words its errors as google.rpc.Status does: a status word,
 * and a reason in an ErrorInfo (developers.google.com/people/v1/contacts and cloud.google.com/apis/design/errors).
 */
export function classifyPeople(response: ReadResponse, now: Temporal.Instant): Problem | null {
  const { status, headers } = response
  if (status >= 200 && status < 300) return null
  const { word, reason } = errorWords(response.body)
  const context = { status, word, reason }
  if (reason === "EXPIRED_SYNC_TOKEN")
    return new Problem("cursor-lost", "Google asks to list the contacts anew.", { context })
  // The contact's etag is not what it was (people.updateContact says 400 with this reason, older pages 412).
  if (/^failed_?precondition$/i.test(reason) || word === "FAILED_PRECONDITION" || word === "ABORTED")
    return new Problem("conflict", "The contact was changed meanwhile.", { context })
  if (reason === "SERVICE_DISABLED")
    return new Problem("misconfigured", "The Google People API is not enabled for this project.", {
      code: "api-not-enabled",
      context,
    })
  if (word === "RESOURCE_EXHAUSTED")
    return new Problem("rate-limited", "Google asks to wait.", {
      retryAt: retryAt(headers["retry-after"], now, 60),
      context,
    })
  if (status === 403)
    return new Problem("forbidden", "Google does not allow this with the permission it granted.", {
      code: "permission-withheld",
      context,
    })
  return classifyGoogle(response, now)
}

/** Machine words of an error; never its message. */
function errorWords(body: string): { readonly word: string; readonly reason: string } {
  try {
    const error = wire(wire(JSON.parse(body))?.error)
    const details = list(error?.details).map(wire)
    const reason = details.map((detail) => text(detail?.reason)).find((found) => found !== null)
    const older = text(wire(list(error?.errors)[0])?.reason)
    const clean = (value: string | null | undefined) => (value ?? "none").replace(/\W/g, "").slice(0, 60)
    return { word: clean(text(error?.status)), reason: clean(reason ?? older) }
  } catch {
    return { word: "none", reason: "none" }
  }
}
