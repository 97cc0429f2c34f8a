import { isProblem, Problem } from "@kalends/domain/problem"
import { list, requireText, text, type Wire, wire } from "@kalends/readers/parse"
import type { HookRequest, Notice, PushSource, Recognition, SubscribeInput, Subscribed } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { GraphCalls } from "./calls.ts"

/** Under the 10,080 minutes that events allow, so that a slow clock does not ask for too much (providers.md A.1). */
export const subscriptionMinutes = 10_080 - 15
const itemsMost = 1_000
const tokenCharsMost = 4_096

/** Change notifications for the mailbox's events, with lifecycle events from the first day on: they cannot be added later. */
export function createGraphPush(calls: GraphCalls, clock: Clock): PushSource {
  const expiration = () => clock.now().add({ minutes: subscriptionMinutes }).toString({ smallestUnit: "second" })

  function wanted(input: SubscribeInput): Wire {
    return {
      changeType: "created,updated,deleted",
      notificationUrl: input.hookUrl,
      lifecycleNotificationUrl: `${input.hookUrl}/lifecycle`,
      resource: "me/events",
      expirationDateTime: expiration(),
      clientState: input.secret,
    }
  }

  /** 409: one of ours for this address stands already, left by a crash. It is removed and the new one made. */
  async function replaceStale(input: SubscribeInput): Promise<Wire> {
    const { value } = await calls.listSubscriptions(input.access, input.signal)
    const stale = list(value).map(wire).filter((row) => row?.notificationUrl === input.hookUrl)
    for (const row of stale) await calls.deleteSubscription(input.access, requireText(row?.id, "id"), input.signal)
    return calls.createSubscription(input.access, wanted(input), input.signal)
  }

  return {
    async subscribe(input) {
      const made = await calls.createSubscription(input.access, wanted(input), input.signal).catch((error: unknown) => {
        if (isProblem(error, "conflict")) return replaceStale(input)
        throw error
      })
      return subscribed(made)
    },
    async renew({ access, providerSubscriptionId, signal }) {
      const body = await calls.renewSubscription(access, providerSubscriptionId, { expirationDateTime: expiration() }, signal)
      return { expiresAt: subscribed(body).expiresAt }
    },
    async stop({ access, providerSubscriptionId, signal }) {
      await calls.deleteSubscription(access, providerSubscriptionId, signal).catch((error: unknown) => {
        if (!isProblem(error, "not-found")) throw error
      })
    },
    recognise,
  }
}

function subscribed(body: Wire): Subscribed {
  const id = text(body.id)
  const expires = text(body.expirationDateTime)
  if (id === null || expires === null || Number.isNaN(Date.parse(expires))) throw new Problem("malformed", "Microsoft 365 gave no subscription.")
  return { providerSubscriptionId: id, providerResourceId: null, expiresAt: Temporal.Instant.fromEpochMilliseconds(Date.parse(expires)) }
}

/** The handshake echoes the decoded token; everything else is one body with any number of items, each for any tenant. */
export function recognise({ query, body, path }: HookRequest): Recognition {
  const token = query.validationToken
  if (token !== undefined) return token.length <= tokenCharsMost ? { kind: "handshake", text: token } : { kind: "unrecognised" }
  if (path !== "" && path !== "/lifecycle") return { kind: "unrecognised" }
  const items = parseItems(body)
  return items === null ? { kind: "unrecognised" } : { kind: "notices", notices: items.slice(0, itemsMost).map(notice) }
}

function parseItems(body: Uint8Array): readonly Wire[] | null {
  try {
    const items = wire(JSON.parse(Buffer.from(body).toString("utf8")))?.value
    return Array.isArray(items) ? items.map(wire).filter((item) => item !== null) : null
  } catch {
    return null
  }
}

const lifecycle: Readonly<Record<string, Notice["kind"]>> = { reauthorizationRequired: "reauthorize", subscriptionRemoved: "removed", missed: "missed" }

function notice(item: Wire): Notice {
  const event = text(item.lifecycleEvent)
  const data = wire(item.resourceData)
  const kind = event === null ? "changed" : (lifecycle[event] ?? "missed")
  // The item's own tag tells one change from the next; lifecycle events carry no tag, and repeat rarely.
  const fingerprint = [item.subscriptionId, event, item.changeType, data?.id, data?.["@odata.etag"], item.subscriptionExpirationDateTime].map((part) => String(part ?? "")).join("|").slice(0, 1_000)
  return { secret: text(item.clientState) ?? "", kind, fingerprint }
}
