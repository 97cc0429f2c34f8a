import type { Access } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import { list, oneOf, text, type Wire, wire } from "@kalends/readers/parse"
import type {
  HookRequest,
  Notice,
  PushSource,
  Recognition,
  Subscribed,
  SubscribeInput,
} from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { GraphCalls } from "./calls.ts"
import { mailboxPath } from "./mailbox.ts"

/** Under the 10,080 minutes that events allow, so that a slow clock does not ask for too much (providers.md A.1). */
export const subscriptionMinutes = 10_080 - 15
const itemsMost = 1_000
const tokenCharsMost = 4_096
const bodyBytesMost = 4 * 2 ** 20
const resourceOf = (access: Access) => `${mailboxPath(access)}/events`

/** Change notifications for the mailbox's events, with lifecycle events from the first day on: they cannot be added later. */
export function createGraphPush(calls: GraphCalls, clock: Clock): PushSource {
  const expiration = () => clock.now().add({ minutes: subscriptionMinutes }).toString({ smallestUnit: "second" })

  function wanted(input: SubscribeInput): Wire {
    return {
      changeType: "created,updated,deleted",
      notificationUrl: input.hookUrl,
      lifecycleNotificationUrl: `${input.hookUrl}/lifecycle`,
      resource: resourceOf(input.access),
      expirationDateTime: expiration(),
      clientState: input.secret,
    }
  }

  /**
   * 409: one of ours stands already, left by a crash or made for an address we no longer have. Only our own application's
   * are listed. It is removed and the new one made.
   */
  async function replaceStale(input: SubscribeInput): Promise<Wire> {
    const resource = resourceOf(input.access).toLowerCase()
    const { value } = await calls.listSubscriptions(input.access, input.signal)
    const rows = list(value)
      .map(wire)
      .filter((row) => text(row?.resource)?.replace(/^\//, "").toLowerCase() === resource)
    const here = rows.filter((row) => row?.notificationUrl === input.hookUrl)
    for (const row of here.length > 0 ? here : rows) {
      const id = text(row?.id)
      if (id !== null) await stop(input.access, id, input.signal)
    }
    return calls.createSubscription(input.access, wanted(input), input.signal)
  }

  async function stop(access: Access, id: string, signal: AbortSignal): Promise<void> {
    await calls.deleteSubscription(access, id, signal).catch((error: unknown) => {
      if (!isProblem(error, "not-found")) throw error
    })
  }

  return {
    async subscribe(input) {
      // "Calendars.ReadWrite.Shared … does not support subscribing" (MSG outlook-get-shared-events-calendars.md).
      if (input.access.isDelegate === true)
        throw new Problem("unsupported", "Microsoft 365 tells no delegate of changes.", { code: "push-not-shared" })
      const made = await calls.createSubscription(input.access, wanted(input), input.signal).catch((error: unknown) => {
        if (isProblem(error, "conflict")) return replaceStale(input)
        throw error
      })
      return subscribed(made)
    },
    async renew({ access, providerSubscriptionId, signal }) {
      const body = await calls.renewSubscription(
        access,
        providerSubscriptionId,
        { expirationDateTime: expiration() },
        signal,
      )
      return { expiresAt: subscribed(body).expiresAt }
    },
    stop: ({ access, providerSubscriptionId, signal }) => stop(access, providerSubscriptionId, signal),
    recognise,
  }
}

function subscribed(body: Wire): Subscribed {
  const id = text(body.id)
  const expires = text(body.expirationDateTime)
  if (id === null || expires === null || Number.isNaN(Date.parse(expires)))
    throw new Problem("malformed", "Microsoft 365 gave no subscription.")
  return {
    providerSubscriptionId: id,
    providerResourceId: null,
    expiresAt: Temporal.Instant.fromEpochMilliseconds(Date.parse(expires)),
  }
}

/** The handshake echoes the decoded token; everything else is one body with any number of items, each for any tenant. */
export function recognise({ query, body, path }: HookRequest): Recognition {
  const token = query.validationToken
  // It is text that anybody can make us echo: printable characters only, and the edge sends it as text/plain.
  if (token !== undefined)
    return token.length > 0 && token.length <= tokenCharsMost && /^[\x20-\x7e]*$/.test(token)
      ? { kind: "handshake", text: token }
      : { kind: "unrecognised" }
  if (path !== "" && path !== "/lifecycle") return { kind: "unrecognised" }
  const items = parseItems(body)
  return items === null ? { kind: "unrecognised" } : { kind: "notices", notices: items.map(notice) }
}

const utf8 = new TextDecoder()

function parseItems(body: Uint8Array): readonly Wire[] | null {
  if (body.length > bodyBytesMost) return null
  try {
    const items = wire(JSON.parse(utf8.decode(body)))?.value
    return Array.isArray(items)
      ? items
          .slice(0, itemsMost)
          .map(wire)
          .filter((item) => item !== null)
      : null
  } catch {
    return null
  }
}

const lifecycle: ReadonlyMap<string, Notice["kind"]> = new Map([
  ["reauthorizationRequired", "reauthorize"],
  ["subscriptionRemoved", "removed"],
  ["missed", "missed"],
])

function notice(item: Wire): Notice {
  const event = text(item.lifecycleEvent)
  const data = wire(item.resourceData)
  const kind = event === null ? "changed" : oneOf(lifecycle, event, "missed")
  // The item's own tag tells one change from the next; lifecycle events carry no tag, and repeat rarely.
  const parts = [
    item.subscriptionId,
    event,
    item.changeType,
    data?.id,
    data?.["@odata.etag"],
    item.subscriptionExpirationDateTime,
  ]
  const fingerprint = parts.map((part) => (text(part) ?? "").slice(0, 600)).join("|")
  return { secret: text(item.clientState) ?? "", kind, fingerprint }
}
