import { classifyGoogle } from "@kalends/readers/google/problems"
import { describe, expect, test } from "vitest"
import { classifyToken } from "./problems.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const answer = (status: number, reason = "x", headers: Readonly<Record<string, string>> = {}) =>
  classifyGoogle(
    {
      status,
      headers,
      body: JSON.stringify({
        error: { code: status, message: "private text", errors: [{ domain: "global", reason }] },
      }),
    },
    now,
  )
const seconds = (at: Temporal.Instant | null | undefined) => (at ? now.until(at).total("seconds") : null)

test.each([
  [200, "", null, null],
  [401, "authError", "auth-expired", null],
  [403, "rateLimitExceeded", "rate-limited", null],
  [403, "userRateLimitExceeded", "rate-limited", null],
  [403, "quotaExceeded", "rate-limited", null],
  [429, "rateLimitExceeded", "rate-limited", null],
  [403, "insufficientPermissions", "forbidden", "permission-withheld"],
  [403, "forbiddenForNonOrganizer", "forbidden", "not-allowed"],
  [403, "accessNotConfigured", "misconfigured", "api-not-enabled"],
  [403, "domainPolicy", "forbidden", "application-disabled"],
  [404, "notFound", "not-found", null],
  [410, "fullSyncRequired", "cursor-lost", null],
  [410, "updatedMinTooLongAgo", "cursor-lost", null],
  [410, "deleted", "not-found", null],
  [409, "duplicate", "conflict", null],
  [412, "conditionNotMet", "conflict", null],
  [500, "backendError", "unavailable", null],
  [400, "pushNotSupportedForRequestedResource", "unsupported", "no-push"],
  [400, "invalid", "unsupported", null],
])("an answer of Google %i %s is %s (%s)", (status, reason, kind, code) => {
  const problem = answer(status, reason)
  expect([problem?.kind ?? null, problem?.code ?? null]).toEqual([kind, code])
})

test("rate-limit-honoured: what Google says counts, and without it there is a wait all the same", () => {
  expect([
    seconds(answer(403, "rateLimitExceeded", { "retry-after": "90" })?.retryAt),
    seconds(answer(403, "rateLimitExceeded")?.retryAt),
  ]).toEqual([90, 30])
})

describe("a refusal of the token endpoint", () => {
  test.each([
    [400, "invalid_grant", "auth-revoked", false],
    [400, "admin_policy_enforced", "forbidden", true],
    [401, "invalid_client", "misconfigured", false],
    [400, "invalid_scope", "misconfigured", false],
    [429, "", "rate-limited", false],
    [503, "", "unavailable", false],
  ])("%i %s is %s", (status, error, kind, isTenantWide) => {
    const problem = classifyToken({ status, retryAfter: undefined, body: { error } }, now)
    expect([problem?.kind, problem?.isTenantWide]).toEqual([kind, isTenantWide])
  })
})
