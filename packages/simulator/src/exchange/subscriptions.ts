import type { Person, SimEvent } from "../org.ts"
import { changeKey, itemId, readWatermark, subscriptionId, watermark } from "./ids.ts"
import { type Actor, type Folder, folderNodes } from "./mailboxes.ts"
import { EwsError, eachMessage } from "./soap.ts"
import type { EwsCall, Operation, World } from "./world.ts"
import { allOf, element, find, leaf, type Markup, textAt } from "./xml.ts"

type EventKind = "CreatedEvent" | "ModifiedEvent" | "DeletedEvent" | "MovedEvent" | "FreeBusyChangedEvent"
type Notice = { readonly position: number; readonly markup: Markup }

export type Subscription = {
  readonly id: string
  readonly kind: "streaming" | "pull"
  readonly server: string
  readonly owner: Actor["account"]
  /** Null: every folder of the mailbox. */
  readonly folders: readonly Folder[] | null
  readonly person: Person
  readonly events: ReadonlySet<string>
  /** How long it lives without being asked for. */
  readonly idleMinutes: number
  lastUsedMs: number
  position: number
  notices: Notice[]
  stream: { readonly send: () => void; readonly close: () => void } | null
}

/** Streaming subscriptions end when nobody has listened for 30 minutes. */
const streamingIdleMinutes = 30
export const noticesAtOnce = 50
/** EWSMaxSubscriptions of Exchange 2013 and later (ews-throttling-in-exchange.md). */
const subscriptionsMost = 5_000

const gone = (): EwsError => new EwsError("ErrorSubscriptionNotFound", "The subscription ID is not correct.")

export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>

/** Subscriptions of all mailboxes with what they have to tell. */
export function createSubscriptionStore(world: World) {
  const all = new Map<string, Subscription>()
  const watched = new Set<object>()
  const nowMs = () => world.platform.now().epochMilliseconds

  const isExpired = ({ stream, lastUsedMs, idleMinutes }: Subscription) =>
    stream === null && nowMs() - lastUsedMs > idleMinutes * 60_000

  function watch(folder: Folder): void {
    const { calendar } = folder
    if (calendar === null || watched.has(calendar)) return
    watched.add(calendar)
    calendar.onChange((event, kind) => {
      for (const subscription of all.values())
        if (subscription.person === folder.person && covers(subscription, folder))
          tell(subscription, folder, event, kind)
    })
  }

  const covers = ({ folders }: Subscription, folder: Folder) =>
    folders === null || folders.some(({ key }) => key === folder.key)

  function tell(
    subscription: Subscription,
    folder: Folder,
    event: SimEvent,
    kind: "created" | "updated" | "deleted",
  ): void {
    const { dropPushes, doublePushes } = world.knobs
    if (dropPushes > 0 && world.platform.fraction() < dropPushes) return
    const kinds = kindsOf(kind, world.movedAway.has(event)).filter((one) => subscription.events.has(one))
    const copies = doublePushes > 0 && world.platform.fraction() < doublePushes ? [...kinds, ...kinds] : kinds
    for (const one of copies) {
      const position = ++subscription.position
      const parts = [leaf("t:Watermark", watermark(subscription.id, position)), ...noticeParts(folder, event, one)]
      subscription.notices.push({
        position,
        markup: element(`t:${one}`, subscription.kind === "pull" ? parts : parts.slice(1)),
      })
    }
    if (copies.length > 0) later(() => subscription.stream?.send())
  }

  /** A delayed event waits on the server; whatever is told of the same subscription in between takes it along. */
  function later(work: () => void): void {
    const { delayPushesMs, delayShare } = world.knobs
    const isLate = delayPushesMs > 0 && (delayShare >= 1 || world.platform.fraction() < delayShare)
    if (isLate) world.platform.after(delayPushesMs * world.platform.fraction(), work)
    else work()
  }

  function noticeParts(folder: Folder, event: SimEvent, kind: EventKind): readonly Markup[] {
    const key = { personId: folder.person.id, folder: folder.key, eventId: event.id, original: null }
    const id = { Id: itemId(key), ChangeKey: changeKey(event.sequence) }
    const parent = { Id: world.mailboxes.folderIdOf(folder), ChangeKey: "AQAAAA==" }
    const time = leaf("t:TimeStamp", world.platform.now().toString({ smallestUnit: "second" }))
    if (kind !== "MovedEvent") return [time, leaf("t:ItemId", "", id), leaf("t:ParentFolderId", "", parent)]
    const away = { Id: itemId({ ...key, folder: "deleteditems" }), ChangeKey: changeKey(event.sequence) }
    const bin = world.mailboxes.foldersOf(folder.person).find((one) => one.key === "deleteditems") ?? folder
    return [
      time,
      leaf("t:ItemId", "", away),
      leaf("t:ParentFolderId", "", { Id: world.mailboxes.folderIdOf(bin), ChangeKey: "AQAAAA==" }),
      leaf("t:OldItemId", "", id),
      leaf("t:OldParentFolderId", "", parent),
    ]
  }

  return {
    all: (): readonly Subscription[] => [...all.values()].filter((one) => !isExpired(one)),
    add(wish: Omit<Subscription, "id" | "lastUsedMs" | "position" | "notices" | "stream">): Subscription {
      const own = [...all.values()].filter((one) => one.person === wish.person && !isExpired(one))
      if (own.length >= subscriptionsMost)
        throw new EwsError(
          "ErrorExceededSubscriptionCount",
          "You have exceeded the available subscriptions for your account. Remove unnecessary subscriptions and try your request again.",
        )
      const id = subscriptionId(
        `${wish.server.toLowerCase()}.${world.directory.tenant.domain}`,
        world.platform.token("s"),
      )
      const made: Subscription = { ...wish, id, lastUsedMs: nowMs(), position: 0, notices: [], stream: null }
      all.set(id, made)
      for (const folder of world.mailboxes.calendarFolders(wish.person)) watch(folder)
      return made
    },
    /** The live subscription, if it is the caller's and on the server that the call reached. */
    find(id: string, { actor, server }: Pick<EwsCall, "actor" | "server">): Subscription {
      const found = all.get(id)
      if (found === undefined || found.server !== server) throw gone()
      if (isExpired(found)) {
        all.delete(id)
        throw gone()
      }
      if (found.owner !== actor.account)
        throw new EwsError("ErrorSubscriptionAccessDenied", "The caller does not own the subscription.")
      found.lastUsedMs = nowMs()
      return found
    },
    remove(subscription: Subscription): void {
      all.delete(subscription.id)
      subscription.stream?.close()
    },
    /** Ends subscriptions without a word, as a restart of the server does; all, or one person's. */
    expire(person?: Person): void {
      for (const one of [...all.values()]) {
        if (person !== undefined && one.person !== person) continue
        all.delete(one.id)
      }
    },
  }
}

function kindsOf(kind: "created" | "updated" | "deleted", isMoved: boolean): readonly EventKind[] {
  // One act of a user makes several events (notification-subscriptions-mailbox-events-and-ews-in-exchange.md).
  switch (kind) {
    case "created":
      return ["CreatedEvent", "FreeBusyChangedEvent"]
    case "updated":
      return ["ModifiedEvent", "FreeBusyChangedEvent"]
    case "deleted":
      return isMoved ? ["MovedEvent"] : ["DeletedEvent"]
  }
}

/** Subscribe: streaming and pull. Push is refused: this server calls nobody. */
export const subscribeOperation =
  (store: SubscriptionStore): Operation =>
  (world, call) => {
    const [request] = call.node.children
    if (request === undefined || request.name === "PushSubscriptionRequest")
      throw new EwsError("ErrorInvalidSubscriptionRequest", "The subscription request is invalid.", { isFault: true })
    return eachMessage("Subscribe", [request], {
      one() {
        const isAll = request.attributes.SubscribeToAllFolders === "true"
        const folders = folderNodes(request, "FolderIds").map((node) =>
          world.mailboxes.folder(call.actor, node, "Reviewer"),
        )
        const person = isAll ? call.actor.person : (folders[0]?.person ?? null)
        if (person === null) throw new EwsError("ErrorMissingEmailAddress", "The account does not have a mailbox.")
        if (call.actor.person !== person)
          throw new EwsError(
            "ErrorSubscriptionDelegateAccessNotSupported",
            "Subscriptions are not supported for delegate user access.",
          )
        const isPull = request.name === "PullSubscriptionRequest"
        const made = store.add({
          kind: isPull ? "pull" : "streaming",
          server: call.server,
          owner: call.actor.account,
          folders: isAll ? null : folders,
          person,
          events: new Set(allOf(find(request, "EventTypes"), "EventType").map(({ text }) => text.trim())),
          idleMinutes: isPull ? timeoutOf(textAt(request, "Timeout"), 1_440) : streamingIdleMinutes,
        })
        return [leaf("m:SubscriptionId", made.id), isPull ? leaf("m:Watermark", watermark(made.id, 0)) : ""]
      },
    })
  }

/** Minutes within 1 and `most`. */
export function timeoutOf(text: string | null, most: number): number {
  const minutes = Number(text)
  if (text === null || !Number.isInteger(minutes) || minutes < 1 || minutes > most)
    throw new EwsError("ErrorSchemaValidation", "The request failed schema validation: The timeout is out of range.", {
      isFault: true,
    })
  return minutes
}

/** GetEvents: what a pull subscription has to tell after a watermark; a StatusEvent when there is nothing. */
export const getEventsOperation =
  (store: SubscriptionStore): Operation =>
  (_world, call) =>
    eachMessage("GetEvents", [call.node], {
      one(node) {
        const subscription = store.find(textAt(node, "SubscriptionId") ?? "", call)
        if (subscription.kind !== "pull")
          throw new EwsError("ErrorInvalidPullSubscriptionId", "The subscription is not a pull subscription.")
        const text = textAt(node, "Watermark") ?? ""
        const since = readWatermark(text)
        if (since === null || since > subscription.position)
          throw new EwsError(
            "ErrorInvalidWatermark",
            "The watermark used for creating this subscription was not found.",
          )
        subscription.notices = subscription.notices.filter(({ position }) => position > since)
        const shown = subscription.notices.slice(0, noticesAtOnce)
        const status = element("t:StatusEvent", leaf("t:Watermark", watermark(subscription.id, since)))
        return element("m:Notification", [
          leaf("t:SubscriptionId", subscription.id),
          leaf("t:PreviousWatermark", text),
          leaf("t:MoreEvents", subscription.notices.length > shown.length),
          ...(shown.length === 0 ? [status] : shown.map(({ markup }) => markup)),
        ])
      },
    })

export const unsubscribeOperation =
  (store: SubscriptionStore): Operation =>
  (_world, call) =>
    eachMessage("Unsubscribe", [call.node], {
      one(node) {
        store.remove(store.find(textAt(node, "SubscriptionId") ?? "", call))
        return ""
      },
    })
