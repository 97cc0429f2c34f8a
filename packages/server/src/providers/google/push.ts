import { isProblem, Problem } from "@kalends/domain/problem"
import { text } from "@kalends/readers/parse"
import type { HookRequest, PushSource, Recognition } from "../../ports/calendar-provider.ts"
import type { GoogleCalls } from "./calls.ts"

/** Google's default; no maximum is published, and what is granted counts (providers.md B.1). */
export const channelSeconds = 7 * 86_400

/** Push channels: one for each calendar, renewed by arming a new one before the old is stopped. */
export function createGooglePush(calls: GoogleCalls): PushSource {
  return {
    async subscribe({ access, calendarId, subscriptionId, secret, hookUrl, signal }) {
      const channel = {
        id: subscriptionId,
        type: "web_hook",
        address: hookUrl,
        token: secret,
        params: { ttl: String(channelSeconds) },
      }
      const made = await calls.watch(access, calendarId, channel, signal)
      const expiresAtMs = Number(made.expiration)
      const providerSubscriptionId = text(made.id)
      if (providerSubscriptionId === null || !(expiresAtMs > 0 && expiresAtMs < 8.64e15))
        throw new Problem("malformed", "Google gave no channel.")
      return {
        providerSubscriptionId,
        providerResourceId: text(made.resourceId),
        expiresAt: Temporal.Instant.fromEpochMilliseconds(Math.floor(expiresAtMs)),
      }
    },
    renew: null,
    async stop({ access, providerSubscriptionId, providerResourceId, signal }) {
      await calls
        .stopChannel(access, { id: providerSubscriptionId, resourceId: providerResourceId }, signal)
        .catch((error: unknown) => {
          if (!isProblem(error, "not-found")) throw error
        })
    },
    recognise,
  }
}

/** All is in the headers; "sync" is the first message of a channel, "exists" any change, deletions too. */
export function recognise({ headers }: HookRequest): Recognition {
  const channel = headers["x-goog-channel-id"]
  const state = headers["x-goog-resource-state"]
  const number = headers["x-goog-message-number"]
  if (channel === undefined || state === undefined || number === undefined) return { kind: "unrecognised" }
  const kind = state === "sync" ? "armed" : "changed"
  return {
    kind: "notices",
    notices: [
      {
        secret: headers["x-goog-channel-token"] ?? "",
        kind,
        fingerprint: `${channel.slice(0, 100)}|${number.slice(0, 40)}`,
      },
    ],
  }
}
