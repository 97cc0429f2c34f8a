import { createHash } from "node:crypto"
import type { Access } from "@kalends/domain/access"
import type { ProviderCalendarId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { addressOnServer, onServer } from "@kalends/readers/caldav/origin"
import { offersPush, readPushMessage } from "@kalends/readers/caldav/push"
import type { HookRequest, PushSource, Recognition, Subscribed, SubscribeInput } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { CaldavCalls } from "./calls.ts"
import { openPush, webPushKeys } from "./web-push.ts"

/** Asked for; servers grant what they like, a week as a rule. */
export const subscriptionDays = 7
/** Where a server does not say what it grants: what it should at least (draft, "Expiration"). */
const unsaidDays = 3
const grantedDaysMost = 30
const registrationCharsMost = 2_048
const secretPath = /^\/([\w.-]{16,128})$/

export type CaldavPushDeps = {
  readonly calls: CaldavCalls
  readonly clock: Clock
  /** The server that an access belongs to. */
  readonly home: (access: Access) => string
}

/**
 * WebDAV-Push over Web Push, of which we are the push service as well: the server posts to our hook, at an address that
 * ends in the subscription's secret. Renewed by registering with a new secret before the old registration is removed.
 */
export function createCaldavPush({ calls, clock, home }: CaldavPushDeps): PushSource {
  function granted(expires: string | undefined): Temporal.Instant {
    const now = clock.now()
    const saidMs = expires === undefined ? Number.NaN : Date.parse(expires)
    if (Number.isNaN(saidMs)) return now.add({ hours: unsaidDays * 24 })
    const expiresAt = Temporal.Instant.fromEpochMilliseconds(saidMs)
    const most = now.add({ hours: grantedDaysMost * 24 })
    return Temporal.Instant.compare(expiresAt, most) > 0 ? most : expiresAt
  }

  return {
    async subscribe({ access, calendarId, secret, hookUrl, signal }: SubscribeInput): Promise<Subscribed> {
      const url = onServer(home(access), calendarId)
      const { headers } = await calls.registerPush(
        { access, url, signal },
        {
          pushResource: `${hookUrl}/${secret}`,
          keys: webPushKeys(secret),
          expiresAt: clock.now().add({ hours: subscriptionDays * 24 }),
        },
      )
      const expiresAt = granted(headers.expires)
      const registration = registrationUrl(url, headers.location)
      if (registration === null || Temporal.Instant.compare(expiresAt, clock.now()) <= 0)
        throw new Problem("unsupported", "The calendar server's push registration is of no use.", {
          code: "push-refused",
        })
      return { providerSubscriptionId: registration, providerResourceId: null, expiresAt }
    },
    renew: null,
    async stop({ access, providerSubscriptionId, signal }) {
      const url = onServer(home(access), providerSubscriptionId)
      await calls.removePush({ access, url, signal }).catch((error: unknown) => {
        if (!isProblem(error, "not-found")) throw error
      })
    },
    recognise,
  }
}

/** Whether the server pushes changes of this calendar. */
export function createPushDetection({ calls, home }: Omit<CaldavPushDeps, "clock">) {
  return async (access: Access, calendarId: ProviderCalendarId, signal: AbortSignal): Promise<boolean> => {
    try {
      const { responses } = await calls.findPush({ access, url: onServer(home(access), calendarId), signal })
      return offersPush(responses[0]?.properties ?? {})
    } catch (error) {
      // A server that stumbles over properties it does not know has no push.
      if (isProblem(error, "unsupported", "malformed", "forbidden", "conflict")) return false
      throw error
    }
  }
}

/**
 * The secret is the last part of the path, and the message opens with the keys drawn from it. A fingerprint of the whole
 * body, not of what it says: a sync token may come back when a calendar does.
 */
export function recognise({ path, body }: HookRequest): Recognition {
  const secret = secretPath.exec(path)?.[1]
  const message = secret === undefined ? null : openPush(body, secret)
  const said = message === null ? null : readPushMessage(message)
  if (secret === undefined || said === null) return { kind: "unrecognised" }
  const fingerprint = createHash("sha256").update(body).digest("base64url")
  return { kind: "notices", notices: [{ secret, kind: said === "changed" ? "changed" : "reauthorize", fingerprint }] }
}

/** Where the registration is removed; one on another host is kept as it is and left to expire, since no password goes there. */
function registrationUrl(base: string, location: string | undefined): string | null {
  if (location === undefined || location.length > registrationCharsMost || !URL.canParse(location, base)) return null
  return addressOnServer(base, location) ?? new URL(location, base).href
}
