import type { Clock } from "../../ports/clock.ts"
import type { KnownDevice } from "../../ports/device-door.ts"
import type { Random } from "../../ports/random.ts"
import { folderIdOf } from "./front-item.ts"
import { dateTime, element, leaf, type Markup } from "./markup.ts"
import { itemIdMarkup } from "./properties.ts"
import type { ItemChange, RoomWatches } from "./room-watches.ts"
import { EwsError } from "./soap.ts"

/** What is to be told of one subscription, and since when nobody asked. */
export type Subscription = {
  readonly id: string
  readonly kind: "pull" | "streaming"
  readonly deviceId: string
  readonly idleMs: number
  lastUsedMs: number
  /** Of the last notice. */
  position: number
  notices: readonly Notice[]
  /** Who waits for notices right now, and is told that there are some, or that there is no subscription any more. */
  wake: (() => void) | null
  isOver: boolean
  readonly stopFollowing: () => void
}
type Notice = { readonly position: number; readonly markup: Markup }

/** A device has one, and another for a moment after it was started anew. */
const perDeviceMost = 4
/** More than this unasked for, and the device has to look for itself. */
const noticesMost = 200
export const noticesAtOnce = 50

const gone = (): EwsError => new EwsError("ErrorSubscriptionNotFound", "The subscription ID is not correct.")

export type SubscriptionStore = ReturnType<typeof createSubscriptions>
export type SubscriptionsDeps = { readonly watches: RoomWatches; readonly clock: Clock; readonly random: Random }

/** Subscriptions of all devices on this node, in memory: a device that meets another node is told to subscribe anew. */
export function createSubscriptions({ watches, clock, random }: SubscriptionsDeps) {
  const all = new Map<string, Subscription>()
  const nowMs = () => clock.now().epochMilliseconds

  function remove(one: Subscription): void {
    all.delete(one.id)
    one.isOver = true
    one.stopFollowing()
    one.wake?.()
  }

  function makeRoom(deviceId: string): void {
    for (const one of all.values()) if (nowMs() - one.lastUsedMs > one.idleMs && one.wake === null) remove(one)
    const own = [...all.values()].filter((one) => one.deviceId === deviceId)
    own.sort((a, b) => a.lastUsedMs - b.lastUsedMs)
    for (const oldest of own.slice(0, Math.max(0, own.length - perDeviceMost + 1))) remove(oldest)
  }

  function tell(device: KnownDevice, one: Subscription, changes: readonly ItemChange[] | null): void {
    if (changes === null || one.notices.length + changes.length > noticesMost) return remove(one)
    const at = dateTime(clock.now())
    const parent = { Id: folderIdOf(device.room, "calendar"), ChangeKey: "AQ==" }
    const added = changes.map(({ kind, item }, index): Notice => {
      const position = one.position + index + 1
      const watermark = one.kind === "pull" ? [leaf("t:Watermark", watermarkOf(one, position))] : []
      const parts = [...watermark, leaf("t:TimeStamp", at), itemIdMarkup(item), leaf("t:ParentFolderId", "", parent)]
      return { position, markup: element(`t:${kind}Event`, parts) }
    })
    one.position += added.length
    one.notices = [...one.notices, ...added]
    one.wake?.()
  }

  return {
    add(device: KnownDevice, { kind, idleMs }: Pick<Subscription, "kind" | "idleMs">): Subscription {
      makeRoom(device.deviceId)
      const made: Subscription = {
        ...{ id: Buffer.from(random.bytes(24)).toString("base64"), kind, deviceId: device.deviceId, idleMs },
        ...{ lastUsedMs: nowMs(), position: 0, notices: [], wake: null, isOver: false },
        stopFollowing: watches.follow(device.room, (changes) => tell(device, made, changes)),
      }
      all.set(made.id, made)
      return made
    },
    /** The device's own; throws EwsError where there is none any more. */
    find(device: KnownDevice, id: string): Subscription {
      const found = all.get(id)
      if (found === undefined || found.deviceId !== device.deviceId) throw gone()
      if (nowMs() - found.lastUsedMs > found.idleMs && found.wake === null) {
        remove(found)
        throw gone()
      }
      found.lastUsedMs = nowMs()
      return found
    },
    remove,
    /** All of a device, so that answers that go on end. */
    removeOf(deviceId: string): void {
      for (const one of [...all.values()]) if (one.deviceId === deviceId) remove(one)
    },
    stop(): void {
      for (const one of [...all.values()]) remove(one)
    },
  }
}

export const watermarkOf = ({ id }: Subscription, position: number): string =>
  Buffer.from(`${id}:${position}`).toString("base64")

/** The position that a watermark means; null for another's, and for what is none. */
export function positionOf({ id, position }: Subscription, watermark: string): number | null {
  const [own, text = ""] = Buffer.from(watermark, "base64").toString("latin1").split(":")
  const found = /^\d{1,9}$/.test(text) ? Number(text) : null
  return own === id && found !== null && found <= position ? found : null
}
