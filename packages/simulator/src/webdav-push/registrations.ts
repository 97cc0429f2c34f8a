import type { SimulatorPlatform } from "../platform.ts"
import type { Collection } from "./collections.ts"
import { encryptPush, keyPair, type PushKeys, vapidHeader } from "./web-push.ts"
import { child, escaped, parseXml, type XmlElement } from "./xml.ts"

export const pushSpace = "https://bitfire.at/webdav-push"
const p = (local: string) => `{${pushSpace}}${local}`

/** A subscription that one collection sends to until it expires. Named by its push resource, of which a collection has one. */
export type Registration = {
  readonly id: string
  readonly collection: Collection
  readonly pushResource: string
  readonly keys: PushKeys
  readonly expiresAtMs: number
}

/** What a push-register asks for, or the precondition it fails. */
export type Asked =
  | {
      readonly kind: "wanted"
      readonly pushResource: string
      readonly keys: PushKeys
      readonly expiresAtMs: number | null
    }
  | { readonly kind: "refused"; readonly precondition: string }

/** What goes wrong with pushes. */
export type PushFaults = {
  isDropping: boolean
  /** Every message is delivered twice, byte for byte. */
  isDoubling: boolean
  /** The most that is granted, whatever is asked for. */
  grantsMostMs: number
}

const weekMs = 7 * 86_400_000
const timeoutMs = 10_000
const timeToLiveSeconds = 86_400

/** Reads a body whose root is push-register; null when it is another request, or no XML. */
export function readRegister(body: string): Asked | null {
  try {
    const root = parseXml(body)
    return root.name === p("push-register") ? asked(root) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function asked(root: XmlElement): Asked {
  const subscription = child(child(root, p("subscription")), p("web-push-subscription"))
  const pushResource = child(subscription, p("push-resource"))?.text.trim() ?? ""
  const encoding = child(subscription, p("content-encoding"))?.text.trim()
  const key = child(subscription, p("subscription-public-key"))
  const publicKey = Buffer.from(key?.text.trim() ?? "", "base64url")
  const authSecret = Buffer.from(child(subscription, p("auth-secret"))?.text.trim() ?? "", "base64url")
  const isValid =
    URL.canParse(pushResource) &&
    encoding === "aes128gcm" &&
    key?.attributes.type === "p256dh" &&
    publicKey.length === 65 &&
    publicKey[0] === 4 &&
    authSecret.length === 16
  if (!isValid) return { kind: "refused", precondition: "invalid-subscription" }
  const content = child(child(root, p("trigger")), p("content-update"))
  if (child(content, "{DAV:}depth") === null) return { kind: "refused", precondition: "no-supported-trigger" }
  const expires = child(root, p("expires"))?.text.trim()
  const expiresAtMs = expires === undefined ? null : Date.parse(expires)
  return { kind: "wanted", pushResource, keys: { publicKey, authSecret }, expiresAtMs }
}

/** The registrations of a server, and what is sent to them. */
export function createRegistrations(platform: SimulatorPlatform) {
  const all = new Map<string, Registration>()
  const vapid = keyPair()
  const underWay = new Set<Promise<void>>()
  const faults: PushFaults = { isDropping: false, isDoubling: false, grantsMostMs: weekMs }
  const nowMs = () => platform.now().epochMilliseconds

  async function send(registration: Registration, message: string): Promise<void> {
    const { pushResource, keys, id } = registration
    const headers = {
      "content-type": 'application/xml; charset="UTF-8"',
      "content-encoding": "aes128gcm",
      ttl: String(timeToLiveSeconds),
      authorization: vapidHeader(vapid, pushResource, nowMs()),
    }
    const body = encryptPush(message, keys)
    for (let copies = faults.isDoubling ? 2 : 1; copies > 0; copies--) {
      const answer = await platform.post(pushResource, headers, body, timeoutMs)
      // A push service answers so for a subscription that it does not know any more.
      if (answer?.status === 404 || answer?.status === 410) all.delete(id)
    }
  }

  function sendAll(registrations: readonly Registration[], message: string): void {
    if (faults.isDropping) return
    for (const registration of registrations) {
      if (registration.expiresAtMs <= nowMs()) continue
      const sending = send(registration, message).finally(() => underWay.delete(sending))
      underWay.add(sending)
    }
  }

  return {
    faults,
    vapidPublicKey: vapid.getPublicKey("base64url"),
    all: (): readonly Registration[] => [...all.values()],
    /** Registers; one with a push resource that the collection knows already is updated instead. */
    register(collection: Collection, wanted: Asked & { kind: "wanted" }): Registration {
      const { pushResource, keys, expiresAtMs } = wanted
      const known = [...all.values()].find((one) => one.collection === collection && one.pushResource === pushResource)
      const most = nowMs() + faults.grantsMostMs
      const registration = {
        id: known?.id ?? platform.token(""),
        collection,
        pushResource,
        keys,
        expiresAtMs: Math.floor(Math.min(most, expiresAtMs ?? most) / 1000) * 1000,
      }
      all.set(registration.id, registration)
      return registration
    },
    /** False for one that is unknown or expired. */
    remove(id: string): boolean {
      const isLive = (all.get(id)?.expiresAtMs ?? 0) > nowMs()
      return all.delete(id) && isLive
    },
    /** Tells of a content update; `silent`: registrations that the client who made it does not want to hear through. */
    contentUpdated(collection: Collection, silent: (id: string) => boolean): void {
      sendAll(
        [...all.values()].filter((one) => one.collection === collection && !silent(one.id)),
        `<?xml version="1.0" encoding="utf-8"?><push-message xmlns="${pushSpace}" xmlns:D="DAV:"><topic>${escaped(collection.topic)}</topic><content-update><D:sync-token>${escaped(collection.token)}</D:sync-token></content-update></push-message>`,
      )
    },
    /** Tells every subscriber that the server's own key has changed. */
    keyRotated(): void {
      sendAll(
        [...all.values()],
        `<?xml version="1.0" encoding="utf-8"?><push-message xmlns="${pushSpace}" xmlns:D="DAV:"><property-update><D:prop><transports/></D:prop></property-update></push-message>`,
      )
    },
    /** Resolves when everything that was sent is answered. */
    async delivered(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

export type Registrations = ReturnType<typeof createRegistrations>
