import type { SimulatorContext } from "../context.ts"
import type { Granted } from "../grants.ts"
import type { Person } from "../org.ts"
import { graphRules } from "../pushes.ts"
import type { SimResponse } from "../server.ts"
import { readingRefusal } from "./access.ts"
import { graphError } from "./errors.ts"
import { changeKey } from "./wire.ts"

type Subscription = {
  readonly id: string
  readonly person: Person
  readonly grant: Granted
  readonly notificationUrl: string
  readonly lifecycleUrl: string | null
  readonly clientState: string
  readonly changeType: string
  readonly resource: string
  expiresAt: Temporal.Instant
}

/** The address was asked and did not answer as it should (MSG change-notifications-delivery-webhooks.md). */
const notValid = (message: string): SimResponse => graphError(400, "ValidationError", {}, message)
/** What Exchange refuses is told so (captured in microsoftgraph/microsoft-graph-docs issue 21403, msgraph-sdk-javascript issue 252). */
const extension = (reason: string): SimResponse =>
  graphError(403, "ExtensionError", {}, `Operation: Create; Exception: [Status Code: Forbidden; Reason: ${reason}]`)
const tooMany = extension("Maximum number of subscriptions has been reached")
/** A mailbox that is not there at all is told as in other calls. */
const extensionError = (refusal: SimResponse): SimResponse =>
  refusal.status === 403 ? extension("Access to OData is disabled.") : refusal

const longestMinutes = 10_080
const shortestMinutes = 45
const handshakeMs = 10_000

export type Subscriptions = ReturnType<typeof createSubscriptions>

/**
 * Subscriptions with the validation handshake, limits and lifecycle events of MSG change-notifications-*.md. A second one
 * to the same resource and change types is refused, wherever it is sent to ("Duplicate subscriptions aren't allowed",
 * change-notifications-delivery-webhooks.md); the knob `takesDuplicates` plays what has been seen instead.
 */
export function createSubscriptions(context: SimulatorContext) {
  const all = new Map<string, Subscription>()
  const watched = new Set<Person>()

  function watch(person: Person): void {
    if (watched.has(person)) return
    watched.add(person)
    person.calendar.onChange((event, kind) => {
      for (const subscription of all.values())
        if (subscription.person === person) notify(subscription, kind, event.id, changeKey(event))
    })
  }

  function isLive({ expiresAt, grant }: Subscription): boolean {
    return Temporal.Instant.compare(expiresAt, context.platform.now()) > 0 && !grant.isRevoked
  }

  function notify(subscription: Subscription, changeType: string, eventId: string, key: string): void {
    if (!isLive(subscription)) return
    const { id, clientState, expiresAt, person } = subscription
    const data = {
      "@odata.type": "#Microsoft.Graph.Event",
      "@odata.id": `Users/${person.id}/Events/${eventId}`,
      "@odata.etag": `W/"${key}"`,
      id: eventId,
    }
    const item = {
      subscriptionId: id,
      subscriptionExpirationDateTime: expiresAt.toString(),
      clientState,
      changeType,
      resource: data["@odata.id"],
      resourceData: data,
      tenantId: person.tenant.id,
    }
    context.pushes.push(person.tenant.id, {
      url: subscription.notificationUrl,
      rules: graphRules,
      content: { kind: "item", item },
      onLost: () => lifecycle(subscription, "missed"),
    })
  }

  function lifecycle(
    subscription: Subscription,
    lifecycleEvent: "reauthorizationRequired" | "subscriptionRemoved" | "missed",
  ): void {
    const { id, clientState, expiresAt, person, lifecycleUrl } = subscription
    if (lifecycleUrl === null) return
    const item = {
      subscriptionId: id,
      subscriptionExpirationDateTime: expiresAt.toString(),
      tenantId: person.tenant.id,
      clientState,
      lifecycleEvent,
    }
    context.pushes.push(person.tenant.id, {
      url: lifecycleUrl,
      rules: graphRules,
      content: { kind: "item", item },
    })
  }

  async function isValidated(url: string): Promise<boolean> {
    const token = context.platform.token("Validation: Testing ")
    const at = new URL(url)
    at.searchParams.set("validationToken", token)
    const answer = await context.platform.post(at.href, { "content-type": "text/plain" }, "", handshakeMs)
    return answer !== null && answer.status === 200 && answer.text === token
  }

  function expiry(written: unknown): Temporal.Instant | null {
    const atMs = Date.parse(String(written))
    if (Number.isNaN(atMs)) return null
    const now = context.platform.now()
    const minutes = (atMs - now.epochMilliseconds) / 60_000
    if (minutes > longestMinutes || minutes <= 0) return null
    return now.add({ milliseconds: Math.round(Math.max(minutes, shortestMinutes) * 60_000) })
  }

  function ownOne(id: string, caller: Person): Subscription | undefined {
    const subscription = all.get(id)
    return subscription?.grant.person === caller ? subscription : undefined
  }

  const liveIn = (tenantId: string) =>
    [...all.values()].filter((known) => known.person.tenant.id === tenantId && isLive(known)).length

  type Wanted = Pick<Subscription, "person" | "grant" | "resource" | "changeType">
  const isDuplicate = ({ person, grant, resource, changeType }: Wanted): boolean =>
    !context.knobs(person.tenant.id).takesDuplicates &&
    of(person).some(
      (known) => known.grant.person === grant.person && known.resource === resource && known.changeType === changeType,
    )

  const of = (person: Person) => [...all.values()].filter((known) => known.person === person && isLive(known))

  return {
    /** Tells the lifecycle events of somebody's subscriptions; "subscriptionRemoved" ends them, too. */
    tell(person: Person, lifecycleEvent: Parameters<typeof lifecycle>[1]): void {
      for (const subscription of of(person)) {
        lifecycle(subscription, lifecycleEvent)
        if (lifecycleEvent === "subscriptionRemoved") all.delete(subscription.id)
      }
    },
    /** They end without a word, as happens. */
    expire: (person: Person): void => of(person).forEach(({ id }) => void all.delete(id)),
    async create(json: Readonly<Record<string, unknown>>, grant: Granted): Promise<SimResponse> {
      const person = watchedMailbox(context, json.resource, grant)
      if (person === null) return graphError(403, "ErrorAccessDenied")
      const refusal = readingRefusal(context, person, grant)
      if (refusal !== null) return grant.isApplication === true ? extensionError(refusal) : refusal
      const expiresAt = expiry(json.expirationDateTime)
      const text = (name: string) => (typeof json[name] === "string" ? json[name] : "")
      if (expiresAt === null || !URL.canParse(text("notificationUrl")) || text("clientState").length > 128)
        return graphError(400, "InvalidRequest")
      if (isDuplicate({ person, grant, resource: text("resource"), changeType: text("changeType") }))
        return graphError(409, "ExtensionError")
      const { subscriptionsMost, webhooks } = context.knobs(person.tenant.id)
      if (subscriptionsMost !== null && liveIn(person.tenant.id) >= subscriptionsMost) return tooMany
      const lifecycleUrl = text("lifecycleNotificationUrl") === "" ? null : text("lifecycleNotificationUrl")
      const urls = [text("notificationUrl"), ...(lifecycleUrl === null ? [] : [lifecycleUrl])]
      if (webhooks === "untrusted-certificate") return notValid("The remote certificate is invalid.")
      for (const url of urls)
        if (webhooks === "blocked" || !(await isValidated(url)))
          return notValid("Subscription validation request timed out.")
      const subscription = {
        id: context.platform.token("sub-"),
        person,
        grant,
        notificationUrl: text("notificationUrl"),
        lifecycleUrl,
        clientState: text("clientState"),
        changeType: text("changeType"),
        resource: text("resource"),
        expiresAt,
      }
      all.set(subscription.id, subscription)
      watch(person)
      return { status: 201, body: view(subscription) }
    },
    /** Those that the caller made, of this application. */
    list: (caller: Person): SimResponse => {
      const own = [...all.values()].filter((known) => known.grant.person === caller && isLive(known))
      return { status: 200, body: { value: own.map(view) } }
    },
    renew(id: string, caller: Person, json: Readonly<Record<string, unknown>>): SimResponse {
      const subscription = ownOne(id, caller)
      if (subscription === undefined || !isLive(subscription)) return graphError(404, "ResourceNotFound")
      const expiresAt = json.expirationDateTime === undefined ? subscription.expiresAt : expiry(json.expirationDateTime)
      if (expiresAt === null) return graphError(400, "InvalidRequest")
      subscription.expiresAt = expiresAt
      return { status: 200, body: view(subscription) }
    },
    remove(id: string, caller: Person): SimResponse {
      const subscription = ownOne(id, caller)
      if (subscription === undefined) return graphError(404, "ResourceNotFound")
      all.delete(id)
      return { status: 204 }
    },
  }
}

const view = ({ id, notificationUrl, lifecycleUrl, resource, changeType, expiresAt }: Subscription) => ({
  id,
  resource,
  changeType,
  notificationUrl,
  lifecycleNotificationUrl: lifecycleUrl,
  expirationDateTime: expiresAt.toString(),
  clientState: null,
})

/** Whose events are meant. A person's token cannot watch somebody else's (MSG outlook-subscription-notes.md). */
function watchedMailbox(context: SimulatorContext, resource: unknown, grant: Granted): Person | null {
  const [isKnown, key] = /^\/?(?:me|users\/([^/]+))\/(?:calendars\/[^/]+\/)?events$/i.exec(String(resource)) ?? []
  if (isKnown === undefined) return null
  if (key === undefined) return grant.isApplication === true ? null : grant.person
  const person = context.org.findPerson(decodeURIComponent(key), "microsoft")
  if (person === null || person.tenant.id !== grant.person.tenant.id) return null
  return grant.isApplication === true || person === grant.person ? person : null
}
