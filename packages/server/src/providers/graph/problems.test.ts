import { classifyGraph } from "@kalends/readers/graph/problems"
import { describe, expect, test } from "vitest"
import { classifyToken } from "./problems.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const answer = (status: number, code = "x", headers: Readonly<Record<string, string>> = {}) =>
  classifyGraph({ status, headers, body: JSON.stringify({ error: { code, message: "private text" } }) }, now)
const seconds = (at: Temporal.Instant | null | undefined) => (at ? now.until(at).total("seconds") : null)

test.each([
  [200, "", null],
  [204, "", null],
  [401, "InvalidAuthenticationToken", "auth-expired"],
  [403, "ErrorAccessDenied", "forbidden"],
  [404, "ErrorItemNotFound", "not-found"],
  [404, "MailboxNotEnabledForRESTAPI", "unsupported"],
  [409, "ErrorIrresolvableConflict", "conflict"],
  [412, "ErrorConflict", "conflict"],
  [410, "anything", "cursor-lost"],
  [400, "SyncStateNotFound", "cursor-lost"],
  [400, "syncStateInvalid", "cursor-lost"],
  [404, "resyncRequired", "cursor-lost"],
  [429, "ApplicationThrottled", "rate-limited"],
  [500, "x", "unavailable"],
  [502, "x", "unavailable"],
  [503, "x", "unavailable"],
  [408, "x", "unavailable"],
  [400, "ErrorInvalidRequest", "unsupported"],
  [302, "x", "unsupported"],
])("an answer of Graph %i %s is %s", (status, code, kind) => expect(answer(status, code)?.kind ?? null).toBe(kind))

test("rate-limit-honoured: seconds, a date, nonsense and nothing all say when to come back", () => {
  const after = (header?: string) =>
    seconds(answer(429, "x", header === undefined ? {} : { "retry-after": header })?.retryAt)
  expect([
    after("120"),
    after("Mon, 23 Nov 2026 09:02:00 GMT"),
    after("soon"),
    after(),
    after("999999999"),
    after("-5"),
  ]).toEqual([120, 120, 30, 30, 3600, 1])
  expect(seconds(answer(503, "x", { "retry-after": "7" })?.retryAt)).toBe(7)
})

test("the provider's own text is in no problem", () => {
  expect(
    JSON.stringify({
      ...answer(400, "weird"),
      context: answer(400, "weird")?.context,
      message: answer(400, "weird")?.message,
    }),
  ).not.toContain("private text")
  expect(classifyGraph({ status: 502, headers: {}, body: "<html>Bad gateway</html>" }, now)?.kind).toBe("unavailable")
})

describe("a refusal of the token endpoint", () => {
  const token = (error: string, numbers: readonly unknown[] = [], status = 400) =>
    classifyToken(
      { status, retryAfter: undefined, body: { error, error_codes: numbers, error_description: "AADSTS" } },
      now,
    )

  test.each([
    ["invalid_grant", 50173, "auth-revoked", "grant-revoked", false],
    ["invalid_grant", 700082, "auth-revoked", "grant-unused-too-long", false],
    ["invalid_grant", 70043, "auth-revoked", "sign-in-frequency", false],
    ["invalid_grant", 65001, "forbidden", "consent-missing", false],
    ["invalid_grant", 700084, "misconfigured", "registered-as-spa", false],
    ["interaction_required", 50076, "auth-revoked", "second-factor-needed", false],
    ["unauthorized_client", 700016, "forbidden", "application-removed", true],
    ["invalid_request", 650052, "forbidden", "application-disabled", true],
    ["invalid_client", 700027, "misconfigured", "certificate-unknown", false],
    ["invalid_client", 7000222, "misconfigured", "client-secret-expired", false],
    ["invalid_grant", 99999999, "auth-revoked", "grant-revoked", false],
    ["invalid_client", 50173, "misconfigured", "client-secret-wrong", false],
  ])("%s with %i is %s (%s)", (error, number, kind, code, isTenantWide) => {
    const problem = token(error, [number])
    expect([problem?.kind, problem?.code, problem?.isTenantWide]).toEqual([kind, code, isTenantWide])
  })

  test("that passes by itself is never blamed on a person", () => {
    for (const problem of [
      token("temporarily_unavailable", [50173]),
      token("invalid_grant", [50173], 503),
      token("constructor"),
      token("", [], 500),
    ])
      expect(problem?.kind).toBe("unavailable")
  })

  test("for asking in circles waits long", () => {
    const problem = token("invalid_grant", [50196])
    expect([problem?.kind, seconds(problem?.retryAt)]).toEqual(["rate-limited", 600])
  })
})
