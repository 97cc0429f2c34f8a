import { inspect } from "node:util"
import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import type { CalendarProvider, OAuthSignIn, PushSource } from "../ports/calendar-provider.ts"
import { problemOf } from "../providers/conformance/drain.ts"
import type { scriptedHttp } from "./scripted-http.ts"

type Provided = { readonly provider: CalendarProvider; readonly signIn: OAuthSignIn; readonly push: PushSource }

const access: Access = {
  kind: "bearer",
  token: "canary-token",
  expiresAt: Temporal.Instant.from("2026-11-23T10:00:00Z"),
}

/**
 * The problems that an OAuth provider makes of failed answers and that show, however they are printed, a token, a hook's
 * secret, what was answered, or anything else with "canary" in it (give it to the client's secret too).
 */
export async function toldSecrets(provide: (answers: Parameters<typeof scriptedHttp>[0]) => Provided) {
  const { signal } = new AbortController()
  const problems = []
  for (const status of [401, 403, 410, 429, 500]) {
    const failure = { status, json: { error: { code: "x", message: "canary-content" } } }
    const { provider, signIn, push } = provide([failure, failure, failure])
    problems.push(
      await problemOf(provider.listCalendars(access, signal)),
      await problemOf(signIn.refresh("canary-refresh", { permission: "read", contacts: "none" })),
      await problemOf(
        push.subscribe({
          access,
          calendarId: parseProviderCalendarId("calendar"),
          subscriptionId: parseSubscriptionId("11111111-2222-4333-8444-555555555555"),
          secret: "canary-hook-secret",
          hookUrl: "https://kalends.example/hooks",
          signal,
        }),
      ),
    )
  }
  const isTold = (problem: unknown) =>
    `${inspect(problem, { depth: 10, showHidden: true })} ${JSON.stringify(problem)}`.includes("canary")
  return { count: problems.length, told: problems.filter(isTold) }
}
